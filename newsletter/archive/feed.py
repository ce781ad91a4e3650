"""The feed of issues, with their full text: Atom (RFC 4287). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape, quoteattr

from newsletter.clock import write_instant
from newsletter.model.issue import Issue, Renditions, Wording
from newsletter.model.week import Week

_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.S)
#: What a feed reader must not or need not show: contents that link within the page.
_CONTENTS = re.compile(r'<nav class="contents".*?</nav>\n?', re.S)
#: XML 1.0, 2.2 forbids these even as references.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    issues: Sequence[tuple[Issue, Renditions]], wording: Wording, *, corrected: Mapping[Week, datetime] | None = None
) -> str:
    """Write the feed; `issues` newest first, may be empty. The publication must have an address.

    `corrected` says when an issue was put right last: it is as new as that, and stands where it stood.
    """
    home = f"{wording.base_url}/"
    updated = {issue.week: _updated(issue, (corrected or {}).get(issue.week)) for issue, _ in issues}
    latest = max(updated.values(), default=_midnight(date(1970, 1, 1)))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_attribute(wording.language)}>',
        f"<title>{_text(wording.name)}</title>",
        *([f"<subtitle>{_text(wording.tagline)}</subtitle>"] if wording.tagline else []),
        f"<id>{_text(home)}</id>",
        f"<updated>{_instant(latest)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(home + "feed.xml")}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(home)}/>',
        f"<author><name>{_text(wording.name)}</name></author>",
        *(line for issue, renditions in issues for line in _entry(issue, renditions, home, updated[issue.week])),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(issue: Issue, renditions: Renditions, home: str, updated: datetime) -> list[str]:
    address = f"{home}issues/{issue.week}/"
    main = _MAIN.search(renditions.page)
    content = _CONTENTS.sub("", main[1]).strip() if main else ""
    return [
        "<entry>",
        f"<title>{_text(issue.title)}</title>",
        f"<id>{_text(address)}</id>",
        f'<link rel="alternate" type="text/html" href={_attribute(address)}/>',
        f"<published>{_instant(_midnight(issue.date))}</published>",
        f"<updated>{_instant(updated)}</updated>",
        *([f"<summary>{_text(issue.preheader)}</summary>"] if issue.preheader else []),
        f'<content type="html" xml:base={_attribute(address)}>{_text(content)}</content>',
        "</entry>",
    ]


def _updated(issue: Issue, corrected: datetime | None) -> datetime:
    published = _midnight(issue.date)
    return published if corrected is None else max(published, corrected)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _instant(instant: datetime) -> str:
    return write_instant(instant.replace(microsecond=0))


def _text(words: str) -> str:
    return escape(_FORBIDDEN.sub("", words))


def _attribute(words: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", words))
