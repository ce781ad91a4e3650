"""The weeks to come: who explains what, who writes, and what the backlog holds against the week's news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.cli.lines import WIDTH
from newsletter.cli.plan_screen import plan_lines
from newsletter.editorial import hold, skip
from newsletter.model.members import Away, Member, Rota
from newsletter.model.week import Week
from newsletter.pipeline import draft
from newsletter.planning import Plan, PlannedWeek, plan
from newsletter.press.prose.columns import columns
from tests.room import WEEK, Workspace, workspace

NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
WEEKS = [WEEK.after(n) for n in range(8)]


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=NOW) as space:
        yield space


def explainer(space: Workspace, name: str, *header: str, body: str = "What it is.") -> None:
    lines = "\n".join((f"title: {name.title()}", *header))
    space.write(f"issues/explainers/{name}.md", f"{lines}\n---\n{body}\n")


def row(space: Workspace, week: Week = WEEK) -> PlannedWeek:
    return next(one for one in plan(space.room, space.store).weeks if one.week == week)


def how(found: Plan) -> list[tuple[str, str] | None]:
    return [(one.explainer.how, one.explainer.title) if one.explainer else None for one in found.weeks]


def screen(space: Workspace) -> str:
    return "\n".join(plan_lines(plan(space.room, space.store), space.room.settings.week.zone))


# The calendar --------------------------------------------------------------------------------------


def test_the_calendar_has_eight_weeks_from_the_current_one_with_their_send_days(space: Workspace) -> None:
    found = plan(space.room, space.store)

    assert [one.week for one in found.weeks] == WEEKS
    assert {one.send.isocalendar()[:2] for one in found.weeks} == {(week.year, week.number) for week in WEEKS}
    assert {one.state for one in found.weeks} == {"open"}
    assert len(plan(space.room, space.store, weeks=3).weeks) == 3


def test_each_way_to_an_explainer_is_told(space: Workspace) -> None:
    explainer(space, "agents")
    explainer(space, "benchmarks", f"week: {WEEKS[2]}")
    explainer(space, "caching", "ready: yes")
    explainer(space, "distillation", "ready: yes")
    space.write(f"issues/{WEEKS[1]}/issue.toml", 'explainer = "agents"\n')
    space.write(f"issues/{WEEKS[3]}/explainer.md", "title: Embeddings\nauthor: Dika\n---\nWhat they are.\n")

    found = plan(space.room, space.store)

    assert how(found) == [
        ("proposed", "Caching"),
        ("named", "Agents"),
        ("planned", "Benchmarks"),
        ("own", "Embeddings"),
        ("likely", "Distillation"),
        None,
        None,
        None,
    ]
    assert row(space, WEEKS[3]).explainer is not None
    assert row(space, WEEKS[3]).explainer.author == "Dika"  # type: ignore[union-attr]


def test_of_a_week_whose_wishes_cannot_be_read_nothing_is_said_to_be_known(space: Workspace) -> None:
    explainer(space, "agents", "ready: yes")
    space.write(f"issues/{WEEKS[1]}/issue.toml", 'explainer = "agents\n')

    found = plan(space.room, space.store)

    assert [one.how if one else "" for one in (week.explainer for week in found.weeks[:3])] == [
        "proposed",
        "faulty",
        "",
    ]
    assert "not known: its files hold errors" in screen(space)
    assert f"issues/{WEEKS[1]}/issue.toml:1: error [toml]" in screen(space)


def test_no_line_of_the_plan_is_wider_than_the_screen(space: Workspace) -> None:
    explainer(space, "図書館", "ready: yes", "author: 佐藤 花子")
    space.room = replace(
        space.room,
        settings=replace(
            space.room.settings, members=(Member(id="h", name="佐藤 花子"), Member(id="m", name="محمد العربي"))
        ),
    )

    found, zone = plan(space.room, space.store), space.room.settings.week.zone
    screens = {width: list(plan_lines(found, zone, width)) for width in (48, 60, 88, 120)}

    assert {width: lines for width, lines in screens.items() if max(map(columns, lines)) > width} == {}
    assert all(any("佐藤 花子, محمد العربي" in line for line in lines) for lines in screens.values())


def test_what_is_proposed_is_what_the_draft_takes_with_its_reason(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    explainer(space, "zeta", "ready: yes", "aliases: digital twin")
    space.take("twins", "I would send my digital twin to the dentist first.")

    proposed = row(space).explainer
    made = draft(space.room, WEEK, space.store)

    assert proposed is not None
    assert (proposed.how, proposed.title, proposed.because) == ("proposed", "Zeta", "1 story says digital twin")
    assert made.draft.issue.topic == "Zeta"
    assert "is taken: 1 story says digital twin." in " ".join(remark.what for remark in made.remarks)


def test_the_proposal_of_an_open_week_stays_after_its_freeze(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    explainer(space, "zeta", "ready: yes", "aliases: digital twin")
    space.take("twins", "I would send my digital twin to the dentist first.")
    space.freeze()
    space.write(
        f"issues/{WEEK}/takes/twins.md", "author: Yoga\nheadline: Nothing\nlink: https://x.example/\n---\nNo.\n"
    )

    found = row(space).explainer

    assert found is not None
    assert (found.how, found.title) == ("frozen", "Zeta")
    assert draft(space.room, WEEK, space.store).draft.issue.topic == "Zeta"


def test_a_name_that_the_backlog_does_not_have_is_told(space: Workspace) -> None:
    space.write(f"issues/{WEEKS[1]}/issue.toml", 'explainer = "agnets"\n')

    found = row(space, WEEKS[1]).explainer

    assert found is not None
    assert found.because == 'issue.toml names "agnets", which issues/explainers does not have'


def test_a_week_left_out_or_held_says_why_and_takes_no_explainer_from_the_others(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    explainer(space, "beta", "ready: yes")
    skip(space.room, WEEKS[1], why="holidays")
    hold(space.room, WEEKS[2], space.store, why="a source called", by="Rani")

    found = plan(space.room, space.store)

    assert [(one.state, one.why) for one in found.weeks[:3]] == [
        ("open", ""),
        ("skipped", "holidays"),
        ("held", "a source called (Rani)"),
    ]
    assert how(found)[:3] == [("proposed", "Alpha"), None, ("likely", "Beta")]


def test_who_writes_follows_rota_and_absences(space: Workspace) -> None:
    members = (
        Member(id="yoga", name="Yoga"),
        Member(id="dika", name="Dika", rota=Rota(1, 2)),
        Member(id="wren", name="Wren", rota=Rota(2, 2)),
        Member(id="rani", name="Rani", role="chief", away=(Away(date(2024, 6, 10), date(2024, 6, 14)),)),
        Member(id="guest", name="Guest", role="guest"),
    )
    space.room = replace(space.room, settings=replace(space.room.settings, members=members))

    rows = plan(space.room, space.store).weeks

    assert [one.writing for one in rows[:2]] in (
        [("Yoga", "Dika", "Rani"), ("Yoga", "Wren")],
        [("Yoga", "Wren", "Rani"), ("Yoga", "Dika")],
    )
    assert [one.away for one in rows[:3]] == [(), (("Rani", date(2024, 6, 14)),), ()]


# The backlog ---------------------------------------------------------------------------------------


def test_ready_ones_stand_closest_to_the_news_first_with_the_terms_in_common(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    explainer(space, "zeta", "ready: yes", "aliases: digital twin")
    space.take("twins", "I would send my digital twin to the dentist first.")

    ready = plan(space.room, space.store).ready

    assert [(one.title, one.said) for one in ready] == [("Zeta", "1 story says digital twin"), ("Alpha", "")]


def test_repeats_drafts_and_what_waits_are_told_apart(space: Workspace) -> None:
    explainer(space, "agents", "ready: yes")
    space.add("ada")
    space.send()
    space.clock.instant = NOW + timedelta(days=7)
    space.write("issues/explainers/again.md", "title: Introduction to Agents\nready: yes\n---\nWhat they are.\n")
    explainer(space, "draft")
    explainer(space, "later", "week: 2025-W01")
    explainer(space, "missed", f"week: {WEEK}")

    found = plan(space.room, space.store)

    assert found.used == 1
    assert ("issues/explainers/again.md", "ran in Week #23 2024 - Agents (2024-W23)") in [
        (one.path, one.said) for one in found.repeats
    ]
    assert [(one.title, one.said) for one in found.waiting] == [
        ("Draft", "not ready; when it is:  ready: yes"),
        ("Later", "planned for 2025-W01"),
        ("Missed", "planned for 2024-W23, which has another or went without it"),
    ]
    assert "Introduction to Agents" not in [title for one in how(found) if one for title in one]


def test_a_second_part_is_no_repeat_and_a_printed_file_that_is_planned_again_is_one(space: Workspace) -> None:
    explainer(space, "agents", "ready: yes")
    space.add("ada")
    space.send()
    space.clock.instant = NOW + timedelta(days=7)
    space.write(f"issues/{WEEKS[1]}/issue.toml", 'explainer = "agents"\n')
    space.write("issues/explainers/two.md", "title: Agents\nseries: Agents\npart: 2\nready: yes\n---\nMore.\n")

    found = plan(space.room, space.store)

    assert [one.path for one in found.repeats] == ["issues/explainers/agents.md"]


# The screen ----------------------------------------------------------------------------------------


def test_the_plan_fits_the_screen(space: Workspace) -> None:
    for name in ("alpha", "beta", "gamma"):
        explainer(space, name, "ready: yes", "author: Yoga")
    explainer(space, "a-very-long-name-for-a-file", "title: " + "How a Very Long Title " * 6)

    lines = screen(space).splitlines()

    assert lines[0].split() == ["week", "leaves", "state", "explainer", "takes"]
    assert lines[1].startswith("2024-W23  Fri 7 Jun   open      Alpha, by Yoga")
    assert len(lines) <= 40
    assert max(map(len, lines)) <= WIDTH


def test_without_a_backlog_the_plan_says_how_to_begin_one(space: Workspace) -> None:
    assert "put one there, with  ready: yes" in screen(space)


def test_files_with_errors_do_not_hide_the_calendar(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    space.write(f"issues/{WEEK}/issue.toml", "pin = [\n")

    found = plan(space.room, space.store)

    assert len(found.weeks) == 8
    assert any("issue.toml" in fault for fault in found.faulty)
    assert [one.title for one in found.ready] == ["Alpha"]


def test_programs_get_all_of_it(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    explainer(space, "alpha", "ready: yes")

    code = main(["plan", "--json", "--root", str(space.root), "--now", "2024-06-05T12:00:00+00:00"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [one["week"] for one in found["weeks"]] == [str(week) for week in WEEKS]
    assert found["weeks"][0]["send"] == "2024-06-07T20:00:00Z"
    assert found["weeks"][0]["explainer"]["how"] == "proposed"
    assert found["ready"] == [{"path": "issues/explainers/alpha.md", "title": "Alpha", "said": ""}]


def test_planning_writes_nothing(space: Workspace) -> None:
    explainer(space, "alpha", "ready: yes")
    before = sorted(str(path) for path in (space.root / "issues").rglob("*"))

    screen(space)

    assert sorted(str(path) for path in (space.root / "issues").rglob("*")) == before
