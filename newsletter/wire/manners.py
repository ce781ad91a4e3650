"""What our requests cost the publishers, read off the fetch log. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.links import host_of
from newsletter.model.feeds import NOT_ASKED, Feed, FetchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What our requests cost the publishers."""

    requests: int
    not_modified: int
    wire_bytes: int
    hosts: int
    #: The host asked most often, and how often; "" and 0 without requests.
    busiest: str
    busiest_requests: int

    @property
    def words(self) -> str:
        """One sentence; "" without requests."""
        if not self.requests:
            return ""
        share = round(100 * self.not_modified / self.requests)
        return (
            f"{self.requests:,} {'request' if self.requests == 1 else 'requests'} to "
            f"{self.hosts:,} {'host' if self.hosts == 1 else 'hosts'}, "
            f"{share} % answered “not modified”, {size_words(self.wire_bytes)} in all; "
            f"most to {self.busiest}: {self.busiest_requests:,}."
        )


def totals(rows: Iterable[FetchRow], feeds: Iterable[Feed] = ()) -> Totals:
    """What the requests in a fetch log came to. `feeds` name the hosts of rows that hold no address themselves."""
    host = {feed.id: host_of(feed.url) for feed in feeds}
    asked = [row for row in rows if row.state not in NOT_ASKED]
    hosts = Counter(host_of(row.url) or host.get(row.feed) or row.feed for row in asked)
    busiest, most = min(hosts.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
    return Totals(
        requests=len(asked),
        not_modified=sum(row.status == 304 for row in asked),
        wire_bytes=sum(row.wire_bytes for row in asked),
        hosts=len(hosts),
        busiest=busiest,
        busiest_requests=most,
    )


def size_words(size: int) -> str:
    """A number of bytes: "3.4 MB", "12 KB"."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{math.ceil(size / 1000)} KB"
