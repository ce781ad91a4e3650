"""Play a pack: collect → draft → freeze → approve → publish → deliver, then ask the checker beside the packs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from newsletter.demo.feed_server import FeedServer
from newsletter.editorial import report_on
from newsletter.files.folder import week_folder
from newsletter.newsroom.room import open_newsroom
from newsletter.pipeline import approve, collect, deliver, draft, freeze, publish
from newsletter.subscriptions import add
from tests.packs.workspace import Pack, lay_out, read_pack

SECRET = "a key for packs only, and for nothing else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the checker said: how many checks hold, of how many, and its own words."""

    held: int
    checks: int
    said: str

    @property
    def all_held(self) -> bool:
        return self.checks > 0 and self.held == self.checks


def play(pack: Pack, root: Path) -> str:
    """Play the week in the folder; the title of the issue. Renditions, letter and report lie in the workspace."""
    lay_out(pack, root)
    served = {}
    for feed in pack.data["feeds"]:
        served[_as_asked_for(feed["url"])] = pack.feed_file(feed)
    with FeedServer(served) as server:
        hosts = {urlsplit(feed["url"]).hostname or "": server.base for feed in pack.data["feeds"]}
        hasty = {"NEWSLETTER__COLLECT__SPACING": "0s", "NEWSLETTER__COLLECT__WORKERS": "0"}
        environ = {"NEWSLETTER_SECRET": SECRET} | hasty
        room = open_newsroom(root, environ=environ, now=pack.now, hosts=hosts)
        with room.open_store() as store:
            outcomes = collect(room, store)
            draft(room, pack.week, store)
            composed = freeze(room, pack.week, store, early=True)
            approve(room, pack.week, by="chief")
            publish(room, pack.week)
            add(room, store, "reader@reader.example")
            deliver(room, pack.week, store)
    report = report_on(composed.draft, composed.remarks)
    feeds = [f"{one.name}: {one.state} {one.problem}" for one in outcomes]
    (root / "report.txt").write_text("\n".join([*feeds, *report.lines()]) + "\n", encoding="utf-8")
    return composed.draft.issue.title


def _as_asked_for(url: str) -> str:
    """Host, path and query as they stand in a request: ASCII (RFC 3986, 2)."""
    parts = urlsplit(quote(url, safe="/%:@!$&'()*+,;=~?#[]"))
    host = (urlsplit(url).hostname or "").encode("idna").decode("ascii")
    return host + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def check(folder: Path, root: Path) -> Verdict:
    """Play the pack in this folder and let the checker that lies beside it judge the result."""
    pack = read_pack(folder)
    title = play(pack, root)
    week = week_folder(root, pack.week)
    letter = next(iter(sorted((root / "var" / "outbox").glob("*.eml"))))
    asked = [
        *(sys.executable, str(folder.parent / "check_issue.py"), str(folder), "--title", title),
        *("--md", str(week / "issue.md"), "--html", str(week / "email.html"), "--text", str(week / "email.txt")),
        *("--eml", str(letter), "--report", str(root / "report.txt")),
    ]
    found = subprocess.run(
        # The same in every locale.
        [part.encode() for part in asked],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    counts = re.search(r"(\d+) hold, (\d+) do not, (\d+) skipped", found.stdout)
    if counts is None:
        return Verdict(held=0, checks=0, said=found.stdout + found.stderr)
    held, broken, skipped = (int(n) for n in counts.groups())
    return Verdict(held=held, checks=held + broken + skipped, said=found.stdout)
