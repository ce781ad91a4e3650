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

from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.files.state import read_state
from newsletter.model.audience import Variant
from newsletter.model.remarks import Remark, errors_in
from newsletter.model.settings import Settings
from newsletter.model.week import Week
from newsletter.newsroom.collection.news_memo import NewsMemo
from newsletter.newsroom.room import Newsroom, workspace_settings
from newsletter.newsroom.week_remarks import remarks_despite
from newsletter.previewing import Opened, Preview, opened, preview, shown_file
from newsletter.store.engine import Store, open_store, sqlite_url

_DATABASE = "newsletter.db"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an open preview shows: the newest view that could be made, and what is to be said now."""

    week: Week
    #: None as long as none could be made; and its letters by variant, read.
    preview: Preview | None
    letters: Mapping[Variant, Opened]
    remarks: tuple[Remark, ...]
    #: Paths among those of the remarks and the takes that can be shown as files.
    files: frozenset[str]
    #: Whether the view is older than the files, because these cannot be used.
    stale: bool = False
    #: A short name of all that is shown; the letter's date is not.
    revision: str

    @property
    def letter(self) -> Opened | None:
        """The letter of the whole issue."""
        return self.letters.get("full")


class Previewer:
    """Looks at one week again and again, with one store, and with the settings as they are then."""

    def __init__(self, room: Newsroom, week: Week, *, environ: Mapping[str, str]) -> None:
        self._room, self._week, self._environ = replace(room, memo=NewsMemo(writes=False)), week, environ
        self._good: Preview | None = None
        self._store: Store | None = None
        self._scratch: TemporaryDirectory[str] | None = None
        #: Which file the store was opened on: another may be laid in its place, out of a backup.
        self._file: tuple[int, int] | None = None

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
            return self._found(remarks_despite(self._room, self._week, fault), stale=True)
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
        self._store = self._scratch = None

    def _found(self, remarks: tuple[Remark, ...], *, stale: bool) -> Look:
        good, root = self._good, self._room.root
        letters = {variant: opened(cut.letter) for variant, cut in good.cuts.items()} if good else {}
        named = {remark.path for remark in remarks}
        takes = {take.path for story in good.stories for take in story.takes} if good else set()
        files = frozenset(path for path in named | takes if shown_file(root, path, named) is not None)
        undated = {variant: replace(cut, letter=b"") for variant, cut in good.cuts.items()} if good else {}
        shown = (replace(good, cuts=undated) if good else None, letters, remarks, sorted(files), stale)
        revision = blake2b(repr(shown).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
        return Look(
            week=self._week,
            preview=good,
            letters=letters,
            remarks=remarks,
            files=files,
            stale=stale and good is not None,
            revision=revision,
        )

    def _settings(self) -> Settings:
        settings, remarks = workspace_settings(self._room.root, self._environ)
        if settings is None or errors_in(remarks):
            raise FaultyFiles(errors_in(remarks))
        return settings

    def _opened_store(self) -> Store | None:
        """The newsroom's; where there is none, an empty one elsewhere, or None if the week needs none: it is frozen."""
        path, address = self._room.var / _DATABASE, self._room.settings.database_url
        file = _file_of(path)
        if not address and file is None and read_state(self._room.root, self._week).frozen:
            return None
        if self._store is not None and file == self._file:
            return self._store
        self.close()
        self._file = file
        if address or file is not None:
            self._store = open_store(address or sqlite_url(path), looking=True)
        else:
            self._scratch = TemporaryDirectory(prefix="newsletter-preview-")
            self._store = open_store(sqlite_url(Path(self._scratch.name) / _DATABASE))
        return self._store


def _file_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
