"""Guards for every test: no socket beyond this machine, no setting of the caller's shell; where they write."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: Files in memory: nothing that tests write need survive the power cord, and waiting for a disk is a third of the time.
_MEMORY = Path("/dev/shm")
#: Bytes that must be free there: many times what all tests leave behind.
_ROOM = 2 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Let tests write into memory if there is room, keep what was compiled, and let Ctrl-C reach what they start.

    Without bytecode, as some images have it, half the time until the first test is compiling: what we start keeps it
    in any case. A shell that runs us in the background has Ctrl-C ignored, and whoever we start would inherit that.
    """
    sys.dont_write_bytecode = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    has_room = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    if has_room and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Give the memory back, unless somebody will want to look at what a test that failed has left."""
    if exitstatus == pytest.ExitCode.OK and not hasattr(session.config, "workerinput"):
        folder = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        if _MEMORY in folder.parents:
            shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_finish() -> None:
    """Look for rubbish less often, and no more among what was collected and stays to the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


class NotLoopback(Exception):
    """A test tried to reach another machine."""


def _allowed(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_network_but_loopback() -> Iterator[None]:
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not _allowed(address):
            raise NotLoopback(f"a test tried to reach {address!r}")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if not _allowed(address):
            raise NotLoopback(f"a test tried to reach {address!r}")
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _allowed((name,)):
            raise socket.gaierror(socket.EAI_NONAME, f"no name service in tests ({name})")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("NEWSLETTER") and name not in ("NEWSLETTER_CORPUS", "NEWSLETTER_REWRITE_GOLDENS"):
            monkeypatch.delenv(name)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
