"""The reader's door with the real newsroom behind it. I/O: network, SQLite"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from starlette.applications import Starlette

from newsletter.model.shelf import Site
from newsletter.newsroom.mailings import older_secrets, readers_secret
from newsletter.newsroom.room import Newsroom
from newsletter.press.pages import unsubscribe_page
from newsletter.store.engine import Store
from newsletter.web.app import make_app
from newsletter.web.server import serve


def door(room: Newsroom, store: Store) -> Starlette:
    """The application for the readers of this newsroom."""
    publication = room.settings.publication
    shared = Site(wording=publication.wording, theme=publication.theme)

    def page(state: Literal["ask", "done", "unknown"], action: str) -> str:
        return unsubscribe_page(shared, templates=room.templates, action=action, state=state)

    return make_app(
        subscribers=store.subscribers,
        secret=readers_secret(room),
        older_secrets=older_secrets(room),
        clock=room.clock,
        pages=page,
        site=room.site,
    )


def open_door(room: Newsroom, *, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted."""
    with room.open_store() as store:
        app = door(room, store)
        words = f"Answering readers on http://{host}:{port}/ (Ctrl-C ends it)"
        serve(app, host=host, port=port, listening=lambda _: tell(words))
