"""Letters that wait for a person are told of wherever somebody looks; those that go by themselves alarm nobody."""

from __future__ import annotations

import quopri
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.model.audience import Letter
from newsletter.model.ports import Reply
from newsletter.newsroom.next_step import next_step
from newsletter.newsroom.status import faults_of, status
from newsletter.stopping import drop_held, pause, resume
from tests.room import FREEZE, SEND, WEEK, Workspace, workspace

NAMES = tuple(f"reader{number:02}" for number in range(20))
HOUR = timedelta(hours=1)
LATER = Reply(451, "4.7.1 Try again later")
NO_ANSWER = Reply(0, "no answer after the final dot", "letter")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """An approved week with twenty readers, some hours before its slot."""
    with workspace(tmp_path, at=FREEZE, settings={"DELIVERY__ON_UNKNOWN": "hold"}) as space:
        space.add(*NAMES)
        space.run_at(FREEZE)
        space.seal()
        space.post.taken.clear()
        yield space


def answering(reply: Reply, *names: str) -> Callable[[Letter], Reply]:
    return lambda letter: reply if letter.recipient.partition("@")[0] in names else Reply(250, "2.0.0 Taken")


def faults(space: Workspace) -> str:
    return "\n".join(faults_of(space.room, space.store))


def test_letters_paused_by_hand_are_a_fault_at_once_and_none_once_they_go_on(space: Workspace) -> None:
    space.post.answers = answering(LATER, "reader00")
    space.deliver()
    before = faults(space)
    pause(space.room, WEEK, space.store, why="a wrong date")
    paused, coming = faults(space), next_step(space.room, status(space.room, WEEK, space.store))
    resume(space.room, WEEK, space.store)

    assert before == ""
    assert paused.startswith("The letters of 2024-W23 are paused since Fri 7 Jun 2024 15:00 UTC: a wrong date")
    assert "newsletter deliver 2024-W23 --resume" in coming
    assert faults(space) == ""


def test_a_run_that_meets_paused_letters_says_that_no_run_lets_them_go_on(space: Workspace) -> None:
    space.post.answers = answering(LATER, "reader00")
    space.deliver()
    pause(space.room, WEEK, space.store, why="a wrong date")
    space.post.taken.clear()
    space.run_at(SEND)
    (alarm,) = (quopri.decodestring(text).decode() for text in space.post.alarms)
    before = faults(space)
    resume(space.room, WEEK, space.store)

    assert "2024-W23: letters wait for your decision" in alarm
    assert "No run lets them go on by itself." in alarm
    assert "tried again at the next run" not in alarm
    assert before.startswith("deliver failed at Fri 7 Jun 2024 20:00 UTC: The letters of 2024-W23 are paused since")
    # What the run said of it holds no longer.
    assert "paused" not in faults(space)


def test_held_letters_are_told_of_at_once_though_others_only_wait(space: Workspace) -> None:
    by_name = {"reader00": LATER, "reader01": NO_ANSWER}
    space.post.answers = lambda letter: by_name.get(letter.recipient.partition("@")[0], Reply(250, "2.0.0 Taken"))

    done = [one for one in space.ran_at(SEND) if one.stage == "deliver"]
    again = [one for one in space.ran_at(SEND + timedelta(minutes=1)) if one.stage == "deliver"]
    before = faults(space)
    drop_held(space.room, WEEK, space.store)

    assert [(one.exit_code, one.told) for one in (*done, *again)] == [(3, "told chief@pulse.example.com"), (3, "")]
    assert "1 letter is held: no answer came after the end, and nobody knows whether it arrived." in before
    assert "--resend-held   or --drop-held" in before
    assert faults(space) == ""


@pytest.mark.parametrize(
    ("put_off", "later", "is_fault"),
    [(2, HOUR / 60, False), (3, HOUR / 60, True), (2, 12 * HOUR, True)],
    ids=["one in ten", "more", "and nobody calls run"],
)
def test_a_few_letters_that_were_put_off_are_a_fault_only_if_they_stay(
    space: Workspace, put_off: int, later: timedelta, is_fault: bool
) -> None:
    space.post.answers = answering(LATER, *NAMES[:put_off])
    space.run_at(SEND)
    space.clock.instant = SEND + later

    assert bool(faults_of(space.room, space.store)) == is_fault


def test_what_was_begun_before_its_slot_is_not_said_to_have_failed_in_the_future(space: Workspace) -> None:
    space.post.answers = answering(LATER, *NAMES[1:])
    space.deliver()
    space.run_at(FREEZE + HOUR)

    assert "deliver failed at Fri 7 Jun 2024 16:00 UTC: Of the letters of 2024-W23 19 wait" in faults(space)
