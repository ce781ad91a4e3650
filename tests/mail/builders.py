"""Valid things for the tests of the mail; a test states only what matters to it."""

from __future__ import annotations

import email
import email.policy
import gc
import os
import signal
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Event, Lock

from newsletter.mail.letter.dkim import Keys
from newsletter.mail.letter.letters import LetterWriter, write_letter
from newsletter.mail.letter.segments import build_mailing
from newsletter.model.audience import Address, Delivery, Letter, Mailing, Signature, Subscriber, Tally
from newsletter.model.issue import Wording
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.ports import Claim, Connection, Heard, Reply
from newsletter.model.settings import Mail
from newsletter.model.week import Week

SENT = datetime(2024, 6, 7, 13, 0, tzinfo=UTC)
SECRET = "a secret of the tests"
HTML = f'<html><body><p>Hello</p><a href="{UNSUBSCRIBE_MARK}">Unsubscribe</a></body></html>\n'
TEXT = f"Hello\n\nUnsubscribe: {UNSUBSCRIBE_MARK}\n"


def make_mailing(
    *,
    subject: str = "Week #23 2024 - Open weights",
    html: str = HTML,
    text: str = TEXT,
    sender: str = "Tech Pulse <pulse@example.com>",
    reply_to: str = "",
    list_id: str = "",
    feedback_id: str = "",
    name: str = "Tech Pulse",
    base_url: str = "https://pulse.example.com",
    variant: str = "full",
    date: datetime = SENT,
    signatures: tuple[Signature, ...] = (),
    secret_mark: str = "",
) -> Mailing:
    return build_mailing(
        week=Week(2024, 23),
        variant=variant,
        subject=subject,
        mail=Mail(sender=sender, reply_to=reply_to, list_id=list_id, feedback_id=feedback_id),
        wording=Wording(name=name, base_url=base_url),
        html=html,
        text=text,
        date=date,
        signatures=signatures,
        secret_mark=secret_mark,
    )


def make_reader(number: int = 1, *, mailbox: str = "") -> Subscriber:
    return Subscriber(
        id=number,
        key=f"Key_of-{number:04d}",
        address=Address(mailbox or f"reader{number}@example.org"),
        joined=SENT - timedelta(days=30),
    )


def make_readers(count: int) -> tuple[Subscriber, ...]:
    return tuple(make_reader(number) for number in range(1, count + 1))


def make_letter(
    number: int = 1, *, mailing: Mailing | None = None, mailbox: str = "", keys: Keys | None = None
) -> Letter:
    return write_letter(mailing or make_mailing(), make_reader(number, mailbox=mailbox), secret=SECRET, keys=keys)


def writer(mailing: Mailing, *, keys: Keys | None = None) -> LetterWriter:
    return LetterWriter(mailing, secret=SECRET, keys=keys)


def parse(letter: Letter) -> EmailMessage:
    """Read a letter as strictly as the standard library can."""
    message = email.message_from_bytes(letter.data, policy=email.policy.SMTP.clone(raise_on_defect=True))
    assert isinstance(message, EmailMessage)
    return message


def content(part: EmailMessage | None) -> str:
    """The words of a part, with line breaks as the author typed them."""
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class HandClock:
    """A clock that a test moves."""

    instant: datetime = SENT

    def now(self) -> datetime:
        return self.instant


class MemoryLedger:
    """A ledger in memory that keeps to the port's words; `records` are the results in order."""

    def __init__(self, readers: Iterable[Subscriber], *, batch_size: int = 500) -> None:
        self.readers = tuple(readers)
        self.left: set[int] = set()
        self.records: list[Delivery] = []
        #: So many results went into each transaction.
        self.transactions: list[int] = []
        self.intended: list[int] = []
        self.fail_records_after = -1
        self.paused = ""
        #: Called before each record, with what it is about to keep.
        self.before_record: Callable[[Sequence[Delivery]], None] = lambda _: None
        self._lock = Lock()
        self._size = batch_size
        self._epoch = 0
        self.take_over()

    def take_over(self) -> None:
        """What a new run does first: batches of dead workers are open again."""
        self._epoch += 1
        self._claimed: set[int] = set()
        self._runs_from = len(self.records)

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        return None

    def claim(self, mailing: int, now: datetime, *, after: int = 0, due: bool = False) -> Claim | None:
        with self._lock:
            if self.paused:
                return None
            for number, start in enumerate(range(0, len(self.readers), self._size), 1):
                if number > after and number not in self._claimed:
                    claim = self._part(number, self.readers[start : start + self._size], now, due=due)
                    if claim is not None:
                        self._claimed.add(number)
                        return claim
            return None

    def _part(self, batch: int, readers: Iterable[Subscriber], now: datetime, *, due: bool) -> Claim | None:
        states = self.states()
        waiting = tuple(
            r
            for r in readers
            if r.id not in self.left
            and (self._is_due(r.id, now) if due else states.get(r.id) is None or self._is_due(r.id, now))
        )
        left = tuple(r.id for r in readers if r.id in self.left and states.get(r.id) not in ("accepted", "left"))
        if not waiting and not left:
            return None
        return Claim(
            mailing=1, batch=batch, epoch=self._epoch, readers=waiting, left=left, fresh=not states and self._epoch == 1
        )

    def _is_due(self, reader: int, now: datetime) -> bool:
        last = next((d for d in reversed(self.records) if d.subscriber == reader), None)
        if last is None or last.state not in ("deferred", "unknown"):
            return False
        of_earlier_run = last.state == "unknown" and self.records.index(last) < self._runs_from
        return of_earlier_run or last.at + timedelta(minutes=5) <= now

    def record(self, results: Sequence[tuple[Claim, Delivery]]) -> Heard:
        deliveries = [delivery for _, delivery in results]
        self.before_record(deliveries)
        with self._lock:
            if 0 <= self.fail_records_after <= len(self.records):
                raise PowerCut
            self.records += deliveries
            self.transactions.append(len(deliveries))
        return self.heard(1)

    def intend(self, letters: Sequence[tuple[Claim, int]]) -> None:
        with self._lock:
            self.intended += [reader for _, reader in letters]

    def take_back(self, letters: Sequence[tuple[Claim, int]]) -> None:
        with self._lock:
            taken_back = {reader for _, reader in letters}
            self.intended = [reader for reader in self.intended if reader not in taken_back]

    def heard(self, mailing: int) -> Heard:
        return Heard(state="paused" if self.paused else "open", departures=len(self.left), epoch=self._epoch)

    def still_readers(self, readers: Collection[int]) -> frozenset[int]:
        return frozenset(readers) - self.left

    def finish(self, claim: Claim) -> None:
        with self._lock:
            self._claimed.discard(claim.batch)

    def pause(self, mailing: int, why: str, now: datetime) -> None:
        self.paused = self.paused or why

    def tally(self, mailing: int) -> Tally:
        found = list(self.states().values())
        return Tally(
            audience=len(self.readers),
            accepted=found.count("accepted"),
            deferred=found.count("deferred"),
            refused=found.count("refused"),
            unknown=found.count("unknown"),
            held=found.count("held"),
            left=found.count("left"),
        )

    def states(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for delivery in self.records:
            if found.get(delivery.subscriber) != "accepted":
                found[delivery.subscriber] = delivery.state
        return found


class PowerCut(BaseException):
    """The process ends here; nobody catches this but the test."""


Answer = Reply | type[ConnectionError]


@dataclass
class RecordingTransport:
    """A relay in memory: `answer` says what becomes of the n-th letter handed over, from 1."""

    answer: Callable[[int, Letter], Answer] = lambda _n, _letter: Reply(250, "2.0.0 Ok", "letter")
    #: Asked with the number of connections open at once, this one included.
    refuse_connection: Callable[[int], Exception | None] = lambda _n: None
    name: str = "recording"
    at_once: int = 1
    per_minute: int = 0
    #: Letters announced ahead, in order.
    announced: list[Letter] = field(default_factory=list)
    #: Letters that the relay took, in order.
    taken: list[Letter] = field(default_factory=list)
    tried: int = 0
    connections: int = 0
    closed: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._lock:
            self.connections += 1
            fault = self.refuse_connection(self.connections - self.closed)
            if fault is not None:
                self.closed += 1
                raise fault
        try:
            yield self
        finally:
            with self._lock:
                self.closed += 1

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        with self._lock:
            if ahead is not None:
                self.announced.append(ahead)
            return tuple(map(self._answer, letters))

    def _answer(self, letter: Letter) -> Reply:
        self.tried += 1
        answer = self.answer(self.tried, letter)
        if isinstance(answer, type):
            raise answer("the relay hung up")
        if answer.code in (0, 250):
            self.taken.append(letter)
        return answer


@dataclass
class Way:
    """A relay that several connections of a transport in memory lead to."""

    to: RecordingTransport
    connections: int = 1
    name: str = "smtp"
    per_minute: int = 0

    @property
    def at_once(self) -> int:
        return self.to.at_once

    def connect(self) -> AbstractContextManager[Connection]:
        return self.to.connect()


@contextmanager
def ctrl_c() -> Iterator[Callable[[], None]]:
    """What presses Ctrl-C, from any thread, and returns when the main one has felt it.

    A suite that runs in the background inherits a shell's "ignore Ctrl-C"; here it counts all the same.
    """
    felt = Event()

    def interrupt(*_: object) -> None:
        felt.set()
        raise KeyboardInterrupt

    def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert felt.wait(10)

    before = signal.signal(signal.SIGINT, interrupt)
    # An exception that is raised while rubbish is collected is lost, and in a large suite that is not seldom.
    gc.disable()
    try:
        yield press
    finally:
        gc.enable()
        signal.signal(signal.SIGINT, before)
