"""The demo: a whole bundled week with real HTTP and real SMTP, on this machine alone. I/O: disk, HTTP, SMTP"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.clock import read_instant
from newsletter.demo.feed_server import FeedServer
from newsletter.demo.mailbox import Mailbox
from newsletter.errors import NewsletterError, UsageFault
from newsletter.files.feeds_toml import read_feeds
from newsletter.files.folder import week_folder
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.ports import Transport
from newsletter.model.settings import Smtp
from newsletter.model.week import Week
from newsletter.newsroom.clocks import StandingClock
from newsletter.newsroom.room import Newsroom, make_folder, open_newsroom
from newsletter.pipeline import approve, collect, deliver, draft, freeze, publish
from newsletter.subscriptions import import_csv

WEEK = Week(2024, 23)
#: When each thing happens, by the clock of the demo.
COLLECT, CLOSE, LEAVE = (read_instant(f"2024-06-07T{at}+07:00") for at in ("06:00:00", "15:05:00", "20:00:00"))
_BUNDLED = Path(__file__).parent / "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What happened, as rows of (step, what came of it), and the files worth opening, by name."""

    title: str
    rows: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, Path], ...]


def play(folder: Path, *, on_step: Callable[[str], None]) -> Played:
    """Play the week from the start in the folder; what an earlier play left there is removed.

    Raises CannotWrite if the folder cannot be made, UsageFault if it holds something else.
    """
    _lay_out(folder)
    rows: list[tuple[str, str]] = []

    def note(step: str, what: str) -> None:
        rows.append((step, what))
        on_step(step)

    with FeedServer(_addresses(folder)) as feeds, Mailbox(folder / "var" / "outbox") as mailbox:
        base = open_newsroom(folder, environ={"NEWSLETTER_SECRET": "the demo's own, in no way secret"})
        own = Smtp(host=mailbox.host, port=mailbox.port, security="none")
        base = replace(
            base,
            hosts={urlsplit(feed.url).hostname or "": feeds.base for feed in read_feeds(folder)[0]},
            open_transport=lambda: Transport("smtp", (SmtpRelay(own, sender=base.settings.mail.sender),)),
        )
        with base.open_store() as store:
            room = _at(base, COLLECT)
            found = import_csv(room, store, folder / "subscribers.csv")
            note("subscribers", f"{found.added} readers imported")
            for turn in ("collect", "collect again"):
                outcomes = collect(room, store)
                new = sum(one.new_entries for one in outcomes)
                faults = ", ".join(f"{one.name}: {one.problem}" for one in outcomes if one.problem)
                unchanged = sum(one.status == 304 for one in outcomes)
                said = [f"{new} new entries from {len(outcomes)} feeds"]
                said += [f"{unchanged} answered 304"] if unchanged else []
                note(turn, "; ".join([*said, faults] if faults else said))
            room = _at(base, CLOSE)
            issue = draft(room, WEEK, store).draft.issue
            takes = sum(len(story.takes) for story in issue.stories) + len(issue.apart)
            note("draft", f"{len(issue.stories)} stories with {takes} takes, {len(issue.headlines)} headlines")
            freeze(room, WEEK, store)
            note("freeze", "news and takes are fixed; later takes go to the next week")
            seal = approve(room, WEEK, by="rani")
            note("approve", f"{len(seal.digests)} files sealed by {seal.by}")
            room = _at(base, LEAVE)
            publish(room, WEEK)
            note("publish", f"the archive of {sum(1 for p in room.site.rglob('*') if p.is_file())} files is built")
            tally = deliver(room, WEEK, store)
            note("deliver", f"{tally.accepted} of {tally.audience} letters accepted by the mail server")
            before = len(mailbox.received)
            deliver(room, WEEK, store)
            note("deliver again", f"{len(mailbox.received) - before} letters: everybody has had theirs")
            letters = mailbox.received
    if len(letters) != tally.audience:
        raise NewsletterError(f"The demo's mail server received {len(letters)} letters for {tally.audience} readers.")
    week = week_folder(folder, WEEK)
    files = (
        ("the e-mail", week / "email.html"),
        ("as text", week / "email.txt"),
        ("as Markdown", week / "issue.md"),
        ("a letter", letters[0]),
        ("the archive", folder / "site" / "index.html"),
    )
    return Played(title=issue.title, rows=tuple(rows), files=files)


def _lay_out(folder: Path) -> None:
    """Lay the bundled week out; only a folder that an earlier play made is ever cleared."""
    mark = folder / ".newsletter-demo"
    if folder.exists() and any(folder.iterdir()):
        if not mark.is_file():
            raise UsageFault(f"{folder} holds files that are not the demo's.", mend="Name another folder with --into.")
        shutil.rmtree(folder)
    make_folder(folder)
    shutil.copytree(_BUNDLED, folder, dirs_exist_ok=True)
    mark.touch()


def _addresses(folder: Path) -> dict[str, Path]:
    """Each feed's configured address, as host and path, with the bundled file named after its id."""
    found = {}
    for feed in read_feeds(folder)[0]:
        parts = urlsplit(feed.url)
        found[f"{parts.hostname}{parts.path}"] = next(iter(sorted(folder.glob(f"{feed.id}.*"))))
    return found


def _at(room: Newsroom, instant: datetime) -> Newsroom:
    return replace(room, clock=StandingClock(instant))
