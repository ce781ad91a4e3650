"""Rehearsing what cannot be undone: the letters that would go, in a folder, with no record kept. I/O: disk, SQLite"""

from __future__ import annotations

from pathlib import Path

from newsletter.mail.letter.letters import write_letter
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.model.week import Week
from newsletter.newsroom.letters.mailings import VARIANT, mailing_of, readers_secret
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store


def letters_due(week: Week, store: Store) -> int:
    """How many letters of the week are still to go, as the list stands now."""
    kept = store.ledger.mailing(str(week), VARIANT)
    if kept is not None:
        return store.ledger.tally(kept[0]).waiting
    return store.subscribers.count_readers()


def rehearse(room: Newsroom, week: Week, store: Store, folder: Path) -> int:
    """Write a letter for everybody who may be written to; how many. Nothing is sent, nothing recorded.

    The bytes are those that would leave now; once a first letter has left, those of that mailing.
    """
    kept = store.ledger.mailing(str(week), VARIANT)
    mailing = kept[1] if kept else mailing_of(room, week, date=room.clock.now())
    secret = readers_secret(room)
    count = 0
    with OutboxRelay(folder).connect() as connection:
        for subscriber in store.subscribers.readers():
            connection.hand_over((write_letter(mailing, subscriber, secret=secret),))
            count += 1
    return count
