"""Rehearsing what cannot be undone: the letters that would go, in a folder, with no record kept. I/O: disk, SQLite"""

from __future__ import annotations

from pathlib import Path

from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.model.week import Week
from newsletter.newsroom.letters.mailings import kept_mailings, mailings_of, readers_secret, signing_keys
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store


def rehearse(room: Newsroom, week: Week, store: Store, folder: Path) -> int:
    """Write a letter for everybody who may be written to; how many. Nothing is sent, nothing recorded.

    The bytes are those that would leave now; once a first letter has left, those of that mailing.
    """
    keys, secret = signing_keys(room), readers_secret(room)
    kept = tuple(mailing for _, mailing in kept_mailings(store, week))
    mailings = kept or mailings_of(room, week, date=room.clock.now(), keys=keys, secret=secret)
    writers = {mailing.variant: LetterWriter(mailing, secret=secret, keys=keys) for mailing in mailings}
    everybodys = writers[mailings[0].variant]
    count = 0
    with OutboxRelay(folder).connect() as connection:
        for subscriber in store.subscribers.readers():
            write = writers.get(subscriber.variant, everybodys)
            connection.hand_over((write(subscriber),))
            count += 1
    return count
