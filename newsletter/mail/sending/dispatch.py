"""Letters to everybody who has not had theirs: claim, hand over, record, next. I/O: threads

Strict: a connection starts its next letter only when the result of the last is durable. After a crash at most one
letter per connection has gone without a record; it goes again with the same bytes and the same Message-ID.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event

from newsletter.errors import Busy, CannotSend, NewsletterError
from newsletter.mail.sending.commits import Commits
from newsletter.mail.sending.line import Line, masked
from newsletter.mail.sending.pace import Pace, Turn
from newsletter.mail.sending.pool import Pool
from newsletter.mail.sending.verdicts import verdict
from newsletter.mail.sending.watch import Watch
from newsletter.model.audience import Delivery, DeliveryState, Letter, Mailing, Reader, Tally
from newsletter.model.ports import Claim, Clock, Ledger, Reply, Transport
from newsletter.model.settings import Delivering
from newsletter.text import clip, one_line

PAUSES = (0.0, 1.0, 5.0, 30.0)
#: Seconds that results of a group wait for others at most.
_FLUSH = 0.05
#: Characters of a relay's words that are kept.
_REPLY = 200
#: "I am closing the channel" (RFC 5321, 4.2.3).
_CLOSING = 421

Result = tuple[Claim, Delivery]
Written = tuple[Turn, Letter]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The clock of rates, in seconds, which never goes back, and how long is waited for a relay."""

    ticks: Callable[[], float] = time.monotonic
    #: Before each new connection for one letter; when all have been tried, the worker gives up.
    pauses: Sequence[float] = PAUSES
    #: Of a worker whose relay has no room for it.
    rest: float = 60.0
    #: Between two looks at what may go, at most.
    look: float = 0.25


def dispatch(
    mailing_id: int,
    mailing: Mailing,
    *,
    ledger: Ledger,
    transport: Transport,
    write: Callable[[Reader], Letter],
    clock: Clock,
    delivering: Delivering | None = None,
    on_delivery: Callable[[Delivery], None] | None = None,
    stop: Callable[[], bool] | None = None,
    timing: Timing | None = None,
) -> Tally:
    """Send what is still to be sent, over all relays of the transport, each with its connections.

    The ledger is called from several threads; `on_delivery`, after each durable result, from one at a time.
    `stop` is asked before every letter, and Ctrl-C has the same effect: what is under way is finished and recorded.
    A mailing that a person pauses or cancels meanwhile stops in the same way.
    A letter without an answer after its final dot is recorded as unknown and goes again at the next run, or as held.

    Raises CannotSend if no relay can be reached; and if the relay refuses us or too many letters, and then the mailing
    is paused. What was accepted until then is recorded, and the next run goes on from there.
    """
    run = _Run(mailing_id, mailing, ledger, transport, write, clock, delivering or Delivering(), timing or Timing())
    return run.go(on_delivery, stop)


class _Run:
    """What the workers of one dispatch share."""

    def __init__(
        self,
        number: int,
        mailing: Mailing,
        ledger: Ledger,
        transport: Transport,
        write: Callable[[Reader], Letter],
        clock: Clock,
        delivering: Delivering,
        timing: Timing,
    ) -> None:
        self._number, self._mailing, self._ledger, self._relays = number, mailing, ledger, transport.relays
        self._write, self._clock, self._delivering, self._timing = write, clock, delivering, timing
        self._several = len(transport.relays) > 1
        self.halting = Event()
        #: No worker begins before all are there: one that Ctrl-C kept the pool from noting would go on unseen.
        self._opened = Event()
        #: All workers have ended.
        self._over = Event()
        #: Results of letters that went, which the ledger could not take.
        self._failed: list[Result] = []
        self._watch = Watch(delivering.max_refused)
        #: Whether a relay has answered any letter of this run.
        self._answered = False

    def go(self, on_delivery: Callable[[Delivery], None] | None, stop: Callable[[], bool] | None) -> Tally:
        self._on_delivery = on_delivery
        rates: Mapping[str, int] = {relay.name: relay.per_minute for relay in self._relays}
        begun, ramp = self._timing.ticks(), self._delivering.ramp.total_seconds()
        self._pool = Pool(
            self._number,
            ledger=self._ledger,
            clock=self._clock,
            pace=Pace(rates, per_domain=self._delivering.per_domain, ramp=ramp, begun=begun),
            ticks=self._timing.ticks,
            look=self._timing.look,
            stop=stop or (lambda: False),
            halting=self.halting,
            on_left=lambda results: self._commits.record(results),
        )
        # One half is being written while the other gathers: together they are a group.
        group = self._delivering.group // 2 if self._delivering.record == "group" else 1
        self._commits = Commits(self._record, group=group)
        self._intents = Commits(self._ledger.intend)
        lines = [Line(relay) for relay in self._relays for _ in range(relay.connections)]
        workers: list[Future[None]] = []
        flushers: list[Future[None]] = []
        try:
            with ThreadPoolExecutor(len(lines) + 1, thread_name_prefix="letters") as threads:
                try:
                    for line in lines:
                        self._pool.enter(line)
                    workers += [threads.submit(self._work, line) for line in lines]
                    if group > 1:
                        flushers.append(threads.submit(self._flush_again_and_again))
                    self._opened.set()
                    while wait(workers, self._timing.look).not_done:
                        if stop is not None and stop():
                            # Whoever waits for a relay or rests hears of it too.
                            self.halting.set()
                finally:
                    self.halting.set()
                    self._opened.set()
                    self._over.set()
        finally:
            # After Ctrl-C too: what the workers finished since then is among it.
            self._commits.flush()
            self._record_what_failed()
            self._pool.close()
        for thread in (*workers, *flushers):
            thread.result()
        if self._pool.is_superseded:
            raise Busy(
                f"Another run has taken over the letters of {self._mailing.week}; this one has stopped.",
                mend="What it did is recorded, and the other goes on. See that only one machine delivers.",
            )
        return self._ledger.tally(self._number)

    def _flush_again_and_again(self) -> None:
        """Not by the caller's thread, which Ctrl-C may interrupt while others wait for what it writes."""
        try:
            while not self._over.wait(_FLUSH):
                self._commits.flush()
        except BaseException:
            self.halting.set()
            raise

    def _work(self, line: Line) -> None:
        """Write to one reader after the other over one line, until nothing is left."""
        self._opened.wait()
        finished = False
        try:
            while written := self._next(line):
                if not self._serve(written, line):
                    break
            finished = True
        finally:
            if not finished:
                self.halting.set()
            self._drop(line)
            self._pool.leave(line)

    def _next(self, line: Line) -> tuple[Written, ...]:
        """The letter that was announced, if its reader still is one, else the next ones; none at the end."""
        ahead = line.ahead
        if ahead is not None and self._pool.halted():
            self._drop(line)
        elif ahead is not None:
            if self._pool.may_go(ahead[0]):
                return (ahead,)
            # The relay waits for a letter that must not come: only closing the connection says so.
            line.drop()
            self._settle(ahead[0], "left")
        while turns := self._pool.take(line, line.relay.name, line.relay.at_once):
            if written := tuple(one for turn in turns if (one := self._written(turn)) is not None):
                return written
        return ()

    def _written(self, turn: Turn) -> Written | None:
        """The letter of a turn; one that cannot be written is recorded as refused, and the week goes on."""
        try:
            letter = self._write(turn.reader)
        except ValueError as fault:
            self._settle(turn, "refused", str(fault))
            return None
        # Of a batch that an earlier run had, a letter may have arrived without our knowing.
        return turn, letter if turn.claim.fresh else replace(letter, again=True)

    def _settle(self, turn: Turn, state: DeliveryState, why: str = "") -> None:
        now = self._clock.now()
        self._commits.record([(turn.claim, Delivery(subscriber=turn.reader.id, state=state, at=now, reply=why))])

    def _serve(self, written: Sequence[Written], line: Line) -> bool:
        """Hand over and record; whether the line can take more."""
        answered = self._hand_over(written, line)
        if answered is None:
            return line.resting and self._rest(line)
        hold = self._delivering.on_unknown == "hold"
        now, name = self._clock.now(), line.relay.name if self._several else ""
        results: list[Result] = []
        for turn, reply in answered:
            found = verdict(reply, hold=hold)
            self._watch.saw(turn.domain, found, reply)
            delivery = Delivery(
                subscriber=turn.reader.id,
                state=found.state,
                at=now,
                code=reply.code,
                reply=clip(one_line(reply.text), _REPLY),
                relay=name,
                suppress=found.suppress,
            )
            results.append((turn.claim, delivery))
        self._commits.record(results)
        self._judge(now)
        return True

    def _judge(self, now: datetime) -> None:
        """Pause or end the run if the answers so far say so."""
        for domain in self._watch.asking_for_patience():
            self._pool.put_off(domain)
        week = self._mailing.week
        if why := self._watch.why_pause():
            self._ledger.pause(self._number, why, now)
            raise CannotSend(
                f"The letters of {week} are paused. {why}",
                mend=f"Whoever was not served still will be. Mend the cause, then:  newsletter deliver {week} --resume",
            )
        if why := self._watch.why_stop():
            raise CannotSend(
                f"The mail server puts off every letter of {week}: {why}",
                mend="Deliver again when the mail server is well: whoever has had the letter gets no second one.",
            )

    def _hand_over(self, written: Sequence[Written], line: Line) -> Sequence[tuple[Turn, Reply]] | None:
        """The replies, over a new connection where the old one broke; None if others do it, or if it was stopped.

        Whoever left while a connection was waited for is recorded as left, and has no reply.
        """
        why = ""
        for number, pause in enumerate((*self._timing.pauses, None)):
            fault: CannotSend | None = None
            try:
                if line.open() and not (written := self._still_readers(written)):
                    return ()
                self._intend(written)
                replies = line.hand_over([letter for _, letter in written], self._ahead(line))
                self._answered = True
                if any(reply.code != _CLOSING for reply in replies):
                    if any(reply.code == 0 for reply in replies):
                        self._drop(line)
                    return tuple(zip((turn for turn, _ in written), replies, strict=True))
                why = f"{_CLOSING} {replies[0].text}"
            except ConnectionError as broken:
                why = str(broken)
            except CannotSend as found:
                why, fault = found.what, found
            self._drop(line)
            self._take_back(written)
            if (number or fault) and self._leave_to_others(written, line, why):
                return None
            # Waiting is for a relay that was there a moment ago, and for the last worker to hold out.
            if fault and not self._answered:
                raise fault
            if pause is not None and self.halting.wait(pause):
                self._pool.give_back([turn for turn, _ in written])
                return None
        raise CannotSend(
            f"The connection for the letters of {self._mailing.week} keeps breaking: {masked(why)}",
            mend="Deliver again when the mail server is well: whoever has had the letter gets no second one.",
        )

    def _ahead(self, line: Line) -> Written | None:
        if not self._delivering.envelope_ahead or line.relay.at_once > 1 or self._pool.halted():
            return None
        turn = self._pool.take_ahead(line.relay.name)
        return self._written(turn) if turn else None

    def _drop(self, line: Line) -> None:
        if (ahead := line.drop()) is not None:
            self._pool.give_back((ahead,))

    def _intend(self, written: Sequence[Written]) -> None:
        if self._delivering.on_unknown == "hold":
            self._intents.record([(turn.claim, turn.reader.id) for turn, _ in written])

    def _take_back(self, written: Sequence[Written]) -> None:
        """Before anybody else has them: letters that did not go are not to be held."""
        if self._delivering.on_unknown == "hold":
            self._ledger.take_back([(turn.claim, turn.reader.id) for turn, _ in written])

    def _still_readers(self, written: Sequence[Written]) -> Sequence[Written]:
        """Those who may be written to now."""
        there = self._pool.still_readers([turn for turn, _ in written])
        for turn, _ in written:
            if turn not in there:
                self._settle(turn, "left")
        return [one for one in written if one[0] in there]

    def _leave_to_others(self, written: Sequence[Written], line: Line, why: str) -> bool:
        """Leave turns to the other workers; False if there are none.

        A relay that allows fewer connections than we want thus gets fewer.
        """
        if not self._pool.leave(line, [turn for turn, _ in written]):
            self._pool.enter(line)
            return False
        _log.warning("A connection to %s rests: %s", line.relay.name, masked(why))
        line.resting = True
        return True

    def _rest(self, line: Line) -> bool:
        """Wait until the relay may have room again; whether something is left to be done then."""
        line.resting = False
        until = self._timing.ticks() + self._timing.rest
        while self._timing.ticks() < until and not self._pool.is_empty():
            if self.halting.wait(self._timing.look):
                return False
        self._pool.enter(line)
        return True

    def _record(self, results: Sequence[Result]) -> None:
        try:
            heard = self._ledger.record(results)
        except NewsletterError:
            self._failed.extend(results)
            raise
        self._pool.settle(results, heard)
        if self._on_delivery is not None:
            for _, delivery in results:
                self._on_delivery(delivery)

    def _record_what_failed(self) -> None:
        """Once more what the ledger could not take: a database that was busy for too long may be free by now."""
        if failed := self._failed:
            self._failed = []
            self._record(failed)
