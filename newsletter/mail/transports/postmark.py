"""Letters over the service Postmark, by its batch call. I/O: network, threads

`POST /email/batch` takes up to 500 letters and answers for each. The call has no key by which the service would know
a repeat. Therefore every letter bears the local part of its Message-ID as metadata, and one whose earlier try may
have been taken is searched for (`GET /messages/outbound`) before it goes again; it goes only if it is not there.

What remains: nothing is documented of how soon a letter is found after it was taken. A letter is searched for again,
for the last time, when `settle` has gone by since its call broke or since this relay was made; one that the service
takes or shows later than that goes twice, with the same Message-ID. The service keeps letters for 45 days, or for as
few as 7 where the account says so: a mailing resumed later than that finds nothing.

The service is to leave unsubscribing to us ("Manage unsubscribes on your own", by its support, for each broadcast
stream); else it puts its own link and List-Unsubscribe into every letter. Whoever leaves there is refused as inactive
at the next letter, and never written to again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Lock
from urllib.parse import urlsplit

from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import mailbox
from newsletter.mail.transports.postmark_answers import NotAnAnswer, replies_to, taken_before
from newsletter.mail.transports.postmark_calls import Calls, Service
from newsletter.mail.transports.postmark_messages import MARK_KEY, MOST_BYTES, MOST_LETTERS, in_parts, mark_of
from newsletter.mail.transports.smtp import promises_missing
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Reply
from newsletter.model.settings import Postmark, Settings

#: How long after a broken call a letter that was taken may not yet be found.
SETTLE = timedelta(seconds=30)

_FOR_TRIALS = "POSTMARK_API_TEST"
_NOT_ASCII = Reply(553, "5.6.7 The service takes no mailbox with letters outside ASCII before the @", "recipient")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SET_IT = "Set NEWSLETTER_POSTMARK_TOKEN to the token of the server, from its API Tokens tab."


def check_ready(settings: Settings) -> None:
    """Check that letters over the service could be sent and answered for.

    Raises CannotSend with everything that is missing, and what to write.
    """
    faults = tuple(_faults(settings))
    if faults:
        raise CannotSend("; ".join(what for what, _ in faults), mend="\n    ".join(mend for _, mend in faults))
    mailbox("mail.from", settings.mail.sender)


def _faults(settings: Settings) -> Iterator[tuple[str, str]]:
    token = settings.postmark.token
    yield from promises_missing(settings)
    if not token:
        yield "no token of Postmark is set", _SET_IT
    elif not (token.isascii() and token.isprintable()) or " " in token:
        yield "the token of Postmark holds signs that no token has", _SET_IT
    elif token.upper() == _FOR_TRIALS:
        yield f"the token of Postmark is {_FOR_TRIALS}, which delivers nothing", _SET_IT
    if not _is_safe(settings.postmark.api):
        yield f"the token would go to {settings.postmark.api} unencrypted", 'Write api = "https://…" in [postmark].'


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


class PostmarkRelay:
    """Letters to the service, of one server and one message stream."""

    name = "postmark"
    at_once = MOST_LETTERS

    def __init__(self, postmark: Postmark, *, settle: timedelta = SETTLE, most_bytes: int = MOST_BYTES) -> None:
        """`most_bytes` bounds the JSON of one call; more letters than fit go in several calls."""
        self.connections, self.per_minute = postmark.connections, postmark.per_minute
        self._postmark, self._most_bytes = postmark, most_bytes
        self._doubts = _Doubts(settle.total_seconds())
        self._service = Service(postmark)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connect and ask for the server of the token (`GET /server`).

        Raises CannotSend, with the mend, if the service does not answer, refuses the token, or delivers nothing.
        """
        with self._service.connect() as calls:
            _check_server(calls, urlsplit(self._postmark.api).netloc)
            yield _PostmarkConnection(calls, self._postmark.stream, self._doubts, self._most_bytes)


def _check_server(calls: Calls, host: str) -> None:
    try:
        answer = calls.get("/server")
    except (ConnectionError, NotAnAnswer) as fault:
        mend = "Check api in [postmark] and whether a firewall is between, or try again later."
        raise CannotSend(f"{host} does not answer: {fault}", mend=mend) from fault
    code, words = answer.told
    said = f"{answer.status} {words}".strip()
    if answer.status == 401 or code == 10:
        raise CannotSend(f"{host} refuses the token: {said}", mend=_SET_IT)
    if answer.status == 429 or answer.status >= 500:
        raise CannotSend(f"{host} takes no letters: {said}", mend="Try again later.")
    if answer.status == 422:
        raise CannotSend(f"{host} takes no letters: {said} ({code})", mend="Look at the account and its server there.")
    if answer.status != 200 or not isinstance(answer.body, Mapping):
        raise CannotSend(f"{host} does not answer as Postmark does: {said}", mend="Check api in [postmark].")
    if str(answer.body.get("DeliveryType", "")).lower() == "sandbox":
        mend = 'Use the token of a live server; to look at letters, write transport = "outbox".'
        raise CannotSend(f"The server of the token at {host} is a sandbox, which delivers nothing", mend=mend)


class _Doubts:
    """Letters whose call has had no answer, for any thread, and how long it takes until a search tells their fate."""

    def __init__(self, settle: float) -> None:
        self._settle = settle
        self._since: dict[str, float] = {}
        self._made = time.monotonic()
        self._lock = Lock()

    def note(self, letters: Sequence[Letter]) -> None:
        with self._lock:
            self._since |= dict.fromkeys((letter.message_id for letter in letters), time.monotonic())

    def of(self, letter: Letter) -> bool:
        with self._lock:
            return letter.again or letter.message_id in self._since

    def clear(self, letters: Sequence[Letter]) -> None:
        """Note that the service has spoken of these letters."""
        with self._lock:
            for letter in letters:
                self._since.pop(letter.message_id, None)

    def settled_in(self, letters: Sequence[Letter]) -> float:
        """Seconds until a search that finds none of these letters means that none was taken; at most 0 if it does."""
        with self._lock:
            # An earlier run's call broke before this relay was made, whenever that was.
            since = max(self._since.get(letter.message_id, self._made) for letter in letters)
        return since + self._settle - time.monotonic()


class _PostmarkConnection:
    """One way to the service; one call at a time."""

    def __init__(self, calls: Calls, stream: str, doubts: _Doubts, most_bytes: int) -> None:
        self._calls, self._stream, self._doubts, self._most_bytes = calls, stream, doubts, most_bytes

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:  # noqa: ARG002
        """Hand over letters in as few calls as they fit; those that may have been taken already are searched for first.

        421 comes for all letters or for none: then none of them was taken by this call.
        Raises ConnectionError if no call was written whole; none of the letters was taken.
        """
        known = {letter.message_id: _NOT_ASCII for letter in letters if not letter.recipient.isascii()}
        rest = [letter for letter in letters if letter.message_id not in known]
        known |= self._taken_before([letter for letter in rest if self._doubts.of(letter)])
        rest = [letter for letter in rest if letter.message_id not in known]
        sent = self._send(rest)
        if sent and all(reply.code == 421 for reply in sent.values()):
            return (next(iter(sent.values())),) * len(letters)
        return tuple((known | sent)[letter.message_id] for letter in letters)

    def _taken_before(self, doubtful: Sequence[Letter]) -> dict[str, Reply]:
        """Replies, by Message-ID, to those that were taken, and to those of which the service does not tell."""
        known = self._searched(doubtful)
        missing = [letter for letter in doubtful if letter.message_id not in known]
        if missing and (pause := self._doubts.settled_in(missing)) > 0:
            Event().wait(pause)
            known |= self._searched(missing)
        return known

    def _searched(self, doubtful: Sequence[Letter]) -> dict[str, Reply]:
        known: dict[str, Reply] = {}
        for number, letter in enumerate(doubtful):
            # Without a stream the service searches the one of single letters.
            wanted = {"messagestream": self._stream, f"metadata_{MARK_KEY}": mark_of(letter)}
            try:
                found = taken_before(letter, self._calls.get("/messages/outbound", count="1", offset="0", **wanted))
            except (ConnectionError, NotAnAnswer) as fault:
                # Who cannot be asked for is neither sent nor given up.
                unknown = Reply(0, f"an earlier try may have arrived, and the search for it failed: {fault}", "letter")
                return known | {one.message_id: unknown for one in doubtful[number:]}
            if found is not None:
                known[letter.message_id] = found
        return known

    def _send(self, letters: Sequence[Letter]) -> dict[str, Reply]:
        """Replies by Message-ID. A call without an answer, or turned away whoever it is for, is the last."""
        replies: dict[str, Reply] = {}
        parts = in_parts(letters, stream=self._stream, most_bytes=self._most_bytes)
        halves: deque[Sequence[tuple[Letter, bytes]]] = deque()
        while part := halves.popleft() if halves else next(parts, ()):
            of_part = [letter for letter, _ in part]
            try:
                answer = self._calls.post("/email/batch", _array(part))
                if answer.status == 413 and len(part) > 1:
                    halves.extendleft((part[len(part) // 2 :], part[: len(part) // 2]))
                    continue
                found = replies_to(of_part, answer)
            except ConnectionError as fault:
                if not replies:
                    raise
                return _for_the_rest(letters, replies, Reply(451, f"4.4.2 the connection broke: {fault}", "letter"))
            except NotAnAnswer as fault:
                self._doubts.note(of_part)
                replies |= dict.fromkeys((one.message_id for one in of_part), Reply(0, str(fault), "letter"))
                return _for_the_rest(letters, replies, Reply(451, "4.4.2 a call before had no answer", "letter"))
            self._doubts.clear(of_part)
            if found[0].code == 421 and replies:
                found = (Reply(451, found[0].text, "letter"),) * len(found)
            replies |= {one.message_id: reply for one, reply in zip(of_part, found, strict=True)}
            if answer.status != 200 and (found[0].code < 500 or found[0].stage == "sender"):
                return _for_the_rest(letters, replies, found[0])
        return replies


def _array(part: Sequence[tuple[Letter, bytes]]) -> bytes:
    return b"[" + b",".join(written for _, written in part) + b"]"


def _for_the_rest(letters: Sequence[Letter], replies: Mapping[str, Reply], reply: Reply) -> dict[str, Reply]:
    return {letter.message_id: replies.get(letter.message_id, reply) for letter in letters}
