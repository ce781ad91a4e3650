"""The feed of issues for programs that would rather not read XML: JSON Feed 1.1 (jsonfeed.org). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.archive.feeds.entries import Channel, FeedEntry, harmless, instant


def json_feed(channel: Channel, entries: Sequence[FeedEntry]) -> str:
    """Write the feed; `entries` newest first, may be empty."""
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "description": channel.subtitle,
        "language": channel.language,
        "authors": [{"name": channel.author}],
    }
    return in_lines(_given(head), "items", [_given(_item(entry)) for entry in entries])


def in_lines(head: Mapping[str, object], name: str, items: Sequence[object]) -> str:
    """JSON as it lies in the site: an object of the head's fields and a list of that name, a line for each item."""
    listed = ",\n".join(map(_dumped, items))
    return harmless(f'{_dumped(head)[:-1]}, "{name}": [\n{listed}\n]}}\n')


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _item(entry: FeedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content,
        "image": entry.picture,
        "date_published": instant(entry.published),
        "date_modified": instant(entry.updated),
        "tags": list(entry.tags),
    }


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; an item needs its content whatever it is."""
    return {name: value for name, value in fields.items() if value or name == "content_html"}
