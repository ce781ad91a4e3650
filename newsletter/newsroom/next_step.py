"""What comes next for a week, in a sentence with its command. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.model.week import Week
from newsletter.newsroom.records import words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.status import Status


def next_step(
    room: Newsroom, found: Status, *, errors: int = 0, would_hold: Sequence[str] = (), has_news: bool = True
) -> str:
    """What happens next, and the command that is the chief editor's next step; one or two sentences.

    `errors` is how many of them the week holds, `would_hold` why it would be held if it closed as it is, `has_news`
    whether there is any story that could be printed.
    """
    week, now = found.week, found.now
    leaves, late = room.local(found.send), now > found.latest
    if found.state == "skipped":
        return f"Left out: {found.skipped}. To bring it back:  newsletter skip {week} --undo"
    if found.state in ("sent", "corrected"):
        return _after(found)
    if found.pause is not None:
        closes = "" if found.closed else f"It closes {room.local(found.freeze)} all the same. "
        return (
            f"{_sentence(words_of_pause(room, found.pause))} {closes}To let it go on:  newsletter hold {week} --release"
        )
    if errors and (found.closed or now < found.freeze):
        return f"{errors} error{'s' if errors > 1 else ''} to mend first:  newsletter check {week}"
    if not found.closed:
        return _open(room, found, would_hold, has_news=has_news)
    if found.state == "approved":
        if late:
            return f"It should have left {leaves}; it leaves by hand only:  newsletter deliver {week}"
        return f"Leaves {leaves}." if now < found.send else f"Leaves at the next run, until {room.local(found.latest)}."
    look = f"newsletter approve {week} --by NAME"
    if found.approval is not None:
        changed = ", ".join(found.approval.changed)
        again = f"newsletter draft {week}, newsletter diff {week} --since-approval, {look}"
        return f"Changed since {found.approval.by} approved it ({changed}). Draft, look and approve again:  {again}"
    if late:
        return f"It should have left {leaves}. Look, approve and send:  {look}, newsletter deliver {week}"
    if found.by_itself:
        return f"Leaves {leaves}, approved by itself."
    when = f"leaves {leaves}" if now < found.send else f"leaves at the next run, until {room.local(found.latest)}"
    return f"Once approved it {when}. Look and approve:  {look}"


def _open(room: Newsroom, found: Status, would_hold: Sequence[str], *, has_news: bool) -> str:
    """Of a week that has not closed."""
    week, closes = found.week, room.local(found.freeze)
    if found.now > found.latest:
        return (
            f"Never closed, and overdue:  newsletter freeze {week}   or leave it out:  newsletter skip {week} --why …"
        )
    if found.held:
        return (
            f"It could not be closed: {found.held}. File what is missing, then:  newsletter freeze {week}"
            f"   or leave it out:  newsletter skip {week} --why …"
        )
    if would_hold:
        why = "; ".join(would_hold)
        return f"As it stands it would be held {closes}: {why}. {_supply(week, why, has_news=has_news)}"
    if found.now >= found.freeze:
        return f"Should have closed {closes}; the next run closes it, or:  newsletter freeze {week}"
    if found.by_itself:
        return f"Closes {closes}, leaves {room.local(found.send)}, approved by itself."
    return f"Closes {closes}; then look and approve:  newsletter approve {week} --by NAME"


def _supply(week: Week, why: str, *, has_news: bool) -> str:
    """The first thing to do about what would hold a week: news before takes, which need it."""
    if "feed" in why:
        return "Look at the feeds:  newsletter feeds health"
    if "story" in why and not has_news:
        return "Collect the news:  newsletter collect"
    if "takes" in why or "story" in why:
        return "File a take:  newsletter take --by NAME"
    return f"Write issues/{week}/explainer.md, or see which are ready:  newsletter plan"


def _after(found: Status) -> str:
    """Of a week whose letters have left."""
    if found.halt:
        return found.halt
    waiting = found.tally.waiting if found.tally else 0
    if waiting:
        return f"{waiting} letter{' waits' if waiting == 1 else 's wait'} for the next run."
    return f'Nothing more. Something wrong in it?  newsletter correct {found.week} "…"'


def _sentence(words: str) -> str:
    ended = words if words.endswith((".", "!", "?", "…")) else f"{words}."
    return ended[:1].upper() + ended[1:]
