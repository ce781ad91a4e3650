"""What departments need of each other, as protocols: they meet here and import nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from newsletter.model.audience import Delivery, Letter, Mailing, Subscriber, Tally


class Clock(Protocol):
    """The only source of "now"."""

    def now(self) -> datetime:
        """This instant, aware, UTC."""


class Templates(Protocol):
    """Where templates are found: the workspace's first, then the package's."""

    def source(self, name: str) -> tuple[str, str] | None:
        """The text of the template and the path a person would look it up under; None if there is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The relay's answer to one letter. `code` 0 means that none came after the final dot."""

    code: int
    text: str
    #: What was refused: the sender (MAIL), the recipient (RCPT), or the letter (DATA and the final dot).
    stage: Literal["sender", "recipient", "letter"] = "recipient"


class Connection(Protocol):
    """One open connection to a relay; letters go over it one after the other."""

    def hand_over(self, letter: Letter) -> Reply:
        """Hand over one letter and wait for the answer.

        Raises ConnectionError if the connection broke before the final dot was written: that letter has
        not been delivered and may go over another connection.
        """


class Transport(Protocol):
    """How letters leave."""

    #: As newsletter.toml names it: "smtp" or "outbox".
    name: str

    def connect(self) -> AbstractContextManager[Connection]:
        """Open one connection. Raises CannotSend, with the mend, if no relay takes letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A part of the audience that one worker may write to now: readers still active, not suppressed, not yet served."""

    mailing: int
    batch: int
    epoch: int
    readers: tuple[Subscriber, ...]
    #: Readers of the part who left since the snapshot.
    left: tuple[int, ...] = ()


class Ledger(Protocol):
    """Who has had which letter. Every method is one transaction, durable when it returns."""

    def open_mailing(self, mailing: Mailing, now: datetime) -> int:
        """Keep the mailing and the snapshot of its audience, once; the number of the mailing.

        A second call with the same week and variant keeps the first bytes and the first snapshot.
        """

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        """The mailing as frozen at its first claim; None before that."""

    def claim(self, mailing: int, now: datetime) -> Claim | None:
        """The next batch with readers to serve; None when nothing is left to do now.

        Standing and suppression are those of this moment. Deferred readers come back when their time has come.
        """

    def record(self, claim: Claim, deliveries: Iterable[Delivery]) -> None:
        """Append results. Durable when it returns; a reader already recorded as accepted stays so."""

    def finish(self, claim: Claim) -> None:
        """Mark the batch as worked through."""

    def tally(self, mailing: int) -> Tally:
        """Where the mailing stands."""
