"""What feeds are made of: the publication, and its issues as feed readers show them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from html import escape, unescape
from urllib.parse import quote, urljoin

from newsletter.clock import write_instant

_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.S)
#: What a feed reader must not or need not show: contents that link within the page.
_CONTENTS = re.compile(r'<nav class="contents".*?</nav>\n?', re.S)
#: The sign that links a part of the page to itself: it has no words, and its style stays behind.
_HERE = re.compile(r' ?<a class="here"[^>]*></a>')
#: A tag with its attributes; what looks like one in running text is escaped.
_TAG = re.compile(r'<[a-z](?:[^<>"]|"[^"]*")*>')
_ADDRESS = re.compile(r'(?<=\s)(href|src)="([^"]*)"')
#: XML 1.0, 2.2 forbids these even as references; JSON could bear them, and nobody means them.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed as a whole."""

    title: str
    #: "" if there is none.
    subtitle: str
    language: str
    #: Who writes it.
    author: str
    #: The site's address, with a final slash; and the feed's own.
    home: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One issue, or a part of it, in a feed. Addresses are absolute."""

    #: Kept for ever: a feed reader shows an entry again whose id has changed.
    id: str
    #: The issue's page.
    address: str
    title: str
    published: datetime
    #: Never before `published`.
    updated: datetime
    #: One sentence; "" if there is none.
    summary: str
    #: HTML; every address in it is absolute.
    content: str
    tags: tuple[str, ...] = ()
    #: The issue's picture; "" if there is none.
    picture: str = ""


def page_address(base_url: str, place: str) -> str:
    """The address of an issue's page, below a site's address without a final slash."""
    return f"{base_url}/issues/{quote(place)}/"


def content_of(page: str, address: str) -> str:
    """What a feed shows of an issue's page that lies at `address`: what stands in <main>, with absolute addresses.

    Empty if there is no <main>.
    """
    main = _MAIN.search(page)
    if main is None:
        return ""
    return _TAG.sub(lambda tag: _led_out(tag[0], address), _HERE.sub("", _CONTENTS.sub("", main[1]))).strip()


def _led_out(tag: str, address: str) -> str:
    return _ADDRESS.sub(lambda m: f'{m[1]}="{_absolute(m[2], address)}"', tag)


def _absolute(typed: str, address: str) -> str:
    """The address, escaped as it was; one that nobody can read stays as it is."""
    try:
        return escape(urljoin(address, unescape(typed)))
    except ValueError:
        return typed


def midnight(day: date) -> datetime:
    """The first instant of a day, UTC: no feed needs to know the hour at which an issue left."""
    return datetime.combine(day, time(), tzinfo=UTC)


def instant(when: datetime) -> str:
    """RFC 3339, whole seconds."""
    return write_instant(when.replace(microsecond=0))


def harmless(words: str) -> str:
    """Without signs that XML forbids."""
    return _FORBIDDEN.sub("", words)
