"""feeds.toml: the feeds that the wire reads. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newsletter.files.typed_toml import Kind, TypedToml, open_toml
from newsletter.links import printed
from newsletter.model.news import Feed
from newsletter.model.remarks import Remark, in_order
from newsletter.text import nfc, one_line, slug

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
}
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def feeds_path(root: Path) -> Path:
    return root / "feeds.toml"


def read_feeds(root: Path) -> tuple[tuple[Feed, ...], tuple[Remark, ...]]:
    """Read the feeds in the order of the file; one with a fault falls away and is named."""
    file = open_toml(root, feeds_path(root))
    if file.text is None:
        return (), tuple(file.remarks)
    for key in file.text.values:
        if key != "feed":
            file.error((key,), "unknown-key", f'"{key}" is not a key. Each feed is a table  [[feed]].')
    tables = file.text.values.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        file.error(("feed",), "value", "Each feed is a table  [[feed]]  with double brackets.")
        tables = []
    feeds: list[Feed] = []
    for number, table in enumerate(tables):
        before = len(file.remarks)
        feed = _feed(file, table, number)
        if feed is not None:
            _check_twins(file, feed, number, feeds)
        if feed is not None and len(file.remarks) == before:
            feeds.append(feed)
    return tuple(feeds), in_order(file.remarks)


def _feed(file: TypedToml, table: Mapping[str, Any], number: int) -> Feed | None:
    place = ("feed", number)
    values = file.checked(table, KINDS, place)
    for key in ("id", "name", "url"):
        if key not in table or (key in values and not values[key].strip()):
            example = slug(str(table.get("name", "ars"))) if key == "id" else "…"
            file.error((*place, key), "missing-key", f'The feed has no "{key}".', f'Add  {key} = "{example}"')
            values.pop(key, None)
    if "id" in values and not _ID.fullmatch(values["id"]):
        what = f'"{values["id"]}" is no id: small letters, digits and hyphens, such as "{slug(values["id"])}".'
        file.error((*place, "id"), "value", what)
    for key in ("url", "site"):
        if values.get(key) and not _is_web(values[key]):
            what = f'"{values[key]}" is not an address that begins with http:// or https://.'
            file.error((*place, key), "address", what)
    if not 0 <= values.get("weight", 0.5) <= 1:
        file.error((*place, "weight"), "value", f'"weight" lies between 0 and 1, not at {values["weight"]}.')
    if values.get("max_items", 0) < 0:
        file.error((*place, "max_items"), "value", f'"max_items" is 0 or more, not {values["max_items"]}.')
    for key in ("include", "exclude"):
        for pattern in values.get(key, ()):
            _check_pattern(file, pattern, (*place, key))
    if not all(key in values for key in ("id", "name", "url")):
        return None
    return Feed(
        id=values["id"],
        name=nfc(one_line(values["name"])),
        url=values["url"].strip(),
        site=values.get("site", "").strip(),
        section=nfc(one_line(values.get("section", ""))),
        weight=float(values.get("weight", 0.5)),
        language=values.get("language", "").strip(),
        aggregator=values.get("aggregator", False),
        include=tuple(values.get("include", ())),
        exclude=tuple(values.get("exclude", ())),
        max_items=values.get("max_items", 0),
        enabled=values.get("enabled", True),
        line=file.text.line_of(*place) if file.text else 0,
    )


def _is_web(typed: str) -> bool:
    return typed.strip().lower().startswith(("http://", "https://")) and printed(typed) is not None


def _check_pattern(file: TypedToml, pattern: str, place: tuple[str | int, ...]) -> None:
    try:
        re.compile(pattern)
    except re.error as fault:
        what = f'"{pattern}" in "{place[-1]}" is no regular expression: {fault.msg}, at sign {(fault.pos or 0) + 1}.'
        file.error(place, "pattern", what, r"A sign that stands for itself gets a backslash:  C\+\+")


def _check_twins(file: TypedToml, feed: Feed, number: int, before: list[Feed]) -> None:
    for other in before:
        if other.id == feed.id:
            what = f'The id "{feed.id}" is that of the feed on line {other.line} as well.'
            file.error(("feed", number, "id"), "duplicate", what, "Give one of the two another id.")
        if _plain(other.url) == _plain(feed.url):
            what = f'"{feed.id}" has the address of "{other.id}" on line {other.line}.'
            file.error(("feed", number, "url"), "duplicate", what, "Keep one of the two.")


def _plain(url: str) -> str:
    return url.partition("://")[2].rstrip("/").lower()
