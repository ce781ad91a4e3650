"""Whom we trust to choose well, who only points or copies, and what this newsletter is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The table of sources and topics that ranking reads: the program's own with the workspace's lines laid over it."""

    #: Trust by domain, 0 to 1. A domain is registrable (RFC 9499: below a public suffix), or a host below `shared`.
    weights: Mapping[str, float] = field(default_factory=dict)
    #: Of a publisher that is not named.
    default: float = 0.5
    #: Hosts that point at the news of others; hosts below them count too.
    aggregators: frozenset[str] = frozenset()
    #: Hosts that print the copies of others.
    syndicators: frozenset[str] = frozenset()
    #: Hosts below which each host is a publisher of its own.
    shared: frozenset[str] = frozenset()
    #: A publisher's name, folded, to its domain.
    names: Mapping[str, str] = field(default_factory=dict)
    #: What the newsletter is about, as written.
    topics: tuple[str, ...] = ()
