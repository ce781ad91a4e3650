"""Letters on their way, and what one reader got, as lines of a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.cli.lines import WIDTH, wrapped
from newsletter.clock import from_now, shown_in, words_of_span, write_instant
from newsletter.press.prose.columns import pad

if TYPE_CHECKING:
    from newsletter.delivered import Deliveries, Evidence, Going, Group, ReaderProof
    from newsletter.forecast import Forecast
    from newsletter.model.audience import DeliveryState, Tally

#: Columns of the names at the beginning of a line.
_NAME = 12
#: Domains that a group names; the rest is counted.
_DOMAINS = 3
#: After so long without a letter nobody is taken to be delivering, whoever is at work.
_SILENT = timedelta(minutes=2)
_AFTERWARDS = {
    "refused": "for good",
    "held": "of unknown fate: no answer came, and a person decides",
    "dropped": "of unknown fate, and not sent again, as a person decided",
    "left": "the list before their turn",
    "cancelled": "get no letter",
}


def deliveries_lines(found: Deliveries, zone: ZoneInfo, width: int = WIDTH) -> Iterator[str]:
    """A part for each variant, and at its end what is amiss."""
    if not found.variants:
        yield from wrapped(f"{found.week}: no letter has been made ready to leave yet.", width)
        return
    for at, going in enumerate(found.variants):
        if at:
            yield ""
        yield from _variant(found, going, zone, width)


def proof_lines(found: ReaderProof, zone: ZoneInfo, width: int = WIDTH) -> Iterator[str]:
    """What one reader got, or why nothing."""
    yield from wrapped(f"{found.address}  {found.week}", width)
    if found.why:
        yield from wrapped(found.why, width)
    for one in found.letters:
        yield from _named(width, *_evidence(one, found, zone))
    if found.letters and found.suppression is not None:
        again = f" If they ask for letters again:  newsletter subscribers add {found.address} --rejoin"
        can = found.suppression.reason == "unsubscribed"
        yield from _named(width, ("from now on", f"no letter: {found.barred}.{again if can else ''}"))


def forecast_lines(found: Forecast, width: int = WIDTH) -> Iterator[str]:
    """What would leave, over what, and how long it takes."""
    yield f"Letters of {found.week} that would go: {found.letters}."
    for one in found.variants:
        takes = f", {_about(one.takes)}" if one.takes is not None and one.letters else ""
        yield f"    {one.variant}: {one.letters}{takes}"
    for way in found.ways:
        rate = f"at most {way.per_minute} letters a minute" if way.per_minute else "no bound"
        connections = f"{way.connections} connection{'' if way.connections == 1 else 's'}"
        yield from wrapped(f"over {way.name} ({way.place}): {connections}, {rate}", width, "    ")
    if found.per_domain:
        yield f"    at most {found.per_domain} letters a minute to one domain"
    if found.ramp and (found.per_domain or any(way.per_minute for way in found.ways)):
        yield f"    rates rise from a tenth within {words_of_span(found.ramp)}"
    if found.letters:
        takes = "as fast as they are taken: no rate is set"
        if found.takes is not None:
            takes = f"at these rates the last letter leaves after {words_of_span(found.takes)}"
        yield f"    {takes}"
    for words in (*found.obstacles, *map(str, found.findings)):
        yield from words.splitlines()
    if not found.may_leave:
        yield "As it stands no letter would leave."


def _about(span: timedelta) -> str:
    words = words_of_span(span)
    return words if words.startswith("less") else f"about {words}"


def tally_words(tally: Tally) -> str:
    """ "1000 readers, 412 accepted, 588 waiting (3 of them deferred)"."""
    waits = [f"{count} {name}" for name, count in (("deferred", tally.deferred), ("unknown", tally.unknown)) if count]
    said = [f"{tally.audience} reader{'' if tally.audience == 1 else 's'}", f"{tally.accepted} accepted"]
    if tally.waiting:
        said.append(f"{tally.waiting} waiting" + (f" (of them {', '.join(waits)})" if waits else ""))
    others = ("refused", "held", "dropped", "left", "cancelled")
    return ", ".join([*said, *(f"{count} {name}" for name in others if (count := getattr(tally, name)))])


def precise(instant: datetime, zone: ZoneInfo) -> str:
    """ "Fri 7 Jun 2024 20:00:03 WIB (2024-06-07T13:00:03Z)"."""
    day, _, name = shown_in(instant, zone).rsplit(" ", 2)
    return f"{day} {instant.astimezone(zone):%H:%M:%S} {name} ({write_instant(instant.replace(microsecond=0))})"


# One variant ---------------------------------------------------------------------------------------


def _variant(found: Deliveries, going: Going, zone: ZoneInfo, width: int) -> Iterator[str]:
    one, tally = going.progress, going.progress.tally
    yield from wrapped(f"{found.week}  {one.variant}  {_state(found, going, zone)}", width)
    rows = [("readers", f"{tally.audience}, as the list stood {shown_in(one.created, zone)}")]
    rows.append(("accepted", f"{tally.accepted}"))
    fresh = tally.waiting - tally.deferred - tally.unknown
    waits = (
        (fresh if fresh < tally.waiting else 0, "not tried yet"),
        (tally.deferred, "deferred"),
        (tally.unknown, "of unknown fate: no answer came, they go again"),
    )
    parts = [f"{count} {words}" for count, words in waits if count]
    if one.state != "cancelled":
        rows.append(("waiting", f"{tally.waiting}" + (f": {'; '.join(parts)}" if parts else "")))
    rows += [(name, f"{count} {words}") for name, words in _AFTERWARDS.items() if (count := getattr(tally, name))]
    if one.first is not None and one.last is not None:
        rows += [("first", precise(one.first, zone)), ("last", precise(one.last, zone))]
    if going.per_minute:
        left = f"; {words_of_span(going.left)} left at that rate" if going.left is not None else ""
        rows.append(("pace", f"{going.per_minute} letters a minute{left}"))
    if one.next_try is not None and one.state == "open":
        rows.append(("next try", f"{shown_in(one.next_try, zone)}  ({from_now(one.next_try, found.now)})"))
    yield from _named(width, *rows)
    if going.groups:
        yield ""
        for group in going.groups:
            yield from wrapped(_group(group, zone), width, "    ")
        shown = sum(len(group.readers) for group in going.groups)
        if (more := going.troubled - shown) > 0:
            yield f"    and {more} more"


def _state(found: Deliveries, going: Going, zone: ZoneInfo) -> str:
    one, tally = going.progress, going.progress.tally
    since = f" {shown_in(one.changed, zone)}" if one.changed else ""
    if one.state == "cancelled":
        return f"cancelled{since}: {one.why}"
    if one.state == "paused":
        return f"paused since{since}: {one.why}   To go on:  newsletter deliver {found.week} --resume"
    if tally.held:
        again, drop = (f"newsletter deliver {found.week} --{what}-held" for what in ("resend", "drop"))
        return f"{tally.held} held: did they arrive? If not:  {again}   If so:  {drop}"
    if not tally.waiting:
        return "everybody is served" if not tally.refused else "done; some were refused"
    lately = one.last or one.created
    if found.at_work is not False and found.now - lately < _SILENT:
        return f"on its way: {tally.accepted} of {tally.audience}"
    return f"waits for the next run, or:  newsletter deliver {found.week}"


def _group(group: Group, zone: ZoneInfo) -> str:
    said = f"{group.code} {group.reply}" if group.code else group.reply
    if len(group.readers) > 1:
        named = [f"{domain} {count}" for domain, count in group.domains[:_DOMAINS]]
        rest = len(group.domains) - _DOMAINS
        where = ", ".join([*named, f"{rest} more" if rest > 0 else ""]).removesuffix(", ")
        return f"{len(group.readers)} × {group.state}  {said}" + (f"  ({where})" if where else "")
    (one,) = group.readers
    tries = f"{one.attempts} {'try' if one.attempts == 1 else 'tries'}"
    after = f", next {shown_in(one.next_try, zone)}" if one.next_try is not None else ""
    return f"{one.address or 'somebody erased since'}  {group.state}  {said}  ({tries}{after})"


# One reader ----------------------------------------------------------------------------------------


def _evidence(one: Evidence, found: ReaderProof, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    proof, again = one.proof, f"newsletter deliver {found.week} --"
    yield ("variant", proof.variant)
    if one.stopped == "cancelled":
        yield ("cancelled", f"before a letter to this reader was accepted: {one.why}")
    elif one.stopped == "paused":
        yield ("paused", f"{one.why}   To go on:  {again}resume")
    if proof.state is not None:
        yield (_HOW.get(proof.state, proof.state), precise(proof.at, zone) if proof.at else "")
    if proof.state == "held":
        yield ("then", f"No answer came. Did it arrive? If not:  {again}resend-held   If so:  {again}drop-held")
    if one.stopped != "cancelled" and (proof.state is None or proof.state == "deferred"):
        since = f"since {precise(found.taken, zone)}" if found.taken else ""
        yield ("waits", f"for the first try {since}".strip() if proof.state is None else since)
    if proof.next_try is not None and not one.stopped:
        yield ("next try", precise(proof.next_try, zone))
    if proof.state != "left" and not (proof.state is None and one.stopped == "cancelled"):
        told = one.message_id or "cannot be told: the letters were made with another secret than the present one"
        yield ("Message-ID", told)
    if proof.code or proof.reply:
        over = f"  (relay {proof.relay})" if proof.relay else ""
        yield ("reply", f"{proof.code or ''} {proof.reply}{over}".strip())
    if proof.attempts:
        yield ("tries", str(proof.attempts))


_HOW: dict[DeliveryState, str] = {"unknown": "unknown at", "left": "left before"}


def _named(width: int, *rows: tuple[str, str]) -> Iterator[str]:
    for name, words in rows:
        yield from wrapped(words, width, " " * (_NAME + 2), first=f"  {pad(name, _NAME)}")
