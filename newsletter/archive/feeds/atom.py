"""A feed of issues, with their full text: Atom (RFC 4287). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from newsletter.archive.feeds.entries import Channel, FeedEntry, harmless, instant, midnight


def atom(channel: Channel, entries: Sequence[FeedEntry]) -> str:
    """Write the feed; `entries` newest first, may be empty. It is as new as its newest entry."""
    latest = max((entry.updated for entry in entries), default=midnight(date(1970, 1, 1)))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_attribute(channel.language)}>',
        f"<title>{_text(channel.title)}</title>",
        *([f"<subtitle>{_text(channel.subtitle)}</subtitle>"] if channel.subtitle else []),
        f"<id>{_text(_id_of(channel))}</id>",
        f"<updated>{instant(latest)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(channel.address)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(channel.home)}/>',
        f"<author><name>{_text(channel.author)}</name></author>",
        *(line for entry in entries for line in _entry(entry)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _id_of(channel: Channel) -> str:
    """The site's address for the feed of whole issues, which had it before there were others."""
    return channel.home if channel.address == f"{channel.home}feed.xml" else channel.address


def _entry(entry: FeedEntry) -> list[str]:
    return [
        "<entry>",
        f"<title>{_text(entry.title)}</title>",
        f"<id>{_text(entry.id)}</id>",
        f'<link rel="alternate" type="text/html" href={_attribute(entry.address)}/>',
        f"<published>{instant(entry.published)}</published>",
        f"<updated>{instant(entry.updated)}</updated>",
        *(f"<category term={_attribute(tag)}/>" for tag in entry.tags),
        *([f"<summary>{_text(entry.summary)}</summary>"] if entry.summary else []),
        f'<content type="html">{_text(entry.content)}</content>',
        "</entry>",
    ]


def _text(words: str) -> str:
    return escape(harmless(words), quote=False)


def _attribute(words: str) -> str:
    return f'"{escape(harmless(words))}"'
