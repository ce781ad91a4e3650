"""One look at a week after another, while its files change: the newest view, and what is wrong now. I/O: disk, SQLite

Nothing is written into the workspace, and a fault is something to be shown, never the end.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from newsletter.config.load import load_settings
from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.files.state import read_state
from newsletter.model.remarks import Remark, errors_in
from newsletter.model.settings import Settings
from newsletter.model.week import Week
from newsletter.newsroom.room import Newsroom
from newsletter.previewing import Opened, Preview, opened, preview, remarks_of, shown_file
from newsletter.store.engine import Store, open_store, sqlite_url

_DATABASE = "newsletter.db"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an open preview shows: the newest view that could be made, and what is to be said now."""

    week: Week
    #: None as long as none could be made; and its letter, read.
    preview: Preview | None
    letter: Opened | None
    remarks: tuple[Remark, ...]
    #: Paths among those of the remarks and the takes that can be shown as files.
    files: frozenset[str]
    #: Whether the view is older than the files, because these cannot be used.
    stale: bool = False
    #: A short name of all that is shown; the letter's date is not.
    revision: str


class Previewer:
    """Looks at one week again and again, with one store, and with the settings as they are then."""

    def __init__(self, room: Newsroom, week: Week, *, environ: Mapping[str, str]) -> None:
        self._room, self._week, self._environ = room, week, environ
        self._good: Preview | None = None
        self._store: Store | None = None
        self._scratch: TemporaryDirectory[str] | None = None

    @property
    def room(self) -> Newsroom:
        """With the settings of the last look."""
        return self._room

    def look(self) -> Look:
        """Make the week anew. What keeps it from being made stands among the remarks, beside the last good view."""
        try:
            self._room = replace(self._room, settings=self._settings())
            self._good = preview(self._room, self._week, self._opened_store())
        except NewsletterError as fault:
            return self._found(remarks_of(fault, self._week), stale=True)
        except Exception as fault:  # noqa: BLE001 - a preview stays open while its owner mends what broke it
            _log.exception("The preview could not be made")
            what = f"A fault of ours, not of yours: {type(fault).__name__}: {fault}."
            return self._found((Remark(f"issues/{self._week}", 0, "error", "our-fault", what),), stale=True)
        return self._found(self._good.remarks, stale=False)

    def news_mark(self) -> object:
        """Something that is another thing as soon as the database was written to; on PostgreSQL each minute."""
        path = self._room.var / _DATABASE
        if self._store is not None and self._scratch is None:
            if self._store.database.path is None:
                return int(monotonic() // 60)
            path = self._store.database.path
        return tuple(_stamp(file) for file in (path, path.with_name(f"{path.name}-wal")))

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def _found(self, remarks: tuple[Remark, ...], *, stale: bool) -> Look:
        good, root = self._good, self._room.root
        letter = opened(good.letter) if good else None
        named = {remark.path for remark in remarks}
        takes = {take.path for story in good.stories for take in story.takes} if good else set()
        files = frozenset(path for path in named | takes if shown_file(root, path, named) is not None)
        shown = (replace(good, letter=b"") if good else None, letter, remarks, sorted(files), stale)
        revision = blake2b(repr(shown).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
        return Look(
            week=self._week,
            preview=good,
            letter=letter,
            remarks=remarks,
            files=files,
            stale=stale and good is not None,
            revision=revision,
        )

    def _settings(self) -> Settings:
        settings, remarks = load_settings(self._room.root, self._environ)
        if settings is None or errors_in(remarks):
            raise FaultyFiles(errors_in(remarks))
        return settings

    def _opened_store(self) -> Store | None:
        """The newsroom's; where there is none, an empty one elsewhere, or None if the week needs none: it is frozen."""
        there = bool(self._room.settings.database_url) or (self._room.var / _DATABASE).is_file()
        if not there and read_state(self._room.root, self._week).frozen:
            return None
        if self._store is not None and (self._scratch is None or not there):
            return self._store
        self.close()
        self._scratch = None if there else TemporaryDirectory(prefix="newsletter-preview-")
        if self._scratch is None:
            self._store = self._room.open_store()
        else:
            self._store = open_store(sqlite_url(Path(self._scratch.name) / _DATABASE))
        return self._store


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
