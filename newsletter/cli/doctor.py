"""Whether this installation is well, told line by line with what to do. I/O: terminal"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.cli.show import Step
    from newsletter.newsroom.room import Newsroom


@click.group(epilog="Example: newsletter doctor mail")
def doctor() -> None:
    """Look whether this installation is well: doctor mail."""


@doctor.command("mail", epilog="Example: newsletter doctor mail --outgoing 192.0.2.25 --selector s1")
@with_room
@click.option("--nameserver", default="", metavar="ADDRESS[:PORT]", help="Ask this name server, not this machine's.")
@click.option(
    "--outgoing",
    multiple=True,
    metavar="ADDRESS",
    help="An address that letters leave from, if it is not the relay's; may be repeated.",
)
@click.option(
    "--selector",
    "selectors",
    multiple=True,
    metavar="NAME",
    help="The selector of a DKIM key that the relay signs with; may be repeated.",
)
@json_option
def mail(
    room: Newsroom, *, nameserver: str, outgoing: tuple[str, ...], selectors: tuple[str, ...], as_json: bool
) -> int:
    """What receivers and the relay will find, without sending a letter.

    Settings; each relay up to the sender's name: TLS, certificate, sign-in, what it offers; the name service: SPF,
    DKIM, DMARC, mail hosts, the relay's own name. Nothing is written, and nobody is written to. Exit code 3 if
    something failed; warnings do not count.
    """
    from newsletter.doctor import examine_mail

    with ExitStack() as bar:
        steps: list[Step] = []
        found = examine_mail(
            room,
            nameserver=nameserver,
            outgoing=outgoing,
            selectors=selectors,
            on_start=lambda count: steps.append(bar.enter_context(show.progress("looks", count))),
            on_look=lambda: steps[0](""),
        )
    if as_json:
        show.as_json(found.as_json())
    else:
        show.table(("", "check", ""), [(line.level, line.check, str(line)) for line in found.lines])
        for name, record in found.records:
            # Outside of the table, which would break it or cut it off.
            click.echo(visible(f"\nTXT at {name}, in strings of at most 255 octets side by side:\n{record}"))
        click.echo(f"\n{found.summary}" if found.records else found.summary)
    return 0 if found.is_well else 3
