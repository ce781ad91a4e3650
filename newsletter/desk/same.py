"""What is equal only to itself, so that something can be remembered of it that cannot be hashed. Pure.

A week is composed again after each take that is filed, from the same news: what was made ready of that is found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Same(Generic[T]):
    """One thing, compared by which it is and not by what is in it; it lives as long as what was remembered of it."""

    it: T

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)
