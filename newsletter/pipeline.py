"""The week: off the wire, across the desk, through the press, into the archive and the mail. I/O: network, disk, SMTP

Each verb may run twice; the second run changes nothing. A stranger reads it from top to bottom:
collect → draft → freeze → approve → publish → deliver, and `run`, which does what of these is due.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from newsletter.desk.compose import proved
from newsletter.desk.due import Slots, slots_of
from newsletter.desk.sealing import digests
from newsletter.errors import CannotSend, NewsletterError, NotReady, UsageFault
from newsletter.files.folder import write_whole
from newsletter.files.news import write_news
from newsletter.files.state import read_state, write_seal, write_state
from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.sending.dispatch import dispatch
from newsletter.model.audience import Delivery, Tally
from newsletter.model.feeds import FeedOutcome
from newsletter.model.remarks import errors_in, in_order
from newsletter.model.week import Week
from newsletter.model.week_state import Seal
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.collection.about_news import about_news, nothing_for_long
from newsletter.newsroom.collection.asking import Hasty, hasty
from newsletter.newsroom.collection.collecting import collect_feeds
from newsletter.newsroom.collection.feed_list import feeds_to_collect, sound_feeds
from newsletter.newsroom.collection.headlines import remember_headlines
from newsletter.newsroom.collection.resolving import resolve_short_links
from newsletter.newsroom.composing import Composed, composed
from newsletter.newsroom.inputs import Inputs, fit_to_freeze, freeze_of, week_inputs
from newsletter.newsroom.letters.approved import keep_copies
from newsletter.newsroom.letters.envelope import envelope_of
from newsletter.newsroom.letters.fitness import fit_to_approve
from newsletter.newsroom.letters.late_takes import tell_late
from newsletter.newsroom.letters.mailings import not_stopped, note_progress, open_mailings, readers_secret, signing_keys
from newsletter.newsroom.letters.reminders import remind_if_due
from newsletter.newsroom.records import (
    files_of_other_variants,
    hold,
    not_left_out,
    not_paused,
    not_yet_sent,
    require_seal,
    sealed_files,
    week_files,
)
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.site.build import Built, build_site
from newsletter.newsroom.stages import Done, Lacking, Stages
from newsletter.store.engine import Store
from newsletter.text import one_line


def collect(
    room: Newsroom, store: Store, *, every: bool = False, on_feed: Callable[[FeedOutcome], None] | None = None
) -> tuple[FeedOutcome, ...]:
    """Fetch every feed that may be asked now, keep what is new, resolve short links; one outcome a feed, in order.

    A feed that fails is a row of the report, never the end of the week. With `every` also feeds are asked whose
    publishers said that nothing new is due yet.
    """
    outcomes = collect_feeds(room, store, *feeds_to_collect(room), every=every, on_feed=on_feed)
    resolve_short_links(room, store)
    return outcomes


def draft(room: Newsroom, week: Week, store: Store | None) -> Composed:
    """Window → stories → ranked → takes attached → explainer → issue → renditions in the week's folder.

    Any number of times until the issue is sent; after the freeze from what was frozen.
    """
    not_yet_sent(room, week)
    drafted = _drafted(room, week_inputs(room, week, store))
    if store is None:
        return drafted
    about = about_news(room, store, drafted.draft)
    remember_headlines(drafted.draft, store, room.clock.now())
    return replace(drafted, remarks=in_order((*drafted.remarks, *about)))


def freeze(room: Newsroom, week: Week, store: Store, *, early: bool = False) -> Composed:
    """Fix the news and the list of takes; takes filed later go to the next week.

    The freeze's instant is that of the slot, however late it is done; `early` closes the week now.
    Raises NotReady before the slot, and if there is too little to print: then the week is held, with the reason.
    Raises FaultyFiles, and leaves the week open, while its explainer or its wishes hold errors.
    """
    not_left_out(room, week)
    state = read_state(room.root, week)
    if state.frozen is not None:
        return draft(room, week, store)
    now, slot = room.clock.now(), slots_of(week, room.settings.schedule, room.settings.week.zone).freeze
    if now < slot and not early:
        mend = f"To close it now:  newsletter freeze {week} --early"
        raise NotReady(f"{week} stays open until {room.local(slot)}.", mend=mend)
    last = _drafted(room, week_inputs(room, week, store, freeze=min(now, slot)))
    fit_to_freeze(week, last.remarks)
    if lacking := (*last.draft.held, *nothing_for_long(room, store, min(now, slot))):
        hold(room, week, why="; ".join(lacking))
    write_news(room.root, week, proved(last.inputs.desk, last.draft).kept)
    frozen = freeze_of(last.inputs, last.draft, at=min(now, slot), run_at=now)
    write_state(room.root, week, replace(state, frozen=frozen, held=""))
    closed = draft(room, week, store)
    # What was said of files outside the list (filed late, left behind, waiting) is said here for the last time; what
    # is said of a take on it in other words by now is said once.
    again = {(remark.path, remark.line, remark.code) for remark in closed.remarks}
    takes = {listed.path for listed in frozen.takes}
    before = (r for r in last.remarks if r.path not in takes or (r.path, r.line, r.code) not in again)
    return replace(closed, remarks=in_order((*before, *closed.remarks)))


def approve(room: Newsroom, week: Week, *, by: str) -> Seal:
    """Seal exactly the files that lie in the week's folder, as `by` has seen them.

    Raises NotReady if the week is not frozen, is held, holds an error or too little to print, if its letters are not
    fit to leave, or if a file was changed since it was drafted.
    """
    not_yet_sent(room, week)
    not_left_out(room, week)
    not_paused(room, week)
    before = digests(sealed_files(room.root, week))
    drafted = draft(room, week, None)
    files = sealed_files(room.root, week)
    seen = digests(files)
    if before != seen:
        changed = ", ".join(path for path in seen if seen[path] != before[path])
        raise NotReady(
            f"{week} was not drafted since its files changed; now it is ({changed}).", mend="Look, then approve."
        )
    if faults := errors_in(drafted.remarks):
        raise NotReady(f"{week} holds errors:\n" + "\n".join(map(str, faults)), mend="Mend them, draft and look again.")
    if lacking := drafted.draft.held:
        mend = f"Put words back into a take it was closed with, or leave it out:  newsletter skip {week} --why …"
        raise NotReady(f"{week} has too little to print: {'; '.join(lacking)}.", mend=mend)
    fit_to_approve(room, drafted.draft.issue)
    if not by.strip():
        raise UsageFault("An approval needs a name.", mend="Say who has looked at it:  --by NAME")
    seal = Seal(by=one_line(by), at=room.clock.now(), digests=seen, envelope=envelope_of(room.settings.mail))
    keep_copies(room, week, files)
    write_seal(room.root, week, seal)
    return seal


def publish(room: Newsroom, week: Week | None = None, *, on_step: Callable[[int, int], None] | None = None) -> Built:
    """Build the archive of every issue sent or imported, with its corrections, and of `week` if it is approved.

    `on_step` is told, after each issue and each other page that had to be made, how many are done of how many.
    """
    return build_site(room, also=week, on_step=on_step)


def deliver(
    room: Newsroom,
    week: Week,
    store: Store,
    *,
    on_delivery: Callable[[Delivery], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Tally:
    """Send the approved bytes to every reader who has not had them; where the mailing stands afterwards.

    Raises NotReady without an approval that holds, and while the letters are paused: by a person, or because the relay
    refused them. Raises CannotSend if no relay can be reached.
    """
    require_seal(room, week)
    transport = room.open_transport()
    mailings = open_mailings(room, week, store, transport)
    not_stopped(room, week, store)
    keys, secret = signing_keys(room), readers_secret(room)
    try:
        for number, mailing in mailings:
            dispatch(
                number,
                mailing,
                ledger=store.ledger,
                transport=transport,
                write=LetterWriter(mailing, secret=secret, keys=keys),
                clock=room.clock,
                delivering=room.settings.delivering,
                on_delivery=on_delivery,
                stop=stop,
            )
    except CannotSend:
        # Letters that paused themselves say so from the first run on.
        not_stopped(room, week, store)
        raise
    finally:
        tally = note_progress(room, week, store)
    return tally


def run(room: Newsroom, store: Store) -> tuple[Done, ...]:
    """Do what is due now and not yet done, once; what was done, in order, and what a person must do.

    A stage that fails is told to the chief editor and tried again at the next run; `desk.due` decides on lateness.
    """
    stages = Stages(room, store)
    with room.lock(store):
        stages.attempt("collect", stages.collect_slot, stages.latest.week.after(), lambda: collect(room, store))
        if (early := hasty(room, store)) is not None:
            stages.attempt("collect", early.due, stages.latest.week.after(), lambda: _collect_some(room, store, early))
        if any(done.stage == "collect" for done in stages.done):
            _make_news_ready(room, store)
        for slots in stages.weeks():
            _advance(room, store, stages, slots)
        remind_if_due(room, store, stages)
        tell_late(room, store, stages)
    return tuple(stages.done)


def _collect_some(room: Newsroom, store: Store, early: Hasty) -> None:
    some = [feed for feed in sound_feeds(room)[0] if feed.id in early.feeds]
    collect_feeds(room, store, some, every=True)
    resolve_short_links(room, store)


def _make_news_ready(room: Newsroom, store: Store) -> None:
    """Group and rank what came in now, so that no editor waits for it; what keeps it from that is told who asks."""
    with suppress(NewsletterError):
        week_inputs(room, current_week(room), store)


def _advance(room: Newsroom, store: Store, stages: Stages, slots: Slots) -> None:
    week = slots.week
    if stages.act(slots) == "freeze" or stages.is_half_frozen(slots):
        stages.attempt("freeze", slots.freeze, week, lambda: freeze(room, week, store))
    if room.settings.schedule.auto_send and stages.may_be_approved(slots):
        stages.attempt("approve", slots.freeze, week, lambda: approve(room, week, by="auto_send"))
    act = stages.act(slots)
    if act in ("send", "done"):
        stages.attempt("publish", slots.send, week, lambda: _published(room, week))
    if act == "send":
        stages.attempt("deliver", slots.send, week, lambda: deliver(room, week, store))
    stages.ask(slots)


def _published(room: Newsroom, week: Week) -> Lacking | None:
    lacking = errors_in(publish(room, week).remarks)
    return Lacking("The archive is built, and lacks this:\n" + "\n".join(map(str, lacking))) if lacking else None


def _drafted(room: Newsroom, inputs: Inputs) -> Composed:
    found = composed(room, inputs)
    for path, text in week_files(room, found.draft.issue, found.renditions).items():
        write_whole(path, text)
    for path in files_of_other_variants(room, found.draft.issue):
        path.unlink(missing_ok=True)
    return found
