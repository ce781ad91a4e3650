"""The program's front door: runs a command and turns every error into a sentence and an exit code. I/O: terminal"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from newsletter.cli import newsletter
from newsletter.errors import NewsletterError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of newsletter.errors, 130 after Ctrl-C."""
    try:
        code = newsletter.main(args=arguments, prog_name="newsletter", standalone_mode=False)
    except NewsletterError as fault:
        click.echo(f"newsletter: {fault}", err=True)
        return fault.exit_code
    except click.ClickException as fault:
        fault.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("newsletter: stopped.", err=True)
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing more can be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # noqa: BLE001 - the last door: a traceback never reaches a user
        return _our_fault(fault)
    return code if isinstance(code, int) else 0


def _our_fault(fault: Exception) -> int:
    """Say that it is our fault; the details go where the maintainers find them."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="newsletter-fault-", suffix=".txt", delete=False) as details:
        traceback.print_exception(fault, file=details)
    click.echo(
        f"newsletter: a fault of ours, not of yours: {type(fault).__name__}: {fault}\n"
        f"    Nothing that was kept before is lost. Please send us {details.name}.",
        err=True,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
