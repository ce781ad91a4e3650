"""The demo on a terminal. I/O: terminal, disk"""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli import show


@click.command(epilog="Example: newsletter demo --open")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="The folder to play in; what an earlier play left there is removed.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the e-mail and the archive in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def demo(into: Path, *, open_it: bool, as_json: bool) -> int:
    """Play a whole bundled week, from feeds to letters, on this machine alone.

    Five feeds are fetched over HTTP, takes attached, the issue composed, approved and sent through a mail server
    on this machine to twelve readers. Needs no network, no account and no settings.
    """
    from newsletter.demo.play import play

    with show.progress("demo", 9) as step:
        played = play(into.absolute(), on_step=lambda words: step("" if not _watched() else words))
    if as_json:
        show.as_json({"title": played.title, "steps": dict(played.rows), "files": {n: str(p) for n, p in played.files}})
    else:
        click.echo(played.title)
        show.table(("step", "what happened"), played.rows)
        click.echo("Open:")
        for name, path in played.files:
            click.echo(f"  {name:<12} {path}")
    if open_it:
        import webbrowser

        for path in (played.files[0][1], played.files[-1][1]):
            webbrowser.open(path.as_uri())
    return 0


def _watched() -> bool:
    import sys

    return sys.stderr.isatty()
