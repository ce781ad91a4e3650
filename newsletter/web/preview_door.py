"""The preview with the real newsroom behind it. I/O: network, disk, SQLite"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from contextlib import closing

from newsletter.model.week import Week
from newsletter.newsroom.room import Newsroom
from newsletter.web.live import Live
from newsletter.web.looking import Previewer
from newsletter.web.preview import make_preview
from newsletter.web.server import serve

#: Seconds that open pages are given when the preview ends.
_GRACE = 2


def open_preview(
    room: Newsroom,
    week: Week,
    *,
    environ: Mapping[str, str],
    host: str,
    port: int,
    listening: Callable[[str], None],
) -> None:
    """Show the week until interrupted; `listening` is called with the preview's address once it answers."""
    with closing(Live(Previewer(room, week, environ=environ))) as live:
        hosts: set[str] = set()

        def ready(port: int) -> None:
            names = {"localhost", "127.0.0.1", "[::1]", _written(host).lower()}
            # Browsers leave out the port of plain HTTP.
            hosts.update(f"{name}:{port}" if port != 80 else name for name in names)
            listening(f"http://{_written(host)}:{port}/")

        app = make_preview(live, hosts=hosts if is_loopback(host) else None)
        serve(app, host=host, port=port, listening=ready, ending=live.end, grace=_GRACE)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
