"""The program's front door: runs a command and turns every error into a sentence and an exit code. I/O: terminal"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from newsletter.cli import newsletter
from newsletter.errors import FaultyFiles, NewsletterError
from newsletter.text import visible

_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EPIPE, errno.EMFILE, errno.ENFILE)


def enter() -> NoReturn:
    """The command as it is installed: one process, one command."""
    # What a command imports lives as long as it does. Looking through it for rubbish less often, and not at all on
    # the way out, makes every command a tenth of a second quicker.
    gc.set_threshold(20_000)
    code = main()
    gc.freeze()
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of newsletter.errors, 130 after Ctrl-C."""
    _open_missing()
    try:
        code = newsletter.main(args=arguments, prog_name="newsletter", standalone_mode=False)
    except NewsletterError as fault:
        # Faults of files begin with their place, so that editors and terminals can jump there.
        _tell(str(fault) if isinstance(fault, FaultyFiles) else f"newsletter: {fault}")
        return fault.exit_code
    except click.ClickException as fault:
        fault.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        _tell("newsletter: stopped.")
        return 130
    except SystemExit as end:
        # click ends so when the reader of our output (head, less) has gone; nothing more can be told.
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return 0
    except OSError as fault:
        return _the_machines(fault)
    except Exception as fault:  # noqa: BLE001 - the last door: a traceback never reaches a user
        return _our_fault(fault)
    return code if isinstance(code, int) else 0


def _open_missing() -> None:
    """Give a program that was started without output or errors (>&-) one that goes nowhere.

    Otherwise the first file that is opened would get their number, and with it what is meant for a screen.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the whole run


def _the_machines(fault: OSError) -> int:
    """A disk or an output that refuses is no fault of ours; what else the system says is."""
    if fault.errno not in _REFUSALS:
        return _our_fault(fault)
    where = f" ({fault.filename})" if fault.filename else ""
    _tell(
        f"newsletter: the machine takes no more: {fault.strerror}{where}.\n"
        "    Make room, or mend what the output goes to, and run the command again. What was kept before is not lost."
    )
    return 1


def _our_fault(fault: Exception) -> int:
    """Say that it is our fault; the details go where the maintainers find them."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="newsletter-fault-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as details:
            traceback.print_exception(fault, file=details)
        send = details.name
    except OSError:
        step = traceback.extract_tb(fault.__traceback__)[-1]
        send = f"this line ({step.name}, line {step.lineno} of {Path(step.filename).name})"
    _tell(
        f"newsletter: a fault of ours, not of yours: {type(fault).__name__}: {fault}\n"
        f"    Nothing that was kept before is lost. Please send us {send}."
    )
    return 1


def _tell(words: str) -> None:
    with suppress(OSError):
        click.echo(visible(words), err=True)


if __name__ == "__main__":
    enter()
