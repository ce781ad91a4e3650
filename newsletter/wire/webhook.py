"""One message to the address that the operator named for messages to the team. I/O: network"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, InvalidURL
from urllib.parse import urlsplit

from newsletter import __version__

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Posted:
    """How a message fared: `why` it was not taken, "" if it was; `perhaps` if it may have been all the same."""

    why: str = ""
    perhaps: bool = False


def post_text(url: str, text: str, *, seconds: float) -> Posted:
    """Post the text as {"text": …}.

    The address is the operator's own secret: no answer of its server leads elsewhere, and no sentence shows more of it
    than the host. Unencrypted it is asked on this machine only.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return Posted("the webhook is no address")
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK)):
        return Posted("the webhook is no https address")
    request = urllib.request.Request(  # noqa: S310 - https, or this machine, as seen above
        url,
        data=json.dumps({"text": text}, ensure_ascii=False).encode("utf-8", "replace"),
        headers={"Content-Type": "application/json", "User-Agent": f"TechPulseNewsletter/{__version__}"},
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=seconds):
            return Posted()
    except urllib.error.HTTPError as fault:
        fault.close()
        # A server that breaks down may have passed the message on before.
        return Posted(f"{host} answers {fault.code}", perhaps=fault.code >= 500)
    except urllib.error.URLError as fault:
        reason = fault.reason if isinstance(fault.reason, Exception) else fault
        return Posted(f"{host} cannot be reached: {_words(reason)}")
    except InvalidURL:
        return Posted("the webhook is no address")
    except (OSError, HTTPException) as fault:
        # All of it was sent; what came back is late, broken off or no answer.
        return Posted(f"{host} gives no answer: {_words(fault)}", perhaps=True)
    except ValueError as fault:
        return Posted(f"{host} cannot be reached: {_words(fault)}")


def _words(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or type(fault).__name__


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as what it is: an answer that did not take the message."""

    def redirect_request(self, *_: object) -> None:
        return None
