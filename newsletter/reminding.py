"""Reminders by hand: shown first, sent if that is wished, with a report that leaves nobody out. I/O: SQLite, SMTP"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.desk.due import slots_of
from newsletter.files.state import read_state
from newsletter.model.members import Member
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.letters.reminders import Reminders, reminders, send_reminders
from newsletter.newsroom.letters.telling import Reached
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.text import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What would go to whom, or what went; and who is left out. Names, no addresses: it may stand in a public log."""

    found: Reminders
    closes: str
    #: How it went for each member; empty if nothing was to be sent.
    went: tuple[tuple[Member, Reached], ...] = ()
    sent: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everybody who was to be reached was."""
        return all(reached.state == "told" for _, reached in self.went)

    def lines(self) -> tuple[str, ...]:
        """For reading. Before sending every word that would go, afterwards only who got it."""
        left_out = [f"{one.member.name} {one.why}." for one in self.found.left_out]
        head = f"{self.found.week} closes {self.closes}."
        body = self._went() if self.sent else self._would_go()
        return tuple(
            map(visible, (head, *body, *(["", "Left out:"] if left_out else []), *(f"  {w}" for w in left_out)))
        )

    def as_json(self) -> dict[str, object]:
        went = {member.id: reached for member, reached in self.went}
        return {
            "week": str(self.found.week),
            "closes": self.found.closes.isoformat(),
            "by": self.found.by,
            "sent": self.sent,
            "to": [
                {
                    "member": one.member.id,
                    "subject": one.subject,
                    "body": one.body,
                    "stories": [{"id": near.story, "shared": list(near.shared)} for near in one.near],
                    "state": went[one.member.id].state if one.member.id in went else "",
                    "why": went[one.member.id].why if one.member.id in went else "",
                }
                for one in self.found.to
            ],
            "message": self.found.message,
            "left_out": [{"member": one.member.id, "why": one.why} for one in self.found.left_out],
        }

    def _went(self) -> Iterator[str]:
        if not self.went:
            yield "Nobody is to be reminded."
        for member, reached in self.went:
            words = {"told": "reminded", "unknown": "reminded, perhaps", "failed": "not reached"}[reached.state]
            yield f"  {member.name}: {words}" + (f" ({reached.why})" if reached.why else "")

    def _would_go(self) -> Iterator[str]:
        if not self.found.to:
            yield "Nobody is to be reminded."
            return
        if self.found.message:
            yield f"To the webhook, for {', '.join(one.member.name for one in self.found.to)}:"
            yield from ("", *(f"  {line}".rstrip() for line in self.found.message.splitlines()))
        else:
            for one in self.found.to:
                yield from ("", f"To {one.member.name}", f"Subject: {one.subject}", "")
                yield from (f"  {line}".rstrip() for line in one.body.splitlines())
        yield from ("", f"Nothing was sent. To send it:  newsletter remind {self.found.week} --send")


def remind(room: Newsroom, week: Week, store: Store, *, send: bool = False) -> Report:
    """Remind those of the week's rota who have not filed, or only tell what would go to whom.

    Raises NotReady where nobody is reminded any more; FaultyFiles.
    """
    found = reminders(room, week, store)
    went = send_reminders(room, store, found) if send else ()
    return Report(found=found, closes=room.local(found.closes), went=went, sent=send)


def week_to_remind_of(room: Newsroom) -> Week:
    """The week that a reminder now is about: the first that is open and has its deadline before it."""
    now, schedule, zone = room.clock.now(), room.settings.schedule, room.settings.week.zone
    week = current_week(room)
    while (
        (state := read_state(room.root, week)).frozen is not None
        or state.skipped
        or slots_of(week, schedule, zone).freeze <= now
    ):
        week = week.after()
    return week
