"""What a server's answer means: news, nothing new, or a reason in words for an editor. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from newsletter.model.feeds import Document, Fault, Fetched, FetchState, Validators
from newsletter.wire.dates import read_date

#: Longer than this no server's wish is honoured: it would be a mistake in its clock.
_LONGEST_WAIT = timedelta(days=7)
_LONGEST_FRESH = timedelta(days=365)
_LONGEST_VALIDATOR = 1000
#: RFC 9110, 15, and RFC 6585; those that feeds meet.
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
    511: "the network wants a login first",
}
_FAULTS: dict[int, Fault] = {
    401: "forbidden",
    403: "forbidden",
    404: "not-found",
    410: "gone",
    429: "rate-limited",
    511: "login",
}
_STATES: dict[Fault, FetchState] = {
    "challenge": "challenge",
    "login": "login",
    "gone": "gone",
    "address": "refused",
    "too-big": "refused",
}
_USER = re.compile(r"//[^/?#]*@")
_LOGIN = r"log-?in|log-?on|sign-?in|sso|auth|authenticate|authentication|authori[sz]e|oauth2?|saml2?|cas|adfs"
_LOGIN_PATH = re.compile(
    rf"/(?:{_LOGIN}|wp-login|captive(?:-?portal)?|hotspot|users/sign_in|session/new)(?:\.\w{{1,5}})?(?:/|$)", re.I
)
_LOGIN_HOST = re.compile(rf"(?:{_LOGIN}|accounts?|idp|captive(?:-?portal)?|hotspot)\.", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One hop's answer. `headers` in lower case; the document of a 200, or a page for people that refuses one."""

    status: int
    headers: Mapping[str, str]
    document: Document | None = None
    wire_bytes: int = 0
    #: Why the body was refused; "" if it was not.
    too_big: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One feed that was asked, and the way that led to the answer."""

    feed: str
    #: What was asked first, and what answered last.
    first: str
    url: str
    #: What we knew before; and whether the last hop was asked with it.
    validators: Validators
    conditional: bool = False
    #: Whether every hop before was a permanent redirect, of which there was one at least.
    moved: bool = False


def outcome(answer: Answer, asked: Asked, *, now: datetime) -> Fetched:
    """What the last hop's answer means. A body that is the same as last time is nothing new."""
    if is_challenge(answer.headers):
        return failed(asked, "challenge", _challenged(answer.status), answer=answer)
    if answer.status == 304 and asked.conditional:
        return replace(_told(asked, answer, now=now), state="same", validators=_kept(answer, asked))
    if answer.status != 200:
        wait_until = retry_at(answer.headers.get("retry-after", ""), now)
        fault = _fault(answer.status, waits=wait_until is not None)
        said = status_sentence(answer.status, wait_until=wait_until)
        return replace(failed(asked, fault, said, answer=answer), retry_at=wait_until, page=answer.document)
    if _is_login(answer, asked):
        said = f"a login page stands before the feed: {without_password(asked.url)}"
        return failed(asked, "login", said, answer=answer)
    if answer.document is None:
        return failed(asked, "too-big", answer.too_big, answer=answer)
    fresh = Validators(
        etag=_validator(answer, "etag"),
        last_modified=_validator(answer, "last-modified"),
        body_hash=answer.document.sha256,
        url=without_password(asked.url),
    )
    told = replace(_told(asked, answer, now=now), validators=fresh)
    # Many servers never answer 304; the bytes tell as well.
    if fresh.body_hash == asked.validators.body_hash:
        return replace(told, state="same")
    return replace(told, document=answer.document)


def failed(asked: Asked, fault: Fault, problem: str, *, answer: Answer | None = None) -> Fetched:
    """A result without a document; `answer` is None where none came."""
    return replace(_result(asked, answer), state=_STATES.get(fault, "failed"), fault=fault, problem=problem)


def rests(asked: Asked, host: str, *, until: datetime) -> Fetched:
    """The result of a feed that was not asked, because its host wants to be left alone."""
    said = f"{host} asked two of its feeds to wait, the last until {until:%Y-%m-%d %H:%M} UTC"
    return replace(_result(asked, None), state="waiting", problem=said, retry_at=until)


def is_asked_with(validators: Validators, url: str, *, feed_url: str) -> bool:
    """Whether the address is the one that gave the validators; they are sent to no other."""
    given_by = validators.url or without_password(feed_url)
    return bool(validators.etag or validators.last_modified) and without_password(url) == given_by


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Whether a check for robots answered in the server's place. `headers` in lower case."""
    return headers.get("cf-mitigated", "").strip().lower() == "challenge"


def without_password(url: str) -> str:
    """The address without user name and password."""
    return _USER.sub("//", url, count=1) if "@" in url else url


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


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when an answer that came `now` stays good (RFC 9111, 4.2). `headers` in lower case.

    max-age less Age, else Expires less Date, at most a year; None if neither is said, or nothing is left of it, or it
    is not to be kept.
    """
    directives = dict(_directives(headers.get("cache-control", "")))
    if "no-store" in directives or "no-cache" in directives:
        return None
    if (most := directives.get("max-age")) is not None:
        if not (most.isascii() and most.isdigit()):
            return None
        age = headers.get("age", "").strip()
        left = timedelta(seconds=int(most[:10]) - (int(age[:10]) if age.isascii() and age.isdigit() else 0))
    else:
        expires = read_date(headers.get("expires", ""))
        if expires is None:
            return None
        # By the server's own clock, whatever ours says.
        left = expires - (read_date(headers.get("date", "")) or now)
    return now + min(left, _LONGEST_FRESH) if left > timedelta(0) else None


def status_sentence(status: int, *, wait_until: datetime | None) -> str:
    """What a status other than 200 and 304 means."""
    if wait_until is not None:
        return f"HTTP {status}, asks to wait until {wait_until:%Y-%m-%d %H:%M} UTC"
    return f"HTTP {status} ({_PHRASES[status]})" if status in _PHRASES else f"HTTP {status}"


def _challenged(status: int) -> str:
    return f"HTTP {status}, a check for robots stands before the feed"


def _directives(value: str) -> list[tuple[str, str]]:
    """Name and argument of each directive (RFC 9111, 5.2), the first of a name last, so that it counts."""
    pairs = (part.partition("=") for part in re.findall(r'(?:[^,"]|"[^"]*")+', value))
    return [(name.strip().lower(), argument.strip().strip('"')) for name, _, argument in pairs][::-1]


def _fault(status: int, *, waits: bool) -> Fault:
    if status == 503 and waits:
        return "rate-limited"
    return _FAULTS.get(status, "server-error" if 500 <= status < 600 else "http")


def _is_login(answer: Answer, asked: Asked) -> bool:
    """Whether the way from the feed ended at a page for people that looks like a login."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if asked.url == asked.first or kind not in ("text/html", "application/xhtml+xml"):
        return False
    first, last = urlsplit(asked.first), urlsplit(asked.url)
    if _LOGIN_PATH.search(last.path) and last.path != first.path:
        return True
    return last.hostname != first.hostname and bool(_LOGIN_HOST.match(last.hostname or ""))


def _kept(answer: Answer, asked: Asked) -> Validators:
    """A 304 may bring new validators, and need not repeat the old ones (RFC 9110, 15.4.5)."""
    return replace(
        asked.validators,
        etag=_validator(answer, "etag") or asked.validators.etag,
        last_modified=_validator(answer, "last-modified") or asked.validators.last_modified,
        url=without_password(asked.url),
    )


def _validator(answer: Answer, name: str) -> str:
    """The server's own string, to be sent back as it is; "" if it cannot be."""
    value = answer.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else ""


def _told(asked: Asked, answer: Answer, *, now: datetime) -> Fetched:
    return replace(_result(asked, answer), fresh_until=fresh_until(answer.headers, now))


def _result(asked: Asked, answer: Answer | None) -> Fetched:
    return Fetched(
        feed=asked.feed,
        state="new",
        status=answer.status if answer else 0,
        url=without_password(asked.url),
        moved=asked.moved,
        validators=asked.validators,
        content_type=answer.headers.get("content-type", "") if answer else "",
        wire_bytes=answer.wire_bytes if answer else 0,
    )
