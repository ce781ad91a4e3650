"""Fixtures of the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire import secure
from tests.wire.server import Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture
def secure_server() -> Iterator[secure.SecureServer]:
    with secure.running() as one:
        yield one
