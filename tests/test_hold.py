"""A week that the chief editor holds, and one that is left out and brought back: nothing leaves, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.editorial import bring_back, hold, rebuild, release, skip
from newsletter.errors import NotReady, UsageFault
from newsletter.model.audience import Letter
from newsletter.model.ports import Reply
from newsletter.newsroom.calendar import state_of
from newsletter.newsroom.status import faults_of
from newsletter.pipeline import approve, deliver, draft, freeze, publish
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, workspace

MINUTE = timedelta(minutes=1)
NEXT = WEEK.after()


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT) as space:
        space.add("ada", "bo")
        yield space


def paused(space: Workspace, why: str = "a source called") -> None:
    hold(space.room, WEEK, space.store, why=why, by="Rani")


# Holding -------------------------------------------------------------------------------------------

STEPS: dict[str, Callable[[Workspace], object]] = {
    "approve": lambda space: approve(space.room, WEEK, by="yoga"),
    "publish": lambda space: publish(space.room, WEEK),
    "deliver": lambda space: deliver(space.room, WEEK, space.store),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_nothing_that_cannot_be_undone_is_done_with_a_week_that_is_held(
    space: Workspace, step: Callable[[Workspace], object]
) -> None:
    space.seal()
    paused(space)

    with pytest.raises(NotReady) as refused:
        step(space)

    assert str(refused.value) == (
        "2024-W23 is held since Fri 7 Jun 2024 06:00 UTC by Rani: a source called.\n"
        "    To let it go on:  newsletter hold 2024-W23 --release"
    )
    assert space.post.readers == []


def test_a_held_week_closes_at_its_deadline_and_can_be_drafted(space: Workspace) -> None:
    space.run_at(COLLECT)
    paused(space)

    done = space.run_at(FREEZE)

    assert done == [("freeze", "done")]
    assert space.state().frozen is not None
    assert state_of(space.room, WEEK) == "held"
    assert draft(space.room, WEEK, space.store).draft.issue.week == WEEK


def test_at_the_slot_of_a_held_week_the_chief_is_asked_once_and_nothing_leaves(space: Workspace) -> None:
    space.run_at(COLLECT)
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    paused(space)
    before = space.run_at(SEND - MINUTE)

    found = space.ran_at(SEND)
    again = [space.ran_at(SEND + n * MINUTE) for n in (1, 2, 600, 2000)]

    assert before == []
    [asked] = found
    assert (asked.stage, asked.result, asked.exit_code) == ("deliver", "ask", 3)
    assert asked.what == (
        "2024-W23 should have left at Fri 7 Jun 2024 20:00 UTC and is held since Fri 7 Jun 2024 15:00 UTC by Rani: "
        "a source called.\n"
        "    Let it go:  newsletter hold 2024-W23 --release   or leave it out:  newsletter skip 2024-W23 --why …"
    )
    assert len([alarm for alarm in space.post.alarms if "2024-W23: held" in alarm]) == 1
    assert [one.told for run in again for one in run if one.stage == "deliver"] == [""] * 4
    assert space.post.readers == []
    assert faults_of(space.room, space.store)


def test_released_in_time_it_leaves_by_the_approval_given_before(space: Workspace) -> None:
    space.run_at(COLLECT)
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    paused(space)
    space.run_at(SEND)

    release(space.room, WEEK)

    assert space.run_at(SEND + MINUTE) == [("publish", "done"), ("deliver", "done")]
    assert space.post.readers == ["ada", "bo"]


def test_released_too_late_a_person_is_asked_as_of_every_late_issue(space: Workspace) -> None:
    space.run_at(COLLECT)
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    paused(space)
    space.run_at(SEND)
    space.clock.instant = SEND + timedelta(hours=7)

    release(space.room, WEEK)

    [asked] = [one for one in space.ran_at(SEND + timedelta(hours=7)) if one.stage == "deliver"]
    assert "too long ago to send it unasked" in asked.what
    assert space.post.readers == []


def test_what_leaves_by_itself_does_not_while_it_is_held(tmp_path: Path) -> None:
    with workspace(tmp_path, at=COLLECT, settings={"SCHEDULE__AUTO_SEND": "true"}) as space:
        space.add("ada")
        paused(space)
        held = [space.run_at(instant) for instant in (COLLECT, FREEZE, SEND)]
        release(space.room, WEEK)

        let_go = space.run_at(SEND + MINUTE)

        assert held == [[("collect", "done")], [("freeze", "done")], [("deliver", "ask")]]
        assert let_go == [("approve", "done"), ("publish", "done"), ("deliver", "done")]


def test_a_week_that_has_begun_to_leave_cannot_be_held(space: Workspace) -> None:
    space.send()

    with pytest.raises(NotReady) as refused:
        paused(space)

    assert str(refused.value) == (
        "2024-W23 began to leave on Fri 7 Jun 2024 06:00 UTC and cannot be held any more.\n"
        '    What it says wrong is put right on its page and in the feed:  newsletter correct 2024-W23 "…"'
    )


def test_what_has_begun_to_leave_is_finished_though_its_files_were_changed(space: Workspace) -> None:
    class Killed(BaseException):
        pass

    def die_at_bo(letter: Letter) -> Reply:
        if letter.recipient.startswith("bo@"):
            raise Killed
        return Reply(250, "")

    space.run_at(COLLECT)
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.answers = die_at_bo
    with pytest.raises(Killed):
        space.run_at(SEND)
    space.post.answers = lambda _: Reply(250, "")
    space.take("first", "Other words, which nobody approved.")
    (space.folder() / "email.txt").write_text("scribbled over", encoding="utf-8")

    space.run_at(SEND + MINUTE)

    letters = [letter for letter in space.post.taken if letter.subscriber]
    assert space.post.readers == ["ada", "bo"]
    assert all(b"says what it has to say" in letter.data for letter in letters)


def test_an_issue_can_be_proved_after_an_older_one_that_was_held_left(space: Workspace) -> None:
    space.clock.instant = FREEZE
    space.freeze()
    paused(space)
    space.clock.instant = SEND + timedelta(days=7)
    space.take("second", "A take of the week after.", week=NEXT)
    space.send(NEXT)
    space.clock.instant += MINUTE
    release(space.room, WEEK)
    approve(space.room, WEEK, by="yoga")
    space.deliver(WEEK)

    assert [rebuild(space.room, week, verify=True).differing for week in (WEEK, NEXT)] == [(), ()]


@pytest.mark.parametrize(("why", "by"), [("", "Rani"), ("  ", "Rani"), ("a source called", " ")])
def test_a_hold_needs_a_reason_and_a_name(space: Workspace, why: str, by: str) -> None:
    with pytest.raises(UsageFault):
        hold(space.room, WEEK, space.store, why=why, by=by)

    assert space.state().pause is None


def test_only_what_is_held_is_released(space: Workspace) -> None:
    with pytest.raises(NotReady, match="2024-W23 is not held"):
        release(space.room, WEEK)


def test_what_could_not_be_closed_is_not_released_but_closed(space: Workspace) -> None:
    (space.root / "issues" / str(WEEK) / "takes" / "first.md").unlink()
    space.run_at(FREEZE)

    with pytest.raises(NotReady) as refused:
        release(space.room, WEEK)

    assert "Nobody holds 2024-W23; it could not be closed: 0 takes" in str(refused.value)
    assert "newsletter freeze 2024-W23" in str(refused.value)


def test_the_command_line_holds_and_lets_go(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--root", str(space.root), "--now", "2024-06-05T12:00:00+00:00"]

    held = main(["hold", "2024-W23", "--why", "a source\x1b[2J called", "--by", "Rani", *where])
    said = capsys.readouterr().out
    released = main(["hold", "2024-W23", "--release", "--by", "Yoga", *where])
    gone_on = capsys.readouterr().out

    assert (held, released) == (0, 0)
    assert "2024-W23 is held since Wed 5 Jun 2024 12:00 UTC by Rani: a source" in said
    assert "\x1b" not in said
    assert "2024-W23 goes on, released by Yoga. It was held since" in gone_on
    assert "Closes Fri 7 Jun 2024 15:00 UTC" in gone_on


# Leaving out, bringing back ------------------------------------------------------------------------


def test_a_week_that_is_brought_back_before_the_next_one_closed_stands_where_it_stood(space: Workspace) -> None:
    space.seal()
    before = space.state()
    skip(space.room, WEEK, why="holidays")

    moved = bring_back(space.room, WEEK)

    assert moved == ()
    assert space.state() == before
    assert state_of(space.room, WEEK) == "approved"


def test_takes_that_the_next_week_closed_with_stay_there_and_are_printed_once(space: Workspace) -> None:
    space.take("second", "The second of all takes has something else to say.")
    space.freeze()
    skip(space.room, WEEK, why="holidays")
    space.clock.instant = COLLECT + timedelta(days=6)
    space.freeze(NEXT)

    moved = bring_back(space.room, WEEK)

    assert [path for path, _ in moved] == [f"issues/{WEEK}/takes/first.md", f"issues/{WEEK}/takes/second.md"]
    assert {week for _, week in moved} == {NEXT}
    draft(space.room, WEEK, space.store)
    assert "The first of all takes" in space.issue_text(NEXT)
    assert "The first of all takes" not in space.issue_text()


def test_a_week_whose_takes_have_all_gone_elsewhere_is_not_approved(space: Workspace) -> None:
    space.clock.instant = FREEZE
    space.freeze()
    skip(space.room, WEEK, why="holidays")
    space.clock.instant += timedelta(days=7)
    space.freeze(NEXT)
    bring_back(space.room, WEEK)
    draft(space.room, WEEK, None)

    with pytest.raises(NotReady, match="has too little to print: 0 takes can be printed, min_takes is 1"):
        approve(space.room, WEEK, by="yoga")


def test_an_open_week_brought_back_gets_what_no_other_week_has(space: Workspace) -> None:
    skip(space.room, WEEK, why="holidays")
    space.clock.instant = COLLECT + timedelta(days=6)
    space.freeze(NEXT)
    space.take("later", "Filed when the week seemed to be over, and it is not.")

    moved = bring_back(space.room, WEEK)
    space.freeze()

    assert moved == ((f"issues/{WEEK}/takes/first.md", NEXT),)
    assert "Filed when the week seemed to be over" in space.issue_text()
    assert "The first of all takes" not in space.issue_text()


def test_only_what_is_left_out_is_brought_back(space: Workspace) -> None:
    with pytest.raises(NotReady, match="2024-W23 is not left out"):
        bring_back(space.room, WEEK)


def test_the_command_line_leaves_out_and_brings_back(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--root", str(space.root), "--now", "2024-06-05T12:00:00+00:00"]

    out = main(["skip", "2024-W23", "--why", "holidays", *where])
    back = main(["skip", "2024-W23", "--undo", *where])
    without_reason = main(["skip", "2024-W23", *where])

    said = capsys.readouterr()
    assert (out, back, without_reason) == (0, 0, 2)
    assert said.out.splitlines() == [
        "2024-W23 is left out: holidays",
        "Its news and takes go to the next week. To undo it:  newsletter skip 2024-W23 --undo",
        "2024-W23 is back. Its takes stand in it again: no other week was closed with them.",
        "Closes Fri 7 Jun 2024 15:00 UTC; then look and approve:  newsletter approve 2024-W23 --by NAME",
    ]
    assert 'Say why:  --why "holidays"' in said.err


# Closing -------------------------------------------------------------------------------------------


def test_what_the_freeze_says_of_a_take_is_said_once(space: Workspace) -> None:
    space.clock.instant = FREEZE

    said = freeze(space.room, WEEK, space.store).remarks

    about = [(remark.path, remark.code) for remark in said if remark.path.endswith("first.md")]
    assert ("issues/2024-W23/takes/first.md", "own-story") in about
    assert len(about) == len(set(about))
