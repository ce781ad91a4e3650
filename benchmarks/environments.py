# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Environments for peers, one each, made once with pip and kept in the user's cache. I/O: disk, subprocess"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


class CannotInstall(Exception):
    """pip did not put the packages there; the sentence says what it said."""


def python_with(name: str, needs: Sequence[str]) -> Path:
    """The Python of the environment of that name, made with these packages if it is not there.

    They come from the index that pip is set up with. Raises CannotInstall.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsletter-benchmarks"
    home = cache / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        print(f"Installing {', '.join(needs)} into {home}", file=sys.stderr)
        for command in ([sys.executable, "-m", "venv", home], [python, "-m", "pip", "install", "--quiet", *needs]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode:
                raise CannotInstall(f"{name} cannot be installed: {done.stdout[-300:].strip()}")
        (home / "complete").touch()
    return python
