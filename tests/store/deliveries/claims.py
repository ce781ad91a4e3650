"""Claiming as the tests of the ledger do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.model.ports import Claim
from newsletter.store.deliveries.ledger import SqlLedger
from newsletter.store.engine import Store
from tests.store.builders import NOW, make_mailing


def opened(store: Store, size: int = 500) -> tuple[SqlLedger, int]:
    ledger = replace(store.ledger, batch_size=size)
    return ledger, ledger.open_mailing(make_mailing(), NOW)


def claimed(ledger: SqlLedger, mailing: int, at: timedelta = timedelta()) -> Claim:
    claim = asked(ledger, mailing, NOW + at)
    assert claim is not None
    return claim


def asked(ledger: SqlLedger, mailing: int, at: datetime) -> Claim | None:
    """What is claimed next: what is open, then what is to be tried again."""
    return ledger.claim(mailing, at) or ledger.claim(mailing, at, due=True)


def names(claim: Claim) -> list[str]:
    return [reader.key.removeprefix("key-") for reader in claim.readers]
