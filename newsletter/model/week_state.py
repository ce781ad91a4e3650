"""What the machine keeps of a week: its freeze, its seal, the mark that it left. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "frozen", "approved", "sent", "held", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file on the list of the freeze."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The freeze: what is in, from when to when. `at` is the slot's instant, `run_at` when it was done."""

    at: datetime
    run_at: datetime
    window_start: datetime
    window_end: datetime
    takes: tuple[Listed, ...] = ()
    explainer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The mark that letters have left: first and last instant, and how many were accepted so far."""

    started: datetime
    finished: datetime | None = None
    accepted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The approval: who, when, and the digest of each file it stands for, by path."""

    by: str
    at: datetime
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekState:
    """What happened to a week so far; all None while nothing happened."""

    frozen: Frozen | None = None
    sent: Sent | None = None
    #: Reasons; "" while it is neither.
    held: str = ""
    skipped: str = ""
