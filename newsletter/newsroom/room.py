"""The newsroom itself, and the opening of the real one. I/O: disk, environment"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.clock import shown_in
from newsletter.config.load import load_settings
from newsletter.errors import CannotWrite, FaultyFiles
from newsletter.model.ports import Clock, Templates, Transport
from newsletter.model.remarks import Remark, errors_in
from newsletter.model.settings import Settings
from newsletter.newsroom.clocks import StandingClock, SystemClock
from newsletter.newsroom.collection.news_memo import NewsMemo
from newsletter.newsroom.templates.folders import TemplateFolders
from newsletter.press.pictures.image_size import image_size
from newsletter.store.bodies import BodyFolder
from newsletter.store.file_lock import file_lock, is_held
from newsletter.wire.readers import InlineReaders, Readers, WorkerReaders

if TYPE_CHECKING:
    from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """All that the steps borrow from the world. Openers open when they are called, so that help opens nothing."""

    root: Path
    settings: Settings
    clock: Clock
    templates: Templates
    #: A new store each time; close it, or use it as a context manager.
    open_store: Callable[[], Store]
    #: Raises CannotSend if the transport is not ready, before any letter.
    open_transport: Callable[[], Transport]
    #: New readers for about so many fetched documents each time; a context manager.
    open_readers: Callable[[int], Readers] = WorkerReaders
    #: Hosts that are somewhere else than their name says: the demo's and the tests' feeds on loopback.
    hosts: Mapping[str, str] = field(default_factory=dict)
    #: What the news of the last weeks came to.
    memo: NewsMemo = field(default_factory=NewsMemo, compare=False, repr=False)

    @property
    def var(self) -> Path:
        """What the machine keeps and git does not: database, lock, outbox."""
        return self.root / "var"

    @property
    def bodies(self) -> BodyFolder:
        """The documents that were fetched, for reading them again."""
        return BodyFolder(self.var / "bodies")

    @property
    def site(self) -> Path:
        return self.root / "site"

    def local(self, instant: datetime) -> str:
        """An instant as the publication's clocks show it: "Fri 7 Jun 2024 20:00 WIB"."""
        return shown_in(instant, self.settings.week.zone)

    def lock(self, store: Store) -> AbstractContextManager[None]:
        """Be the only runner. Raises Busy at once if another is at work."""
        return store.runner_lock(self._lock_path(), self.clock.now())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The same for a step that asks no database; none is opened that does not hold the lock itself."""
        if self.settings.database_url.startswith("postgres"):
            with self.open_store() as store, self.lock(store):
                yield
        else:
            with file_lock(self._lock_path(), self.clock.now()):
                yield

    def is_at_work(self) -> bool | None:
        """Whether a runner is at work on this machine; None where the database holds the lock."""
        return None if self.settings.database_url.startswith("postgres") else is_held(self.var / "run.lock")

    def _lock_path(self) -> Path:
        return make_folder(self.var) / "run.lock"


def open_newsroom(
    root: Path, *, environ: Mapping[str, str], now: datetime | None = None, hosts: Mapping[str, str] | None = None
) -> Newsroom:
    """Open the real newsroom of a workspace; `now` makes its clock stand there.

    Raises FaultyFiles with every fault of newsletter.toml.
    """
    settings, remarks = workspace_settings(root, environ)
    if settings is None or errors_in(remarks):
        raise FaultyFiles(remarks)

    def store() -> Store:
        # Half of the commands ask no database, and its library is the largest of all.
        from newsletter.store.engine import open_store, sqlite_url

        return open_store(settings.database_url or sqlite_url(make_folder(root / "var") / "newsletter.db"))

    def transport() -> Transport:
        # Most commands send nothing.
        from newsletter.mail.transports.outbox import OutboxRelay
        from newsletter.mail.transports.smtp import SmtpRelay, check_ready

        if settings.mail.transport == "outbox":
            return Transport("outbox", (OutboxRelay(make_folder(root / "var" / "outbox")),))
        if settings.mail.transport == "postmark":
            # Its HTTP library is imported by those who use it.
            from newsletter.mail.transports import postmark

            postmark.check_ready(settings)
            return Transport("postmark", (postmark.PostmarkRelay(settings.postmark),))
        check_ready(settings)
        relays = (settings.smtp, *settings.further_relays)
        sender, ahead = settings.mail.sender, settings.delivering.envelope_ahead
        return Transport("smtp", tuple(SmtpRelay(one, sender=sender, envelope_ahead=ahead) for one in relays))

    def readers(documents: int) -> Readers:
        most = settings.collecting.workers
        return WorkerReaders(documents, most=most) if most else InlineReaders(documents)

    return Newsroom(
        root=root,
        settings=settings,
        clock=StandingClock(now) if now else SystemClock(),
        templates=TemplateFolders(root),
        open_store=store,
        open_transport=transport,
        open_readers=readers,
        hosts=hosts or {},
    )


def workspace_settings(root: Path, environ: Mapping[str, str]) -> tuple[Settings | None, tuple[Remark, ...]]:
    """The settings of a workspace as they are now; None if there is an error among the remarks."""
    return load_settings(root, environ, image_size=image_size)


def make_folder(path: Path) -> Path:
    """The folder, made if it was not there. Raises CannotWrite."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        taken = isinstance(fault, FileExistsError | NotADirectoryError)
        mend = "A file stands in its way: move it." if taken else "Free some space, or make it writable."
        raise CannotWrite(f"The folder {path} cannot be made: {fault.strerror}.", mend=mend) from fault
    return path
