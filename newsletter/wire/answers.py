"""What a server's answer means: news, nothing new, or a reason in words for an editor. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from newsletter.model.news import Fetched, FetchState, Validators
from newsletter.wire.dates import read_date

#: Longer than this no server's wish is honoured: it would be a mistake in its clock.
_LONGEST_WAIT = timedelta(days=7)
_LONGEST_VALIDATOR = 1000
#: RFC 9110, 15; those that feeds meet.
_PHRASES = {
    204: "no content",
    206: "partial content",
    300: "multiple choices",
    304: "not modified, though we did not ask",
    400: "bad request",
    401: "asks for a password",
    402: "asks for payment",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    406: "not acceptable",
    408: "request timeout",
    410: "gone",
    418: "turned away",
    421: "misdirected request",
    429: "too many requests",
    451: "unavailable for legal reasons",
    500: "internal server error",
    501: "not implemented",
    502: "bad gateway",
    503: "service unavailable",
    504: "gateway timeout",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One hop's answer. `headers` in lower case; the body only of a 200, inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    wire_bytes: int = 0
    #: Why the body was refused; "" if it was not.
    problem: str = ""


def outcome(answer: Answer, *, feed: str, url: str, validators: Validators, now: datetime) -> Fetched:
    """What the last hop's answer means to a feed that was asked with these validators."""
    if answer.problem:
        return without_body(feed, "refused", url=url, validators=validators, answer=answer, problem=answer.problem)
    if answer.status == 304 and (validators.etag or validators.last_modified):
        # A 304 may bring new validators, and need not repeat the old ones (RFC 9110, 15.4.5).
        kept = replace(
            validators,
            etag=_validator(answer, "etag") or validators.etag,
            last_modified=_validator(answer, "last-modified") or validators.last_modified,
        )
        return without_body(feed, "same", url=url, validators=kept, answer=answer)
    if answer.status != 200:
        wait_until = retry_at(answer.headers.get("retry-after", ""), now)
        said = status_sentence(answer.status, answer.headers, wait_until=wait_until)
        failed = without_body(feed, "failed", url=url, validators=validators, answer=answer, problem=said)
        return replace(failed, retry_at=wait_until)
    fresh = Validators(
        etag=_validator(answer, "etag"),
        last_modified=_validator(answer, "last-modified"),
        body_hash=sha256(answer.body).hexdigest(),
    )
    # Many servers never answer 304; the bytes tell as well.
    if fresh.body_hash == validators.body_hash:
        return without_body(feed, "same", url=url, validators=fresh, answer=answer)
    return replace(without_body(feed, "new", url=url, validators=fresh, answer=answer), body=answer.body)


def without_body(
    feed: str, state: FetchState, *, url: str, validators: Validators, answer: Answer | None = None, problem: str = ""
) -> Fetched:
    """A result that carries no document; `answer` is None where none came."""
    return Fetched(
        feed=feed,
        state=state,
        status=answer.status if answer else 0,
        url=_without_password(url),
        validators=validators,
        problem=problem,
        wire_bytes=answer.wire_bytes if answer else 0,
    )


def _validator(answer: Answer, name: str) -> str:
    """The server's own string, to be sent back as it is; "" if it cannot be."""
    value = answer.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else ""


def _without_password(url: str) -> str:
    scheme, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def retry_at(value: str, now: datetime) -> datetime | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3).

    Always after `now`, at most seven days; None if it is neither form or lies in the past.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), 10**8))
        return now + min(wait, _LONGEST_WAIT) if wait else None
    at = read_date(text)
    return min(at, now + _LONGEST_WAIT) if at is not None and at > now else None


def status_sentence(status: int, headers: Mapping[str, str], *, wait_until: datetime | None) -> str:
    """What a status other than 200 and 304 means. `headers` in lower case."""
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return f"HTTP {status}, a check for robots stands before the feed"
    if wait_until is not None:
        return f"HTTP {status}, asks to wait until {wait_until:%Y-%m-%d %H:%M} UTC"
    return f"HTTP {status} ({_PHRASES[status]})" if status in _PHRASES else f"HTTP {status}"
