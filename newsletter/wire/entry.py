"""One entry of a well-formed feed: an element into what it says. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml.etree import _Element as Element

from newsletter.model.news import RawEntry
from newsletter.wire.dates import read_date
from newsletter.wire.inline import atom_text, inner, joined, rebased

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MAIL = re.compile(r"[^\s@]{1,100}@\S{1,200}")
_AUTHOR = 400
#: Media types of pages, as they are written.
PAGES = frozenset(("html", "text/html", "xhtml", "application/xhtml+xml"))
_POINTS = re.compile(r"-?[0-9]{1,9}")
_WANTED = frozenset(
    """title id link original published updated created description dc:description itunes:summary media:description
    content author itunes:author language kind media:title comments re:rank""".split()
)
#: The publisher's own words before those of modules, in this order.
_SUMMARIES = ("description", "dc:description", "itunes:summary", "media:description")
_OF_A_PERSON = frozenset(("uri", "url", "email", "homepage"))
_Told = dict[str, list[Element]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an entry takes from the document around it."""

    #: What its addresses are relative to, absolute.
    base: str
    #: As declared for the whole feed; may be empty.
    language: str
    #: Whether texts say of themselves what they are; in RSS all count as markup.
    atom: bool
    #: From an element's tag and prefix to its name (`vocabulary.names`).
    name: Callable[[str, str | None], str]
    #: Whether `base` comes from an xml:base, so that addresses in its texts are relative to it too.
    rebased: bool = False


def read_entry(element: Element, setting: Setting) -> RawEntry:
    """Read an item or entry element. Elements deeper inside count only where Media RSS groups them."""
    told: _Told = {}
    for child in element:
        key = setting.name(str(child.tag), child.prefix)
        if key in _WANTED:
            told.setdefault(key, []).append(child)
        elif key in ("media:group", "media:content"):
            _gather_media(child, told, setting)
    title, title_is_html, language = _title(told, setting)
    own_id = _first(told, "id") or (element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "").strip()
    return RawEntry(
        id=own_id,
        title=title,
        title_is_html=title_is_html,
        link=_link(told, own_id, setting),
        published=_published(told),
        summary=next((text for key in _SUMMARIES for text in _texts(told, key, setting)), ""),
        content=next(_texts(told, "content", setting), ""),
        author=_author(told, setting),
        language=_first(told, "language") or language or _language(element) or setting.language,
        kind=_first(told, "kind").lower()[:40],
        discussion=_discussion(told, setting),
        points=points_of(_last(told, "re:rank")),
    )


def _gather_media(group: Element, told: _Told, setting: Setting) -> None:
    for child in group:
        key = setting.name(str(child.tag), child.prefix)
        if key in ("media:title", "media:description"):
            told.setdefault(key, []).append(child)
        elif key == "media:content":
            for one in child:
                inside = setting.name(str(one.tag), one.prefix)
                if inside in ("media:title", "media:description"):
                    told.setdefault(inside, []).append(one)


def _first(told: _Told, key: str) -> str:
    return next((text for one in told.get(key, ()) if (text := (one.text or "").strip())), "")


def _last(told: _Told, key: str) -> str:
    return (told[key][-1].text or "").strip() if key in told else ""


def _title(told: _Told, setting: Setting) -> tuple[str, bool, str]:
    """The title, whether it is markup, and its own language."""
    for key in ("title", "media:title"):
        for one in told.get(key, ()):
            text, is_html = atom_text(one) if setting.atom else (inner(one), True)
            if text:
                return text, is_html, _language(one)
        if key in told:
            # A title that says nothing is still the entry's: that of a clip in it does not take its place.
            break
    return "", not setting.atom, ""


def _language(element: Element) -> str:
    return (element.get(_LANG) or "").replace("_", "-")


def _texts(told: _Told, key: str, setting: Setting) -> Iterator[str]:
    """The elements' texts as markup, those that say nothing left out."""
    for one in told.get(key, ()):
        if setting.atom:
            text, is_html = atom_text(one)
            text = text if is_html else html.escape(text, quote=False)
        else:
            text = inner(one)
        if text:
            own = one.get(_BASE)
            if own or setting.rebased:
                text = rebased(text, joined(setting.base, own.strip()) if own else setting.base)
            yield text


def _link(told: _Told, own_id: str, setting: Setting) -> str:
    """The address of the page: the publisher's original, else the HTML alternate, else a permanent id."""
    if original := _first(told, "original"):
        return joined(setting.base, original)
    other = ""
    for one in told.get("link", ()):
        address = (one.get("href") or one.get("url") or one.get("uri") or one.text or "").strip()
        if not address or (one.get("rel") or "alternate").strip().lower() != "alternate":
            continue
        own = one.get(_BASE)
        link = joined(joined(setting.base, own.strip()) if own else setting.base, address)
        if (kind := (one.get("type") or "").strip().lower()) in PAGES or not kind:
            return link
        other = other or link
    if other:
        return other
    permanent = next((one.get("isPermaLink") or one.get("ispermalink") or "true" for one in told.get("id", ())), "true")
    return own_id if permanent.strip().lower() == "true" and own_id.startswith(("http://", "https://")) else ""


def _discussion(told: _Told, setting: Setting) -> str:
    """Where readers talk about it, as published; a feed of their replies is no page (RFC 4685, 4)."""
    if said := _last(told, "comments"):
        return said
    for one in told.get("link", ()):
        address = (one.get("href") or "").strip()
        is_page = (one.get("type") or "").strip().lower() in PAGES
        if address and is_page and (one.get("rel") or "").strip().lower() == "replies":
            own = one.get(_BASE)
            return joined(joined(setting.base, own.strip()) if own else setting.base, address)
    return ""


def points_of(written: str) -> int | None:
    """A number of votes as an aggregator writes it, 0 for fewer; None if it is no whole number."""
    return max(0, int(written)) if _POINTS.fullmatch(written) else None


def _published(told: _Told) -> datetime | None:
    """The date of publication, else of the last change, else of creation; of several the last; UTC."""
    for key in ("published", "updated", "created"):
        for one in reversed(told.get(key, ())):
            if (date := read_date(one.text or "")) is not None:
                return date
    return None


def _author(told: _Told, setting: Setting) -> str:
    """Names joined by commas, without mailboxes."""
    for key in ("author", "itunes:author"):
        names = (_MAIL.sub("", _name(one, setting)[:_AUTHOR]).strip(" ()<>,") for one in told.get(key, ()))
        if joined_names := ", ".join(dict.fromkeys(name for name in names if name)):
            return joined_names
    return ""


def _name(person: Element, setting: Setting) -> str:
    """The name that an Atom person has as an element, else the words that stand there (RFC 4287, 3.2)."""
    parts = {setting.name(str(child.tag), child.prefix).rpartition(":")[2]: child for child in person}
    if "name" in parts:
        return (parts["name"].text or "").strip()
    if not parts or parts.keys() & _OF_A_PERSON:
        return (person.text or "").strip()
    return " ".join("".join(map(str, person.itertext())).split())
