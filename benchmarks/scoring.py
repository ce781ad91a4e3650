# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""How well one grouping agrees with another: B-cubed and pairs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of a predicted grouping with the true one, each 0 to 1.

    `multi` counts only entries whose true or predicted group has two members and more: where nearly all entries
    stand alone, leaving every one alone scores well in `b3`.
    """

    b3: float
    multi_precision: float
    multi_recall: float
    multi: float
    pair_precision: float
    pair_recall: float
    pair: float


def agreement(true: Sequence[Hashable], predicted: Sequence[Hashable]) -> Agreement:
    """Compare two sequences of labels for the same entries; where nothing is grouped in either, all is 1."""
    in_true, in_predicted = Counter(true), Counter(predicted)
    both = Counter(zip(true, predicted, strict=True))
    shares = [
        (both[t, p] / in_predicted[p], both[t, p] / in_true[t], in_true[t] > 1 or in_predicted[p] > 1)
        for t, p in zip(true, predicted, strict=True)
    ]
    several = [(precision, recall) for precision, recall, counts in shares if counts] or [(1.0, 1.0)]
    multi_precision = sum(p for p, _ in several) / len(several)
    multi_recall = sum(r for _, r in several) / len(several)
    found = _pairs(both)
    pair_precision = found / all_predicted if (all_predicted := _pairs(in_predicted)) else 1.0
    pair_recall = found / all_true if (all_true := _pairs(in_true)) else 1.0
    entries = max(1, len(shares))
    return Agreement(
        b3=_f(sum(p for p, _, _ in shares) / entries, sum(r for _, r, _ in shares) / entries) if shares else 1.0,
        multi_precision=multi_precision,
        multi_recall=multi_recall,
        multi=_f(multi_precision, multi_recall),
        pair_precision=pair_precision,
        pair_recall=pair_recall,
        pair=_f(pair_precision, pair_recall),
    )


def _pairs(sizes: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
