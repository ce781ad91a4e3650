"""The web server around the reader's door. I/O: network"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import uvicorn


def serve(app: Callable[..., Any], *, host: str, port: int) -> None:
    """Serve an ASGI application until interrupted.

    Without an access log: the addresses in it would be keys to readers' subscriptions.
    """
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", server_header=False)
