"""What is saved in a workspace, as it is saved: issues, templates, and the files beside newsletter.toml. I/O: disk"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

from watchfiles import Change, watch

_log = logging.getLogger(__name__)

#: Milliseconds: how long saves are gathered at most, and how long it must be quiet before they are told.
_GATHERED, _QUIET = 50, 20
#: Milliseconds after which a watcher that saw nothing says so.
_PATIENCE = 200
_FOLDERS = ("issues", "templates", "images")
_ENDINGS = (".toml", ".txt")
#: What editors lay beside the file that is being written.
_BESIDE = ("~", ".swp", ".swx", ".swo", ".tmp", ".part", ".bak", ".orig", ".crdownload")


class Watch:
    """Calls `changed`, from threads of its own, after files were saved; end it with `close`.

    Where the system cannot tell (too many watches, some network drives), it looks three times a second.
    """

    def __init__(self, root: Path, changed: Callable[[], None]) -> None:
        self._root, self._changed = root, changed
        self._closed = Event()
        #: Set when a folder comes or goes: what lies below is then watched anew.
        self._moved = Event()
        self._threads = [Thread(target=self._run, args=(look,), daemon=True) for look in (self._top, self._below)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closed.set()
        self._moved.set()
        for thread in self._threads:
            thread.join()

    def _run(self, look: Callable[[bool | None], None]) -> None:
        try:
            look(None)
        except (OSError, RuntimeError) as fault:
            _log.warning("Files cannot be watched (%s); they are looked at three times a second.", fault)
            look(True)

    def _top(self, polling: bool | None) -> None:
        """The workspace's own folder, not below it: there lie archives, databases and environments."""

        def matters(_: Change, path: str) -> bool:
            name = Path(path).name
            return is_typed(name) and (name in _FOLDERS or name.endswith(_ENDINGS))

        for changes in self._saves([self._root], matters, self._closed, polling, below=False):
            if any(Path(path).name in _FOLDERS for _, path in changes):
                self._moved.set()
            self._changed()

    def _below(self, polling: bool | None) -> None:
        while not self._closed.is_set():
            self._moved.clear()
            folders = [path for name in _FOLDERS if (path := self._root / name).is_dir()]
            if not folders:
                self._moved.wait()
                continue
            for _ in self._saves(folders, lambda _, path: is_typed(Path(path).name), self._moved, polling):
                self._changed()

    def _saves(
        self,
        folders: list[Path],
        matters: Callable[[Change, str], bool],
        stop: Event,
        polling: bool | None,
        *,
        below: bool = True,
    ) -> Iterator[set[tuple[Change, str]]]:
        """What was saved, each time; at first once without anything: what was saved before the watch stood is news."""
        watched = watch(
            *folders,
            watch_filter=matters,
            debounce=_GATHERED,
            step=_QUIET,
            stop_event=stop,
            rust_timeout=_PATIENCE,
            yield_on_timeout=True,
            force_polling=polling,
            recursive=below,
            raise_interrupt=False,
        )
        for number, changes in enumerate(watched):
            if changes or number == 0:
                yield changes


def is_typed(name: str) -> bool:
    """Whether a file of that name may be one that people wrote, and none that an editor keeps beside it."""
    return not name.startswith((".", "#")) and not name.endswith(_BESIDE) and name != "4913"
