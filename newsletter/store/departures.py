"""Who must not be written to any more, and how often somebody became such a one. I/O: SQLite, PostgreSQL

Whoever has claimed readers compares the number of departures: if it is another one, they are to be looked at again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from newsletter.store.driver import Driver, as_number, as_words

#: Characters of what is noted with a suppression.
_NOTE = 500

#: The number of departures so far, as part of a question; null before the first.
DEPARTURES = "(SELECT value FROM meta WHERE key = 'departures')"

_DEPARTED = """
INSERT INTO meta (key, value) VALUES ('departures', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)
"""

#: Of the reader with this number, if there is one; a wish to leave gives way to what the relay says of the address.
_BOUNCED = """
INSERT INTO suppressions (address, reason, at, note)
SELECT folded, 'bounced', CAST(? AS BIGINT), CAST(? AS TEXT) FROM subscribers WHERE id = ?
ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, at = excluded.at, note = excluded.note
WHERE suppressions.reason = 'unsubscribed'
"""


def note_departure(connection: Connection) -> None:
    """Say to whoever is sending that somebody stopped being a reader, in the transaction in which they did."""
    connection.execute(text(_DEPARTED))


def suppress_bounced(driver: Driver, reader: int, at: datetime, said: str) -> None:
    """Never write again to the address that the reader has now; `said` are the relay's words."""
    driver.do(_BOUNCED, as_number(at), as_words(said, _NOTE), reader)


def departed(driver: Driver) -> int:
    """`note_departure` on the driver; the number of departures now."""
    driver.do(_DEPARTED)
    ((number,),) = driver.rows(f"SELECT {DEPARTURES}")
    return int(number)
