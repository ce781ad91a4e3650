"""The readers' list: joining, leaving, being erased, and the addresses we must not write to. I/O: SQLite, PostgreSQL

Who left is never brought back by an import or a second "add": only by `rejoin`, which stands for their own wish.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, literal_column, select

from newsletter.model.audience import Address, Standing, Subscriber, Suppressed
from newsletter.model.audience import address as checked
from newsletter.store.database import Database, insert
from newsletter.store.departures import note_departure
from newsletter.store.schema import subscribers, suppressions

#: Rows in one transaction or one page.
_PAGE = 500

#: "left" and "suppressed" are refusals: the list is as it was.
Outcome = Literal["added", "known", "rejoined", "left", "suppressed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What an addition came to. `subscriber` is None only where a suppressed address belongs to nobody on the list."""

    subscriber: Subscriber | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row of an import that was not taken, counted from 1, and why in words."""

    row: int
    typed: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to; every row is counted once."""

    added: int
    known: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address must not be written to, and since when; `note` is "" where nothing was noted."""

    reason: Suppressed
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberStore:
    """People and suppressions. Every method is one transaction, unless it says otherwise."""

    database: Database

    def add(
        self,
        address: Address,
        *,
        name: str = "",
        now: datetime,
        key: str = "",
        variant: str = "full",
        rejoin: bool = False,
    ) -> Added:
        """Put a person on the list, once; `key` "" makes a fresh random one.

        Somebody who left or whose address is suppressed is not revived. `rejoin` says that they ask for it
        themselves: it lifts a suppression for "unsubscribed", and no other.
        """
        mailbox = folded(address)
        with self.database.write() as connection:
            known = connection.execute(select(subscribers).where(subscribers.c.folded == mailbox)).one_or_none()
            reason = connection.execute(select(suppressions.c.reason).where(suppressions.c.address == mailbox)).scalar()
            if reason is not None and not (rejoin and reason == "unsubscribed"):
                return Added(subscriber=None if known is None else subscriber_of(known), outcome="suppressed")
            if known is not None and known.standing != "left":
                return Added(subscriber=subscriber_of(known), outcome="known")
            if known is not None and not rejoin:
                return Added(subscriber=subscriber_of(known), outcome="left")
            if reason is not None:
                connection.execute(suppressions.delete().where(suppressions.c.address == mailbox))
            if known is not None:
                outcome: Outcome = "rejoined"
                revived = {"standing": "active", "joined": now, "left_at": None, "name": name or known.name}
                connection.execute(subscribers.update().where(subscribers.c.id == known.id).values(revived))
            else:
                # On PostgreSQL somebody may be adding the same person at this moment.
                new = insert(connection, subscribers).values(_row(address, name, now, key, variant))
                once = new.on_conflict_do_nothing(index_elements=["folded"]).returning(subscribers.c.id)
                outcome = "known" if connection.execute(once).scalar() is None else "added"
            found = connection.execute(select(subscribers).where(subscribers.c.folded == mailbox)).one()
        return Added(subscriber=subscriber_of(found), outcome=outcome)

    def choose(self, address: Address, variant: str) -> bool:
        """Give a person another cut of the issues to come; False if nobody has this mailbox.

        A mailing that has been opened keeps them where they were: nobody gets two letters by a change of mind.
        """
        with self.database.write() as connection:
            chosen = subscribers.update().where(subscribers.c.folded == folded(address)).values(variant=variant)
            return connection.execute(chosen).rowcount > 0

    def import_many(self, rows: Iterable[tuple[str, str]], *, now: datetime) -> Imported:
        """Add many by the rules of `add`: pairs of an address as typed and a name. Transactions of 500 rows.

        A second import of the same rows adds nobody; one that was broken off can be repeated.
        """
        added = known = start = 0
        refused: list[Refusal] = []
        source = iter(rows)
        while part := tuple(islice(source, _PAGE)):
            with self.database.write() as connection:
                new, old, not_taken = _import(connection, part, start, now)
            added, known, start = added + new, known + old, start + len(part)
            refused.extend(not_taken)
        return Imported(added=added, known=known, refused=tuple(refused))

    def all(self, standing: Standing | None = None) -> Iterator[Subscriber]:
        """Everybody, or everybody of one standing, by id; a page of 500 at a time, so memory stays flat."""
        after = 0
        while True:
            query = select(subscribers).where(subscribers.c.id > after).order_by(subscribers.c.id).limit(_PAGE)
            if standing is not None:
                query = query.where(subscribers.c.standing == standing)
            with self.database.read() as connection:
                page = [subscriber_of(row) for row in connection.execute(query)]
            if not page:
                return
            yield from page
            after = page[-1].id

    def count(self, standing: Standing | None = None) -> int:
        """How many there are, or how many of one standing."""
        query = select(func.count()).select_from(subscribers)
        if standing is not None:
            query = query.where(subscribers.c.standing == standing)
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def readers(self) -> Iterator[Subscriber]:
        """Everybody who may be written to now, by id: active, and not suppressed."""
        after = 0
        while True:
            query = select(subscribers).where(subscribers.c.id > after, may_be_written_to())
            with self.database.read() as connection:
                page = [subscriber_of(row) for row in connection.execute(query.order_by(subscribers.c.id).limit(_PAGE))]
            if not page:
                return
            yield from page
            after = page[-1].id

    def count_readers(self) -> int:
        """How many may be written to now."""
        with self.database.read() as connection:
            query = select(func.count()).select_from(subscribers).where(may_be_written_to())
            return connection.execute(query).scalar_one()

    def by_key(self, key: str) -> Subscriber | None:
        """The person with this key, whatever their standing; None if nobody has it."""
        with self.database.read() as connection:
            found = connection.execute(select(subscribers).where(subscribers.c.key == key)).one_or_none()
        return None if found is None else subscriber_of(found)

    def by_address(self, address: Address) -> Subscriber | None:
        """The person with this mailbox, however its capitals are typed; None if nobody has it."""
        with self.database.read() as connection:
            found = connection.execute(select(subscribers).where(subscribers.c.folded == folded(address))).one_or_none()
        return None if found is None else subscriber_of(found)

    def leave(self, key: str, now: datetime, reason: Suppressed = "unsubscribed") -> bool:
        """Take a person off the list for good, and suppress the address; False if nobody has this key.

        May be repeated: the second time changes nothing.
        """
        with self.database.write() as connection:
            found = connection.execute(select(subscribers).where(subscribers.c.key == key)).one_or_none()
            if found is None:
                return False
            left = {"standing": "left", "left_at": now}
            connection.execute(
                subscribers.update().where(subscribers.c.id == found.id, subscribers.c.standing != "left").values(left)
            )
            _suppress(connection, found.folded, reason, now, "")
            note_departure(connection)
        return True

    def suppress(self, address: Address, reason: Suppressed, now: datetime, note: str = "") -> None:
        """Never write to this address again, on the list or not. "unsubscribed" gives way to the graver reasons."""
        with self.database.write() as connection:
            _suppress(connection, folded(address), reason, now, note)
            note_departure(connection)

    def suppression(self, address: Address) -> Suppression | None:
        """Why this mailbox must not be written to, on the list or not; None if nothing speaks against it."""
        query = select(suppressions).where(suppressions.c.address == folded(address))
        with self.database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Suppression(reason=row.reason, at=row.at, note=row.note)

    def remove(self, address: Address) -> bool:
        """Erase a person: name, key and row; False if nobody has this mailbox.

        A suppression of the address stays, or they could be written to again: it is the one thing that we must
        remember of somebody who wants to be forgotten. The ledger keeps a number that names nobody.
        """
        with self.database.write() as connection:
            erased = connection.execute(subscribers.delete().where(subscribers.c.folded == folded(address)))
            if erased.rowcount == 0:
                return False
            note_departure(connection)
        return True


def may_be_written_to() -> ColumnElement[bool]:
    """The condition on a row of `subscribers`: active, and the address not suppressed."""
    suppressed = exists(select(1).select_from(suppressions).where(suppressions.c.address == subscribers.c.folded))
    return and_(subscribers.c.standing == literal_column("'active'"), ~suppressed)


def folded(address: Address) -> str:
    """The mailbox for comparing. RFC 5321 lets capitals before the @ differ; no mailbox provider does."""
    return address.casefold()


def subscriber_of(row: Row[Any]) -> Subscriber:
    """A row of the table as the house speaks of it."""
    return Subscriber(
        id=row.id,
        key=row.key,
        address=Address(row.address),
        name=row.name,
        standing=row.standing,
        joined=row.joined,
        variant=row.variant,
    )


def _import(
    connection: Connection, part: Sequence[tuple[str, str]], start: int, now: datetime
) -> tuple[int, int, list[Refusal]]:
    """New rows, known rows, and rows not taken, of one part of an import."""
    refused: list[Refusal] = []
    taken: dict[str, tuple[int, Address, str]] = {}
    known = 0
    for number, (typed, name) in enumerate(part, start + 1):
        try:
            address = checked(typed)
        except ValueError as fault:
            refused.append(Refusal(row=number, typed=typed, why=str(fault)))
            continue
        if folded(address) in taken:
            known += 1
        else:
            taken[folded(address)] = (number, address, name)
    there = subscribers.c.folded.in_(list(taken))
    standings = {r.folded: r.standing for r in connection.execute(select(subscribers).where(there))}
    of_ours = suppressions.c.address.in_(list(taken))
    reasons = {r.address: r.reason for r in connection.execute(select(suppressions).where(of_ours))}
    new = []
    for mailbox, (number, address, name) in taken.items():
        if mailbox in reasons:
            why = f"must not be written to ({reasons[mailbox]})"
            refused.append(Refusal(row=number, typed=part[number - start - 1][0], why=why))
        elif standings.get(mailbox) == "left":
            refused.append(Refusal(row=number, typed=part[number - start - 1][0], why="has left the list"))
        elif mailbox in standings:
            known += 1
        else:
            new.append(_row(address, name, now, "", "full"))
    if new:
        connection.execute(subscribers.insert(), new)
    return len(new), known, sorted(refused, key=lambda r: r.row)


def _row(address: Address, name: str, now: datetime, key: str, variant: str) -> dict[str, Any]:
    return {
        # 128 bits: nobody guesses another reader's key.
        "key": key or secrets.token_urlsafe(16),
        "address": address,
        "folded": folded(address),
        "name": name,
        "standing": "active",
        "joined": now,
        "left_at": None,
        "variant": variant,
    }


def _suppress(connection: Connection, mailbox: str, reason: Suppressed, now: datetime, note: str) -> None:
    row = {"address": mailbox, "reason": reason, "at": now, "note": note}
    statement = insert(connection, suppressions).values(row)
    if reason == "unsubscribed":
        connection.execute(statement.on_conflict_do_nothing())
    else:
        weaker = suppressions.c.reason == "unsubscribed"
        connection.execute(statement.on_conflict_do_update(index_elements=["address"], set_=row, where=weaker))
