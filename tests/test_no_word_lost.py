"""No editor's word lost: every take ends in an issue or in a remark, in the week it was filed for or the next."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.clock import read_instant
from newsletter.editorial import skip
from newsletter.errors import NewsletterError, NotReady
from newsletter.files.folder import relative, take_files
from newsletter.filing import author, file_take, open_week
from newsletter.newsroom.letters.mailings import mailings_of
from newsletter.pipeline import approve, draft
from tests.room import FREEZE, WEEK, Workspace, workspace

NEXT = WEEK.after()
WEEK_LATER = FREEZE + timedelta(days=7)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        space.add("ada")
        yield space


def test_every_file_of_takes_ends_as_a_placement_or_a_remark(space: Workspace) -> None:
    files = {
        "minimal.md": "https://news.example.com/a\n\nThe author of this is not named anywhere at all.\n",
        "full.md": "author: Dika\nheadline: A thing\nlink: https://news.example.com/b\n---\nWords on a thing.\n",
        "several.md": '## https://news.example.com/c\nYoga: "One view."\nDika: "Another view."\n',
        "stranger.md": "author: Nobody We Know\n---\nWords of a stranger.\n",
        "empty.md": "author: Yoga\nheadline: Nothing\n---\n",
        "blank.md": "",
        "no-story.md": "author: Yoga\n---\nJust a thought of mine about the week.\n",
        "no-such-story.md": "author: Yoga\nstory: #there-is-none\n---\nA take on a story that there is not.\n",
        "bad-address.md": "author: Yoga\nstory: javascript:alert(1)\n---\nA take on something that is no page.\n",
        "unknown-key.md": "author: Yoga\nheadlin: Oops\n---\nA take with a key that is mistyped.\n",
        "deep/er/dika.txt": "A take in a folder of a folder.\n",
    }
    for name, text in files.items():
        space.write(f"issues/{WEEK}/takes/{name}", text)
    (space.folder() / "takes" / "binary.md").write_bytes(b"\x00\x01\x02")

    composed = draft(space.room, WEEK, space.store)

    placed = {placement.take.path for placement in composed.draft.placements}
    named = {remark.path for remark in composed.remarks}
    filed = {relative(space.root, path) for path in take_files(space.root, space.folder() / "takes")}
    assert len(filed) == len(files) + 2
    assert filed - placed - named == set()
    held = {p.take.path for p in composed.draft.placements if p.outcome == "held"}
    assert held - named == set()


def test_a_take_filed_after_the_freeze_stands_in_the_next_issue_and_its_author_is_told(space: Workspace) -> None:
    space.seal()
    late = space.take("late", "Words that came after the door was closed.")
    space.deliver()
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert "after the door was closed" not in space.issue_text(WEEK)
    assert "after the door was closed" in space.issue_text(NEXT)
    assert "late-take" in [remark.code for remark in composed.remarks if remark.path == late]


def test_a_late_take_counts_once(space: Workspace) -> None:
    space.seal()
    space.take("late", "Words that came after the door was closed.")
    space.deliver()
    space.clock.instant = WEEK_LATER
    space.send(NEXT)
    space.take("third", "The third week speaks for itself alone.", week=NEXT.after())
    space.clock.instant = WEEK_LATER + timedelta(days=7)

    composed = space.freeze(NEXT.after())

    assert "after the door was closed" not in space.issue_text(NEXT.after())
    assert [placement.take.path for placement in composed.draft.placements] == [f"issues/{NEXT.after()}/takes/third.md"]


def test_a_late_take_in_the_inbox_waits_for_the_next_issue(space: Workspace) -> None:
    space.seal()
    space.take("late", "Words laid into the inbox on Saturday.", week=None)
    space.deliver()
    space.clock.instant = WEEK_LATER

    space.freeze(NEXT)

    assert "on Saturday" not in space.issue_text(WEEK)
    assert "on Saturday" in space.issue_text(NEXT)


def test_a_take_edited_between_freeze_and_sending_counts_with_its_new_words(space: Workspace) -> None:
    path = space.take("mine", "The old words of this take.")
    space.seal()
    space.write(path, "author: Yoga\nheadline: Mine\nlink: https://news.example.com/mine\n---\nThe new words of it.\n")
    with pytest.raises(NotReady, match="Changed since"):
        space.deliver()

    composed = draft(space.room, WEEK, None)
    approve(space.room, WEEK, by="yoga")
    space.deliver()

    assert "The new words of it" in space.issue_text()
    assert "old words" not in space.issue_text()
    assert "edited" in [remark.code for remark in composed.remarks if remark.path == path]


def test_an_edit_of_a_frozen_inbox_take_does_not_count_twice(space: Workspace) -> None:
    path = space.take("mine", "The old words of this take.", week=None)
    space.seal()
    space.write(path, "author: Yoga\nheadline: Mine\nlink: https://news.example.com/mine\n---\nThe new words of it.\n")
    draft(space.room, WEEK, None)
    approve(space.room, WEEK, by="yoga")
    space.deliver()
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert "The new words of it" in space.issue_text(WEEK)
    assert "The new words of it" not in space.issue_text(NEXT)
    assert path not in [placement.take.path for placement in composed.draft.placements]


def test_an_inbox_take_is_used_once_and_new_words_under_its_name_count_for_the_next_issue(space: Workspace) -> None:
    space.take("yoga", "The words of the first week in this file.", week=None)
    space.send()
    space.take("yoga", "The words of the second week in this file.", week=None)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert "words of the first week" in space.issue_text(WEEK)
    assert "words of the second week" in space.issue_text(NEXT)
    assert "words of the first week" not in space.issue_text(NEXT)
    assert len(composed.draft.placements) == 1


def test_an_inbox_take_that_lies_there_after_its_issue_is_not_printed_again(space: Workspace) -> None:
    space.take("yoga", "The words of the first week in this file.", week=None)
    space.send()
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert [placement.take.path for placement in composed.draft.placements] == [f"issues/{NEXT}/takes/other.md"]


@pytest.mark.parametrize("frozen", [False, True], ids=["open", "frozen"])
@pytest.mark.parametrize("where", ["folder", "inbox"])
def test_a_week_that_is_left_out_gives_its_takes_to_the_next(space: Workspace, where: str, frozen: bool) -> None:
    space.take("mine", "Words of a week of holidays.", week=WEEK if where == "folder" else None)
    if frozen:
        space.seal()
    skip(space.room, WEEK, why="holidays")
    space.clock.instant = WEEK_LATER

    space.freeze(NEXT)

    assert "Words of a week of holidays" in space.issue_text(NEXT)
    assert "The first of all takes" in space.issue_text(NEXT)


def test_the_takes_of_a_week_that_nobody_froze_are_named(space: Workspace) -> None:
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert [(remark.path, remark.level) for remark in composed.remarks if remark.code == "left-behind"] == [
        (f"issues/{WEEK}", "warning")
    ]


def test_the_takes_of_a_week_that_is_held_are_named_by_the_next(space: Workspace) -> None:
    (space.folder() / "takes" / "first.md").write_text("author: Nobody We Know\n---\nWords of a stranger.\n")
    with pytest.raises(NotReady, match="held"):
        space.freeze()
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert [remark.path for remark in composed.remarks if remark.code == "left-behind"] == [f"issues/{WEEK}"]


def test_the_takes_of_a_week_that_was_frozen_and_never_sent_are_named_by_the_next(space: Workspace) -> None:
    space.seal()
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER

    composed = space.freeze(NEXT)

    assert [remark.path for remark in composed.remarks if remark.code == "left-behind"] == [f"issues/{WEEK}"]


def test_a_listed_take_that_is_deleted_is_named_and_stops_the_approval(space: Workspace) -> None:
    path = space.take("mine", "Words that somebody deletes later on.")
    space.freeze()
    (space.root / path).unlink()

    composed = draft(space.room, WEEK, None)

    assert [(r.path, r.level, r.code) for r in composed.remarks if r.path == path] == [(path, "error", "gone")]
    with pytest.raises(NotReady, match="gone"):
        approve(space.room, WEEK, by="yoga")


def test_a_take_that_cannot_be_placed_is_held_with_the_line_that_mends_it_and_then_counts(space: Workspace) -> None:
    path = space.write(f"issues/{WEEK}/takes/lost.md", "author: Nobody\n---\nWords of somebody mistyped.\n")
    composed = space.freeze()
    told = [remark for remark in composed.remarks if remark.path == relative(space.root, path)]

    path.write_text("author: Dika\n---\nWords of somebody mistyped.\n")
    draft(space.room, WEEK, None)

    assert told[0].mend
    assert "Words of somebody mistyped" in space.issue_text()


def test_an_empty_week_is_held_and_its_takes_count_when_they_come(space: Workspace) -> None:
    (space.folder() / "takes" / "first.md").unlink()
    with pytest.raises(NotReady, match="held"):
        space.freeze()
    held = space.state().held
    space.take("mine", "Words that came when they were asked for.")

    space.freeze()

    assert held
    assert space.state().held == ""
    assert "when they were asked for" in space.issue_text()


def test_a_take_filed_from_the_command_line_overwrites_no_other_and_lands_in_the_open_week(space: Workspace) -> None:
    yoga = author(space.room, "yoga")
    first = file_take(space.room, space.store, ref="https://news.example.com/x", by=yoga, text="The first of two.")
    second = file_take(space.room, space.store, ref="https://news.example.com/x", by=yoga, text="The second of two.")
    space.freeze()

    third = file_take(space.room, space.store, ref="", by=yoga, text="This one came too late.")

    assert first.path != second.path
    assert third.week == NEXT
    assert open_week(space.room) == NEXT
    for words in ("The first of two", "The second of two"):
        assert words in space.issue_text()


def test_a_take_from_the_command_line_is_kept_even_if_the_feeds_are_broken(space: Workspace) -> None:
    space.write("feeds.toml", "no TOML [")
    with pytest.raises(NewsletterError):
        file_take(space.room, space.store, ref="", by=author(space.room, "yoga"), text="Words on a bad day.")

    space.write("feeds.toml", "")
    draft(space.room, WEEK, space.store)

    assert "Words on a bad day" in space.issue_text()


def test_a_take_for_a_later_week_waits_in_the_inbox(space: Workspace) -> None:
    space.write("issues/inbox/yoga.md", f"week: {NEXT.after()}\nauthor: Yoga\n---\nWords for a week to come.\n")
    composed = space.send()
    space.take("other", "Another take so that the week is not held.", week=NEXT)
    space.clock.instant = WEEK_LATER
    space.send(NEXT)
    space.clock.instant = WEEK_LATER + timedelta(days=7)

    space.freeze(NEXT.after())

    assert "other-week" in [remark.code for remark in composed.remarks]
    assert "Words for a week to come" not in space.issue_text(NEXT)
    assert "Words for a week to come" in space.issue_text(NEXT.after())


def test_a_story_that_was_dropped_does_not_drop_the_take_unsaid(space: Workspace) -> None:
    space.write(
        f"issues/{WEEK}/issue.toml",
        f'week = "{WEEK}"\ndrop = ["https://news.example.com/first"]\n',
    )

    composed = draft(space.room, WEEK, space.store)

    path = f"issues/{WEEK}/takes/first.md"
    placement = next(p for p in composed.draft.placements if p.take.path == path)
    assert placement.outcome == "own" or path in {r.path for r in composed.remarks}


_WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßéñ", min_size=4, max_size=9)
_LINE = st.one_of(
    st.lists(_WORD, min_size=1, max_size=6).map(" ".join),
    st.sampled_from(
        [
            "",
            "---",
            "-",
            "# A heading",
            "## https://news.example.com/z",
            "https://news.example.com/y",
            "author: Yoga",
            "author: Dikka",
            "story: #nothing",
            "headline: A headline of mine",
            "again: yes",
            "note: for the chief",
            'Yoga: "quoted words here"',
            'Dika: "left open',
            "Yoga: plain words here",
            "<!-- hidden -->",
            "```",
            "> quoted",
            "key: value",
        ]
    ),
)
_FILE = st.lists(_LINE, max_size=8).map("\n".join)


@given(files=st.lists(_FILE, min_size=1, max_size=3))
@example(files=['Yoga: "quoted words here"\nhauptsache\n'])
@example(files=["author: Yoga\nsome words\n---\nothers below\n"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_typed_words_are_found_in_the_issue_or_named_in_a_remark(shared: Workspace, files: list[str]) -> None:
    folder = shared.folder() / "takes"
    for path in folder.glob("*.md"):
        path.unlink()
    for number, text in enumerate(files):
        shared.write(f"issues/{WEEK}/takes/yoga-{number}.md", text)

    composed = draft(shared.room, WEEK, shared.store)

    printed = shared.issue_text()
    for number, text in enumerate(files):
        path = f"issues/{WEEK}/takes/yoga-{number}.md"
        named = path in {remark.path for remark in composed.remarks}
        lost = [word for word in _typed(text) if word not in printed]
        assert named or not lost, f"{lost} of {text!r} are nowhere"


def test_words_approved_anew_leave_although_a_killed_run_had_kept_the_old_ones(space: Workspace) -> None:
    space.seal()
    now = space.clock.now()
    # All that a run leaves which is killed before the week bears the mark that it began to leave.
    space.store.ledger.open_mailings(mailings_of(space.room, WEEK, date=now), now)
    space.take("first", "Entirely other words, as they were wanted in the end.")
    draft(space.room, WEEK, space.store)
    approve(space.room, WEEK, by="yoga")
    space.add("bo")

    tally = space.deliver()

    assert (tally.audience, tally.accepted) == (2, 2)
    assert all(b"Entirely other words" in letter.data for letter in space.post.taken)


def _typed(text: str) -> list[str]:
    """The words of lines that are nothing but words: those that an author cannot have meant as a mark."""
    return [word for line in text.split("\n") if re.fullmatch(r"[^\W\d_]+( [^\W\d_]+)*", line) for word in line.split()]


@pytest.fixture(scope="module")
def shared() -> Iterator[Workspace]:
    with (
        tempfile.TemporaryDirectory() as folder,
        workspace(Path(folder), at=read_instant("2024-06-07T10:00:00Z")) as space,
    ):
        yield space
