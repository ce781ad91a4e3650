"""One message to the address that the operator named for messages to the team. I/O: network"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from newsletter import __version__

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def post_text(url: str, text: str, *, seconds: float) -> str:
    """Post the text as {"text": …}; "" if it was taken, else why not.

    The address is the operator's own secret: no answer of its server leads elsewhere, and no sentence shows more of it
    than the host. Unencrypted it is asked on this machine only.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "the webhook is no address"
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK)):
        return "the webhook is no https address"
    request = urllib.request.Request(  # noqa: S310 - https, or this machine, as seen above
        url,
        data=json.dumps({"text": text}, ensure_ascii=False).encode("utf-8", "replace"),
        headers={"Content-Type": "application/json", "User-Agent": f"TechPulseNewsletter/{__version__}"},
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=seconds) as answer:
            answer.read(1)
    except urllib.error.HTTPError as fault:
        fault.close()
        return f"{host} answers {fault.code}"
    except (OSError, ValueError) as fault:
        # Among them URLError, time-outs and what http.client makes of an answer that is none.
        reason = getattr(fault, "reason", fault)
        return f"{host} cannot be reached: {getattr(reason, 'strerror', None) or type(reason).__name__}"
    return ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as what it is: an answer that did not take the message."""

    def redirect_request(self, *_: object) -> None:
        return None
