"""Valid entries, stories, takes and desks; a test states only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.desk.choice.wish import Wanted
from newsletter.desk.compose import Desk
from newsletter.desk.past.memory import Memory
from newsletter.desk.takes.attach import Attached, attach
from newsletter.desk.takes.match import StoryFinder
from newsletter.links import Link
from newsletter.model.feeds import Feed
from newsletter.model.issue import Explainer, Printed, Reference, Take, Wishes, Wording
from newsletter.model.members import Member
from newsletter.model.news import Entry, News, Ranked, Story, Term
from newsletter.model.settings import (
    Collecting,
    Empty,
    Limits,
    Mail,
    Publication,
    Schedule,
    Settings,
    Smtp,
    WeekSettings,
)
from newsletter.model.week import SlotTime, Week, Window
from newsletter.text import slug

WEEK = Week(2024, 23)
NOON = datetime(2024, 6, 5, 12, tzinfo=UTC)
YOGA = Member(id="yoga", name="Yoga", link="https://yoga.example/")
DIKA = Member(id="dika", name="Dika", aka=("Dika P.",))
RANI = Member(id="rani", name="Rani", role="chief")
MEMBERS = (YOGA, DIKA, RANI)
WISHES_PATH = f"issues/{WEEK}/issue.toml"
TEXT = "I would send mine to status meetings first, and see whether anybody notices."


def make_feed(feed: str = "ars", **changes: Any) -> Feed:
    return Feed(**{"id": feed, "name": f"The {feed}", "url": f"https://{feed}.example/feed", **changes})


def make_entry(title: str = "Zoom CEO envisions deepfakes attending meetings", **changes: Any) -> Entry:
    feed = changes.get("feed", "ars")
    published = changes.pop("published", NOON)
    values: dict[str, Any] = {
        "feed": feed,
        "id": changes.get("id", f"tag:{title}"),
        "title": title,
        "link": Link(f"https://{feed}.example/{slug(title, most=12)}"),
        "published": published,
        "first_seen": published or NOON,
    }
    return Entry(**{**values, **changes})


def make_story(headline: str = "Zoom CEO envisions deepfakes attending meetings", **changes: Any) -> Story:
    """A story that one entry tells; its id is made from its headline."""
    entry = make_entry(headline, link=Link(changes.get("link", f"https://ars.example/{slug(headline, most=12)}")))
    entries = changes.pop("entries", (entry,))
    values: dict[str, Any] = {
        "id": slug(headline),
        "headline": headline,
        "link": entries[0].link,
        "entries": entries,
        "published": entries[0].published,
    }
    return Story(**{**values, **changes})


def make_ranked(*stories: Story | str) -> tuple[Ranked, ...]:
    """Stories, the best first."""
    told = [make_story(s) if isinstance(s, str) else s for s in stories]
    return tuple(
        Ranked(
            story,
            float(len(told) - place),
            (Term("carried by", 1.0, "a test"),),
            tuple(dict.fromkeys((e.feed, f"The {e.feed}") for e in story.entries)),
        )
        for place, story in enumerate(told)
    )


def make_take(ref: str = "", text: str = TEXT, **changes: Any) -> Take:
    author = changes.get("author", "yoga")
    path = changes.pop("path", f"issues/{WEEK}/takes/{author or 'nobody'}.md")
    values: dict[str, Any] = {
        "path": path,
        "line": 1,
        "author": author,
        "ref": ref,
        "ref_line": 1 if ref else 0,
        "text": text,
        "sha256": sha256(text.encode()).hexdigest(),
    }
    return Take(**{**values, **changes})


def make_explainer(title: str = "Open Weights", **changes: Any) -> Explainer:
    values: dict[str, Any] = {
        "path": f"issues/explainers/{slug(title)}.md",
        "title": title,
        "body": "What it is.",
        "ready": True,
    }
    return Explainer(**{**values, **changes})


LAST = WEEK.after(-1)


def make_printed(week: Week = LAST, **changes: Any) -> Printed:
    title = changes.pop("title", f"Week #{week.number} {week.year} - Many-Shot Learning")
    values: dict[str, Any] = {"reference": Reference(week=week, title=title), "number": 1, "topic": ""}
    return Printed(**{**values, **changes})


def make_settings(**changes: Any) -> Settings:
    """The house's settings; `limits`, `empty` and `title` may be given as what differs."""
    publication = Publication(
        wording=Wording(name="Tech Pulse"), title=changes.pop("title", "Week #{week} {year} - {topic}")
    )
    values: dict[str, Any] = {
        "publication": publication,
        "week": WeekSettings(zone=ZoneInfo("Asia/Jakarta")),
        "schedule": make_schedule(),
        "limits": Limits(),
        "empty": Empty(),
        "collecting": Collecting(),
        "mail": Mail(sender="Tech Pulse <pulse@example.com>"),
        "smtp": Smtp(),
        "members": MEMBERS,
    }
    return Settings(**{**values, **changes})


def make_schedule(freeze: tuple[int, int] = (4, 15), send: tuple[int, int] = (4, 20), **changes: Any) -> Schedule:
    """Freeze and send as (day, hour); Friday 15:00 and 20:00 if not given."""
    return Schedule(
        collect=(SlotTime(None, time(6)),),
        freeze=SlotTime(freeze[0], time(freeze[1])),
        send=SlotTime(send[0], time(send[1])),
        **changes,
    )


def make_wishes(**changes: Any) -> Wishes:
    return Wishes(**{"path": WISHES_PATH, **changes})


def make_desk(
    ranked: Sequence[Story | str | Ranked] = (),
    takes: Sequence[Take] = (),
    *,
    explainers: Sequence[Explainer] = (),
    wishes: Mapping[str, Any] | None = None,
    memory: Sequence[Printed] = (),
    **settings: Any,
) -> Desk:
    told = tuple(r for r in ranked if isinstance(r, Ranked))
    return Desk(
        week=WEEK,
        settings=make_settings(**settings),
        window=Window(NOON - timedelta(days=5), NOON + timedelta(days=2), None, NOON + timedelta(days=2)),
        news=News(ranked=told or make_ranked(*(r for r in ranked if not isinstance(r, Ranked)))),
        takes=tuple(takes),
        explainers=tuple(explainers),
        wishes=make_wishes(**(wishes or {})),
        memory=tuple(memory),
    )


def placed(
    takes: Sequence[Take],
    stories: Sequence[Story] = (),
    *,
    memory: Sequence[Printed] = (),
    drop: Sequence[str] = (),
) -> Attached:
    """The takes attached to the stories of a week."""
    return attach(
        takes,
        StoryFinder(tuple(stories)),
        members=MEMBERS,
        memory=Memory(tuple(memory)),
        wanted=Wanted(drop=frozenset(drop)),
        sources={"ars": "Ars Technica", "lab": "Lab Notes"},
    )


def days(count: float) -> timedelta:
    return timedelta(days=count)
