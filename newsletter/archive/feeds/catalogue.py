"""issues.json: what was printed when, for programs that build on the archive. Pure.

The shape, which grows only by further fields as long as its version stands:

    {"format": "tech-pulse-archive/1", "name": …, "language": …, "home": address or "",
     "issues": [{"place": …, "week": "2024-W23", "number": 12, "date": "2024-06-07", "title": …, "topic": …,
       "page": way from this file, "url": address or "", "markdown": way, "picture": way, "corrected": instant or "",
       "counts": {"stories": 4, "takes": 6, "headlines": 5, "words": 2140},
       "stories": [{"id": …, "headline": …, "link": …, "source": …, "published": day or "", "members": [name, …],
         "also": [name of a source, …]}, …]}, …]}

Issues stand newest first, stories as printed: those with takes, then those without. `id` is also the anchor of a story
with takes on the issue's page. `words` counts the explainer and the takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from newsletter.archive.feeds.entries import instant, page_address
from newsletter.archive.feeds.json_feed import in_lines
from newsletter.model.issue import Issue, PrintedStory, Wording

FORMAT = "tech-pulse-archive/1"


def catalogue(
    issues: Sequence[Issue], wording: Wording, *, corrected: Mapping[str, datetime], pictures: Mapping[str, str]
) -> str:
    """Write the list; `issues` newest first, may be empty. `corrected` and `pictures` by the issue's place."""
    base = wording.base_url
    head = {
        "format": FORMAT,
        "name": wording.name,
        "language": wording.language,
        "home": f"{base}/" if base else "",
    }
    told = [_issue(one, base, corrected.get(one.place), pictures.get(one.place, "")) for one in issues]
    return in_lines(head, "issues", told)


def _issue(issue: Issue, base: str, corrected: datetime | None, picture: str) -> dict[str, Any]:
    folder = f"issues/{quote(issue.place)}"
    takes = [take for story in issue.stories for take in story.takes] + list(issue.apart)
    texts = [issue.explainer.body if issue.explainer else "", *(take.text for take in takes)]
    return {
        "place": issue.place,
        "week": str(issue.week),
        "number": issue.number,
        "date": issue.date.isoformat(),
        "title": issue.title,
        "topic": issue.topic,
        "page": f"{folder}/index.html",
        "url": page_address(base, issue.place) if base else "",
        "markdown": f"{folder}/issue.md",
        "picture": f"{folder}/{quote(picture)}" if picture else "",
        "corrected": instant(corrected) if corrected else "",
        "counts": {
            "stories": len(issue.stories),
            "takes": len(takes),
            "headlines": len(issue.headlines),
            "words": sum(len(text.split()) for text in texts),
        },
        "stories": [_story(story) for story in (*issue.stories, *issue.headlines)],
    }


def _story(story: PrintedStory) -> dict[str, Any]:
    return {
        "id": story.id,
        "headline": story.headline,
        "link": story.link,
        "source": story.source,
        "published": story.published.isoformat() if story.published else "",
        "members": list(dict.fromkeys(take.author for take in story.takes)),
        "also": [credit.source for credit in story.also_covered],
    }
