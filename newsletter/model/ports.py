"""What departments need of each other, as protocols: they meet here and import nobody. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from newsletter.errors import CannotSend
from newsletter.model.audience import Delivery, Letter, Mailing, Reader, Tally


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
    """One open way to a relay; letters go over it one call after the other."""

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        """Hand over letters, at most `Relay.at_once`, and wait; one reply for each, in their order.

        `ahead` is the letter of the next call, if the caller knows it: its envelope may be announced already, and then
        the next call is for this letter alone, or the connection is given up.
        Raises ConnectionError if the connection broke before the end of the first letter was written: none of them
        has been delivered, and they may go over another connection.
        """


class Relay(Protocol):
    """One way out: a mail server, a service, a folder."""

    #: As newsletter.toml names it; kept with each result where there are several.
    name: str
    #: At most so many connections at a time, and so many letters in one call.
    connections: int
    at_once: int
    #: At most so many letters a minute; 0 sets no bound.
    per_minute: int

    def connect(self) -> AbstractContextManager[Connection]:
        """Open one connection. Raises CannotSend, with the mend, if the relay takes no letters."""


@dataclass(frozen=True, slots=True)
class Transport:
    """How letters leave: over one relay or several. `name` is that of mail.transport."""

    name: str
    relays: tuple[Relay, ...]

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """One connection to the first relay that takes letters. Raises CannotSend, as the last one does, if none."""
        with ExitStack() as opened:
            for number, relay in enumerate(self.relays, 1):
                try:
                    connection = opened.enter_context(relay.connect())
                except CannotSend:
                    if number == len(self.relays):
                        raise
                else:
                    break
            yield connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A part of the audience that this run may write to: readers active, not suppressed, not yet served."""

    mailing: int
    batch: int
    epoch: int
    readers: tuple[Reader, ...]
    #: Readers of the part who left since the snapshot.
    left: tuple[int, ...] = ()
    #: Whether nobody in it was tried before.
    fresh: bool = False


MailingState = Literal["open", "paused", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the ledger tells whoever records a result, out of the same transaction."""

    state: MailingState = "open"
    #: Rises whenever somebody leaves the list or is suppressed: who was claimed before is to be looked at again.
    departures: int = 0
    #: Rises whenever a run takes the deliveries over: claims of an earlier one are its own by then.
    epoch: int = 0


class Ledger(Protocol):
    """Who has had which letter. Every method is one transaction, durable when it returns, for any thread."""

    def mailing(self, week: str, variant: str) -> tuple[int, Mailing] | None:
        """The mailing as frozen at its first claim; None before that."""

    def claim(self, mailing: int, now: datetime, *, after: int = 0, due: bool = False) -> Claim | None:
        """The next batch numbered above `after` that is open and has somebody in it; None if there is none.

        With `due` the next one that was worked through and has readers whose next try is due. Standing and suppression
        are those of this moment. None as well while the mailing is paused or cancelled.
        """

    def record(self, results: Sequence[tuple[Claim, Delivery]]) -> Heard:
        """Append results, of any claims of one mailing; a reader already recorded as accepted stays so.

        Somebody whose `suppress` is set is never written to again.
        """

    def intend(self, letters: Sequence[tuple[Claim, int]]) -> None:
        """Note that letters to these readers are about to be handed over: without a result, their fate is unknown."""

    def take_back(self, letters: Sequence[tuple[Claim, int]]) -> None:
        """Forget what `intend` noted of these letters: they were not handed over."""

    def heard(self, mailing: int) -> Heard:
        """What `record` would tell now."""

    def still_readers(self, readers: Collection[int]) -> frozenset[int]:
        """Those of them who may be written to at this moment."""

    def finish(self, claim: Claim) -> None:
        """Mark the batch as worked through; it is open again if somebody in it has no result."""

    def pause(self, mailing: int, why: str, now: datetime) -> None:
        """Let nothing more leave until a person resumes; of one that is cancelled or paused it changes nothing."""

    def tally(self, mailing: int) -> Tally:
        """Where the mailing stands."""
