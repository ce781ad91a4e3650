"""The reader's door with the real newsroom behind it. I/O: network, SQLite"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette

from newsletter.errors import FaultyTemplate
from newsletter.model.shelf import Site
from newsletter.newsroom.letters.mailings import older_secrets, readers_secret
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.templates.folders import TemplateFolders
from newsletter.newsroom.templates.listing import shipped_folder
from newsletter.press.site.pages import unsubscribe_page
from newsletter.store.engine import Store
from newsletter.web.app import make_app
from newsletter.web.server import serve

_log = logging.getLogger(__name__)


def door(room: Newsroom, store: Store) -> Starlette:
    """The application for the readers of this newsroom."""
    publication = room.settings.publication
    # These pages load nothing: the name stands there in letters.
    shared = Site(wording=publication.wording, theme=replace(publication.theme, logo=None))

    shipped = TemplateFolders(shipped_folder().parent)

    def page(state: Literal["ask", "done", "unknown"], action: str) -> str:
        try:
            return unsubscribe_page(shared, templates=room.templates, action=action, state=state)
        except FaultyTemplate as fault:
            # No reader is kept on the list by a mistake in a template.
            _log.error("The page that came with the program is shown: %s", fault)
            return unsubscribe_page(shared, templates=shipped, action=action, state=state)

    return make_app(
        subscribers=store.subscribers,
        secret=readers_secret(room),
        older_secrets=older_secrets(room),
        clock=room.clock,
        pages=page,
        site=room.site,
        below=unquote(urlsplit(publication.wording.base_url).path).rstrip("/"),
    )


def open_door(room: Newsroom, *, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted."""
    with room.open_store() as store:
        app = door(room, store)
        words = f"Answering readers on http://{host}:{port}/ (Ctrl-C ends it)"
        serve(app, host=host, port=port, listening=lambda _: tell(words))
