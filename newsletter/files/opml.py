"""OPML, the lists of feeds that readers exchange: reading any, writing 2.0 (http://opml.org/spec2.opml). Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import cast

from lxml import etree

from newsletter.files.feeds_toml import new_id
from newsletter.files.opml_tree import list_text, list_tree
from newsletter.files.outlines import (
    OPML_NAMES,
    OWN,
    Section,
    as_line,
    attribute_faults,
    feed_address,
    feed_of,
    group_attributes,
    group_name,
    group_opml,
    outline_of,
    own_attributes,
    own_fault,
    plain_address,
    section_groups,
    section_path,
    xml_text,
)
from newsletter.model.feeds import Feed
from newsletter.model.remarks import Level, Remark

#: Bytes of a list; ten thousand feeds have about half of that.
LARGEST = 5_000_000
_MOST_OUTLINES = 20_000
_DEEPEST = 32
_MOST_ATTRIBUTES = 100
_LONGEST_VALUE = 20_000
_MOST_NAMESPACES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What an OPML list holds for us, and what is to be said of it."""

    #: The list's own; not kept, as an export bears the publication's name. "" if it has none.
    title: str = ""
    #: In the order of the list. A feed has an id only if the list was written by us and it is no usual one.
    tables: tuple[Feed | Section, ...] = ()
    #: "error" for what was left out, "warning" for what may be missing, "notice" for what was changed.
    remarks: tuple[Remark, ...] = ()
    #: Why nothing could be read; None if the list could be.
    unreadable: Remark | None = None

    @property
    def feeds(self) -> tuple[Feed, ...]:
        return tuple(one for one in self.tables if isinstance(one, Feed))

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(one for one in self.tables if isinstance(one, Section))


# Reading -------------------------------------------------------------------------------------------


def read_opml(raw: bytes, *, path: str = "OPML") -> FeedList:
    """Read a list of any version of OPML, however badly it is made; `path` stands in the remarks.

    A feed that stands twice is taken once, at its first place, and groups of one path become one. An outline that
    is neither a feed nor a group is left out and named. The head is not kept. Raises nothing.
    """
    if len(raw) > LARGEST:
        return _unreadable(path, f"The list has more than {LARGEST // 1_000_000} MB; that many feeds nobody reads.")
    if not raw.strip():
        return _unreadable(path, "The file is empty.")
    reading = _Reading(path)
    text = list_text(raw, reading.tell)
    if "<!ENTITY" in text:
        return _unreadable(path, "The list defines entities of its own, which are not read for safety's sake.")
    root = list_tree(text, reading.tell)
    if root is None or _local(root) != "opml":
        return _unreadable(path, _another_kind(root))
    reading.read(root)
    if not reading.addresses:
        reading.tell("error", 0, "outline", "There is no feed in the list.")
        reading.tables.clear()
    title = next((as_line(one.text or "") for one in root.iter("{*}title") if _local(one.getparent()) == "head"), "")
    return FeedList(title=title, tables=tuple(reading.tables), remarks=tuple(reading.remarks))


@dataclass(slots=True)
class _Reading:
    """A list under examination; tables and remarks gather while it is read."""

    path: str
    tables: list[Feed | Section] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    addresses: dict[str, Feed] = field(default_factory=dict)
    groups: set[tuple[str, ...]] = field(default_factory=set)
    outlines: int = 0
    #: In scope where it was last looked; once there are too many, nobody looks again.
    namespaces: int = 0

    def tell(self, level: Level, line: int, code: str, what: str) -> None:
        self.remarks.append(Remark(self.path, line, level, code, what))

    def read(self, root: etree._Element) -> None:
        bodies = [one for one in root if _local(one) == "body"]
        for body in bodies or [root]:
            self._inside(body, ())
        if self.outlines > _MOST_OUTLINES:
            what = f"The list has more than {_MOST_OUTLINES} outlines; those after that are left out."
            self.tell("error", 0, "outline", what)

    def _inside(self, holder: etree._Element, groups: tuple[str, ...]) -> None:
        for one in holder:
            self.outlines += 1
            if self.outlines > _MOST_OUTLINES:
                return
            if _local(one) == "outline":
                self._outline(one, groups)
            elif _local(one) not in ("", "head"):
                self.tell("error", _line(one), "outline", f"<{as_line(_local(one))}> is no outline: it is left out.")

    def _outline(self, one: etree._Element, groups: tuple[str, ...]) -> None:
        attributes, own = self._attributes(one)
        if feed_address(attributes):
            self._feed(one, attributes, own, groups)
            if len(one):
                what = f'"{group_name(attributes)}" is a feed; the outlines inside of it come to stand beside it.'
                self.tell("notice", _line(one), "group", what)
                self._inside(one, groups)
        elif len(one) or (_is_named(attributes) and not {"url", "htmlUrl", "type"} & attributes.keys()):
            self._group(one, attributes, groups)
        else:
            self.tell("error", _line(one), "outline", _no_feed(attributes))

    def _feed(
        self, one: etree._Element, attributes: Mapping[str, str], own: Mapping[str, str], groups: tuple[str, ...]
    ) -> None:
        feed = feed_of(attributes, own, section=section_path(groups), line=_line(one))
        if feed is None:
            why = _no_address(as_line(feed_address(attributes)))
            self.tell("error", _line(one), "address", f'"{group_name(attributes)}" is left out: {why}')
            return
        other = self.addresses.setdefault(plain_address(feed.url), feed)
        if other is feed:
            self.tables.append(feed)
        else:
            where = f' in "{other.section}"' if other.section else ""
            what = f'"{feed.name}" has the address of "{other.name}" on line {other.line} and stays{where}.'
            self.tell("notice", _line(one), "duplicate", what)

    def _group(self, one: etree._Element, attributes: Mapping[str, str], groups: tuple[str, ...]) -> None:
        name = group_name(attributes)
        path = (*groups, name)
        if len(path) > _DEEPEST:
            what = f'"{name}" lies deeper than {_DEEPEST} groups: what it holds comes to stand in the group around it.'
            self.tell("notice", _line(one), "group", what)
            path = groups
        elif path in self.groups:
            self.tell("notice", _line(one), "group", f'The group "{section_path(path)}" stands twice: both become one.')
        else:
            opml = group_opml(attributes)
            if opml or not len(one):
                self.tables.append(Section(name=section_path(path), opml=opml, line=_line(one)))
            if not len(one):
                what = f'"{name}" is neither a feed nor holds any: it is kept as an empty section.'
                self.tell("notice", _line(one), "group", what)
            self.groups.add(path)
        self._inside(one, path)

    def _attributes(self, one: etree._Element) -> tuple[dict[str, str], dict[str, str]]:
        """OPML's attributes and those of others under their names, and our own ones by their local names."""
        found: dict[str, str] = {}
        own: dict[str, str] = {}
        # Asked for one by one: lxml gives all names in one go, but all values only in the square of their number.
        keys = cast("list[str]", one.keys())
        if len(keys) > _MOST_ATTRIBUTES:
            what = f"The outline has {len(keys)} attributes; those after {_MOST_ATTRIBUTES} are left out."
            self.tell("error", _line(one), "outline", what)
        for key in keys[:_MOST_ATTRIBUTES]:
            value = str(one.get(key))
            space, _, local = key.removeprefix("{").rpartition("}")
            if len(value) > _LONGEST_VALUE:
                what = f'The attribute "{local}" has {len(value)} characters: it is left out.'
                self.tell("error", _line(one), "outline", what)
            elif space == OWN and (fault := own_fault(local, value)):
                self.tell("error", _line(one), "outline", f"{fault} It is left out.")
            elif space == OWN:
                own[local] = value
            elif space:
                found |= self._in_namespace(one, space, local, value)
            else:
                ours = OPML_NAMES.get(key.lower(), key)
                found[key if ours in one.attrib or ours in found else ours] = value
        for key, fault in list(attribute_faults(found)):
            self.tell("error", _line(one), "outline", f"{fault} It is left out.")
            del found[key]
        return found, own

    def _in_namespace(self, one: etree._Element, space: str, local: str, value: str) -> dict[str, str]:
        """The attribute under its prefix, and the declaration of that."""
        # Each look at what is declared walks through all of it.
        if self.namespaces <= _MOST_NAMESPACES:
            declared = one.nsmap
            self.namespaces = len(declared)
        if self.namespaces > _MOST_NAMESPACES:
            what = f'The list declares {self.namespaces} namespaces: "{as_line(local)}" is left out.'
            self.tell("error", _line(one), "outline", what)
            return {}
        prefix = next((str(prefix) for prefix, uri in declared.items() if prefix and uri == space), "xml")
        return ({} if prefix == "xml" else {f"xmlns:{prefix}": space}) | {f"{prefix}:{local}": value}


def _is_named(attributes: Mapping[str, str]) -> bool:
    return any(as_line(attributes.get(key, "")) for key in ("text", "title"))


def _no_address(typed: str) -> str:
    if "@" in typed.partition("://")[2].partition("/")[0]:
        return "its address holds a user's name, which others would get to read."
    return f'"{typed}" is not an address that begins with http:// or https://.'


def _no_feed(attributes: Mapping[str, str]) -> str:
    name, kind = group_name(attributes), as_line(attributes.get("type", "")).lower()
    target = as_line(attributes.get("url", "") or attributes.get("htmlUrl", ""))
    if kind == "include":
        return f'"{name}" points at another list, {target or "without address"}: it is left out. Import that by itself.'
    where = f", to {target}" if target else ""
    return f'"{name}" is {"a link" if target else "an outline"} without the address of a feed{where}: it is left out.'


def _local(one: etree._Element | None) -> str:
    """The name without its namespace, small letters; "" for comments and the like."""
    return etree.QName(one).localname.lower() if one is not None and isinstance(one.tag, str) else ""


def _line(one: etree._Element) -> int:
    return cast("int | None", one.sourceline) or 0


def _unreadable(path: str, what: str) -> FeedList:
    return FeedList(unreadable=Remark(path, 0, "error", "opml", what))


def _another_kind(root: etree._Element | None) -> str:
    name = _local(root)
    if name in ("rss", "feed", "rdf"):
        return "This is a feed, not a list of feeds: add it with  newsletter feeds add ADDRESS."
    if name == "html":
        return "This is a web page, not an OPML list."
    return f"This is no OPML list: its outermost element is <{as_line(name)}>." if name else "This is no OPML list."


# Writing -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Node:
    attributes: dict[str, str]
    own: dict[str, str]
    inside: list[_Node] = field(default_factory=list)


def write_opml(feeds: Iterable[Feed], sections: Iterable[Section], *, title: str, now: datetime) -> bytes:
    """The feeds as an OPML 2.0 list, UTF-8, in their order in feeds.toml; their groups nested.

    A group stands where feeds.toml names it first, in a [[section]] or in a feed. Keys of ours that OPML has no
    attribute for stand in a namespace of our own and only where they are not as usual; `read_opml` knows them.
    """
    top = _grown(feeds, sections)
    prefix = _own_prefix(top)
    spaces = _hoisted(top) | ({f"xmlns:{prefix}": OWN} if any(node.own for node in _all(top)) else {})
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0"{_typed(dict(sorted(spaces.items())))}>',
        "  <head>",
        f"    <title>{_escaped(title)}</title>",
        f"    <dateCreated>{format_datetime(now.astimezone(UTC), usegmt=True)}</dateCreated>",
        "    <docs>http://opml.org/spec2.opml</docs>",
        "  </head>",
        "  <body>",
        *_drawn(top, prefix, "    "),
        "  </body>",
        "</opml>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _grown(feeds: Iterable[Feed], sections: Iterable[Section]) -> _Node:
    top = _Node({}, {})
    known = tuple(sections)
    kept = {section_groups(section.name): dict(section.opml) for section in known}
    nodes: dict[tuple[str, ...], _Node] = {(): top}
    ids: set[str] = set()
    tables: list[Section | Feed] = [*known, *feeds]
    for one in sorted(tables, key=lambda table: table.line):
        groups = section_groups(one.name if isinstance(one, Section) else one.section)
        for end in range(1, len(groups) + 1):
            if groups[:end] not in nodes:
                node = _Node(group_attributes(groups[end - 1], kept.get(groups[:end], {})), {})
                nodes[groups[:end]] = node
                nodes[groups[: end - 1]].inside.append(node)
        if isinstance(one, Feed):
            # An import gives the usual id again, so only another one has to be told.
            told = {} if one.id == new_id(one.name, one.url, ids) else {"id": one.id}
            ids.add(one.id)
            nodes[groups].inside.append(_Node(outline_of(one), told | own_attributes(one)))
    return top


def _all(node: _Node) -> Iterator[_Node]:
    yield node
    for one in node.inside:
        yield from _all(one)


def _own_prefix(top: _Node) -> str:
    prefix = "pulse"
    while any(node.attributes.get(f"xmlns:{prefix}", OWN) != OWN for node in _all(top)):
        prefix += "_"
    return prefix


def _hoisted(top: _Node) -> dict[str, str]:
    """Take the declarations that all outlines agree on off them, and give them for the outermost element."""
    declared: dict[str, set[str]] = {}
    for node in _all(top):
        for key, value in node.attributes.items():
            if key.startswith("xmlns:"):
                declared.setdefault(key, set()).add(value)
    agreed = {key: next(iter(values)) for key, values in declared.items() if len(values) == 1}
    for node in _all(top):
        node.attributes = {key: value for key, value in node.attributes.items() if key not in agreed}
    return agreed


def _drawn(holder: _Node, prefix: str, indent: str) -> Iterator[str]:
    for node in holder.inside:
        own = {f"{prefix}:{key}": value for key, value in node.own.items()}
        opened = f"{indent}<outline{_typed(node.attributes | own)}"
        if node.inside:
            yield f"{opened}>"
            yield from _drawn(node, prefix, indent + "  ")
            yield f"{indent}</outline>"
        else:
            yield f"{opened}/>"


def _typed(attributes: Mapping[str, str]) -> str:
    return "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())


def _escaped(text: str) -> str:
    """The text as it stands in an attribute: white space other than blanks as references (XML 1.0, 3.3.3)."""
    escaped = html.escape(xml_text(text), quote=True).replace("&#x27;", "'")
    return escaped.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
