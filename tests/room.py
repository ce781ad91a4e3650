"""A whole workspace for tests: settings, takes, readers, a clock moved by hand, a transport that remembers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from xml.sax.saxutils import escape

from newsletter.demo.feed_server import FeedServer
from newsletter.files.folder import week_folder
from newsletter.files.state import read_state
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.model.audience import Letter, Tally
from newsletter.model.ports import Connection, Relay, Reply, Transport
from newsletter.model.week import Week
from newsletter.model.week_state import WeekState
from newsletter.newsroom.composing import Composed
from newsletter.newsroom.room import Newsroom, open_newsroom
from newsletter.newsroom.stages import Done
from newsletter.pipeline import approve, collect, deliver, freeze, run
from newsletter.store.engine import Store, open_store, sqlite_url
from newsletter.subscriptions import add
from newsletter.wire.readers import InlineReaders

WEEK = Week(2024, 23)
#: The slots of that week.
COLLECT = datetime(2024, 6, 7, 6, 0, tzinfo=UTC)
FREEZE = datetime(2024, 6, 7, 15, 0, tzinfo=UTC)
SEND = datetime(2024, 6, 7, 20, 0, tzinfo=UTC)
ENVIRON = {
    "NEWSLETTER_SECRET": "a key of the tests, and of nothing else",
    "NEWSLETTER__COLLECT__SPACING": "0s",
    "NEWSLETTER__COLLECT__WORKERS": "0",
}
HOST = "wire.example.com"

_SETTINGS = """[publication]
name = "Pulse of the Tests"
base_url = "https://pulse.example.com"

[week]
timezone = "UTC"

[schedule]
collect = "daily 06:00"
freeze = "fri 15:00"
send = "fri 20:00"

[empty]
no_stories = "without"

[mail]
from = "Pulse <pulse@pulse.example.com>"
alarm_to = "chief@pulse.example.com"

[[member]]
id = "yoga"
name = "Yoga"
role = "chief"

[[member]]
id = "dika"
name = "Dika"
"""


@dataclass
class HandClock:
    """A clock that a test moves."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


class Post:
    """A transport that remembers every letter; `answers` says what the relay replies."""

    connections = at_once = 1
    per_minute = 0

    def __init__(self, name: str = "outbox") -> None:
        self.name = name
        self.relays = (self,)
        self.tried: list[Letter] = []
        self.taken: list[Letter] = []
        self.answers: Callable[[Letter], Reply] = lambda _: Reply(250, "2.0.0 Taken", "letter")
        self._lock = Lock()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        yield self

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        return tuple(map(self._take, letters))

    def _take(self, letter: Letter) -> Reply:
        with self._lock:
            self.tried.append(letter)
            reply = self.answers(letter)
            if reply.code == 250:
                self.taken.append(letter)
            return reply

    @property
    def readers(self) -> list[str]:
        """Who has had a letter of an issue, as often as they had it, in alphabetical order."""
        return sorted(letter.recipient.partition("@")[0] for letter in self.taken if letter.subscriber)

    @property
    def alarms(self) -> list[str]:
        """The text of every letter to the chief editor."""
        return [letter.data.decode("ascii") for letter in self.taken if not letter.subscriber]


class DyingOutbox(OutboxRelay):
    """An outbox whose process is killed when the letter of this number lies there and nobody was told."""

    def __init__(self, folder: Path, *, at: int) -> None:
        super().__init__(folder)
        self._at = at

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with super().connect() as folder:
            yield _DyingConnection(folder, self._at)


class _DyingConnection:
    def __init__(self, inner: Connection, at: int) -> None:
        self._inner, self._left = inner, at

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        replies = self._inner.hand_over(letters, ahead=ahead)
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return replies


def over(*relays: Relay) -> Callable[[], Transport]:
    """What opens a transport over these relays, for `Newsroom.open_transport`."""
    return lambda: Transport("smtp", relays)


@dataclass
class Workspace:
    """An opened workspace and everything in it that a test looks at."""

    room: Newsroom
    store: Store
    clock: HandClock
    post: Post
    #: Where the feeds of `publish_feed` are; "" without a server.
    base: str = ""
    _feeds: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.room.root

    def folder(self, week: Week = WEEK) -> Path:
        return week_folder(self.root, week)

    def state(self, week: Week = WEEK) -> WeekState:
        return read_state(self.root, week)

    def write(self, path: str, text: str) -> Path:
        """Write a file as a person would, relative to the workspace."""
        written = self.root / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(text, encoding="utf-8")
        return written

    def take(self, name: str, words: str, *, week: Week | None = WEEK, author: str = "Yoga") -> str:
        """File a take under a headline of its own; without a week it goes to the inbox. Its path."""
        folder = f"issues/{week}/takes" if week else "issues/inbox"
        text = f"author: {author}\nheadline: News about {name}\nlink: https://news.example.com/{name}\n---\n{words}\n"
        self.write(f"{folder}/{name}.md", text)
        return f"{folder}/{name}.md"

    def add(self, *names: str) -> None:
        for name in names:
            add(self.room, self.store, f"{name}@reader.example")

    def key(self, name: str) -> str:
        return next(one.key for one in self.store.subscribers.all() if one.address == f"{name}@reader.example")

    def leave(self, name: str) -> None:
        assert self.store.subscribers.leave(self.key(name), self.clock.now())

    # The week

    def collect(self) -> None:
        collect(self.room, self.store)

    def freeze(self, week: Week = WEEK) -> Composed:
        return freeze(self.room, week, self.store, early=True)

    def seal(self, week: Week = WEEK) -> Composed:
        """Freeze and approve."""
        composed = self.freeze(week)
        approve(self.room, week, by="yoga")
        return composed

    def deliver(self, week: Week = WEEK) -> Tally:
        return deliver(self.room, week, self.store)

    def send(self, week: Week = WEEK) -> Composed:
        """Freeze, approve, deliver."""
        composed = self.seal(week)
        self.deliver(week)
        return composed

    def run_at(self, instant: datetime) -> list[tuple[str, str]]:
        """Run at that instant; (stage, result) of what was done."""
        return [(one.stage, one.result) for one in self.ran_at(instant)]

    def ran_at(self, instant: datetime) -> tuple[Done, ...]:
        self.clock.instant = instant
        return run(self.room, self.store)

    def issue_text(self, week: Week = WEEK) -> str:
        return (self.folder(week) / "issue.md").read_text(encoding="utf-8")

    # The wire

    def publish_feed(self, feed: str, entries: Mapping[str, datetime | None]) -> None:
        """Let the feed carry these headlines, each with its date, in place of what it carried."""
        self._feeds.setdefault(feed, "")
        listed = "".join(
            f'[[feed]]\nid = "{name}"\nname = "{name.title()}"\nurl = "https://{HOST}/{name}"\n\n'
            for name in sorted(self._feeds)
        )
        self.write("feeds.toml", listed)
        items = "".join(
            f"<item><title>{escape(title)}</title><guid>{feed}-{escape(title)}</guid>"
            f"<link>https://{feed}.example.com/{'-'.join(title.split())}</link>"
            + (f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if date else "")
            + "</item>"
            for title, date in entries.items()
        )
        self.write(f"var/wire/{feed}.xml", f'<rss version="2.0"><channel><title>{feed}</title>{items}</channel></rss>')


@contextmanager
def workspace(
    root: Path, *, at: datetime = FREEZE, settings: Mapping[str, str] | None = None, post: Post | None = None
) -> Iterator[Workspace]:
    """A workspace with one take, no feed and no reader; `settings` are overrides such as WEEK__WINDOW.

    `post` takes the letters; without one they are remembered by a fresh one.
    """
    lay_out(root)
    database = root / "var" / "newsletter.db"
    if not database.exists():
        database.parent.mkdir(exist_ok=True)
        database.write_bytes(empty_database())
    environ = ENVIRON | {f"NEWSLETTER__{key}": value for key, value in (settings or {}).items()}
    clock, remembering = HandClock(at), post or Post()
    room = replace(
        open_newsroom(root, environ=environ),
        clock=clock,
        open_transport=lambda: remembering,
        open_readers=InlineReaders,
    )
    with room.open_store() as store:
        space = Workspace(room=room, store=store, clock=clock, post=remembering)
        space.take("first", "The first of all takes says what it has to say.")
        yield space


@cache
def empty_database() -> bytes:
    """A database as a first command makes it; made once, for the tests' speed."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        open_store(sqlite_url(file)).close()
        assert not file.with_name("empty.db-wal").exists()
        return file.read_bytes()


@contextmanager
def wired(space: Workspace, *feeds: str) -> Iterator[FeedServer]:
    """The workspace's feeds on loopback."""
    for feed in feeds:
        space.publish_feed(feed, {})
    with FeedServer({f"{HOST}/{feed}": space.root / "var" / "wire" / f"{feed}.xml" for feed in feeds}) as server:
        space.base = server.base
        space.room = replace(space.room, hosts={HOST: server.base})
        yield server


def lay_out(root: Path, settings: str = _SETTINGS) -> None:
    """The files that every workspace has."""
    (root / "issues" / "inbox").mkdir(parents=True, exist_ok=True)
    (root / "newsletter.toml").write_text(settings, encoding="utf-8")
    if not (root / "feeds.toml").exists():
        (root / "feeds.toml").write_text("", encoding="utf-8")


def in_a_process(
    *arguments: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.Popen[str]:
    """Start Python with these arguments beside the test, in a clean environment."""
    source = Path(__file__).parent.parent
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=kept | {"PYTHONPATH": str(source)} | ENVIRON | dict(environ or {}),
        cwd=cwd or source,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
