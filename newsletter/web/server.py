"""The web server around the reader's door. I/O: network"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from newsletter.errors import NewsletterError


def serve(app: Callable[..., Any], *, host: str, port: int, listening: Callable[[], None]) -> None:
    """Serve an ASGI application until interrupted; `listening` is called once the port is ours.

    Without an access log: the addresses in it would be keys to readers' subscriptions.
    Raises NewsletterError, with the mend, if the address cannot be had.
    """
    config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False)
    with _bound(host, port) as door:
        listening()
        uvicorn.Server(config).run(sockets=[door])


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        raise NewsletterError(
            f"Nobody can be answered on {host}:{port}: {(fault.strerror or str(fault)).lower()}.",
            mend="Another program may hold the port, or the host be none of this machine's: --port, --host.",
        ) from fault
