"""Who is written to next: claims of the ledger on one side, connections that ask on the other. I/O: threads"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event, Lock

from newsletter.mail.sending.pace import Lanes, Pace, Turn
from newsletter.model.audience import Delivery
from newsletter.model.ports import Claim, Clock, Heard, Ledger

#: Fewer turns than this at hand let the next batch be claimed.
_FEW = 200
#: Turns at hand at most, where slow domains fill the room.
_MOST = 20_000
#: Seconds after which the ledger is asked again whether somebody left or a person paused the mailing.
_FRESH = 0.5


class Pool:
    """The turns of one run, for any number of threads.

    Nobody is handed out who left after being claimed, as far as the ledger can know it at that moment.
    """

    def __init__(
        self,
        number: int,
        *,
        ledger: Ledger,
        clock: Clock,
        pace: Pace,
        ticks: Callable[[], float],
        look: float,
        stop: Callable[[], bool],
        halting: Event,
        on_left: Callable[[Sequence[tuple[Claim, Delivery]]], None],
    ) -> None:
        """`ticks` are seconds of a clock that never goes back, `look` is the longest wait.

        `on_left` records readers who have left.
        """
        self._number, self._ledger, self._clock = number, ledger, clock
        self._pace, self._ticks, self._stop, self._halting, self._on_left = pace, ticks, stop, halting, on_left
        self._longest = look
        self._lock, self._claiming = Lock(), Lock()
        self._lanes = Lanes(pace)
        self._after, self._due, self._exhausted = 0, False, False
        #: Readers without a result who are to have one in this run, by claim.
        self._open: dict[int, tuple[Claim, set[int]]] = {}
        self._heard = ledger.heard(number)
        self._epoch = self._heard.epoch
        self._heard_at = ticks()
        #: The number of departures up to which everybody at hand was looked at.
        self._looked = self._heard.departures
        self._gone: set[int] = set()
        #: Domains that asked for patience: nothing more for them in this run.
        self._put_off: set[str] = set()
        self._active: set[object] = set()

    @property
    def state(self) -> str:
        """Of the mailing, as last heard."""
        return self._heard.state

    @property
    def is_superseded(self) -> bool:
        """Whether another run has taken the deliveries over: what is at hand here is that one's by now."""
        return self._heard.epoch != self._epoch

    def halted(self) -> bool:
        return self._halting.is_set() or self._heard.state != "open" or self.is_superseded or self._stop()

    def enter(self, worker: object) -> None:
        with self._lock:
            self._active.add(worker)

    def take(self, worker: object, relay: str, most: int = 1) -> tuple[Turn, ...]:
        """Up to so many turns that may go over this relay now, waiting for them; none at the end of the run."""
        while not self.halted():
            self._refill()
            self._look_again()
            with self._lock:
                if turns := self._ready(relay, most):
                    return turns
                if not self._lanes and self._exhausted:
                    break
                since = max(self._pace.relay_from(relay), self._lanes.ready_from() or 0.0)
            self._halting.wait(min(max(since - self._ticks(), 0.001), self._longest))
        self.leave(worker)
        return ()

    def take_ahead(self, relay: str) -> Turn | None:
        """One more turn, if it may go right now; whoever takes it has to ask `may_go` before its letter."""
        with self._lock:
            turns = self._ready(relay, 1) if self._looked == self._heard.departures else ()
        return turns[0] if turns else None

    def may_go(self, turn: Turn) -> bool:
        """Whether the reader of a turn that was taken ahead is still one."""
        self._look_again()
        with self._lock:
            return turn.reader.id not in self._gone

    def still_readers(self, turns: Sequence[Turn]) -> frozenset[Turn]:
        """Those whose readers may be written to, as the ledger knows at this very moment."""
        self._hear_anew()
        self._look_again()
        with self._lock:
            return frozenset(turn for turn in turns if turn.reader.id not in self._gone)

    def give_back(self, turns: Sequence[Turn]) -> None:
        """Put turns whose letters did not go in front of all others."""
        with self._lock:
            left, done = self._put_in_front(turns)
        self._record_left(left)
        self._finish(done)

    def leave(self, worker: object, turns: Sequence[Turn] = ()) -> bool:
        """Note that a worker goes and leaves its turns to the others; False, and nothing left, if there are none."""
        with self._lock:
            self._active.discard(worker)
            if turns and not self._active:
                return False
            left, done = self._put_in_front(turns)
        self._record_left(left)
        self._finish(done)
        return True

    def is_empty(self) -> bool:
        with self._lock:
            return not self._lanes and self._exhausted

    def put_off(self, domain: str) -> None:
        """Let nothing more go to this domain in this run."""
        with self._lock:
            self._put_off.add(domain)
            done = self._forget(self._lanes.remove_where(lambda turn: turn.domain == domain))
        self._finish(done)

    def settle(self, results: Sequence[tuple[Claim, Delivery]], heard: Heard) -> None:
        """Note results that are durable; batches worked through are finished."""
        finished = []
        with self._lock:
            self._hear(heard)
            for claim, delivery in results:
                held = self._open.get(claim.batch)
                if held is not None:
                    held[1].discard(delivery.subscriber)
                    if not held[1]:
                        finished.append(self._open.pop(claim.batch)[0])
        self._finish(finished)

    def close(self) -> None:
        """Give back to the ledger what was claimed and not worked through."""
        with self._lock:
            rest = [claim for claim, _ in self._open.values()]
            self._open.clear()
        self._finish(rest)

    def _finish(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._ledger.finish(claim)

    def _put_in_front(self, turns: Sequence[Turn]) -> tuple[list[Turn], list[Claim]]:
        """Those among them who have left meanwhile, and claims that have nobody else to wait for."""
        left, later = [], []
        for turn in reversed(turns):
            if turn.reader.id in self._gone:
                left.append(turn)
            elif turn.domain in self._put_off:
                later.append(turn)
            else:
                self._lanes.add(turn, first=True)
        return left, self._forget(later)

    def _forget(self, turns: Sequence[Turn]) -> list[Claim]:
        """Let a later run have them; claims in which nobody else is waited for, who would only fill the memory."""
        done = []
        for turn in turns:
            held = self._open.get(turn.claim.batch)
            if held is not None:
                held[1].discard(turn.reader.id)
                if not held[1]:
                    done.append(self._open.pop(turn.claim.batch)[0])
        return done

    def _record_left(self, turns: Sequence[Turn]) -> None:
        now = self._clock.now()
        self._on_left([(turn.claim, Delivery(subscriber=turn.reader.id, state="left", at=now)) for turn in turns])

    def _ready(self, relay: str, most: int) -> tuple[Turn, ...]:
        turns: list[Turn] = []
        while len(turns) < most and (turn := self._lanes.take(relay, self._ticks())) is not None:
            turns.append(turn)
        return tuple(turns)

    def _hear(self, heard: Heard) -> None:
        # What another thread asked earlier and brings later is no news.
        if (heard.epoch, heard.departures) >= (self._heard.epoch, self._heard.departures):
            self._heard = heard
        self._heard_at = self._ticks()

    def _hear_anew(self) -> None:
        heard = self._ledger.heard(self._number)
        with self._lock:
            self._hear(heard)

    def _look_again(self) -> None:
        """Take those out who left since their batch was claimed."""
        if self._ticks() - self._heard_at > _FRESH:
            self._hear_anew()
        if self._looked == self._heard.departures:
            return
        with self._claiming:
            with self._lock:
                departures = self._heard.departures
                if self._looked == departures:
                    return
                there = {reader: claim for claim, readers in self._open.values() for reader in readers}
            left = there.keys() - self._ledger.still_readers(there.keys()) if there else set()
            with self._lock:
                self._gone |= left
                out = self._lanes.remove(left)
                self._looked = departures
        self._record_left(out)

    def _refill(self) -> None:
        if not self._wants_more():
            return
        # While some turns are left, one worker claims and the others go on.
        if not self._claiming.acquire(blocking=not self._lanes):
            return
        try:
            if not self._wants_more():
                return
            claim = self._next_claim()
        finally:
            self._claiming.release()
        if claim is not None and claim.left:
            now = self._clock.now()
            self._on_left([(claim, Delivery(subscriber=reader, state="left", at=now)) for reader in claim.left])

    def _next_claim(self) -> Claim | None:
        claim = self._ledger.claim(self._number, self._clock.now(), after=self._after, due=self._due)
        with self._lock:
            if claim is None:
                # Those to be tried again come last, each batch once.
                self._exhausted, self._due, self._after = self._due, True, 0
                return None
            self._after = claim.batch
            is_ours = claim.epoch == self._epoch
            if is_ours:
                waiting = self._line_up(claim)
            else:
                self._heard = replace(self._heard, epoch=claim.epoch)
        if not is_ours or not waiting:
            self._ledger.finish(claim)
        return claim if is_ours else None

    def _line_up(self, claim: Claim) -> bool:
        """Whether anybody of the claim is to have a result in this run."""
        waiting = set(claim.left)
        for reader in claim.readers:
            turn = Turn(claim, reader)
            if turn.domain not in self._put_off:
                self._lanes.add(turn)
                waiting.add(reader.id)
        if waiting:
            self._open[claim.batch] = (claim, waiting)
        return bool(waiting)

    def _wants_more(self) -> bool:
        if self._exhausted:
            return False
        if len(self._lanes) < _FEW:
            return True
        since = self._lanes.ready_from()
        return since is not None and since > self._ticks() and len(self._lanes) < _MOST
