# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""One piece of our own work, in a process of its own: sending, or keeping the ledger alone. I/O: SMTP, SQLite, disk

`python -m benchmarks.delivery_work JOB`, JOB in JSON; says in JSON how long it took, which of it the processors
worked, and how large the process has been. What is made ready beforehand, a store, readers, keys, is not timed.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from newsletter.mail.letter.dkim import Keys, load_keys, signatures
from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.letter.segments import build_mailing
from newsletter.mail.sending.dispatch import dispatch
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.audience import Address, Delivery, Letter, Mailing, Reader
from newsletter.model.issue import Wording
from newsletter.model.marks import UNSUBSCRIBE_MARK
from newsletter.model.ports import Transport
from newsletter.model.settings import Delivering, Dkim, Mail, Secret, Smtp
from newsletter.model.week import Week
from newsletter.newsroom.clocks import SystemClock
from newsletter.store.engine import Store, open_store, sqlite_url
from newsletter.store.schema import subscribers

HOST = "127.0.0.1"
SENDER = "Benchmark <benchmark@sender.example>"
SECRET = "the benchmark's, and of nothing else"
_NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_WEEK = Week(2026, 47)
#: A sentence as newsletters have them, with what quoted-printable has to write longer.
_SENTENCE = "Open weights – the “small” ones – were read, run and doubted by {number} teams in Zürich this week. "
_PAGE = 5000
_NO_KEYS = Keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done. `letters` of about `size` bytes on the wire, over so many connections."""

    work: Literal["transport", "dispatch", "ledger", "rows"]
    letters: int
    size: int = 60_000
    port: int = 0
    connections: int = 10
    record: Literal["strict", "group"] = "strict"
    group: int = 100
    #: "", "ed25519" or "rsa", or both with a blank between.
    signed: str = ""
    ahead: bool = False
    #: Of an empty database; "" for SQLite in `folder`.
    database: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Seconds; bytes. `cpu` is that of this process alone."""

    letters: int
    wall: float
    cpu: float
    largest: int
    #: How much of it was there before the work began.
    before: int
    bytes: int = 0


def main() -> int:
    """Do the job of the command line."""
    job = Job(**json.loads(sys.argv[1]))
    ways = {"transport": _transport, "dispatch": _dispatch, "ledger": _ledger, "rows": _rows}
    print(json.dumps(asdict(ways[job.work](job))))
    return 0


def _transport(job: Job) -> Done:
    """Letters that are ready, shared out among connections with a thread each."""
    write = LetterWriter(mailing_of(job.size), secret=SECRET)
    letters = [write(_reader(number)) for number in range(1, 101)]
    relay = _relay(job)
    share = job.letters // job.connections

    def send(_number: int) -> int:
        taken = 0
        with relay.connect() as connection:
            for number in range(share):
                following = letters[(number + 1) % 100] if job.ahead and number + 1 < share else None
                (reply,) = connection.hand_over((letters[number % 100],), ahead=following)
                taken += reply.code == 250
        return taken

    with ThreadPoolExecutor(job.connections) as pool, _timed() as done:
        taken = sum(pool.map(send, range(job.connections)))
    return done(taken, len(letters[0].data))


def _dispatch(job: Job) -> Done:
    """A real store, real readers, a real mailing, everything durable."""
    keys = _keys(job.signed)
    mailing = mailing_of(job.size, keys)
    clock = SystemClock()
    with _store(job) as store:
        add_readers(store, job.letters)
        store.ledger.take_over()
        number = store.ledger.open_mailing(mailing, clock.now())
        write: Callable[[Reader], Letter] = LetterWriter(mailing, secret=SECRET, keys=keys)
        transport = Transport("smtp", (_relay(job),))
        delivering = Delivering(record=job.record, group=job.group, envelope_ahead=job.ahead)
        with _timed() as done:
            tally = dispatch(
                number,
                mailing,
                ledger=store.ledger,
                transport=transport,
                write=write,
                clock=clock,
                delivering=delivering,
            )
        return done(tally.accepted, len(write(_reader(1)).data))


def _ledger(job: Job) -> Done:
    """Claims and results in groups, and nothing sent."""
    with _store(job) as store:
        add_readers(store, job.letters)
        store.ledger.take_over()
        number = store.ledger.open_mailing(mailing_of(20_000), _NOW)
        recorded, after = 0, 0
        with _timed() as done:
            while claim := store.ledger.claim(number, _NOW, after=after):
                results = [
                    (claim, Delivery(subscriber=one.id, state="accepted", at=_NOW, code=250, reply="2.0.0 Ok"))
                    for one in claim.readers
                ]
                for start in range(0, len(results), job.group):
                    store.ledger.record(results[start : start + job.group])
                store.ledger.finish(claim)
                recorded, after = recorded + len(results), claim.batch
        assert store.ledger.tally(number).accepted == recorded
        return done(recorded, 0)


def _rows(job: Job) -> Done:
    """As many rows by the driver alone, in groups, each on the disk: what this machine gives at most."""
    statement = """CREATE TABLE deliveries (mailing INTEGER, subscriber INTEGER, state TEXT, at INTEGER, code INTEGER,
        reply TEXT, attempt INTEGER, relay TEXT, PRIMARY KEY (mailing, subscriber)) WITHOUT ROWID"""
    with closing(sqlite3.connect(Path(job.folder) / "rows.db", isolation_level=None)) as database:
        for one in ("PRAGMA journal_mode = wal", "PRAGMA synchronous = full", statement):
            database.execute(one)
        with _timed() as done:
            for start in range(0, job.letters, job.group):
                numbers = range(start, min(start + job.group, job.letters))
                rows = [(1, number, "accepted", 1_795_000_000_000, 250, "2.0.0 Ok", 1, "") for number in numbers]
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
                database.execute("COMMIT")
    return done(job.letters, 0)


@contextmanager
def _timed() -> Iterator[Callable[[int, int], Done]]:
    """Wall and processor time of the block, told when it has ended."""
    before, cpu, wall = _resident(), time.process_time(), time.perf_counter()
    took: list[float] = []

    def done(letters: int, size: int) -> Done:
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return Done(letters=letters, wall=took[0], cpu=took[1], largest=largest, before=before, bytes=size)

    yield done
    took += (time.perf_counter() - wall, time.process_time() - cpu)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _relay(job: Job) -> SmtpRelay:
    smtp = Smtp(host=HOST, port=job.port, security="none", connections=job.connections, timeout=timedelta(seconds=60))
    return SmtpRelay(smtp, sender=SENDER, envelope_ahead=job.ahead)


@contextmanager
def _store(job: Job) -> Iterator[Store]:
    with open_store(job.database or sqlite_url(Path(job.folder) / "newsletter.db")) as store:
        yield store


def add_readers(store: Store, count: int) -> None:
    """So many people on the list, past the rules of joining, which are not what is measured."""
    for start in range(0, count, _PAGE):
        rows = [_row(number) for number in range(start + 1, min(start + _PAGE, count) + 1)]
        with store.database.write() as connection:
            connection.execute(subscribers.insert(), rows)


def _row(number: int) -> dict[str, object]:
    one = _reader(number)
    given = {"name": f"Reader {number}", "standing": "active", "joined": _NOW, "left_at": None, "variant": "full"}
    return {"key": one.key, "address": one.address, "folded": one.address, **given}


def _reader(number: int) -> Reader:
    return Reader(id=number, key=f"key{number:019d}", address=Address(f"reader{number}@reader{number % 97}.example"))


def texts_of(size: int) -> tuple[str, str]:
    """An HTML and a text part whose letter has about so many bytes on the wire."""

    def parts(paragraphs: int) -> tuple[str, str]:
        words = [_SENTENCE.format(number=number) * 3 for number in range(paragraphs)]
        row = '<tr><td style="padding:0 32px 12px;font-family:Helvetica,Arial,sans-serif;font-size:16px">{}</td></tr>'
        body = "\n".join(row.format(f'<p style="margin:0 0 12px">{one}</p>') for one in words)
        link = f'<a href="{UNSUBSCRIBE_MARK}">Unsubscribe</a>'
        html = f'<!doctype html><html lang="en"><body><table>{body}</table><p>{link}</p></body></html>\n'
        return html, "\n\n".join([*words, f"Unsubscribe: {UNSUBSCRIBE_MARK}"]) + "\n"

    few, many = (_wire_size(*parts(count)) for count in (10, 20))
    return parts(10 + round((size - few) * 10 / (many - few)))


def _wire_size(html: str, text: str) -> int:
    return sum(map(len, _mailing(html, text, _NO_KEYS).segments))


@cache
def mailing_of(size: int, keys: Keys = _NO_KEYS) -> Mailing:
    """A mailing whose letters have about so many bytes."""
    return _mailing(*texts_of(size), keys)


def _mailing(html: str, text: str, keys: Keys) -> Mailing:
    return build_mailing(
        week=_WEEK,
        variant="full",
        subject="Week #47 2026 – Open weights",
        mail=Mail(sender=SENDER),
        wording=Wording(name="Benchmark", base_url="https://pulse.example.com"),
        html=html,
        text=text,
        date=_NOW,
        signatures=signatures(keys, _NOW),
    )


def _keys(signed: str) -> Keys:
    """New keys; Ed25519 alone is no setting of ours, but what it costs is asked for."""
    if not signed:
        return _NO_KEYS
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    def pem(key: Ed25519PrivateKey | object) -> Secret:
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Secret(key.private_bytes(*form).decode())  # type: ignore[union-attr, attr-defined]

    rsa, ed25519 = pem(generate_private_key(65537, 2048)), pem(Ed25519PrivateKey.generate())
    dkim = Dkim(rsa_selector="r", ed25519_selector="e", rsa_key=rsa, ed25519_key=ed25519)
    both = load_keys(dkim, sender=SENDER)
    return replace(both, keys=tuple(key for key in both.keys if key.algorithm.split("-")[0] in signed.split()))


if __name__ == "__main__":
    sys.exit(main())
