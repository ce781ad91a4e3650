"""One screen says where a week stands: deadlines, stories, takes, wishes, remarks, and the next step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.checking import check
from newsletter.cli.lines import WIDTH
from newsletter.cli.screen import status_lines
from newsletter.editorial import hold, skip
from newsletter.model.members import Away, Member
from newsletter.overview import Contents, ListedStory, overview
from newsletter.pipeline import approve
from newsletter.press.prose.columns import columns
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, wired, workspace

NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
HEADLINES = (
    "Lumen doubles the token limit of its model",
    "Ministers open a bridge over the sound",
    "A library answers questions offline",
    "Harvest comes early in the north",
    "Old laptops learn to read aloud",
)
WISHES = """pin = ["Harvest comes early in the north"]
drop = ["Ministers open a bridge over the sound"]
order = ["A library answers questions offline"]
merge = [["A library answers questions offline", "Old laptops learn to read aloud"]]
subject = "A library, a harvest"
intro = "Short week."

[retitle]
"Lumen doubles the token limit of its model" = "Lumen remembers twice as much"
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT - timedelta(days=3), settings={"LIMITS__PER_PUBLISHER": "0"}) as space:
        yield space


@pytest.fixture
def fed(space: Workspace) -> Iterator[Workspace]:
    """With five stories, each in a feed of its own."""
    names = [f"feed{n}" for n in range(len(HEADLINES))]
    with wired(space, *names):
        for n, (name, headline) in enumerate(zip(names, HEADLINES, strict=True)):
            space.publish_feed(name, {headline: NOW - timedelta(hours=n)})
        space.clock.instant = NOW
        space.collect()
        yield space


def screen(space: Workspace) -> str:
    found = overview(space.room, WEEK, space.store)
    return "\n".join(status_lines(found, space.room.settings.week.zone))


def contents(space: Workspace) -> Contents:
    found = overview(space.room, WEEK, space.store).contents
    assert found is not None
    return found


def listed(space: Workspace, headline: str) -> ListedStory:
    return next(story for story in contents(space).stories if story.headline == headline)


# The screen ----------------------------------------------------------------------------------------


def test_an_open_week_on_one_screen(fed: Workspace) -> None:
    fed.write(f"issues/{WEEK}/takes/lumen.md", f"author: Dika\n---\n# {HEADLINES[0]}\n")
    fed.write(
        f"issues/{WEEK}/takes/dika.md", f"{HEADLINES[0]}\n\nTwice as much room, and the same price for each page.\n"
    )
    fed.write(f"issues/{WEEK}/takes/yoga.md", "Nobody calls it this\n\nstory: no\n")

    said = screen(fed)

    lines = said.splitlines()
    assert lines[:3] == [
        "2024-W23  open  Week #23 2024",
        "closes     Fri 7 Jun 2024 15:00 UTC  (in 2 days 3 hours)",
        "leaves     Fri 7 Jun 2024 20:00 UTC  (in 2 days 8 hours)",
    ]
    assert len(lines) <= 40
    assert max(map(len, lines)) <= WIDTH
    assert "#lumen-doubles-token" in said
    assert lines[-2:] == [
        "next       Closes Fri 7 Jun 2024 15:00 UTC; then look and approve:",
        "           newsletter approve 2024-W23 --by NAME",
    ]


def test_printed_stories_come_first_in_their_order_then_the_best_of_the_others(fed: Workspace) -> None:
    limits = replace(fed.room.settings.limits, headlines=2)
    fed.room = replace(fed.room, settings=replace(fed.room.settings, limits=limits))

    found = contents(fed)

    issue_order = [story.story for story in found.stories if story.printed]
    assert [story.printed for story in found.stories] == [True] * 3 + [False] * 3
    assert issue_order[0] == "news-first"
    assert found.stories[0].score is None
    assert found.stories[0].takes == ("Yoga",)
    scores = [story.score or 0.0 for story in found.stories[3:]]
    assert scores == sorted(scores, reverse=True)


def test_takes_are_told_by_name_and_held_ones_with_their_path(space: Workspace) -> None:
    space.take("second", "The second of all takes says something else.")
    space.write(
        f"issues/{WEEK}/takes/wrong.md", "author: Dika\nstory: #nowhere\n---\nWords on a story that is not there.\n"
    )

    said = screen(space)

    assert "takes      3: Yoga 2, Dika (2 under stories, 1 held)" in said
    assert f"  held     issues/{WEEK}/takes/wrong.md:" in said


def test_who_has_not_filed_and_who_is_away_are_told_apart(space: Workspace) -> None:
    away = (Away(date(2024, 6, 1), date(2024, 6, 14)),)
    more = (
        Member(id="wren", name="Wren", away=away),
        Member(id="rani", name="Rani", role="chief"),
        Member(id="guest", name="Guest", role="guest"),
        Member(id="ed", name="Ed", rota=None),
    )
    settings = replace(space.room.settings, members=(*space.room.settings.members, *more))
    space.room = replace(space.room, settings=settings)

    assert "not filed  Dika, Rani; away: Wren until 14 Jun" in screen(space)
    silent = [remark.what for remark in contents(space).remarks if remark.code == "silent"]
    assert silent == ["No take this week from Dika, Rani."]


def test_remarks_are_counted_by_level_and_the_grave_ones_by_code(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/takes/dika.md", "autor: Dika\nstory: https://news.example.com/one\n---\nWords.\n")

    found = contents(space)

    levels = {level: found.count(level) for level in ("error", "warning", "notice")}
    assert sum(levels.values()) == len(found.remarks)
    assert f"{levels['notice']} notice" in screen(space)
    assert sum(count for _, count in found.codes("error", "warning")) == levels["error"] + levels["warning"]
    assert "(newsletter check 2024-W23 shows them)" in screen(space)


def test_as_many_remarks_are_counted_as_check_lists(space: Workspace) -> None:
    (space.folder() / "takes" / "first.md").unlink()
    hold(space.room, WEEK, space.store, why="a source called", by="Rani")

    found = contents(space)

    listed = check(space.room, WEEK, space.store)
    assert {"would-be-held", "held"} <= {remark.code for remark in listed.remarks}
    assert found.remarks == listed.remarks


def test_files_that_keep_the_week_from_being_composed_are_told_beside_state_and_deadlines(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/issue.toml", "pin = [\n")

    said = screen(space)

    assert "2024-W23  open" in said
    assert "closes     Fri 7 Jun 2024 15:00 UTC" in said
    assert "issues/2024-W23/issue.toml:" in said
    assert "Mend these files, then look again:  newsletter status 2024-W23" in said


def test_status_writes_nothing(fed: Workspace) -> None:
    before = {path: path.read_bytes() for path in (fed.root / "issues").rglob("*") if path.is_file()}

    screen(fed)

    assert {path: path.read_bytes() for path in (fed.root / "issues").rglob("*") if path.is_file()} == before


def test_signs_that_take_two_columns_leave_the_table_straight(fed: Workspace) -> None:
    fed.write(
        f"issues/{WEEK}/takes/hana.md", "author: Dika\nheadline: 図書館が質問に答える\n---\nWords enough for one.\n"
    )

    lines = [line for line in screen(fed).splitlines() if "Yoga" in line or "Dika" in line][:2]

    assert "図書館が質問に答える" in " ".join(lines)
    assert len({columns(line[: line.rindex(name)]) for line in lines for name in ("Yoga", "Dika") if name in line}) == 1


def test_no_line_is_wider_than_the_screen(fed: Workspace) -> None:
    fed.write(
        f"issues/{WEEK}/takes/hana.md", "author: Dika\nheadline: 図書館が質問に答える、その理由とは何か\n---\nWords.\n"
    )
    fed.write(f"issues/{WEEK}/takes/yoga.md", "Nobody calls it this\n\nstory: no\n")

    found, zone = overview(fed.room, WEEK, fed.store), fed.room.settings.week.zone
    screens = {width: list(status_lines(found, zone, width)) for width in (48, 60, 80, 120)}

    assert {width: lines for width, lines in screens.items() if max(map(columns, lines)) > width} == {}
    assert found.contents is not None
    for story in found.contents.stories:
        assert all(f"#{story.story}" in "\n".join(lines) for lines in screens.values())


# Wishes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["open", "frozen"])
def test_every_wish_works_and_its_effect_is_told_also_after_the_freeze(fed: Workspace, when: str) -> None:
    if when == "frozen":
        fed.freeze()
    fed.write(f"issues/{WEEK}/issue.toml", WISHES)

    found = contents(fed)

    told = [story.headline for story in found.stories if story.printed]
    assert told.index(HEADLINES[3]) < told.index(HEADLINES[2])
    assert "pinned" in listed(fed, HEADLINES[3]).marks
    assert listed(fed, "Lumen remembers twice as much").marks == ("retitled",)
    assert set(listed(fed, HEADLINES[2]).marks) == {"placed", "merged"}
    assert listed(fed, HEADLINES[1]).marks == ("dropped",)
    assert HEADLINES[4] not in {story.headline for story in found.stories}
    assert found.subject == "A library, a harvest"
    assert "subject    A library, a harvest" in screen(fed)


@pytest.mark.parametrize("when", ["open", "frozen"])
def test_a_telling_is_parted_from_its_story_also_after_the_freeze(fed: Workspace, when: str) -> None:
    fed.publish_feed("feed1", {HEADLINES[0]: NOW})
    fed.collect()
    together = [story for story in contents(fed).stories if story.headline == HEADLINES[0]]
    if when == "frozen":
        fed.freeze()
    fed.write(f"issues/{WEEK}/issue.toml", f'split = ["https://feed1.example.com/{"-".join(HEADLINES[0].split())}"]\n')

    parted = [story for story in contents(fed).stories if story.headline == HEADLINES[0]]

    assert [story.sources for story in together] == [("Feed0", "Feed1")]
    assert sorted(story.sources for story in parted) == [("Feed0",), ("Feed1",)]
    assert {story.marks for story in parted} == {("parted",)}


# What comes next -----------------------------------------------------------------------------------


def test_from_open_to_sent_each_state_names_the_next_step(space: Workspace) -> None:
    space.add("ada")
    steps = [_next(space)]
    space.clock.instant = FREEZE
    steps.append(_next(space))
    space.freeze()
    steps.append(_next(space))
    approve(space.room, WEEK, by="Rani")
    steps.append(_next(space))
    space.clock.instant = SEND + timedelta(hours=1)
    steps.append(_next(space))
    space.clock.instant = SEND + timedelta(hours=7)
    steps.append(_next(space))
    space.deliver()
    steps.append(_next(space))

    assert steps == [
        "Closes Fri 7 Jun 2024 15:00 UTC; then look and approve:  newsletter approve 2024-W23 --by NAME",
        "Should have closed Fri 7 Jun 2024 15:00 UTC; the next run closes it, or:  newsletter freeze 2024-W23",
        "Once approved it leaves Fri 7 Jun 2024 20:00 UTC. Look and approve:  newsletter approve 2024-W23 --by NAME",
        "Leaves Fri 7 Jun 2024 20:00 UTC.",
        "Leaves at the next run, until Sat 8 Jun 2024 02:00 UTC.",
        "It should have left Fri 7 Jun 2024 20:00 UTC; it leaves by hand only:  newsletter deliver 2024-W23",
        'Nothing more. Something wrong in it?  newsletter correct 2024-W23 "…"',
    ]


def _next(space: Workspace) -> str:
    return overview(space.room, WEEK, space.store).next


def test_an_approval_that_a_change_voided_names_who_gave_it_and_what_changed(space: Workspace) -> None:
    space.seal()
    space.take("first", "The first of all takes says something else by now.")

    said = screen(space)

    assert "2024-W23  frozen" in said
    assert f"changed since: issues/{WEEK}/takes/first.md" in said
    assert _next(space).startswith(f"Changed since Yoga approved it (issues/{WEEK}/takes/first.md).")


@pytest.mark.parametrize(
    ("empty", "unlinked", "said"),
    [
        (
            {"no_stories": "hold"},
            True,
            "0 takes can be printed, min_takes is 1; there is no story. Collect the news:  newsletter collect",
        ),
        (
            {},
            True,
            "0 takes can be printed, min_takes is 1. File a take:  newsletter take --by NAME",
        ),
        (
            {"no_explainer": "hold"},
            False,
            "there is no explainer. Write issues/2024-W23/explainer.md, or see which are ready:  newsletter plan",
        ),
    ],
    ids=["no news", "no takes", "no explainer"],
)
def test_a_week_with_too_little_says_before_its_deadline_what_to_do_first(
    space: Workspace, empty: dict[str, str], unlinked: bool, said: str
) -> None:
    if unlinked:
        (space.folder() / "takes" / "first.md").unlink()
    space.room = replace(
        space.room, settings=replace(space.room.settings, empty=replace(space.room.settings.empty, **empty))
    )

    assert _next(space) == f"As it stands it would be held Fri 7 Jun 2024 15:00 UTC: {said}"


def test_a_new_sender_voids_an_approval_and_is_named(space: Workspace) -> None:
    space.seal()
    mail = replace(space.room.settings.mail, sender="Somebody Else <else@pulse.example>")
    space.room = replace(space.room, settings=replace(space.room.settings, mail=mail))

    assert _next(space) == (
        "Changed since Yoga approved it (newsletter.toml: mail.from). Draft, look and approve again:  "
        "newsletter draft 2024-W23, newsletter diff 2024-W23 --since-approval, newsletter approve 2024-W23 --by NAME"
    )


def test_both_reasons_to_hold_a_week_are_shown(space: Workspace) -> None:
    (space.folder() / "takes" / "first.md").unlink()
    space.run_at(FREEZE)
    hold(space.room, WEEK, space.store, why="a source called", by="Rani")

    said = screen(space)

    assert "held       by Rani since Fri 7 Jun 2024 15:00 UTC: a source called" in said
    assert "held       at its deadline: 0 takes can be printed, min_takes is 1" in said


def test_a_week_that_is_left_out_says_why_and_how_to_bring_it_back(space: Workspace) -> None:
    skip(space.room, WEEK, why="holidays")

    assert screen(space).splitlines() == [
        "2024-W23  skipped",
        "readers    0",
        "",
        "next       Left out: holidays. To bring it back:  newsletter skip 2024-W23 --undo",
    ]


# Programs ------------------------------------------------------------------------------------------


def test_programs_get_all_of_it(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    space.seal()

    code = main(["status", str(WEEK), "--json", "--root", str(space.root), "--now", "2024-06-07T16:00:00+00:00"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (found["week"], found["state"], found["freeze"]) == ("2024-W23", "approved", "2024-06-07T15:00:00Z")
    assert found["approval"] == {"by": "Yoga", "at": "2024-06-04T06:00:00Z", "changed": []}
    assert found["contents"]["stories"][0]["takes"] == ["Yoga"]
    assert found["contents"]["takes"][0]["outcome"] == "own"
    assert set(found["contents"]["remarks"]) == {"error", "warning", "notice", "codes"}


def test_a_look_for_machines_composes_nothing(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    space.write(f"issues/{WEEK}/issue.toml", "pin = [\n")
    where = ["--root", str(space.root), "--now", "2024-06-05T12:00:00+00:00"]

    code = main(["status", "--check", *where])
    said = capsys.readouterr().out
    as_json = main(["status", "--check", "--json", *where])

    assert (code, said, as_json) == (0, "", 0)
    assert json.loads(capsys.readouterr().out)["faults"] == []
