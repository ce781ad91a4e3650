"""Issues that go to the limits: a full one, whole ones in Arabic and Japanese, a bare one, a hostile one. I/O: disk"""

from __future__ import annotations

import hashlib
import struct
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.model.issue import (
    Credit,
    Explainer,
    Image,
    Issue,
    PrintedStory,
    PrintedTake,
    Reference,
    Sibling,
    TermLink,
    ToldCorrection,
    Wording,
)
from newsletter.model.week import Week

HERE = Path(__file__).parent
WEEK = Week(2026, 47)
SITE = "https://pulse.example.com"
MEMBERS = {"yoga": "Yoga", "dika": "Dika", "firman": "Firman", "rani": "Rani", "hana": "Hana 花", "amal": "أمل"}

_HEADLINE_300 = (
    "Why every second headline of this week is about headlines: " + "a long story told at length, " * 8 + "in full."
)
#: What a feed, a file or a person with bad manners may write into a text of one line.
_LINE = (
    'A & B <b>bold</b> <script>alert(1)</script> "q" {{ 7 * 7 }} {% if %} @@UNSUBSCRIBE@@ <img src=x onerror=alert(2)>'
)
#: And into a text of Markdown.
_TEXT = """<script>alert(1)</script><style>body{display:none}</style>
<div onclick="alert(2)"><b>An unclosed tag, and <i>another

[run](javascript:alert(3)) [data](data:text/html,x) [up](../../../etc/passwd) [host](//evil.example/x)

<a href="javascript:alert(4)" onmouseover="alert(5)">click</a> <iframe src="https://evil.example/"></iframe>

![p](https://evil.example/pixel.gif) ![q](../../../../etc/passwd) ![r](javascript:alert(6))

<form action="https://evil.example/"><input name=a value="<!--"><button>Send</button></form>

</td></tr></table></div></body></html> <!--[if mso]> <p>only Outlook</p> <![endif]--> <!-- never closed

| a | b
|---|---
| `</code></pre>` | <svg onload=alert(7)>

```html
</pre></code><script>alert(8)</script>
```

### <img src=x onerror=alert(9)> ###

@@UNSUBSCRIBE@@ {{ issue }} {% raw %} &lt;script&gt; \u202eright to left\u202c \u0000null"""


@cache
def _told() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "stress.toml").read_text(encoding="utf-8"))


def issues() -> dict[str, Issue]:
    """Every one of them by its name."""
    return {
        "stress": stress(),
        "arabic": whole("arabic", "ar"),
        "japanese": whole("japanese", "ja"),
        "headlines": headlines_only(),
        "hostile": hostile(),
    }


def picture() -> bytes:
    """The picture of the stress issue's explainer: five boxes in a row, as a PNG of 1200 by 480 (grey, eight bits)."""
    width, height = 1200, 480
    edge = [0x5B if 40 <= x % 240 < 200 else 0xF4 for x in range(width)]
    inner = [0x9A if 80 <= x % 240 < 160 else tone for x, tone in enumerate(edge)]
    rows = (bytes([0xF4] * width), bytes(edge), bytes(inner))
    lines = b"".join(b"\0" + rows[(90 <= y < 390) + (190 <= y < 290)] for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")


def stress() -> Issue:
    """24 stories with 40 takes, one take apart, and of all else that an issue can hold at least one."""
    told = _told()
    earlier = _reference(WEEK.after(-3), "Week #44 2026 - Feature Flags")
    stories = _stories(told["story"], "en")
    siblings = (
        Sibling(
            id="forget-two", headline="Lethe's makers on why twelve", link=_link("forget-two"), source="The Night Desk"
        ),
        Sibling(
            id="forget-ar", headline="متصفح ينسى كل شيء", link=_link("forget-ar"), source="منبر التقنية", language="ar"
        ),
        Sibling(id="forget-three", headline="What forgetting costs a shop", link=_link("forget-three")),
    )
    first = stories[0]
    return Issue(
        week=WEEK,
        number=112,
        title="Week #47 2026 - Caching, or Who Clears This",
        subject="Week #47 2026 - Caching, or Who Clears This",
        topic="Caching, or Who Clears This",
        date=_friday(WEEK),
        wording=_wording("Tech Pulse", "The week, read together", "en"),
        preheader="A browser that forgets everything, and why a cached page is a promise that somebody must keep.",
        intro="It was a week of **forgetting**: a browser that does it by design, a province by sorting. "
        "Next week we are on holiday; the [archive](https://pulse.example.com/) is not.",
        explainer=Explainer(
            path="issues/explainers/caching.md",
            title="Caching, or Who Clears This",
            subtitle="Five places for a copy, three promises, and the one line of code that everybody forgets.",
            body=(HERE / "stress_explainer.md").read_text(encoding="utf-8"),
            tldr="- A cached value is a **promise** about time: say how old an answer may be.\n"
            "- Copies made together expire together; add `jitter` to every lifetime.\n"
            "- Never let a page that knows a name out without `private`.\n"
            "- Decide *who clears it*, and let them practise.",
            author="Rani",
            level="Intermediate",
            tags=("operations", "web"),
            series="How the web keeps up",
            part="2",
            sources=("https://www.example.org/rfc9111", "https://library.example.com/stale?edition=2&lang=en"),
            base_url="https://pulse.example.com/",
        ),
        stories=(
            replace(first, thread=siblings),
            *stories[1:],
        ),
        apart=(
            _take({"member": "hana", "text": "Nothing of this week. I reread our note on feature flags and found that "
                   "**nine of eleven** are still on."}, "en"),
            _take({"member": "dika", "text": "To all who wrote about the taps of Porto: thank you, it is up."}, "en",
                  about=earlier),
        ),
        headlines=tuple(
            PrintedStory(
                id=one["id"], headline=one["headline"], link=_link(one["id"]), source=one["source"],
                language=one.get("language", ""), published=_friday(WEEK) - timedelta(days=at),
            )
            for at, one in enumerate(told["headline"])
        ),
        previous=_reference(WEEK.after(-1), "Week #46 2026 - Reading a Flame Graph"),
        corrections=(
            ToldCorrection(reference=earlier, day=date(2026, 11, 18),
                           text="We wrote that a flag costs *nothing*. It costs a branch.\n\n- Thanks to Ayu."),
        ),
        terms=(
            TermLink(term="content network", link=f"{SITE}/issues/2026-W12/", title="Content networks (2026-W12)"),
            TermLink(term="hit rate", link=f"{SITE}/issues/2026-W30/", title="Hit rates (2026-W30)"),
        ),
        images=(
            Image(typed="images/five-places.png", path="issues/explainers/images/five-places.png",
                  name="images/five-places.png", width=1200, height=480, sha256=hashlib.sha256(picture()).hexdigest()),
        ),
    )  # fmt: skip


def whole(name: str, language: str) -> Issue:
    """An issue wholly in one language, with a story and a take in another."""
    told = _told()[name]
    return Issue(
        week=WEEK,
        number=9,
        title=told["title"],
        subject=told["title"],
        topic=told["topic"],
        date=_friday(WEEK),
        wording=_wording(told["name"], told["tagline"], language),
        preheader=told["tagline"],
        explainer=Explainer(
            path="explainer.md", title=told["topic"], body=told["body"], tldr=told["tldr"], level=told["level"]
        ),
        stories=_stories(told["story"], language),
        previous=_reference(WEEK.after(-1), told["title"]),
    )


def headlines_only() -> Issue:
    """A week in which nobody wrote a word, of a publication without a site."""
    return Issue(
        week=WEEK,
        number=1,
        title="Week #47 2026",
        subject="Week #47 2026",
        topic="",
        date=_friday(WEEK),
        wording=Wording(name="Tech Pulse"),
        headlines=tuple(
            PrintedStory(id=one["id"], headline=one["headline"], link=_link(one["id"]), source=one["source"])
            for one in _told()["headline"][:2]
        ),
    )


def hostile() -> Issue:
    """Markup, scripts, dead addresses and endless words in every field that a person or a feed fills."""
    emoji, word = "🧨🔥👩‍👩‍👧‍👦🏳️‍🌈", "x" * 400
    take = PrintedTake(
        author=_LINE, author_link="javascript:alert(1)", member="m", text=_TEXT, language='en" onload="x'
    )
    story = PrintedStory(
        id="hostile-1",
        headline=_HEADLINE_300,
        link="https://news.example.com/?a=1&b=%22%3E%3Cscript%3E",
        source=_LINE,
        published=_friday(WEEK),
        summary=_LINE,
        also_covered=(Credit(source=_LINE, link="javascript:alert(1)"), Credit(source=word, link="data:text/html,x")),
        takes=(
            take,
            PrintedTake(author=emoji, member="e", text=word),
            PrintedTake(author="م", member="f", text="\u202e"),
        ),
        thread=(Sibling(id="hostile-2", headline=_LINE, link="javascript:alert(1)", source=_LINE),),
    )
    return Issue(
        week=WEEK,
        number=1,
        title=emoji,
        subject=emoji,
        topic=_LINE,
        date=_friday(WEEK),
        wording=_wording(_LINE, _LINE, "en", pulse_intro=_LINE, postal_address=_LINE, news_heading=_LINE),
        preheader=_LINE,
        intro=_TEXT,
        explainer=Explainer(
            path="explainer.md",
            title=_LINE,
            subtitle=_LINE,
            body=_TEXT,
            tldr=_TEXT,
            author=_LINE,
            level=_LINE,
            series=_LINE,
            part=_LINE,
            sources=("javascript:alert(1)", "https://www.example.org/?q=<script>"),
            base_url="https://pulse.example.com/",
        ),
        stories=(
            story,
            PrintedStory(id="hostile-3", headline=_LINE, link="", takes=(take,)),
            PrintedStory(id="hostile-4", headline=word, link=f"https://{'h' * 60}.example.com/{word}", takes=(take,)),
        ),
        apart=(take,),
        headlines=(PrintedStory(id="hostile-5", headline=emoji, link="vbscript:x", source=word),),
        previous=_reference(WEEK.after(-1), _LINE),
        corrections=(ToldCorrection(reference=_reference(WEEK.after(-2), _LINE), day=_friday(WEEK), text=_TEXT),),
    )


# Its parts -----------------------------------------------------------------------------------------


def _stories(told: Sequence[Mapping[str, Any]], language: str) -> tuple[PrintedStory, ...]:
    return tuple(
        PrintedStory(
            id=one["id"],
            headline=one["headline"],
            link=_link(one["id"]),
            source=one["source"],
            published=_friday(WEEK) - timedelta(days=at % 6),
            summary=one.get("summary", ""),
            language=one.get("language", ""),
            also_covered=tuple(
                Credit(source=name, link=f"https://news.example.org/{one['id']}/{n}?from=feed&n={n}")
                for n, name in enumerate(one.get("also", ()))
            ),
            takes=tuple(_take(take, language) for take in one.get("take", ())),
        )
        for at, one in enumerate(told)
    )


def _take(told: Mapping[str, Any], language: str, *, about: Reference | None = None) -> PrintedTake:
    member = told["member"]
    spoken = told.get("language", "")
    return PrintedTake(
        author=MEMBERS[member],
        author_link=f"https://{member}.example.com/",
        member=member,
        text=told["text"],
        language="" if spoken == language else spoken,
        about=about,
    )


def _wording(name: str, tagline: str, language: str, **changes: str) -> Wording:
    given = {
        "base_url": SITE,
        "pulse_intro": "We build software all week and read the news in between.",
        "postal_address": "Tech Pulse, 1 Harbour Lane, Exampleton",
    }
    return Wording(name=name, tagline=tagline, language=language, **given | changes)


def _reference(week: Week, title: str) -> Reference:
    return Reference(week=week, title=title, link=f"{SITE}/issues/{week}/")


def _link(name: str) -> str:
    return f"https://news.example.com/2026/11/{name}?utm_campaign=pulse&id=7"


def _friday(week: Week) -> date:
    return week.monday + timedelta(days=4)
