"""Why no answer came, in words for an editor: what fetching raises, and what that means. I/O: network

Touches nothing itself; it knows the exceptions of those that do.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from newsletter.model.feeds import Fault

_UNREACHABLE = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL))
_NO_SUCH_NAME = frozenset(
    number for name in ("EAI_NONAME", "EAI_NODATA") if (number := getattr(socket, name, None)) is not None
)


class Silence(Exception):
    """No answer, for a reason that its sentence names."""

    fault: Fault = "http"


class PrivateAddress(Silence):
    """The host leads into a private network, and the feed does not say that this is meant."""

    fault: Fault = "address"

    def __init__(self, host: str, address: str) -> None:
        leads = f"{host} is" if host == address else f"{host} leads to {address},"
        super().__init__(f"{leads} an address of a private network")


class NotAnAddress(Silence):
    """What should be fetched is no address."""


class NotConnected(Silence):
    """The server did not take the connection in time."""

    fault: Fault = "timeout"


class NoTls(Silence):
    """The server broke off before the connection was secure."""

    fault: Fault = "tls"


class NotHttp(Silence):
    """What the server says is no HTTP."""

    fault: Fault = "http"


class BrokenOff(Silence):
    """The server stopped before it had said all."""

    fault: Fault = "broken-off"


class NotInflatable(Silence):
    """The body's content coding cannot be undone."""

    fault: Fault = "unreadable"


class TooBig(Silence):
    """The body goes beyond a limit."""

    fault: Fault = "too-big"


def why(fault: BaseException, *, seconds: float) -> tuple[Fault, str]:
    """The class of the failure and a sentence; `seconds` is what the whole exchange was given."""
    if isinstance(fault, Silence):
        return fault.fault, str(fault)
    if isinstance(fault, TimeoutError) and fault.errno is None:
        return "timeout", f"no answer within {seconds:g} s"
    for cause in _causes(fault):
        if known := _known(cause):
            return known
    return "http", f"no answer ({type(fault).__name__}: {str(fault)[:120]})"


def is_unknown_name(fault: BaseException) -> bool:
    """Whether name servers answered, and know no such host."""
    return any(isinstance(cause, socket.gaierror) and cause.errno in _NO_SUCH_NAME for cause in _causes(fault))


def is_unreachable(fault: OSError) -> bool:
    """Whether there is no way to the address at all, as with version 6 where only version 4 is spoken."""
    return fault.errno in _UNREACHABLE


def _known(cause: BaseException) -> tuple[Fault, str] | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "tls", f"TLS: certificate not valid ({cause.verify_message or cause.reason or 'no reason given'})"
    if isinstance(cause, ssl.SSLError):
        return "tls", f"TLS: no secure connection ({(cause.reason or 'no reason given').replace('_', ' ').lower()})"
    if isinstance(cause, socket.gaierror):
        unknown = cause.errno in _NO_SUCH_NAME
        return "dns", "the server's name is not known (DNS)" if unknown else "the name server did not answer (DNS)"
    if isinstance(cause, UnicodeError):
        return "dns", "the server's name is not a valid one"
    if isinstance(cause, ConnectionRefusedError):
        return "connect", "the server refused the connection"
    if isinstance(cause, ConnectionError):
        return "broken-off", "the connection broke"
    if isinstance(cause, TimeoutError) or (isinstance(cause, OSError) and is_unreachable(cause)):
        return "connect", "the server cannot be reached"
    return None


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The exception, then what it was raised from, groups opened; each once."""
    waiting, seen = [fault], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting.extend(cause for cause in (one.__cause__, one.__context__) if cause is not None)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
