"""Valid things for the tests of the mail; a test states only what matters to it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Lock

from newsletter.mail.letter.letters import write_letter
from newsletter.mail.letter.segments import build_mailing
from newsletter.model.audience import Address, Delivery, Letter, Mailing, Subscriber, Tally
from newsletter.model.issue import Wording
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.ports import Claim, Connection, Reply
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
    name: str = "Tech Pulse",
    base_url: str = "https://pulse.example.com",
    variant: str = "full",
    date: datetime = SENT,
) -> Mailing:
    return build_mailing(
        week=Week(2024, 23),
        variant=variant,
        subject=subject,
        mail=Mail(sender=sender, reply_to=reply_to, list_id=list_id),
        wording=Wording(name=name, base_url=base_url),
        html=html,
        text=text,
        date=date,
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


def make_letter(number: int = 1, *, mailing: Mailing | None = None, mailbox: str = "") -> Letter:
    return write_letter(mailing or make_mailing(), make_reader(number, mailbox=mailbox), secret=SECRET)


def writer(mailing: Mailing) -> Callable[[Subscriber], Letter]:
    return lambda reader: write_letter(mailing, reader, secret=SECRET)


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
        self.fail_records_after = -1
        self._lock = Lock()
        self._size = batch_size
        self._open: list[int] = []
        self._claimed: set[int] = set()
        self._epoch = 0
        self.take_over()

    def take_over(self) -> None:
        """What a new run does first: batches of dead workers are open again."""
        self._epoch += 1
        self._claimed.clear()
        self._open = list(range(0, len(self.readers), self._size))

    def open_mailing(self, mailing: Mailing, now: datetime) -> int:
        return 1

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        return None

    def claim(self, mailing: int, now: datetime) -> Claim | None:
        with self._lock:
            while self._open:
                start = self._open.pop(0)
                claim = self._part(start, self.readers[start : start + self._size], now)
                if claim is not None:
                    self._claimed.add(start)
                    return claim
            # Like the real ledger, it offers letters without an answer again as soon as the batches are done.
            return None if self._claimed else self._part(-1, self.readers, now)

    def _part(self, batch: int, readers: Iterable[Subscriber], now: datetime) -> Claim | None:
        states = self.states()
        waiting = tuple(
            r
            for r in readers
            if r.id not in self.left and (states.get(r.id) in (None, "unknown") or self._is_due(r.id, now))
        )
        left = tuple(r.id for r in readers if r.id in self.left and states.get(r.id) not in ("accepted", "left"))
        if not waiting and not left:
            return None
        return Claim(mailing=1, batch=batch, epoch=self._epoch, readers=waiting, left=left)

    def _is_due(self, reader: int, now: datetime) -> bool:
        last = next(d for d in reversed(self.records) if d.subscriber == reader)
        return last.state == "deferred" and last.at + timedelta(minutes=5) <= now

    def record(self, claim: Claim, deliveries: Iterable[Delivery]) -> None:
        with self._lock:
            if self.fail_records_after == len(self.records):
                raise PowerCut
            self.records += deliveries

    def finish(self, claim: Claim) -> None:
        with self._lock:
            self._claimed.discard(claim.batch)

    def tally(self, mailing: int) -> Tally:
        found = list(self.states().values())
        return Tally(
            audience=len(self.readers),
            accepted=found.count("accepted"),
            deferred=found.count("deferred"),
            refused=found.count("refused"),
            unknown=found.count("unknown"),
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

    def hand_over(self, letter: Letter) -> Reply:
        with self._lock:
            self.tried += 1
            answer = self.answer(self.tried, letter)
            if isinstance(answer, type):
                raise answer("the relay hung up")
            if answer.code in (0, 250):
                self.taken.append(letter)
            return answer
