"""What becomes of a story, and by which rule: printed, or why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: "told" has a take, "pinned" and "headline" stand below the takes, "thread" is a line under the story that leads its
#: thread. The others are not printed: dropped by a wish, printed before, capped, ranked too low, of another week.
Rule = Literal[
    "told", "pinned", "headline", "thread", "dropped", "repeat", "same-thread", "publisher", "below", "outside"
]
PRINTED: frozenset[Rule] = frozenset(("told", "pinned", "headline", "thread"))


@dataclass(frozen=True, slots=True)
class Fate:
    """The rule that decided on a story."""

    rule: Rule
    #: One sentence: why.
    because: str
    #: What would have to change for another end; "" where it is printed.
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """A story of this week that may go on with one that was printed."""

    #: This week's story, by id.
    story: str
    headline: str
    #: The earlier headline, the title of its issue, and its week.
    earlier: str
    issue: str
    week: str
    #: Cosine of the two, 0 to 1.
    likeness: float
