# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Postfix's load generators, smtp-source and smtp-sink, found or unpacked, never installed. I/O: disk, subprocess, SMTP

They are sought on the PATH, then below $NEWSLETTER_POSTFIX (an unpacked package), then Debian's package is downloaded
and unpacked into the user's cache: nothing of it is configured or started.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measured import PATIENCE

HOST = "127.0.0.1"
#: Both are in /usr/sbin, which is not on everybody's PATH.
_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_LIBRARIES = "usr/lib/postfix"


class NoPostfix(Exception):
    """The tools are not on this machine and could not be put there; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postfix:
    """The two programs, and the environment that they need to start."""

    sink: Path
    source: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One run of smtp-source, in seconds."""

    wall: float
    cpu: float


def find_postfix() -> Postfix:
    """Raises NoPostfix."""
    sink, source = (shutil.which(name, path=_PLACES) for name in ("smtp-sink", "smtp-source"))
    if sink and source:
        return Postfix(sink=Path(sink), source=Path(source), environ=dict(os.environ))
    if unpacked := os.environ.get("NEWSLETTER_POSTFIX"):
        return _below(Path(unpacked))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsletter-benchmarks" / "postfix"
    if not (cache / "complete").exists():
        _unpack(cache)
    return _below(cache)


def _below(home: Path) -> Postfix:
    sink, source = (home / "usr" / "sbin" / name for name in ("smtp-sink", "smtp-source"))
    if not (sink.is_file() and source.is_file()):
        raise NoPostfix(f"there is no smtp-sink and smtp-source below {home}")
    return Postfix(sink=sink, source=source, environ=dict(os.environ) | {"LD_LIBRARY_PATH": str(home / _LIBRARIES)})


def _unpack(home: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoPostfix("postfix is not installed, and its package can be fetched on Debian and its kin alone")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    # As root, apt would hand the download to an account that may not write here.
    _done(home, "apt-get", "-o", "APT::Sandbox::User=root", "download", "postfix")
    package = next(home.glob("postfix_*.deb"), None)
    if package is None:
        raise NoPostfix("apt-get left no package of postfix")
    _done(home, "dpkg-deb", "-x", str(package), ".")
    package.unlink()
    (home / "complete").touch()


def _done(folder: Path, *command: str) -> None:
    ended = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        raise NoPostfix(f"{' '.join(command[:2])}: {ended.stdout.strip()[-300:]}")


@contextmanager
def smtp_sink(postfix: Postfix) -> Iterator[int]:
    """A server in C that takes every letter and throws it away; its port."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    # It refuses to run as root.
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    with subprocess.Popen([postfix.sink, *user, f"{HOST}:{port}", "400"], env=postfix.environ) as process:
        try:
            _until_it_listens(port, process)
            yield port
        finally:
            process.terminate()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise NoPostfix("smtp-sink did not start")


def run_source(postfix: Postfix, port: int, *, letters: int, size: int, sessions: int = 10) -> Sent:
    """Send so many letters of so many bytes, over connections that stay open. Raises NoPostfix if it fails."""
    command = (postfix.source, "-d", "-s", str(sessions), "-m", str(letters), "-l", str(size), f"{HOST}:{port}")
    before, started = os.times(), time.perf_counter()
    ended = subprocess.run(
        command, env=postfix.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False
    )
    wall, after = time.perf_counter() - started, os.times()
    if ended.returncode:
        raise NoPostfix(f"smtp-source: {ended.stdout.decode(errors='replace').strip()[-300:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Sent(wall=wall, cpu=cpu)
