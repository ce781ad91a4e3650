"""What links led to when they were last asked, so that none is asked again too soon. I/O: SQLite, PostgreSQL"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select

from newsletter.store.columns import storable
from newsletter.store.database import Database, insert
from newsletter.store.schema import link_checks

Verdict = Literal["ok", "gone", "unsure"]
#: How long each verdict is believed: a page that is there stays for a while, one that is gone may be mended any minute.
BELIEVED: Mapping[Verdict, timedelta] = {
    "ok": timedelta(days=7),
    "unsure": timedelta(days=1),
    "gone": timedelta(hours=1),
}
#: Verdicts so old are forgotten: nobody prints those links any more.
_FORGOTTEN = timedelta(days=60)
#: Bytes; PostgreSQL keeps no longer text as a key.
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """What one link led to."""

    link: str
    at: datetime
    verdict: Verdict
    #: In words; "" if it is well.
    what: str = ""
    #: Where redirects for good ended, if elsewhere; "".
    moved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheckStore:
    """The last verdict on each link. Every method is one transaction."""

    database: Database

    def good(self, now: datetime) -> Mapping[str, LinkCheck]:
        """Verdicts that can be believed still, by link: for a week where it is well, a day if unsure, an hour if gone.

        None of a later instant than `now`: a clock that was put back makes no verdict last longer.
        """
        with self.database.read() as connection:
            rows = connection.execute(select(link_checks).where(link_checks.c.at > now - max(BELIEVED.values())))
            found = [LinkCheck(link=r.link, at=r.at, verdict=r.verdict, what=r.what, moved=r.moved) for r in rows]
        return {one.link: one for one in found if timedelta(0) <= now - one.at < BELIEVED[one.verdict]}

    def keep(self, checks: Iterable[LinkCheck], now: datetime) -> None:
        """Remember these in place of what was known of the same links, and forget what is two months old."""
        rows = [
            {
                "link": storable(one.link),
                "at": one.at,
                "verdict": one.verdict,
                "what": storable(one.what),
                "moved": storable(one.moved),
            }
            for one in {one.link: one for one in checks}.values()
            if one.verdict in get_args(Verdict) and 0 < len(one.link.encode("utf-8", "replace")) <= _LONGEST
        ]
        if not rows:
            return
        with self.database.write() as connection:
            connection.execute(link_checks.delete().where(link_checks.c.at < now - _FORGOTTEN))
            statement = insert(connection, link_checks)
            again = {name: statement.excluded[name] for name in ("at", "verdict", "what", "moved")}
            connection.execute(statement.on_conflict_do_update(index_elements=["link"], set_=again), rows)
