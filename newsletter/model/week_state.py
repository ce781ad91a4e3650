"""What the machine keeps of a week: its freeze, its seal, the mark that it left. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from newsletter.model.issue import ToldCorrection

State = Literal["open", "frozen", "approved", "sent", "corrected", "held", "skipped"]


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
    #: Corrections of earlier issues that this one tells at its foot.
    corrections: tuple[ToldCorrection, ...] = ()


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
    #: What of newsletter.toml stands on every letter, by its key there; empty in approvals that did not keep it.
    envelope: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was put right after an issue was sent: on its page and in the feed; the mail stays as it was sent."""

    at: datetime
    by: str
    #: Markdown; never empty.
    text: str
    #: Whether the next issue says so at its foot.
    tell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The chief editor's "stop": nothing is approved or sent until it is released."""

    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekState:
    """What happened to a week so far; all None while nothing happened."""

    frozen: Frozen | None = None
    sent: Sent | None = None
    #: Why the freeze could not be; "" if it could.
    held: str = ""
    #: Why it is left out; "" if it is not.
    skipped: str = ""
    #: The chief editor's hold; None if there is none.
    pause: Pause | None = None
    #: Oldest first.
    corrections: tuple[Correction, ...] = ()
