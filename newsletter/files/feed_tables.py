"""A feed or a section as a table of feeds.toml. Pure."""

from __future__ import annotations

import re
from dataclasses import fields

from newsletter.files.outlines import Section
from newsletter.model.feeds import Feed

_USUAL = Feed(id="", name="", url="")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
#: What a TOML string must not hold as it is (TOML 1.0), and what would be hard to see in one.
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def toml_table(one: Feed | Section) -> str:
    """The lines of the table, LF after each; keys that are as usual are left out."""
    return _section(one) if isinstance(one, Section) else _feed(one)


def _section(section: Section) -> str:
    opml = f"opml = {_toml(dict(section.opml))}\n" if section.opml else ""
    return f"[[section]]\nname = {_toml(section.name)}\n{opml}"


def _feed(feed: Feed) -> str:
    lines = ["[[feed]]"]
    for field in fields(Feed):
        value = getattr(feed, field.name)
        if field.name != "line" and value != getattr(_USUAL, field.name):
            lines.append(f"{field.name} = {_toml(dict(value) if field.name == 'opml' else value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _toml_string(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        pairs = (f"{key if _BARE_KEY.fullmatch(key) else _toml_string(key)} = {_toml(v)}" for key, v in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return repr(value)


def _toml_string(text: str) -> str:
    if "\\" in text and "'" not in text and not _ESCAPED.search(text.replace("\\", "").replace('"', "")):
        return f"'{text}'"
    return '"' + _ESCAPED.sub(lambda sign: _SHORT.get(sign[0], f"\\u{ord(sign[0]):04x}"), text) + '"'
