"""Set this clone up on first use, then play the demo week or run the tests. I/O: disk, network, processes.

    python3 bootstrap.py run  [arguments of "newsletter demo"]
    python3 bootstrap.py test [arguments of pytest]

Needs nothing but Python: no make, no pip, no account. Everything lands in .venv beside this file; a stamp in
it tells whether it still fits pyproject.toml, constraints.txt, the interpreter and the place it lies in.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
USAGE = "usage: python3 bootstrap.py run [arguments of the demo] | test [arguments of pytest]"
COMMANDS = {
    "run": ("core", ("-m", "newsletter", "demo")),
    "test": ("test", ("-m", "pytest", "-n", "auto")),
}


class Stop(Exception):
    """The sentence to end with."""


# Annotations stand in quotes so that a Python from before they existed still comes as far as check_python.
def main(root: Path, arguments: "list[str]") -> int:  # noqa: RET503 - execv never returns
    """Set up if needed and become the command; returns only if that cannot be, with the exit code."""
    try:
        check_python(sys.version_info[:2])
        if not arguments or arguments[0] not in COMMANDS:
            print(USAGE, file=sys.stderr)
            return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
        part, command = COMMANDS[arguments[0]]
        set_up(root, part)
    except Stop as stop:
        print(f"bootstrap: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbootstrap: stopped; the next call sets up again.", file=sys.stderr)
        return 130
    python = str(root / ".venv" / "bin" / "python")
    os.chdir(root)
    os.execv(python, [python, *command, *arguments[1:]])  # noqa: S606 - fixed program, no shell


def check_python(version: "tuple[int, int]") -> None:
    """Stop on a Python that the program cannot run on."""
    if version < OLDEST:
        found, needed = (".".join(map(str, v)) for v in (version, OLDEST))
        raise Stop(f"Python {needed} or later is needed, this is {found}; call it with a later one: python{needed} …")


def set_up(root: Path, part: str) -> None:
    """Make .venv hold `part`: "core", or "test" which is core with the test tools; nothing to do if it does.

    A new environment that could not be finished is removed; one that works stays when the tests' tools fail to come.
    """
    venv, mark = root / ".venv", stamp(root, f"{os.path.realpath(sys.executable)} {sys.version}")
    kept = venv / "set-up"
    found = kept.read_text().split() if kept.is_file() else []
    if found[:1] == [mark] and part in found[1:]:
        return
    fresh, uv = found[:1] != [mark], shutil.which("uv")
    by_uv = importlib.util.find_spec("ensurepip") is None
    if by_uv and not uv:
        raise Stop("this Python cannot make environments (no ensurepip); on Debian or Ubuntu: apt install python3-venv")
    print("Setting up (about 10 s) …", file=sys.stderr, flush=True)
    done = False
    try:
        if fresh:
            _make(venv, uv if by_uv else None)
        _install(root, "." if part == "core" else ".[test]", uv if by_uv else None)
        kept.write_text(f"{mark} core{' test' if part == 'test' else ''}\n")
        done = True
    except (OSError, subprocess.CalledProcessError) as fault:
        said = getattr(fault, "output", None) or (b"" if isinstance(fault, subprocess.SubprocessError) else str(fault))
        print(said.decode(errors="replace") if isinstance(said, bytes) else said, file=sys.stderr)
        raise Stop("set-up failed, and nothing half-made is left; mend what is said above, then call again.") from fault
    finally:
        if fresh and not done:
            shutil.rmtree(venv, ignore_errors=True)


def stamp(root: Path, interpreter: str) -> str:
    """The digest of all that an environment depends on: what is asked for, what is pinned, who runs it, where it is."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes() + b"\0")
    digest.update(f"{interpreter}\0{root}".encode())
    return digest.hexdigest()


def _make(venv: Path, uv: "str | None") -> None:
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
        return
    from venv import create  # slow to import, and seldom needed

    create(venv, clear=True, symlinks=True, with_pip=True)


def _install(root: Path, what: str, uv: "str | None") -> None:
    """Install the clone itself, editable. No index is named: pip's own settings say where packages come from."""
    python = str(root / ".venv" / "bin" / "python")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    quiet = ["--quiet"] if uv else ["--quiet", "--disable-pip-version-check", "--no-input"]
    # The build backend is fetched into an environment of its own, which -c does not reach but these do. They
    # are split at white space, so the path must be a relative one.
    pinned = dict.fromkeys(("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT"), "constraints.txt")
    subprocess.run(
        [*pip, *quiet, "-c", "constraints.txt", "-e", what],
        cwd=root,
        env={**os.environ, **pinned, "PIP_USER": "0"},
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent, sys.argv[1:]))
