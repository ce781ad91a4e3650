"""How a mailing goes, as people ask for it: where it stands, who waits and why, what one reader got. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.model.audience import Address, DeliveryState, Tally
from newsletter.model.ports import MailingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One mailing of a week."""

    number: int
    week: str
    variant: str
    #: When its audience was taken.
    created: datetime
    state: MailingState
    #: Why it was paused or cancelled, and when; "" and None while it is open.
    why: str = ""
    changed: datetime | None = None
    tally: Tally
    #: Of the letters accepted; None before the first.
    first: datetime | None = None
    last: datetime | None = None
    #: Letters accepted in the minute before `last`, that instant included.
    last_minute: int = 0
    #: The earliest instant at which somebody deferred is tried again; None if nobody is.
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A reader whose letter was not simply accepted, and why."""

    #: None of somebody who has been erased since.
    address: Address | None
    key: str
    state: DeliveryState
    attempts: int
    next_try: datetime | None
    code: int
    reply: str
    relay: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What one reader got of a week, or did not: the ledger's row, in the mailing that their letter belongs to."""

    number: int
    variant: str
    #: None while there is no result.
    state: DeliveryState | None
    at: datetime | None = None
    attempts: int = 0
    next_try: datetime | None = None
    code: int = 0
    reply: str = ""
    relay: str = ""
