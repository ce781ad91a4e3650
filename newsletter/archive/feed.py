"""The feed of issues, with their full text: Atom (RFC 4287). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from newsletter.model.issue import Issue, Renditions, Wording

_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.S)
#: What a feed reader must not or need not show: contents that link within the page.
_CONTENTS = re.compile(r'<nav class="contents".*?</nav>\n?', re.S)
#: XML 1.0, 2.2 forbids these even as references.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(issues: Sequence[tuple[Issue, Renditions]], wording: Wording) -> str:
    """Write the feed; `issues` newest first, may be empty. The publication must have an address."""
    home = f"{wording.base_url}/"
    updated = _instant(issues[0][0].date if issues else date(1970, 1, 1))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_attribute(wording.language)}>',
        f"<title>{_text(wording.name)}</title>",
        *([f"<subtitle>{_text(wording.tagline)}</subtitle>"] if wording.tagline else []),
        f"<id>{_text(home)}</id>",
        f"<updated>{updated}</updated>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(home + "feed.xml")}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(home)}/>',
        f"<author><name>{_text(wording.name)}</name></author>",
        *(line for issue, renditions in issues for line in _entry(issue, renditions, home)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(issue: Issue, renditions: Renditions, home: str) -> list[str]:
    address = f"{home}issues/{issue.week}/"
    instant = _instant(issue.date)
    main = _MAIN.search(renditions.page)
    content = _CONTENTS.sub("", main[1]).strip() if main else ""
    return [
        "<entry>",
        f"<title>{_text(issue.title)}</title>",
        f"<id>{_text(address)}</id>",
        f'<link rel="alternate" type="text/html" href={_attribute(address)}/>',
        f"<published>{instant}</published>",
        f"<updated>{instant}</updated>",
        *([f"<summary>{_text(issue.preheader)}</summary>"] if issue.preheader else []),
        f'<content type="html" xml:base={_attribute(address)}>{_text(content)}</content>',
        "</entry>",
    ]


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _text(words: str) -> str:
    return escape(_FORBIDDEN.sub("", words))


def _attribute(words: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", words))
