"""The tables, for SQLite and PostgreSQL alike. I/O: none

The revisions in `migrations` build them; a test holds that the two agree.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    false,
)

from newsletter.store.columns import Instant, Span, Words

#: SQLite numbers rows by itself only where the type is called INTEGER; it holds 64 bits there.
_Number = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# News ----------------------------------------------------------------------------------------------

feeds = Table(
    "feeds",
    metadata,
    Column("id", Words, primary_key=True),
    #: The address that answered last, after redirects; "" before the first answer.
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("etag", Words, nullable=False),
    Column("last_modified", Words, nullable=False),
    #: When a 200 last confirmed the two; a server that answers 304 for ever does not move it.
    Column("validators_at", Instant),
    Column("body_hash", Words, nullable=False),
    Column("first_good_at", Instant),
    Column("last_good_at", Instant),
    Column("last_checked_at", Instant),
    #: Not worth asking before this instant.
    Column("next_check_at", Instant),
    #: In a row; 0 after a good fetch.
    Column("failures", Integer, nullable=False),
    Column("last_problem", Words, nullable=False),
    Column("own_title", Words, nullable=False, server_default=""),
    Column("former_title", Words, nullable=False, server_default=""),
    #: Not before this instant, by the server's wish; null if it has none.
    Column("retry_at", Instant),
    Column("failing_since", Instant),
    Column("fault", Words, nullable=False, server_default=""),
    #: The address that gave `etag` and `last_modified`; "" in rows older than the column.
    #: The address in feeds.toml at the last fetch.
    Column("asked", Words, nullable=False, server_default=""),
    Column("validators_url", Words, nullable=False, server_default=""),
    #: JSON objects; "" for none.
    Column("hints", Words, nullable=False, server_default=""),
    Column("move", Words, nullable=False, server_default=""),
)

entries = Table(
    "entries",
    metadata,
    Column("feed", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("link", Words, nullable=False),
    #: Canonical form of the link, for comparing only; "" where there is none.
    Column("identity", Words, nullable=False),
    Column("published", Instant),
    Column("summary", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("first_seen", Instant, nullable=False),
    #: The feed's good fetch before the one that brought the entry; null at its first.
    Column("previous_fetch", Instant),
    #: Digest of what a publisher may change later: an unchanged entry is not written again.
    Column("revision", Words, nullable=False),
    Column("discussion", Words, nullable=False, server_default=""),
    #: As last told; null while nobody has.
    Column("points", Integer),
    Index(None, "first_seen"),
)

entry_aliases = Table(
    "entry_aliases",
    metadata,
    Column("feed", Words, primary_key=True),
    #: The id that its publisher gives the entry now; no entry is stored under it.
    Column("alias", Words, primary_key=True),
    #: The one that it is stored under; it has one alias at most.
    Column("id", Words, nullable=False),
    Index("uq_entry_aliases_feed_id", "feed", "id", unique=True),
)

entry_revisions = Table(
    "entry_revisions",
    metadata,
    Column("no", _Number, primary_key=True),
    Column("feed", Words, nullable=False),
    Column("id", Words, nullable=False),
    #: When the two below were found replaced.
    Column("at", Instant, nullable=False),
    Column("title", Words, nullable=False),
    Column("link", Words, nullable=False),
    Index(None, "feed", "id"),
)

take_anchors = Table(
    "take_anchors",
    metadata,
    #: Of the take's file, and the digest of what stood in it: other words are another take.
    Column("path", Words, primary_key=True),
    Column("sha256", Words, primary_key=True),
    Column("feed", Words, nullable=False),
    Column("entry", Words, nullable=False),
    #: The headline as the take's author saw it.
    Column("title", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

resolved_links = Table(
    "resolved_links",
    metadata,
    #: As typed or published.
    Column("link", Words, primary_key=True),
    #: Null while nobody could tell.
    Column("target", Words),
    Column("tried_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
)

fetch_log = Table(
    "fetch_log",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("feed", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("wire_bytes", BigInteger, nullable=False),
    Column("new_entries", Integer, nullable=False),
    Column("problem", Words, nullable=False),
    Column("fault", Words, nullable=False, server_default=""),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("gap", Boolean, nullable=False, server_default=false()),
    Column("reach", Span),
    Column("repairs", Words, nullable=False, server_default=""),
    #: Names the body kept from this fetch; what no row names is swept.
    Column("body_hash", Words, nullable=False, server_default=""),
    Column("url", Words, nullable=False, server_default=""),
    Column("content_type", Words, nullable=False, server_default=""),
    Index(None, "feed", "at"),
)

# Readers -------------------------------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", _Number, primary_key=True),
    #: Public and random; stands in tokens instead of the address.
    Column("key", Words, nullable=False, unique=True),
    #: As typed, the domain in lower case.
    Column("address", Words, nullable=False),
    #: For comparing: two people do not share a mailbox by its capitals.
    Column("folded", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("standing", Words, nullable=False),
    Column("joined", Instant, nullable=False),
    Column("left_at", Instant),
    Column("variant", Words, nullable=False),
    CheckConstraint("standing IN ('pending', 'active', 'left')", name="standing"),
    # An id is never given to a second person: the ledger names people by it after they are erased.
    sqlite_autoincrement=True,
)

suppressions = Table(
    "suppressions",
    metadata,
    #: Folded as in `subscribers`; stays when the person is erased.
    Column("address", Words, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Words, nullable=False),
    CheckConstraint("reason IN ('unsubscribed', 'bounced', 'complained', 'by-hand')", name="reason"),
)

# Delivery ------------------------------------------------------------------------------------------

mailings = Table(
    "mailings",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("week", Words, nullable=False),
    Column("variant", Words, nullable=False),
    #: The Date header of every letter.
    Column("date", Instant, nullable=False),
    #: Each segment behind its length in four bytes, most significant first.
    Column("segments", LargeBinary, nullable=False),
    #: JSON list of names.
    Column("marks", Words, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("created", Instant, nullable=False),
    Column("state", Words, nullable=False, server_default="open"),
    #: Why it was paused or cancelled, and when; "" and null while it is open.
    Column("why", Words, nullable=False, server_default=""),
    Column("changed", Instant),
    #: JSON list of objects, in the order in which they stand in the letters.
    Column("signatures", Words, nullable=False, server_default="[]"),
    Column("secret_mark", Words, nullable=False, server_default=""),
    CheckConstraint("state IN ('open', 'paused', 'cancelled')", name="state"),
    Index("uq_mailings_week_variant", "week", "variant", unique=True),
)

batches = Table(
    "batches",
    metadata,
    Column("mailing", _Number, ForeignKey("mailings.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    #: Bit n (from the left) says that `first_id` + n was in the snapshot: who joins later is not, whatever clocks say.
    Column("members", LargeBinary, nullable=False),
    Column("audience", Integer, nullable=False),
    Column("state", Words, nullable=False),
    #: Of the run that claimed it last.
    Column("epoch", Integer, nullable=False),
    #: Null before the first claim: nobody in it can have a result yet.
    Column("claimed_at", Instant),
    #: What was counted when it was done, so that nobody counts a million letters to say where a mailing stands:
    #: those who are accepted, left and dropped, and the first and last instant of the accepted ones.
    #: All null while it is not done, and again when a result comes after that.
    Column("accepted", Integer),
    Column("departed", Integer),
    Column("dropped", Integer),
    Column("first_at", Instant),
    Column("last_at", Instant),
    CheckConstraint("state IN ('open', 'claimed', 'done')", name="state"),
    Index(None, "mailing", "state", "no"),
)

# Those below carry no foreign keys: a reader may be erased, and checking the mailing at each letter
# would make every connection lock the same row.

deliveries = Table(
    "deliveries",
    metadata,
    Column("mailing", BigInteger, primary_key=True, autoincrement=False),
    Column("subscriber", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("code", Integer, nullable=False),
    Column("reply", Words, nullable=False),
    #: Counts from 1, the earlier ones that were deferred or unknown included.
    Column("attempt", Integer, nullable=False),
    #: "" of the only one.
    Column("relay", Words, nullable=False, server_default=""),
    # Not IN: SQLite would build its list anew for every letter, which takes longer than writing the row.
    CheckConstraint("state = 'accepted' OR state = 'left' OR state = 'dropped'", name="state"),
    sqlite_with_rowid=False,
)

delivery_exceptions = Table(
    "delivery_exceptions",
    metadata,
    Column("mailing", BigInteger, primary_key=True, autoincrement=False),
    Column("subscriber", BigInteger, primary_key=True, autoincrement=False),
    Column("batch", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    #: Null for refused, as there is no next time, and for held, as a person decides.
    Column("next_try_at", Instant),
    #: Of the run that wrote it: a later one need not wait to resend what is unknown.
    Column("epoch", Integer, nullable=False),
    Column("code", Integer, nullable=False),
    Column("reply", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("relay", Words, nullable=False, server_default=""),
    CheckConstraint("state IN ('deferred', 'refused', 'unknown', 'held')", name="state"),
    # Each answers its questions alone: of an index that needs the table SQLite thinks little.
    Index("ix_delivery_exceptions_of_batch", "mailing", "batch", "state", "next_try_at", "epoch"),
    Index("ix_delivery_exceptions_due", "mailing", "state", "next_try_at", "epoch"),
    sqlite_with_rowid=False,
)

intents = Table(
    "intents",
    metadata,
    #: A letter about to be handed over; the row goes when its result comes.
    Column("mailing", BigInteger, primary_key=True, autoincrement=False),
    Column("subscriber", BigInteger, primary_key=True, autoincrement=False),
    Column("batch", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Editors -------------------------------------------------------------------------------------------

told = Table(
    "told",
    metadata,
    Column("no", _Number, primary_key=True),
    #: "reminder", "late-take".
    Column("kind", Words, nullable=False),
    Column("week", Words, nullable=False),
    #: A member's id.
    Column("member", Words, nullable=False),
    #: What it was about: a path, or "".
    Column("about", Words, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    Index(None, "week", "member"),
)

link_checks = Table(
    "link_checks",
    metadata,
    Column("link", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    #: "ok", "gone", "unsure".
    Column("verdict", Words, nullable=False),
    #: In words; "" if it is well.
    Column("what", Words, nullable=False, server_default=""),
    #: Where redirects ended, if elsewhere; "".
    Column("moved", Words, nullable=False, server_default=""),
)

# Runs ----------------------------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("stage", Words, primary_key=True),
    #: The instant at which the stage was due, not the one at which it ran.
    Column("slot", Instant, primary_key=True),
    Column("week", Words, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", Words, nullable=False),
    Column("message", Words, nullable=False),
    CheckConstraint("state IN ('begun', 'done', 'failed', 'skipped', 'late')", name="state"),
    Index(None, "started"),
)

meta = Table(
    "meta",
    metadata,
    #: "epoch": the number of the present run of deliveries; "departures": rises whenever somebody stops being a reader.
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)
