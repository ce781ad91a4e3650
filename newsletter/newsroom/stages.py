"""The bookkeeping of a run: which stage was done at which slot, what failed, who was told. I/O: SQLite, SMTP"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from newsletter.desk.due import Act, Slots, decide, latest_slots, slots_of
from newsletter.errors import NewsletterError
from newsletter.files.state import read_state
from newsletter.mail.notices.alarm import alarm_letter
from newsletter.model.audience import Tally
from newsletter.model.feeds import NOT_ASKED, FeedOutcome, gave_nothing
from newsletter.model.week import Week
from newsletter.newsroom.calendar import standing
from newsletter.newsroom.collection.about_news import of_feeds
from newsletter.newsroom.letters.halts import halt_of, is_halt
from newsletter.newsroom.letters.telling import hand_over
from newsletter.newsroom.records import words_of_pause
from newsletter.newsroom.room import Newsroom
from newsletter.store.engine import Store
from newsletter.store.runs import RunRow

#: What the chief editor was told, or was not, begins with one of these.
_TOLD, _UNTOLD = "told ", "the chief editor could not be told"

Result = Literal["done", "in part", "failed", "ask", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One row of a run's report. `told` is where the chief editor was written to, or why that failed; "" if not."""

    stage: str
    week: Week
    result: Result
    what: str = ""
    exit_code: int = 0
    told: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a stage has to say of itself, where its name does not say all."""

    what: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a stage that is done had to leave out until a person mends it, in words; it is tried again till then."""

    what: str


class Stages:
    """One run's stages against the run ledger: what is done stays done, what fails is told once."""

    def __init__(self, room: Newsroom, store: Store) -> None:
        self.done: list[Done] = []
        self._room, self._store = room, store
        self._now = room.clock.now()
        self._schedule, self._zone = room.settings.schedule, room.settings.week.zone
        self.latest = latest_slots(self._now, self._schedule, self._zone)
        self.collect_slot = max(slot.latest(self._now, self._zone) for slot in self._schedule.collect)
        #: When this installation first ran a stage; None if this is the first time.
        self.in_use_since = store.runs.first_started()

    def weeks(self) -> tuple[Slots, ...]:
        """The issues to look at, older first: the one before, if it was ours to send, and the latest."""
        before = slots_of(self.latest.week.after(-1), self._schedule, self._zone)
        return tuple(slots for slots in (before, self.latest) if self._is_ours(slots))

    def act(self, slots: Slots) -> Act:
        return decide(self._now, slots, standing(self._room, slots.week, self._store), self._schedule)

    def may_be_approved(self, slots: Slots) -> bool:
        """Whether the week is frozen, still unapproved, and not too late."""
        found = standing(self._room, slots.week, self._store)
        return found.frozen and not found.approved and self.act(slots) in ("wait", "ask-approval")

    def is_half_frozen(self, slots: Slots) -> bool:
        """Whether the list was written and the freeze was stopped before its end."""
        row = self._store.runs.state("freeze", slots.freeze)
        return row is not None and row.state in ("begun", "failed") and self.may_be_approved(slots)

    def attempt(self, stage: str, slot: datetime, week: Week, work: Callable[[], object]) -> bool:
        """Do the stage unless the ledger says that it is done; whether it is done now.

        An error of ours is kept in the ledger and told to the chief editor; another fault is as well, and goes on up.
        """
        runs = self._store.runs
        before = runs.state(stage, slot)
        if not runs.begin(stage, slot, week, self._now):
            return True
        try:
            found = work()
        except NewsletterError as fault:
            self._failed(stage, slot, week, str(fault), fault.exit_code, before)
            return False
        except Exception as fault:
            self._failed(stage, slot, week, f"{type(fault).__name__}: {fault}", 1, before)
            raise
        if isinstance(found, Tally) and found.held and (halt := halt_of(self._room, week, self._store)):
            # Before those who only wait: nobody would hear of them for as long as one letter is put off.
            self._failed(stage, slot, week, halt, 3, before, result="in part")
            return False
        if isinstance(found, Tally) and found.waiting:
            waits = f"{found.waiting} {'waits' if found.waiting == 1 else 'wait'} for another try"
            runs.fail(stage, slot, self._now, f"Of the letters of {week} {waits}")
            what = f"{found.accepted} of {found.audience} letters accepted, {waits}"
            self.done.append(Done(stage=stage, week=week, result="in part", what=what, exit_code=4))
            return False
        if isinstance(found, Lacking):
            self._failed(stage, slot, week, found.what, 4, before, result="in part")
            return False
        runs.finish(stage, slot, self._now)
        what = _words(found)
        told = self._tell_frozen(week) if stage == "freeze" else self._tell_silence(what, found)
        self.done.append(Done(stage=stage, week=week, result="done", what=what, told=told))
        return True

    def pass_over(self, stage: str, slot: datetime, week: Week, why: str) -> None:
        """Note that a stage will not be done at this slot, and why."""
        self._store.runs.skip(stage, slot, week, self._now, why)
        self.done.append(Done(stage=stage, week=week, result="skipped", what=why))

    def ask(self, slots: Slots) -> None:
        """Tell a person, once, what only a person can decide."""
        week, act = slots.week, self.act(slots)
        if act == "ask-approval":
            what = f"{week} should have left at {self._room.local(slots.send)} and is not approved."
            mend = f"newsletter approve {week} --by NAME   (until {self._latest(slots)} it leaves by itself then)"
        elif act == "overdue":
            what = (
                f"{week} should have left at {self._room.local(slots.send)}; that is too long ago to send it unasked."
            )
            found, steps = standing(self._room, week, self._store), [f"newsletter deliver {week}"]
            if not found.approved:
                steps.insert(0, f"newsletter approve {week} --by NAME")
            if not found.frozen:
                held = read_state(self._room.root, week).held
                what += f" It was never closed{f': {held}' if held else ''}."
                steps.insert(0, f"newsletter freeze {week}")
            mend = f"Send it now:  {', '.join(steps)}   or leave it out:  newsletter skip {week} --why …"
        elif act == "held" and self._now >= slots.send and (pause := read_state(self._room.root, week).pause):
            what = (
                f"{week} should have left at {self._room.local(slots.send)} and is {words_of_pause(self._room, pause)}."
            )
            mend = f"Let it go:  newsletter hold {week} --release   or leave it out:  newsletter skip {week} --why …"
        else:
            return
        before = self._store.runs.state(act, slots.send)
        told = self._told_once(f"{week}: {act}", what, mend, before)
        self._store.runs.late(act, slots.send, week, self._now, _kept(what, told))
        self.done.append(
            Done(stage="deliver", week=week, result="ask", what=f"{what}\n    {mend}", exit_code=3, told=told)
        )

    def tell(self, subject: str, body: str) -> str:
        """Write to the chief editor by the transport of the letters; where to, or why it could not be."""
        room = self._room
        name = room.settings.publication.wording.name
        try:
            letter = alarm_letter(mail=room.settings.mail, subject=f"[{name}] {subject}", body=body, date=self._now)
        except NewsletterError as fault:
            return f"{_UNTOLD}: {fault}"
        reached = hand_over(room, letter)
        return f"{_TOLD}{letter.recipient}" if reached.state == "told" else f"{_UNTOLD}: {reached.why}"

    def _failed(
        self,
        stage: str,
        slot: datetime,
        week: Week,
        what: str,
        code: int,
        before: RunRow | None,
        *,
        result: Result = "failed",
    ) -> None:
        # Kept before anybody is told: what follows may fail as well, or be killed.
        self._store.runs.fail(stage, slot, self._now, _kept(what, _UNTOLD))
        subject, body = self._about_failure(week, stage, what, result)
        told = "" if _is_known(what, before) else self.tell(subject, body)
        self._store.runs.fail(stage, slot, self._now, _kept(what, told))
        self.done.append(Done(stage=stage, week=week, result=result, what=what, exit_code=code, told=told))

    def _about_failure(self, week: Week, stage: str, what: str, result: Result) -> tuple[str, str]:
        """Subject and text of the letter about a stage that failed: what waits for people says what they can do."""
        if stage == "deliver" and is_halt(what):
            return f"{week}: letters wait for your decision", f"{what}\n\nNo run lets them go on by itself."
        if not what.startswith(f"{week} is held"):
            how = "failed" if result == "failed" else "is done in part"
            return f"{week}: {stage} {how}", f"{what}\n\nIt is tried again at the next run."
        latest = self._latest(slots_of(week, self._schedule, self._zone))
        return f"{week} is held", (
            f"{what.splitlines()[0]} Nothing is sent.\n\n"
            f"Add what is missing: takes go into issues/{week}/takes/ or issues/inbox/; how the feeds are says\n"
            f"newsletter feeds health. The next run closes the week then, until {latest}.\n"
            f"At once, or later than that:\n\n    newsletter freeze {week}\n\n"
            f"To leave the week out, so that its takes and its news go to the next:\n\n"
            f"    newsletter skip {week} --why …"
        )

    def _told_once(self, subject: str, what: str, mend: str, before: RunRow | None) -> str:
        """Tell it, unless the chief editor was told the same of this slot before; numbers make no difference."""
        return "" if _is_known(what, before) else self.tell(subject, f"{what}\n\n{mend}")

    def _tell_frozen(self, week: Week) -> str:
        if self._schedule.auto_send:
            return ""
        slots = slots_of(week, self._schedule, self._zone)
        return self.tell(
            f"{week} is closed: please look and approve",
            f"{week} is frozen. It leaves at {self._room.local(slots.send)}, once it is approved:\n\n"
            f"    newsletter draft {week}\n    newsletter approve {week} --by NAME\n{self._of_feeds()}",
        )

    def _of_feeds(self) -> str:
        """Which feeds need a look, as the end of a letter; "" if none does. Nobody misses a feed that falls silent."""
        lines = "".join(f"    {line}\n" for line in of_feeds(self._room, self._store))
        return f"\nFeeds that need a look (newsletter feeds health):\n\n{lines}" if lines else ""

    def _tell_silence(self, what: str, found: object) -> str:
        """Tell it if no feed at all gave anything: no news is then no sign of a quiet day."""
        outcomes = [o for o in found if isinstance(o, FeedOutcome)] if isinstance(found, tuple) else []
        asked = [o for o in outcomes if o.state not in NOT_ASKED and o.fault != "feeds-toml"]
        if not asked or not all(map(gave_nothing, asked)):
            return ""
        return self.tell("no feed gave anything", f"{what}\n\nLook at the machine's network first.")

    def _is_ours(self, slots: Slots) -> bool:
        """Whether this installation was at work when the issue was due, or somebody has begun it."""
        found = standing(self._room, slots.week, self._store)
        if found.frozen or found.begun or self._now <= slots.send:
            return True
        return self.in_use_since is not None and self.in_use_since <= slots.send

    def _latest(self, slots: Slots) -> str:
        return self._room.local(slots.send + self._schedule.max_late)


def _kept(what: str, told: str) -> str:
    """The ledger's words: who could not be told is tried again at the next run, because these are not `what`."""
    return f"{what} ({_UNTOLD})" if told.startswith(_UNTOLD) else what


def _is_known(what: str, before: RunRow | None) -> bool:
    """Whether the chief editor was told the same of this slot before."""
    return before is not None and _gist(before.message) == _gist(what)


def _gist(what: str) -> str:
    """The words of a fault without its numbers: a relay puts another one into each refusal."""
    return " ".join(word for word in what.split() if not any(sign.isdigit() for sign in word))


def _words(found: object) -> str:
    """What a stage came to, in words; "" where its name says all."""
    if isinstance(found, Said):
        return found.what
    return f"{found.accepted} letters accepted" if isinstance(found, Tally) else _unanswered(found)


def _unanswered(found: object) -> str:
    """The feeds of a collection that gave nothing, by name; "" if all did, or if it was no collection."""
    outcomes = found if isinstance(found, tuple) else ()
    names = [o.name for o in outcomes if isinstance(o, FeedOutcome) and gave_nothing(o)]
    return f"{len(names)} of {len(outcomes)} feeds gave nothing: {', '.join(names)}" if names else ""
