"""Feeds and sections as outlines of an OPML list: names, paths, attributes. Pure.

An attribute that our keys give by themselves is not kept; any other is, in the key `opml`, under the name and
with the namespace declaration ("xmlns:…") that it had. So a list that is imported and exported says the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from newsletter.links import host_of, looks_like_address, printed, with_scheme
from newsletter.model.feeds import Feed
from newsletter.text import nfc, one_line

#: The namespace of those of our keys that OPML has no attribute for.
OWN = "urn:tech-pulse:feeds"
#: The key in `opml` that names the attributes, blanks between, which an outline does not have and would be given.
WITHOUT = "(without)"
#: The attributes that we read, by their names in small letters (http://opml.org/spec2.opml).
OPML_NAMES: Mapping[str, str] = {
    name.lower(): name for name in ("text", "title", "type", "xmlUrl", "htmlUrl", "language", "isComment", "url")
}

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = rf"[{_START}][-.0-9\u00b7\u0300-\u036f\u203f\u2040{_START}]*"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_SLASH = re.compile(r"\\*/")
_FEED_TYPES = ("rss", "atom", "rdf", "feed", "rss1", "rss2", "atom1")
#: Namespaces that have their prefix once for all, or are ours to write.
_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/", OWN)
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_QUOTED = str.maketrans({" ": "%20", '"': "%22", "<": "%3C", ">": "%3E", "\t": None, "\n": None, "\r": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of feeds, as a [[section]] of feeds.toml names it; most groups need none."""

    #: The names from the outermost group to this one, as `section_path` joins them.
    name: str
    #: Attributes of its outline that the name does not give, as (name, value).
    opml: tuple[tuple[str, str], ...] = ()
    #: Where feeds.toml names it; 0 if built elsewhere.
    line: int = 0


# Paths ---------------------------------------------------------------------------------------------


def section_path(groups: Sequence[str]) -> str:
    r"""The names of nested groups as one line, "AI / Labs"; a slash that stands alone in a name is typed \/."""
    return " / ".join(_slashes(group, "\\", 0) for group in groups)


def section_groups(path: str) -> tuple[str, ...]:
    """The groups that a path names, outermost first; empty for ""."""
    groups: list[list[str]] = [[]]
    for word in path.split():
        if word == "/":
            groups.append([])
        else:
            groups[-1].append(word)
    return tuple(_slashes(" ".join(group), "", 1) for group in groups if group)


def _slashes(name: str, put: str, cut: int) -> str:
    return " ".join(put + word[cut:] if _SLASH.fullmatch(word) else word for word in name.split(" "))


# Values --------------------------------------------------------------------------------------------


def as_line(typed: str) -> str:
    """A text of an attribute as one line for people, NFC; "" if nothing is to be seen in it."""
    return nfc(one_line(_CONTROLS.sub(" ", typed)))


def web_address(typed: str) -> str:
    """The http or https address that is meant: "feed:" before it and blanks inside are mended; "" if there is none."""
    text = typed.strip().translate(_QUOTED)
    if text.lower().startswith("feed:"):
        rest = text[5:].removeprefix("//")
        text = rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest}"
    elif text.startswith("//"):
        text = f"https:{text}"
    elif ":" not in text.partition("/")[0] and looks_like_address(text):
        text = with_scheme(text)
    return text if is_web(text) else ""


def is_web(address: str) -> bool:
    """Whether it is an http or https address with a host and without a user's name."""
    return address.strip().lower().startswith(("http://", "https://")) and printed(address) is not None


def plain_address(url: str) -> str:
    """For telling twins among feeds: without scheme and last slash, small letters."""
    return url.partition("://")[2].rstrip("/").lower()


def xml_text(text: str) -> str:
    """The text with a mark in place of every sign that XML 1.0 cannot hold (section 2.2)."""
    return _NOT_XML.sub("\ufffd", text)


def _is_name(text: str) -> bool:
    """Whether XML allows it as a name without a prefix. Compiled when it is first asked: few feeds have attributes."""
    return re.fullmatch(_NAME, text) is not None


def attribute_faults(opml: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What in a table `opml` cannot stand in an outline, as (key, sentence), in order of the table."""
    seen: set[tuple[str, str]] = set()
    for key, value in opml.items():
        if key == WITHOUT:
            continue
        prefix, colon, name = key.rpartition(":")
        if not _is_name(name) or name == "xmlns" or (colon and not _is_name(prefix)):
            yield key, f'"{as_line(key)}" is no name of an attribute.'
        elif prefix == "xmlns" and (name == "xml" or not value or value in _RESERVED):
            yield key, f'"{key}" cannot be declared as "{as_line(value)}".'
        elif prefix not in ("", "xmlns", "xml") and f"xmlns:{prefix}" not in opml:
            yield key, f'The namespace of "{key}" is not given: it needs  "xmlns:{prefix}" = "…"  beside it.'
        elif _NOT_XML.search(value):
            yield key, f'"{key}" holds a control character that OPML has no way to write.'
        elif (whole := (opml.get(f"xmlns:{prefix}", prefix), name)) in seen:
            yield key, f'"{key}" is the same attribute as one before it.'
        else:
            seen.add(whole)


# A feed and its outline ----------------------------------------------------------------------------


def feed_of(attributes: Mapping[str, str], own: Mapping[str, str], *, section: str, line: int) -> Feed | None:
    """The feed of an outline, its id "" if our own attributes give none; None if it has no address to fetch.

    `attributes` bear OPML's names and prefixed ones, `own` are those of our namespace by their local names, all
    of them sound (`own_fault`).
    """
    url = web_address(feed_address(attributes))
    if not url:
        return None
    ours: dict[str, Any] = {"id": ""} | {key: _OWN_KEYS[key].read(value) for key, value in own.items()}
    feed = Feed(
        **{"enabled": not _commented(attributes)} | ours,
        name=_name(attributes, url),
        url=url,
        site=web_address(attributes.get("htmlUrl", "")),
        section=section,
        language=_language(attributes.get("language", "")),
        line=line,
    )
    return replace(feed, opml=kept_attributes(attributes, _given(feed)))


def feed_address(attributes: Mapping[str, str]) -> str:
    """The address of a feed as its outline has it: xmlUrl, or url where the type is that of a feed; "" if none."""
    typed = attributes.get("xmlUrl", "").strip()
    if not typed and attributes.get("type", "").strip().lower() in _FEED_TYPES:
        return attributes.get("url", "").strip()
    return typed


def outline_of(feed: Feed) -> dict[str, str]:
    """The attributes of a feed's outline without our own; the inverse of `feed_of`.

    An attribute kept from an import counts while it still says what our key says.
    """
    kept = dict(feed.opml)
    given = _given(feed)
    lacking = _lacking(kept)
    said = {
        "text": _name({"title": kept.get("title", "" if "title" in lacking else feed.name), **kept}, feed.url)
        == feed.name,
        "xmlUrl": web_address(kept.get("xmlUrl", "")) == feed.url,
        "htmlUrl": web_address(kept.get("htmlUrl", "")) == feed.site,
        "language": _language(kept.get("language", "")) == feed.language,
    }
    shown = {key: value for key, value in given.items() if key not in lacking}
    return shown | {key: value for key, value in kept.items() if key != WITHOUT and said.get(key, True)}


def group_attributes(name: str, kept: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a group's outline: its own name, and what was kept of an import."""
    shown = {key: name for key in ("text", "title") if key not in _lacking(kept)}
    typed = {key: value for key, value in kept.items() if key != WITHOUT}
    if "text" in typed and group_name({"title": typed.get("title", name), **typed}) != name:
        del typed["text"]
    return shown | typed


def group_name(attributes: Mapping[str, str]) -> str:
    """The name of a group by its outline; never empty."""
    return as_line(attributes.get("text", "")) or as_line(attributes.get("title", "")) or "Untitled"


def kept_attributes(attributes: Mapping[str, str], given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those attributes that are not as we would give them, and after them which would be given and are not there."""
    kept = [(key, value) for key, value in attributes.items() if given.get(key) != value]
    lacking = " ".join(key for key in given if key in ("title", "type") and key not in attributes)
    return (*kept, (WITHOUT, lacking)) if lacking else tuple(kept)


def group_opml(attributes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What is to be kept of a group's attributes; empty for most."""
    name = group_name(attributes)
    return kept_attributes(attributes, {"text": name, "title": name})


def _given(feed: Feed) -> dict[str, str]:
    """The attributes that most lists give a feed."""
    given = {"text": feed.name, "title": feed.name, "type": "rss", "xmlUrl": feed.url}
    more = {"htmlUrl": feed.site, "language": feed.language}
    return given | {key: value for key, value in more.items() if value}


def _lacking(kept: Mapping[str, str]) -> tuple[str, ...]:
    """OPML 2.0 wants the text of every outline, so that is never left out."""
    return tuple(key for key in kept.get(WITHOUT, "").split() if key in ("title", "type"))


def _name(attributes: Mapping[str, str], url: str) -> str:
    return as_line(attributes.get("text", "")) or as_line(attributes.get("title", "")) or as_line(host_of(url)) or url


def _language(typed: str) -> str:
    return typed if _LANGUAGE.fullmatch(typed) else ""


def _commented(attributes: Mapping[str, str]) -> bool:
    return attributes.get("isComment", "").strip().lower() == "true"


# Our own attributes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OwnKey:
    read: Callable[[str], Any]
    show: Callable[[Any], str]
    sound: Callable[[Any], bool]


def own_attributes(feed: Feed) -> dict[str, str]:
    """What of a feed has no attribute in OPML and is not as usual, by local name; the id is left out."""
    usual = Feed(id="", name="", url="", enabled=not _commented(dict(feed.opml)))
    return {
        key: way.show(getattr(feed, key))
        for key, way in _OWN_KEYS.items()
        if key != "id" and getattr(feed, key) != getattr(usual, key)
    }


def own_fault(key: str, value: str) -> str:
    """Why an attribute of our namespace cannot be used; "" if it can."""
    way = _OWN_KEYS.get(key)
    if way is None:
        return f'"{as_line(key)}" is no attribute that we know.'
    try:
        sound = way.sound(way.read(value))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, re.error):
        sound = False
    return "" if sound else f'"{key}" cannot be "{as_line(value)[:80]}".'


def _switch(typed: str) -> bool:
    return {"true": True, "false": False}[typed]


def _patterns(typed: str) -> tuple[str, ...]:
    found = json.loads(typed)
    if not isinstance(found, list):
        raise TypeError(typed)
    return tuple(found)


def _are_patterns(found: tuple[str, ...]) -> bool:
    return all(re.compile(pattern) for pattern in found)


def sound_id(typed: str) -> bool:
    return bool(_ID.fullmatch(typed))


def sound_user_agent(typed: str) -> bool:
    """Whether it can stand in a header of a request (RFC 9110, 5.5): printable ASCII."""
    return all("\x20" <= sign <= "\x7e" for sign in typed)


_SWITCH = _OwnKey(_switch, lambda on: "true" if on else "false", lambda _: True)
_LIST = _OwnKey(_patterns, lambda found: json.dumps(found, ensure_ascii=False), _are_patterns)
_OWN_KEYS: Mapping[str, _OwnKey] = {
    "id": _OwnKey(str, str, sound_id),
    "weight": _OwnKey(float, repr, lambda weight: 0 <= weight <= 1),
    "aggregator": _SWITCH,
    "include": _LIST,
    "exclude": _LIST,
    "max_items": _OwnKey(int, str, lambda most: most >= 0),
    "enabled": _SWITCH,
    "intranet": _SWITCH,
    "user_agent": _OwnKey(str, str, sound_user_agent),
}
