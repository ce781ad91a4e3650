"""Letters before and after they leave: a test of them, and how they went. I/O: terminal"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli import show
from newsletter.cli.options import json_option, week_argument, with_room
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.model.audience import Variant
    from newsletter.model.week import Week
    from newsletter.newsroom.room import Newsroom
    from newsletter.trying import Trial


@click.command(epilog="Example: newsletter send 2024-W23 --test me@example.com")
@with_room
@week_argument
@click.option("--test", "addresses", multiple=True, metavar="ADDRESS", help="Where to; may be given several times.")
@click.option(
    "--variant",
    type=click.Choice(["full", "news", "explainer"]),
    default="full",
    show_default=True,
    help="Which cut of the issue.",
)
@json_option
def send(room: Newsroom, week: Week | None, *, addresses: tuple[str, ...], variant: Variant, as_json: bool) -> int:
    """Send one marked test letter: send --test ADDRESS.

    The week as it is now, approved or not, over the transport of newsletter.toml, to these addresses alone. Its subject
    begins with [Test]; nothing is recorded, and its link to leave ends nobody's subscription. Whoever left the list
    gets no test either. Exit codes: 0 the mail server took them all, 1 none, 4 some.
    """
    from newsletter.newsroom.calendar import current_week
    from newsletter.trying import send_test

    if not addresses:
        raise click.UsageError(
            "Name an address for the test: --test ADDRESS. The readers get theirs by: newsletter deliver"
        )
    week = week or current_week(room)
    with room.open_store() as store:
        found = send_test(room, week, store, addresses, variant=variant)
    if as_json:
        show.as_json(found.as_json())
    else:
        _tell_trial(found)
    taken = sum(one.is_accepted for one in found.letters)
    return 0 if taken == len(found.letters) else 4 if taken else 1


def _tell_trial(found: Trial) -> None:
    for finding in found.findings:
        click.echo(visible(str(finding)), err=True)
    cut = "" if found.variant == "full" else f", {found.variant}"
    click.echo(f"{found.week}{cut}, {found.standing}, over {found.transport}:")
    for one in found.letters:
        said = f"{one.reply.code} {one.reply.text}" if one.reply else one.why
        click.echo(visible(f"    {one.address}  {'accepted' if one.is_accepted else 'not accepted'}: {said}"))


@click.command(
    epilog="Example: newsletter deliveries 2024-W23    What one reader got: newsletter deliveries --reader a@b.example"
)
@with_room
@week_argument
@click.option("--troubles", is_flag=True, help="Every letter that went wrong, not only the twenty largest groups.")
@click.option("--reader", metavar="ADDRESS", help="What this reader got, when, and what the mail server said.")
@json_option
def deliveries(room: Newsroom, week: Week | None, *, troubles: bool, reader: str | None, as_json: bool) -> int:
    """How the letters of a week go, and what one reader got.

    Of each variant: its state, how many were accepted, wait or went wrong, when, how fast, how long it still takes;
    then who is put off, was refused or is of unknown fate, and why. Without WEEK the one that left last. Nothing is
    written.
    """
    from newsletter.cli import delivery_screen
    from newsletter.delivered import deliveries as deliveries_of
    from newsletter.delivered import latest_sent, proof_of

    if troubles and reader is not None:
        raise click.UsageError("--troubles is about all readers, --reader about one: name one of the two.")
    week, zone = week or latest_sent(room), room.settings.week.zone
    with room.open_store() as store:
        if reader is not None:
            proof = proof_of(room, week, store, reader)
            report, lines = proof.as_json, delivery_screen.proof_lines(proof, zone, show.width())
        else:
            found = deliveries_of(room, week, store, every=troubles)
            report, lines = found.as_json, delivery_screen.deliveries_lines(found, zone, show.width())
    if as_json:
        show.as_json(report())
    else:
        click.echo(visible("\n".join(lines)))
    return 0
