"""The web server around the doors. I/O: network"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from newsletter.errors import NewsletterError


def serve(
    app: Callable[..., Any],
    *,
    host: str,
    port: int,
    listening: Callable[[int], None],
    ending: Callable[[], None] | None = None,
    grace: int | None = None,
) -> None:
    """Serve an ASGI application until interrupted; `listening` is called with the port once it is ours.

    Port 0 is any that is free. `ending` is called as soon as the server is to end: what keeps connections open
    lets them go. After `grace` seconds they are cut off; None waits for each.
    Without an access log: the addresses in it would be keys to readers' subscriptions.
    Raises NewsletterError, with the mend, if the address cannot be had.
    """
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", server_header=False, timeout_graceful_shutdown=grace
    )
    with _bound(host, port) as door:
        listening(door.getsockname()[1])
        _Server(config, ending).run(sockets=[door])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ending: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._ending is not None:
            self._ending()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        # The words of create_server repeat the address; those of a name that is not found have a negative number.
        why = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault.strerror or str(fault)
        raise NewsletterError(
            f"Nobody can be answered on {host}:{port}: {why.lower()}.",
            mend="Another program may hold the port: --port. Or the host is none of this machine's: --host.",
        ) from fault
