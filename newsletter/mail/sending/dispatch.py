"""Letters to everybody who has not had theirs: claim, hand over, record, next. I/O: threads

Strict: a connection starts its next letter only when the result of the last is durable. After a crash at most one
letter per connection has gone without a record; it goes again with the same bytes and the same Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from threading import Event, Lock

from newsletter.errors import CannotSend
from newsletter.model.audience import Delivery, DeliveryState, Letter, Mailing, Reader, Tally
from newsletter.model.ports import Claim, Clock, Connection, Ledger, Reply, Transport
from newsletter.text import clip, one_line

#: Seconds before each new connection for one letter; when all have been tried, this worker gives up.
PAUSES = (0.0, 1.0, 5.0)
#: So many refusals in a row that are not the readers' fault stop the mailing.
REFUSALS_IN_A_ROW = 3

_ENHANCED = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
_MAILBOX = re.compile(r"[^\s<>]+@[^\s<>]+")


def dispatch(
    mailing_id: int,
    mailing: Mailing,
    *,
    ledger: Ledger,
    transport: Transport,
    write: Callable[[Reader], Letter],
    clock: Clock,
    connections: int = 1,
    on_delivery: Callable[[Delivery], None] | None = None,
    stop: Callable[[], bool] | None = None,
    pauses: Sequence[float] = PAUSES,
) -> Tally:
    """Send what is still to be sent, over so many connections at a time, each with its own claim.

    The ledger is called from several threads; `on_delivery`, after each durable result, from one at a time.
    `stop` is asked before every letter, and Ctrl-C has the same effect: what is under way is finished and recorded.
    A letter without an answer after its final dot is recorded as unknown and goes again at the next run.

    Raises CannotSend if the relay cannot be reached, or refuses the sender or the content; what was accepted until
    then is recorded, nobody is blamed for it, and the next run goes on from there.
    """
    room = _Room(mailing_id, mailing, ledger, transport, write, clock, on_delivery, stop, tuple(pauses))
    with ThreadPoolExecutor(connections, thread_name_prefix="letters") as pool:
        try:
            workers = [pool.submit(room.work) for _ in range(connections)]
            room.opened.set()
            wait(workers)
        finally:
            room.halting.set()
            room.opened.set()
    for worker in workers:
        worker.result()
    return ledger.tally(mailing_id)


class _Room:
    """What the workers of one dispatch share."""

    def __init__(
        self,
        number: int,
        mailing: Mailing,
        ledger: Ledger,
        transport: Transport,
        write: Callable[[Reader], Letter],
        clock: Clock,
        on_delivery: Callable[[Delivery], None] | None,
        stop: Callable[[], bool] | None,
        pauses: tuple[float, ...],
    ) -> None:
        self.halting = Event()
        #: No worker begins before all are there: one that Ctrl-C kept the pool from noting would go on unseen.
        self.opened = Event()
        self._number, self._mailing = number, mailing
        self._ledger, self._transport, self._write, self._clock = ledger, transport, write, clock
        self._on_delivery, self._stop, self._pauses = on_delivery, stop, pauses
        self._lock = Lock()
        #: Lines whose workers serve a claim or will ask for one.
        self._serving: set[_Line] = set()
        #: What is left of the claims of workers that have no connection.
        self._returned: list[Claim] = []
        #: Readers whose letter has had no answer; they wait for the next run.
        self._unsure: set[int] = set()
        self._refusals = 0
        #: Whether the relay has answered any letter of this run.
        self._answered = False

    def work(self) -> None:
        """Serve claims over one line until nothing is left."""
        self.opened.wait()
        line = _Line(self._transport)
        finished = False
        try:
            while not self._halted() and (claim := self._next_claim(line)) is not None:
                if not self._serve(claim, line):
                    break
            finished = True
        finally:
            if not finished:
                self.halting.set()
            line.drop()

    def _halted(self) -> bool:
        return self.halting.is_set() or (self._stop is not None and self._stop())

    def _next_claim(self, line: _Line) -> Claim | None:
        with self._lock:
            self._serving.add(line)
            if self._returned:
                return self._returned.pop()
        claim = self._ledger.claim(self._number, self._clock.now()) or self._ledger.claim(
            self._number, self._clock.now(), due=True
        )
        if claim is not None and claim.readers and all(r.id in self._unsure for r in claim.readers):
            self._ledger.finish(claim)
            claim = None
        if claim is None:
            # Closed before the others hear of it: one of them may be waiting for this place at the relay.
            line.drop()
            with self._lock:
                if self._returned:
                    return self._returned.pop()
                self._serving.discard(line)
        return claim

    def _serve(self, claim: Claim, line: _Line) -> bool:
        """Whether the claim was worked through and the line can take another."""
        now = self._clock.now()
        self._record(claim, *(Delivery(subscriber=reader, state="left", at=now) for reader in claim.left))
        readers = [reader for reader in claim.readers if reader.id not in self._unsure]
        for at, reader in enumerate(readers):
            if self._halted():
                return False
            try:
                reply = self._hand_over(self._write(reader), line)
            except CannotSend:
                if not self._others_take(replace(claim, readers=tuple(readers[at:]), left=()), line):
                    raise
                return False
            if reply is None:
                return False
            state = _state(reply)
            said = clip(one_line(reply.text), 200)
            now = self._clock.now()
            self._record(claim, Delivery(subscriber=reader.id, state=state, at=now, code=reply.code, reply=said))
            self._watch(state, reply, reader)
        self._ledger.finish(claim)
        return True

    def _hand_over(self, letter: Letter, line: _Line) -> Reply | None:
        """The reply to the letter, over a new connection where the old one broke; None if it was stopped meanwhile."""
        why = ""
        for pause in (*self._pauses, None):
            try:
                (reply,) = line.connection().hand_over((letter,))
                self._answered = True
                if reply.code != 421:
                    return reply
                why = f"421 {reply.text}"
            except ConnectionError as fault:
                why = str(fault)
            except CannotSend as fault:
                # Waiting is for a relay that was there a moment ago, and for the last worker to hold out.
                if not self._answered or self._has_others(line):
                    raise
                why = fault.what
            line.drop()
            if pause is not None and self.halting.wait(pause):
                return None
        raise CannotSend(
            f"The connection for the letters of {self._mailing.week} keeps breaking: {_masked(why)}",
            mend="Deliver again when the mail server is well: whoever has had the letter gets no second one.",
        )

    def _has_others(self, line: _Line) -> bool:
        with self._lock:
            return bool(self._serving - {line})

    def _others_take(self, claim: Claim, line: _Line) -> bool:
        """Leave the rest of a claim to the other workers; False if there are none.

        A relay that allows fewer connections than we want thus gets fewer.
        """
        with self._lock:
            self._serving.discard(line)
            if self._serving:
                self._returned.append(claim)
            return bool(self._serving)

    def _record(self, claim: Claim, *deliveries: Delivery) -> None:
        if not deliveries:
            return
        self._ledger.record([(claim, delivery) for delivery in deliveries])
        if self._on_delivery is not None:
            with self._lock:
                for delivery in deliveries:
                    self._on_delivery(delivery)

    def _watch(self, state: DeliveryState, reply: Reply, reader: Reader) -> None:
        with self._lock:
            if state == "unknown":
                self._unsure.add(reader.id)
            elif state == "accepted":
                self._refusals = 0
            elif state == "deferred" and reply.code >= 500:
                self._refusals += 1
            if self._refusals < REFUSALS_IN_A_ROW:
                return
        raise CannotSend(
            f"The mail server refuses the letters of {self._mailing.week}: {reply.code} {_masked(reply.text)}",
            mend="This is about the sender or the content, not the readers. Mend it and deliver again.",
        )


class _Line:
    """A worker's connection, opened when the first letter needs it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._open = ExitStack()
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._open.enter_context(self._transport.connect())
        return self._connection

    def drop(self) -> None:
        self._connection = None
        self._open.close()


def _state(reply: Reply) -> DeliveryState:
    if 200 <= reply.code < 300:
        return "accepted"
    if reply.code < 400:
        return "unknown"
    return "refused" if reply.code >= 500 and _is_about_the_reader(reply) else "deferred"


def _is_about_the_reader(reply: Reply) -> bool:
    """Whether a 5yz says that this mailbox cannot have the letter, rather than that ours are not wanted."""
    enhanced = _ENHANCED.match(reply.text)
    subject, detail = (int(enhanced[1]), int(enhanced[2])) if enhanced else (0, 0)
    if subject == 7 or (subject, detail) in ((1, 7), (1, 8)) or reply.stage == "sender":
        # Policy, or the sender's own address (RFC 3463, 3.2 and 3.8).
        return False
    return subject in (1, 2) or reply.stage == "recipient"


def _masked(words: str) -> str:
    return _MAILBOX.sub("…@…", one_line(words))
