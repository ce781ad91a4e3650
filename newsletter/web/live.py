"""What an open preview shows, made anew in a thread whenever files change, and told to every page. I/O: disk, SQLite"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Event, Thread

from newsletter.newsroom.room import Newsroom
from newsletter.web.looking import Look, Previewer
from newsletter.web.watching import Watch

#: Seconds between two looks at the database, and between signs of life on a quiet line.
_NEWS, _LIFE = 2.0, 15.0


class Live:
    """The newest look; `changed` asks for another. A burst of changes makes one."""

    def __init__(self, previewer: Previewer) -> None:
        self._previewer = previewer
        self._look = previewer.look()
        self._mark = previewer.news_mark()
        self._dirty, self._closed = Event(), Event()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[str]]] = set()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()
        self._watch = Watch(previewer.room.root, self.changed)

    @property
    def look(self) -> Look:
        return self._look

    @property
    def room(self) -> Newsroom:
        """With the settings of the newest look."""
        return self._previewer.room

    def changed(self) -> None:
        """Look again soon; returns at once, from any thread."""
        self._dirty.set()

    async def revisions(self) -> AsyncIterator[str]:
        """The revision now, then each new one; "" now and then as a sign of life. Ends when the preview does."""
        own = (asyncio.get_running_loop(), asyncio.Queue[str]())
        self._waiting.add(own)
        try:
            yield self._look.revision
            while not self._closed.is_set():
                revision = ""
                with suppress(TimeoutError):
                    revision = await asyncio.wait_for(own[1].get(), _LIFE)
                if not self._closed.is_set():
                    yield revision
        finally:
            self._waiting.discard(own)

    def end(self) -> None:
        """Let every page go, so that the server can end; may be called from a signal's handler."""
        self._closed.set()
        self._tell("")

    def close(self) -> None:
        """End, and give back all that was opened."""
        self.end()
        self._dirty.set()
        self._watch.close()
        self._thread.join()
        self._previewer.close()

    def _work(self) -> None:
        while not self._closed.is_set():
            asked = self._dirty.wait(_NEWS)
            self._dirty.clear()
            mark = self._previewer.news_mark()
            if self._closed.is_set() or not (asked or mark != self._mark):
                continue
            self._mark = mark
            look = self._previewer.look()
            if look.revision != self._look.revision:
                self._look = look
                self._tell(look.revision)

    def _tell(self, revision: str) -> None:
        # Pages come and go in the server's thread alone; this is a copy of those that are there.
        for loop, queue in tuple(self._waiting):
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(queue.put_nowait, revision)
