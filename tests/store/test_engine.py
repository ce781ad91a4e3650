"""A database is opened, made, brought up to date, or refused with what mends it; never harmed."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

from newsletter.errors import CannotWrite, StoreFault, StoreIsNewer
from newsletter.model.audience import Tally, address
from newsletter.model.feeds import FeedState, FetchRow, Validators
from newsletter.store import schema
from newsletter.store.database import connect
from newsletter.store.engine import HEAD, Store, open_store, sqlite_url
from newsletter.store.upgrade import MIGRATIONS, configuration, upgrade
from tests.store.builders import NOW, join, keep, make_entry, make_mailing, record, result
from tests.store.conftest import BOTH

NEXT = '''"""Add a column to feeds."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade():
    op.create_table("extra", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("feeds", sa.Column("colour", sa.Text(), nullable=True))
    {end}
'''

#: NOW, as the first revision holds instants.
AT = int(NOW.timestamp()) * 1_000_000
FIRST_ROWS = (
    f"""INSERT INTO feeds VALUES
        ('gazette', 'https://gazette.example/feed', 'The Gazette', '"1"', 'yesterday', {AT}, 'ab', {AT}, {AT}, {AT},
         NULL, 0, ''),
        ('herald', '', 'The Herald', '', '', NULL, '', NULL, NULL, {AT}, {AT}, 3, 'No answer.')""",
    f"""INSERT INTO entries VALUES
        ('gazette', '1', 'Story 1', 'https://gazette.example/1', 'gazette.example/1?by=older-rules', NULL, '', '', '',
         {AT}, NULL, 'abcd')""",
    f"""INSERT INTO fetch_log (feed, at, state, status, wire_bytes, new_entries, problem)
        VALUES ('gazette', {AT}, 'new', 200, 7, 1, '')""",
)


@pytest.fixture
def revisions(tmp_path: Path) -> Callable[[str], Path]:
    """The revisions with one more, which ends with a statement of the test's."""

    def make(end: str) -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        (folder / "versions" / "next.py").write_text(NEXT.format(head=HEAD, end=end), encoding="utf-8")
        return folder

    return make


@pytest.fixture(params=BOTH)
def own(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> Iterator[Store]:
    """A store on a database of its own, whose tables a test may change."""
    with open_store(url_of(request.param)) as opened:
        yield opened


def tables_of(store: Store) -> set[str]:
    with store.database.read() as connection:
        return set(inspect(connection).get_table_names())


def test_the_tables_in_the_code_are_those_of_the_revisions(store: Store) -> None:
    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, schema.metadata)
        checks = {
            table: {found["name"] for found in inspect(connection).get_check_constraints(table)}
            for table in schema.metadata.tables
        }

    assert differences == []
    assert checks == {
        name: {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        for name, table in schema.metadata.tables.items()
    }


def test_the_newest_revision_is_the_one_that_opening_asks_for() -> None:
    assert ScriptDirectory.from_config(configuration(MIGRATIONS)).get_heads() == [HEAD]


@pytest.mark.parametrize("name", ["plain.db", "a b%20?x=#1 é.db"])
def test_what_was_written_is_there_when_the_file_is_opened_again(tmp_path: Path, name: str) -> None:
    with open_store(sqlite_url(tmp_path / name)) as first:
        join(first, "ann")

    with open_store(sqlite_url(tmp_path / name)) as second:
        readers = tuple(second.subscribers.all())

    assert [reader.key for reader in readers] == ["key-ann"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_new_file_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"

    open_store(sqlite_url(path)).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_readers_and_a_writer_do_not_wait_for_each_other(sqlite_store: Store) -> None:
    with sqlite_store.database.write() as writing:
        writing.execute(schema.meta.insert().values(key="a", value="1"))
        before = sqlite_store.subscribers.count()

    assert before == 0


def test_what_the_ledger_calls_durable_is_on_the_disk(sqlite_store: Store) -> None:
    with sqlite_store.database.read() as connection:
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    assert (level, mode) == (2, "wal")


def test_a_write_that_fails_half_way_is_taken_back(store: Store) -> None:
    def fail() -> None:
        with store.database.write() as connection:
            connection.execute(schema.meta.insert().values(key="a", value="1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with store.database.read() as connection:
        assert connection.execute(schema.meta.select()).all() == []


def test_a_fault_shows_nobodys_address(store: Store) -> None:
    join(store, "ann")
    with store.database.read() as connection:
        row = connection.execute(schema.subscribers.select()).mappings().one()
    again = schema.subscribers.insert().values(dict(row) | {"id": row["id"] + 1, "key": "another"})

    def add_twice() -> None:
        with store.database.write() as connection:
            connection.execute(again)

    with pytest.raises(StoreFault) as fault:
        add_twice()

    assert "ann@" not in str(fault.value)


def test_a_view_does_not_change_while_it_is_read(store: Store) -> None:
    with store.database.read() as connection:
        before = connection.execute(schema.subscribers.select()).all()
        join(store, "ann")
        after = connection.execute(schema.subscribers.select()).all()

    assert before == after == []


def test_opening_a_database_that_is_up_to_date_does_not_import_alembic(
    sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An import of either would raise.
    for name in ("alembic", "newsletter.store.upgrade"):
        monkeypatch.setitem(sys.modules, name, None)

    with open_store(sqlite_url(sqlite_template)) as store:
        assert store.subscribers.count() == 0


def test_a_program_that_comes_second_in_making_the_database_finds_it_made(store: Store) -> None:
    join(store, "ann")

    upgrade(store.database, None)

    assert store.subscribers.count() == 1


# Older and newer ---------------------------------------------------------------------------------


def test_an_older_database_is_upgraded_and_keeps_what_it_held(own: Store, revisions: Callable[[str], Path]) -> None:
    join(own, "ann")

    upgrade(own.database, HEAD, revisions(""))

    assert "extra" in tables_of(own)
    assert own.subscribers.count() == 1


@pytest.fixture(params=BOTH)
def first_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database at the first revision, which holds rows."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("fresh_postgres")("")
    else:
        url = sqlite_url(tmp_path / "newsletter.db")
    database = connect(url)
    config = configuration(MIGRATIONS)
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST_ROWS:
            connection.exec_driver_sql(statement)
    database.close()
    return url


def test_a_database_of_the_first_revision_keeps_its_rows(first_url: str) -> None:
    with open_store(first_url) as store:
        gazette, herald = store.news.feed_states()
        (entry,) = store.news.entries()
        of_address = store.news.of_address("http://www.gazette.example/1/")
        rows = store.news.fetch_rows(NOW)
        again = keep(store, replace(entry, title="Story 1, corrected"))
        (corrected,) = store.news.entries()

    assert gazette == FeedState(
        feed="gazette",
        title="The Gazette",
        url="https://gazette.example/feed",
        first_good=NOW,
        last_good=NOW,
        last_checked=NOW,
        validators=Validators(etag='"1"', last_modified="yesterday", body_hash="ab"),
        validators_at=NOW,
    )
    assert (herald.failures, herald.failing_since, herald.retry_at, herald.next_check) == (3, NOW, NOW, None)
    assert (entry.discussion, entry.points) == ("", None)
    assert of_address == (entry,), "addresses are compared by the rules of today"
    assert (entry.title, entry.link, entry.first_seen) == ("Story 1", "https://gazette.example/1", NOW)
    assert rows == {
        "gazette": (FetchRow(feed="gazette", at=NOW, state="new", status=200, wire_bytes=7, new_entries=1),)
    }
    assert (again, corrected.former_titles) == (0, ("Story 1",))


#: A mailing half-way, as the fourth revision held it: one accepted, one left, one put off, one without a result.
MAIL_ROWS = (
    f"INSERT INTO mailings VALUES (7, '2024-W23', 'full', {AT}, X'000000014100000000', '[\"address\"]', 'ab', {AT})",
    f"INSERT INTO batches VALUES (7, 1, 1, 4, X'F0', 4, 'claimed', 3, {AT})",
    f"""INSERT INTO deliveries VALUES (7, 1, 'accepted', {AT}, 250, 'queued', 2), (7, 2, 'left', {AT}, 0, '', 1)""",
    f"INSERT INTO delivery_exceptions VALUES (7, 3, 1, 'deferred', 1, {AT}, 3, 451, 'full', {AT})",
    "INSERT INTO meta VALUES ('epoch', '3')",
    *(
        "INSERT INTO subscribers (key, address, folded, name, standing, joined, left_at, variant)"
        f" VALUES ('k{n}', 'r{n}@example.com', 'r{n}@example.com', '', 'active', 0, NULL, 'full')"
        for n in range(1, 5)
    ),
)


@pytest.mark.parametrize("kind", BOTH)
def test_a_mailing_that_was_under_way_at_an_upgrade_goes_on(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("fresh_postgres")("") if kind == "postgres" else sqlite_url(tmp_path / "old.db")
    database = connect(url)
    config = configuration(MIGRATIONS)
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in MAIL_ROWS:
            connection.exec_driver_sql(
                statement if kind == "sqlite" else re.sub(r"X'(\w+)'", r"decode('\1', 'hex')", statement)
            )
    database.close()

    with open_store(url) as store:
        found = store.ledger.mailing("2024-W23", "full")
        (before,) = store.ledger.progress("2024-W23", NOW)
        store.ledger.take_over()
        claim = store.ledger.claim(7, NOW)
        assert claim
        record(store.ledger, claim, *[result(reader.id) for reader in claim.readers])
        store.ledger.finish(claim)
        (after,) = store.ledger.progress("2024-W23", NOW)

    mailing = make_mailing(segments=(b"A", b""), marks=("address",), sha256="ab")
    assert found == (7, mailing)
    assert (before.state, before.why, before.changed, before.first, before.last) == ("open", "", None, NOW, NOW)
    assert before.tally == Tally(audience=4, accepted=1, left=1, deferred=1)
    assert (claim.epoch, [reader.id for reader in claim.readers], claim.fresh) == (4, [3, 4], False)
    assert after.tally == Tally(audience=4, accepted=3, left=1)


def test_a_copy_lies_beside_a_file_that_was_upgraded(
    sqlite_store: Store, revisions: Callable[[str], Path], tmp_path: Path
) -> None:
    join(sqlite_store, "ann")

    upgrade(sqlite_store.database, HEAD, revisions(""))

    with open_store(sqlite_url(tmp_path / f"newsletter.db.backup-{HEAD}")) as copy:
        assert copy.subscribers.count() == 1
        assert "extra" not in tables_of(copy)


def test_a_revision_that_fails_half_way_leaves_no_trace(own: Store, revisions: Callable[[str], Path]) -> None:
    before = tables_of(own)

    with pytest.raises(StoreFault):
        upgrade(own.database, HEAD, revisions("op.execute('SELECT nothing FROM nowhere')"))

    assert tables_of(own) == before
    upgrade(own.database, HEAD, revisions(""))
    assert "extra" in tables_of(own)


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_of_a_later_version_is_refused_with_what_to_do(kind: str, url_of: Callable[[str], str]) -> None:
    url = url_of(kind)
    with open_store(url) as store, store.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")

    with pytest.raises(StoreIsNewer, match="later version") as refused:
        open_store(url)

    assert "Upgrade the program" in refused.value.mend


def test_a_file_of_a_later_version_is_not_touched(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    shutil.copyfile(sqlite_template, path)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")
        raw.commit()
    before = path.read_bytes()

    with pytest.raises(StoreIsNewer):
        open_store(sqlite_url(path))

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# What is not ours or not sound -------------------------------------------------------------------


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    path.write_text("Dear diary, " * 100, encoding="utf-8")

    with pytest.raises(StoreFault, match="is not a database") as refused:
        open_store(sqlite_url(path))

    assert refused.value.mend
    assert path.read_text(encoding="utf-8").startswith("Dear diary")


def test_somebody_elses_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "places.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE bookmarks (id INTEGER)")

    with pytest.raises(StoreFault, match="did not make"):
        open_store(sqlite_url(path))

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


@pytest.mark.postgres
def test_on_a_shared_server_only_tables_with_our_names_are_in_the_way(fresh_postgres: Callable[[str], str]) -> None:
    shared, taken = (fresh_postgres("") for _ in range(2))
    for url, table in ((shared, "bookmarks"), (taken, "feeds")):
        database = connect(url)
        with database.write() as connection:
            connection.exec_driver_sql(f"CREATE TABLE {table} (id integer)")
        database.close()

    open_store(shared).close()
    with pytest.raises(StoreFault, match="'feeds'"):
        open_store(taken)


def test_a_damaged_database_is_reported_with_what_to_do(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    whole = sqlite_template.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    with pytest.raises(StoreFault, match="is damaged") as refused, open_store(sqlite_url(path)) as store:
        store.subscribers.count()

    assert "backup" in refused.value.mend


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("sqlite:////nowhere/at/all.db", "no folder /nowhere/at", id="folder missing"),
        pytest.param("sqlite:///:memory:", "names no file", id="in memory"),
        pytest.param("sqlite:///", "names no file", id="no name"),
        pytest.param("mysql://ann:hunter2@db.example/news", "unknown kind, 'mysql'", id="another kind"),
        pytest.param("newsletter.db", "unknown kind", id="a path"),
        pytest.param("postgresql://ann:hunter2@[::1/news", "cannot be read", id="malformed"),
        pytest.param("postgresql://ann:hunter2@127.0.0.1:1/news", "cannot be reached", id="nobody answers"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_showing_the_password(url: str, said: str) -> None:
    with pytest.raises(StoreFault, match=said) as refused:
        open_store(url)

    assert refused.value.mend
    assert "hunter2" not in str(refused.value)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="is a folder"):
        open_store(sqlite_url(tmp_path))


def test_postgresql_without_its_driver_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StoreFault, match="driver is not installed") as refused:
        open_store("postgresql://db.example/news")

    assert "[postgres]" in refused.value.mend


# The disk ------------------------------------------------------------------------------------------


def test_a_full_disk_takes_nothing_half_and_is_over_when_there_is_room(sqlite_store: Store) -> None:
    keep(sqlite_store, make_entry("old"))
    with sqlite_store.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = [make_entry(f"new-{n}", summary="long " * 200) for n in range(50)]

    with pytest.raises(CannotWrite, match="disk is full") as full:
        keep(sqlite_store, *many)

    assert "Make room" in full.value.mend
    assert [entry.id for entry in sqlite_store.news.entries()] == ["old"]
    with sqlite_store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert keep(sqlite_store, *many) == 50


def test_a_write_to_a_closed_off_file_says_who_must_open_it(sqlite_store: Store) -> None:
    with sqlite_store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(StoreFault, match="read but not written") as refused:
        sqlite_store.subscribers.add(address("ann@example.com"), now=NOW)

    assert "right to write" in refused.value.mend


def test_a_writer_that_never_ends_is_reported(sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite_store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")

    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFault, match="writing to the database"):
            join(sqlite_store, "ann")
