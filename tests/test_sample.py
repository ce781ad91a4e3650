"""The sample week of the repository: complete, approved as it lies there, and reproducible to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.desk.compose import compose
from newsletter.desk.sealing import changed_since, digests
from newsletter.editorial import rebuild
from newsletter.files.record import read_memory, read_record
from newsletter.files.state import read_seal
from newsletter.model.week import Week
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.inputs import week_inputs
from newsletter.newsroom.records import sealed_files
from newsletter.newsroom.room import Newsroom, open_newsroom

ROOT = Path(__file__).parent.parent
WEEK = Week(2024, 23)


@pytest.fixture
def room() -> Newsroom:
    return open_newsroom(ROOT, environ={})


def test_making_the_sample_week_again_changes_no_byte(room: Newsroom) -> None:
    found = rebuild(room, WEEK, verify=True)

    assert found.differing == ()
    assert found.inputs_changed == ()


def test_the_sample_week_is_as_it_was_approved(room: Newsroom) -> None:
    seal = read_seal(ROOT, WEEK)

    assert seal is not None
    assert changed_since(seal, digests(sealed_files(ROOT, WEEK))) == ()


def test_the_sample_week_has_three_takes_one_on_a_story_that_no_feed_carried() -> None:
    issue = read_record(ROOT, WEEK)

    assert issue is not None
    assert issue.title == "Week #23 2024 - Understanding Open-Weight AI Models"
    assert {take.author for story in issue.stories for take in story.takes} == {"Yoga", "Dika", "Firman"}
    assert [story.headline for story in issue.stories if not story.entries] == ["Codestral: Hello, World!"]


def test_the_sample_week_is_nobodys_own(room: Newsroom) -> None:
    memory, _ = read_memory(ROOT, before=Week(2026, 1))

    assert WEEK not in {issue.reference.week for issue in memory}
    assert current_week(room) != WEEK


def test_the_audit_has_nothing_to_say_of_the_sample_week(room: Newsroom) -> None:
    draft = compose(week_inputs(room, WEEK, None).desk)

    assert {remark.code for remark in draft.remarks if remark.level != "notice"} == set()
    assert [placement.outcome for placement in draft.placements] == ["attached", "own", "attached"]
