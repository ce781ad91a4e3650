"""feeds.toml: the feeds that the wire reads, and adding some to it. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.files.feed_tables import toml_table
from newsletter.files.folder import write_whole
from newsletter.files.outlines import (
    Section,
    attribute_faults,
    is_web,
    plain_address,
    section_groups,
    sound_id,
    sound_user_agent,
)
from newsletter.files.typed_toml import Kind, TypedToml, open_toml
from newsletter.links import host_of
from newsletter.model.feeds import Feed
from newsletter.model.remarks import Remark, in_order
from newsletter.text import nfc, one_line, slug, words
from newsletter.toml_lines import TomlFault, TomlText, read_toml

KINDS: Mapping[str, Kind] = {
    "id": "line",
    "name": "line",
    "url": "line",
    "site": "line",
    "section": "line",
    "weight": "number",
    "language": "line",
    "aggregator": "switch",
    "include": "texts",
    "exclude": "texts",
    "max_items": "whole",
    "enabled": "switch",
    "intranet": "switch",
    "user_agent": "line",
    "opml": "table",
}
#: What `slug` gives for a text without a word that it could take.
_NAMELESS = re.compile(r"s-[0-9a-f]{8}")
SECTION_KINDS: Mapping[str, Kind] = {"name": "line", "opml": "table"}


def feeds_path(root: Path) -> Path:
    return root / "feeds.toml"


# Reading -------------------------------------------------------------------------------------------


def read_feeds(root: Path) -> tuple[tuple[Feed, ...], tuple[Remark, ...]]:
    """Read the feeds in the order of the file; one with a fault falls away and is named.

    The faults of its sections are named as well.
    """
    file = open_toml(root, feeds_path(root))
    if file.text is None:
        return (), tuple(file.remarks)
    return tuple(_feeds(file, file.text)), in_order(file.remarks)


def _feeds(file: TypedToml, text: TomlText) -> list[Feed]:
    for key in text.values:
        if key not in ("feed", "section"):
            file.error((key,), "unknown-key", f'"{key}" is not a key. Each feed is a table  [[feed]].')
    twins = _Twins(file)
    feeds: list[Feed] = []
    for number, table in enumerate(_tables(file, "feed")):
        before = len(file.remarks)
        feed = _feed(file, table, number)
        if feed is not None:
            twins.look_at(feed, number)
        if feed is not None and len(file.remarks) == before:
            feeds.append(feed)
    _sections(file)
    return feeds


def read_sections(root: Path) -> tuple[Section, ...]:
    """The sections in the order of the file; one with a fault falls away, and `read_feeds` names it."""
    file = open_toml(root, feeds_path(root))
    return tuple(_sections(file)) if file.text is not None else ()


def _tables(file: TypedToml, key: str) -> list[Mapping[str, Any]]:
    assert file.text is not None
    tables = file.text.values.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        file.error((key,), "value", f"Each {key} is a table  [[{key}]]  with double brackets.")
        return []
    return tables


def _sections(file: TypedToml) -> list[Section]:
    sections: dict[tuple[str, ...], Section] = {}
    for number, table in enumerate(_tables(file, "section")):
        place = ("section", number)
        before = len(file.remarks)
        values = file.checked(table, SECTION_KINDS, place)
        _check_opml(file, values, place)
        groups = section_groups(values.get("name", ""))
        if not groups and len(file.remarks) == before:
            file.error((*place, "name"), "missing-key", 'The section has no "name".', 'Add  name = "…"')
        if groups in sections:
            what = f'The section "{values["name"]}" stands on line {sections[groups].line} as well.'
            file.error((*place, "name"), "duplicate", what, "Keep one of the two.")
        if len(file.remarks) == before and file.text is not None:
            opml = tuple(values.get("opml", {}).items())
            name = nfc(one_line(values["name"]))
            sections[groups] = Section(name=name, opml=opml, line=file.text.line_of(*place))
    return list(sections.values())


def _feed(file: TypedToml, table: Mapping[str, Any], number: int) -> Feed | None:
    place = ("feed", number)
    values = file.checked(table, KINDS, place)
    for key in ("id", "name", "url"):
        if key not in table or (key in values and not values[key].strip()):
            example = slug(str(table.get("name", "ars"))) if key == "id" else "…"
            file.error((*place, key), "missing-key", f'The feed has no "{key}".', f'Add  {key} = "{example}"')
            values.pop(key, None)
    if "id" in values and not sound_id(values["id"]):
        what = f'"{values["id"]}" is no id: small letters, digits and hyphens, such as "{slug(values["id"])}".'
        file.error((*place, "id"), "value", what)
    for key in ("url", "site"):
        if values.get(key) and not is_web(values[key]):
            what = f'"{values[key]}" is not an address that begins with http:// or https://.'
            if "@" in values[key].partition("://")[2].partition("/")[0]:
                what = f'"{key}" holds a user name or a password, and this file is for everybody to read.'
            file.error((*place, key), "address", what)
    if not 0 <= values.get("weight", 0.5) <= 1:
        file.error((*place, "weight"), "value", f'"weight" lies between 0 and 1, not at {values["weight"]}.')
    if values.get("max_items", 0) < 0:
        file.error((*place, "max_items"), "value", f'"max_items" is 0 or more, not {values["max_items"]}.')
    for key in ("include", "exclude"):
        for pattern in values.get(key, ()):
            _check_pattern(file, pattern, (*place, key))
    if not sound_user_agent(values.get("user_agent", "")):
        what = f'"user_agent" goes to servers and is of ASCII signs only, not "{values["user_agent"]}".'
        file.error((*place, "user_agent"), "value", what)
    _check_opml(file, values, place)
    if not all(key in values for key in ("id", "name", "url")):
        return None
    return Feed(
        id=values["id"],
        name=nfc(one_line(values["name"])),
        url=values["url"].strip(),
        site=values.get("site", "").strip(),
        section=nfc(one_line(values.get("section", ""))),
        weight=float(values["weight"]) if "weight" in values else None,
        language=values.get("language", "").strip(),
        aggregator=values.get("aggregator", False),
        include=tuple(values.get("include", ())),
        exclude=tuple(values.get("exclude", ())),
        max_items=values.get("max_items", 0),
        enabled=values.get("enabled", True),
        intranet=values.get("intranet", False),
        user_agent=values.get("user_agent", "").strip(),
        opml=tuple(values.get("opml", {}).items()),
        line=file.text.line_of(*place) if file.text else 0,
    )


def _check_opml(file: TypedToml, values: Mapping[str, Any], place: tuple[str | int, ...]) -> None:
    for key, what in attribute_faults(values.get("opml", {})):
        file.error((*place, "opml", key), "value", what)


def _check_pattern(file: TypedToml, pattern: str, place: tuple[str | int, ...]) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as fault:
        why = f"{fault.msg}, at sign {(fault.pos or 0) + 1}" if isinstance(fault, re.error) else str(fault)
        what = f'"{pattern}" in "{place[-1]}" is no regular expression: {why}.'
        file.error(place, "pattern", what, r"A sign that stands for itself gets a backslash:  C\+\+")


class _Twins:
    """Feeds seen so far, by what two feeds must not have in common."""

    def __init__(self, file: TypedToml) -> None:
        self._file = file
        self._ids: dict[str, Feed] = {}
        self._addresses: dict[str, Feed] = {}

    def look_at(self, feed: Feed, number: int) -> None:
        other = self._ids.setdefault(feed.id, feed)
        if other is not feed:
            what = f'The id "{feed.id}" is that of the feed on line {other.line} as well.'
            self._file.error(("feed", number, "id"), "duplicate", what, "Give one of the two another id.")
        other = self._addresses.setdefault(plain_address(feed.url), feed)
        if other is not feed:
            what = f'"{feed.id}" has the address of "{other.id}" on line {other.line}.'
            self._file.error(("feed", number, "url"), "duplicate", what, "Keep one of the two.")


# Adding --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What of a list of feeds is new to feeds.toml."""

    #: Feeds with ids unlike all others, and sections; in the order of the list.
    new: tuple[Feed | Section, ...]
    #: Feeds whose address is there already, each with the feed that has it.
    known: tuple[tuple[Feed, Feed], ...]


def fitted(found: Iterable[Feed | Section], feeds: Iterable[Feed], sections: Iterable[Section]) -> Fitting:
    """Sort what was found by whether the feeds and sections that are there have it."""
    there = tuple(feeds)
    addresses = {plain_address(feed.url): feed for feed in there}
    ids = {feed.id for feed in there}
    groups = {section_groups(section.name) for section in sections}
    new: list[Feed | Section] = []
    known: list[tuple[Feed, Feed]] = []
    for one in found:
        if isinstance(one, Section):
            if section_groups(one.name) not in groups:
                groups.add(section_groups(one.name))
                new.append(one)
        elif (other := addresses.get(plain_address(one.url))) is not None:
            known.append((one, other))
        else:
            named = one if one.id and one.id not in ids else replace(one, id=new_id(one.name, one.url, ids))
            addresses[plain_address(one.url)] = named
            ids.add(named.id)
            new.append(named)
    return Fitting(new=tuple(new), known=tuple(known))


def new_id(name: str, url: str, taken: Container[str]) -> str:
    """An id for a feed, unlike those taken: from its name, or from its host if the name has few ASCII letters."""
    letters = "".join(words(name))
    base = slug(name)
    if 2 * len(letters.encode("ascii", "ignore")) < len(letters) or _NAMELESS.fullmatch(base):
        base = slug(host_of(url) or name)
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


def add_feeds(root: Path, tables: Iterable[Feed | Section]) -> str:
    """Add tables at the end of feeds.toml and give their text, LF between lines; "" if there are none.

    Every byte that stands there stays. Only what is not as usual is written down.
    Raises FaultyFiles if the file is no TOML or the new tables would have faults, NewsletterError if its feeds are
    written as one list, CannotWrite if the disk refuses; nothing is changed then.
    """
    added = "\n".join(map(toml_table, tables))
    if not added:
        return ""
    path = feeds_path(root)
    file = open_toml(root, path)
    if file.remarks:
        raise FaultyFiles(tuple(str(remark) for remark in file.remarks))
    raw = path.read_bytes() if file.text is not None else b""
    whole = raw + _joint(raw) + added.replace("\n", _line_end(raw)).encode()
    try:
        file.text = read_toml(whole)
    except TomlFault as fault:
        what = f"Nothing can be added at the end of {path.name}: its feeds are written as one list."
        raise NewsletterError(what, mend="Write each feed as a table  [[feed]]  of its own.") from fault
    _feeds(file, file.text)
    last = (raw + _joint(raw)).replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    if faults := [remark for remark in in_order(file.remarks) if remark.line > last]:
        raise FaultyFiles(tuple(str(remark) for remark in faults))
    write_whole(path, whole)
    return added


def _line_end(raw: bytes) -> str:
    if b"\r\n" in raw:
        return "\r\n"
    return "\r" if b"\r" in raw and b"\n" not in raw else "\n"


def _joint(raw: bytes) -> bytes:
    """What comes between the old end of the file and a new table: an empty line."""
    end = _line_end(raw).encode()
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        return b"" if not raw or raw.endswith((b"\n", b"\r")) or raw == b"\xef\xbb\xbf" else end
    return end if raw.endswith((b"\n", b"\r")) else 2 * end
