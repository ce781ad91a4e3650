"""`newsletter feeds test`: files and addresses read without keeping anything. I/O: terminal, disk"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import show
from newsletter.text import visible

if TYPE_CHECKING:
    from newsletter.newsroom.collection.probing import Probed, Source

_NEWEST = 3


@click.command("test", epilog="Example: newsletter feeds test saved.xml --url https://example.com/feed.xml --json")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option("--url", default="", help="The address that the files came from; relative links are relative to it.")
@click.option("--header", "headers", multiple=True, help="A header that the files came with: 'Content-Type: text/xml'.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with a JSON object a line: file, url and http, an object of headers.",
)
@click.option("--intranet", is_flag=True, help="Let the addresses lead into a private network.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a source, each on its own line.")
def test_feeds(
    sources: tuple[str, ...],
    *,
    url: str,
    headers: tuple[str, ...],
    manifest: Path | None,
    intranet: bool,
    as_json: bool,
) -> int:
    """Read files or addresses as feeds, without keeping anything.

    Needs no workspace. Exit code 4 if one of them is not a feed.
    """
    from newsletter.model.settings import Collecting
    from newsletter.newsroom.clocks import SystemClock
    from newsletter.newsroom.collection.probing import probe

    wanted = [_source(name, url=url, headers=_headers(headers), intranet=intranet) for name in sources]
    wanted += _listed(manifest) if manifest else []
    if not wanted:
        raise click.UsageError("Name a file or an address, or a list of them with --manifest.")
    with show.progress("sources", len(wanted)) as step:
        found = probe(wanted, collecting=Collecting(), now=SystemClock().now(), on_probed=lambda _: step(""))
    for one in found:
        click.echo(show.json_text(_as_json(one)) if as_json else visible("\n".join(_lines(one))))
    return 0 if all(one.examined.parsed.kind == "feed" for one in found) else 4


def _source(name: str, *, url: str, headers: Mapping[str, str], intranet: bool) -> Source:
    from newsletter.newsroom.collection.probing import Source

    if not name.lower().startswith(("http://", "https://")):
        return Source(name=name, path=Path(name), url=url, headers=headers)
    if url or headers:
        raise click.UsageError(f"--url and --header say what a file came with; {name} is an address.")
    return Source(name=name, intranet=intranet)


def _headers(typed: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in typed:
        name, colon, value = one.partition(":")
        if not colon or not name.strip():
            raise click.UsageError(f"{one!r} is no header. Write it as  --header 'Content-Type: text/xml'")
        found[name.strip().lower()] = value.strip()
    return found


def _listed(manifest: Path) -> list[Source]:
    """The sources of a manifest; files are looked for beside it, in the folder above it, and here."""
    from newsletter.errors import FaultyFiles
    from newsletter.model.remarks import Remark
    from newsletter.newsroom.collection.probing import Source

    found: list[Source] = []
    faults: list[Remark] = []
    for number, line in enumerate(manifest.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError as fault:
            told = None
            what = f"The line is no JSON: {fault}."
        else:
            what = 'The line is not an object with a "file", a text, and at most "url", a text, and "http", headers.'
        if not _is_entry(told):
            faults.append(Remark(str(manifest), number, "error", "value", what))
            continue
        headers = {str(name).lower(): str(value) for name, value in (told.get("http") or {}).items()}
        found.append(
            Source(name=told["file"], path=_beside(manifest, told["file"]), url=told.get("url") or "", headers=headers)
        )
    if faults:
        raise FaultyFiles(tuple(map(str, faults)))
    return found


def _is_entry(told: Any) -> bool:
    return (
        isinstance(told, dict)
        and isinstance(told.get("file"), str)
        and isinstance(told.get("url"), str | None)
        and isinstance(told.get("http"), dict | None)
    )


def _beside(manifest: Path, name: str) -> Path:
    places = (manifest.parent / name, manifest.parent.parent / name, Path(name))
    return next((place for place in places if place.is_file()), places[0])


def _as_json(one: Probed) -> dict[str, Any]:
    parsed = one.examined.parsed
    return {
        "source": one.source,
        "url": one.url,
        "status": one.status or None,
        "kind": parsed.kind,
        "format": parsed.format,
        "title": parsed.title,
        "repairs": list(parsed.repairs),
        "error": parsed.problem or None,
        "fault": one.fault or None,
        "page": parsed.page or None,
        "discovers": list(parsed.discovers),
        "hints": {
            "every_seconds": int(parsed.hints.every.total_seconds()) if parsed.hints.every else None,
            "skip_hours": list(parsed.hints.skip_hours),
            "skip_days": list(parsed.hints.skip_days),
        },
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "link": entry.link or None,
                "external": entry.external or None,
                "is_news": entry.is_news,
                "published": _utc(entry.published),
                "html": entry.html,
                "summary": entry.summary,
            }
            for entry in one.examined.entries
        ],
    }


def _utc(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if instant else None


def _lines(one: Probed) -> list[str]:
    """A source in words: what it is, what was mended, its newest entries."""
    parsed = one.examined.parsed
    if parsed.kind != "feed":
        lines = [f"{one.source}: {parsed.kind}: {parsed.problem}"]
        if one.fault == "address":
            lines.append("    If it is meant to lead there:  --intranet here, and  intranet = true  in feeds.toml.")
        return lines + [f"    a feed it names: {address}" for address in parsed.discovers]
    lines = [
        f"{one.source}: {parsed.format}, {len(one.examined.entries)} entries"
        + (f', "{parsed.title}"' * bool(parsed.title))
    ]
    lines += [f"    repaired: {repair}" for repair in parsed.repairs]
    for entry in one.examined.entries[:_NEWEST]:
        date = f"{entry.published:%Y-%m-%d}" if entry.published else "no date   "
        lines += [
            f"    {date}  {entry.title}",
            f"                {entry.link}" if entry.link else "                (no link)",
        ]
    return lines
