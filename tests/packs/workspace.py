"""A pack turned into a workspace: settings, feeds, takes, explainer, wishes, and earlier issues as records."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newsletter.clock import read_instant
from newsletter.files.folder import takes_folder, week_folder, write_whole
from newsletter.files.record import write_record
from newsletter.files.state import write_state
from newsletter.model.issue import Issue, PrintedStory, PrintedTake, Wording
from newsletter.model.week import Week
from newsletter.model.week_state import Frozen, Sent, WeekState


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack as read from its folder."""

    folder: Path
    week: Week
    now: datetime
    data: dict[str, Any]

    def feed_file(self, feed: dict[str, Any]) -> Path:
        return self.folder / "feeds" / str(feed["file"])


def read_pack(folder: Path) -> Pack:
    data = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    return Pack(folder=folder, week=Week.read(data["week"]), now=read_instant(data["now"]), data=data)


def lay_out(pack: Pack, root: Path) -> None:
    """Write everything that people would have written for this week, and what the machine kept of earlier ones."""
    root.mkdir(parents=True, exist_ok=True)
    write_whole(root / "newsletter.toml", _settings(pack))
    write_whole(root / "feeds.toml", _feeds(pack))
    write_whole(week_folder(root, pack.week) / "issue.toml", _wishes(pack))
    for name, text in _takes(pack):
        write_whole(takes_folder(root, pack.week) / name, text)
    if (explainer := _explainer(pack)) is not None:
        write_whole(week_folder(root, pack.week) / "explainer.md", explainer)
    for number, earlier in enumerate(pack.data.get("history", ()), 1):
        _history(pack, root, earlier, number)


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _ids(named: list[dict[str, Any]], otherwise: str) -> list[str]:
    """The pack's ids in the form that the settings take, each once; of other scripts nothing is left but a number."""
    ids: list[str] = []
    for number, one in enumerate(named, 1):
        plain = re.sub(r"[^a-z0-9]+", "-", str(one["id"]).lower()).strip("-") or f"{otherwise}-{number}"
        ids.append(plain if plain not in ids else f"{plain}-{number}")
    return ids


def _settings(pack: Pack) -> str:
    publication = pack.data["publication"]
    team = pack.data["team"]
    members = "".join(
        f"\n[[member]]\nid = {_toml(own)}\nname = {_toml(m['name'])}\n"
        + (f"link = {_toml(m['link'])}\n" if m.get("link") else "")
        + f"aka = {_toml([*m.get('aka', ()), *([] if own == m['id'] else [m['id']])])}\n"
        for own, m in zip(_ids(team, "member"), team, strict=True)
    )
    keys = {
        "name": publication["name"],
        "base_url": publication.get("base_url", ""),
        "language": publication.get("language", "en"),
        "title": publication.get("title_pattern", "Week #{week} {year} - {topic}"),
        "pulse_heading": publication.get("pulse_heading"),
        "pulse_intro": publication.get("pulse_intro"),
    }
    words = "\n".join(f"{key} = {_toml(value)}" for key, value in keys.items() if value is not None)
    return f"""[publication]
{words}

[week]
timezone = {_toml(pack.data["timezone"])}
window = "iso-week"

[schedule]
freeze = "fri 15:00"
send = "fri 20:00"

[limits]
min_takes = 0

[empty]
no_takes = "headlines"
no_stories = "without"

[mail]
from = "Tech Pulse <pulse@pulse.example.com>"
{members}"""


def _feeds(pack: Pack) -> str:
    feeds = pack.data["feeds"]
    return "\n".join(
        f"[[feed]]\nid = {_toml(own)}\nname = {_toml(feed['name'])}\nurl = {_toml(feed['url'])}\n"
        + "".join(f"{key} = {_toml(feed[key])}\n" for key in ("aggregator", "weight", "language") if key in feed)
        for own, feed in zip(_ids(feeds, "feed"), feeds, strict=True)
    )


def _wishes(pack: Pack) -> str:
    curation = pack.data.get("curation", {})
    lists = "".join(f"{key} = {_toml(curation[key])}\n" for key in ("pin", "drop", "order") if curation.get(key))
    retitle = "".join(f"{_toml(ref)} = {_toml(words)}\n" for ref, words in curation.get("retitle", {}).items())
    return f"week = {_toml(str(pack.week))}\n{lists}" + (f"\n[retitle]\n{retitle}" if retitle else "")


def _takes(pack: Pack) -> list[tuple[str, str]]:
    """One file a take, in the order they were filed."""
    path = pack.folder / "takes.json"
    takes = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    filed = sorted(takes, key=lambda take: (read_instant(take["filed_at"]), take["id"]))
    return [
        (
            f"{number:03d}-{str(take['id']).replace('/', '-')}.md",
            f"author: {take['author']}\n"
            + (f"story: {' '.join(take['ref'].split())}\n" if take["ref"] else "")
            + f"---\n{take['text']}\n",
        )
        for number, take in enumerate(filed, 1)
    ]


def _explainer(pack: Pack) -> str | None:
    head, body = pack.folder / "explainer.json", pack.folder / "explainer.md"
    if not head.exists():
        return None
    keys = json.loads(head.read_text(encoding="utf-8"))
    lines = [
        f"{key}: {' '.join(str(keys[key]).split())}"
        for key in ("title", "subtitle", "tldr", "author", "level", "base_url")
        if keys.get(key)
    ]
    lines += [f"tags: {', '.join(keys['tags'])}"] if keys.get("tags") else []
    return "\n".join(lines) + "\n---\n" + body.read_text(encoding="utf-8-sig")


def _history(pack: Pack, root: Path, earlier: dict[str, Any], number: int) -> None:
    """An earlier issue as the record that sending it would have left."""
    week, publication = Week.read(earlier["week"]), pack.data["publication"]
    stories = tuple(
        PrintedStory(
            id=f"s{place}",
            headline=story["headline"],
            link=story.get("url") or "",
            addresses=(story["url"],) if story.get("url") else (),
            takes=tuple(
                PrintedTake(author=take["author"], member=take["author"], text=take["text"])
                for take in story.get("takes", ())
            ),
        )
        for place, story in enumerate(earlier.get("stories", ()), 1)
    )
    issue = Issue(
        week=week,
        number=number,
        title=earlier["title"],
        subject=earlier["title"],
        topic=earlier["title"].partition(" - ")[2],
        date=week.monday + timedelta(days=4),
        wording=Wording(name=publication["name"], base_url=publication.get("base_url", "")),
        stories=stories,
    )
    write_record(root, issue)
    closed = read_instant(f"{issue.date}T08:00:00Z")
    frozen = Frozen(at=closed, run_at=closed, window_start=closed - timedelta(days=7), window_end=closed)
    write_state(root, week, WeekState(frozen=frozen, sent=Sent(started=closed, finished=closed, accepted=1)))
