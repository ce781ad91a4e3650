"""`run` does what is due and not yet done, once, from any state that an end in the middle leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.files.state import read_seal
from newsletter.model.week import Week
from newsletter.pipeline import approve, freeze
from tests.room import COLLECT, FREEZE, SEND, WEEK, Workspace, in_a_process, workspace

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT) as space:
        space.add("ada", "bo")
        yield space


@pytest.fixture(params=["since-last-issue", "iso-week"])
def by_itself(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that sends without an approval, in each mode."""
    settings = {"SCHEDULE__AUTO_SEND": "true", "WEEK__WINDOW": request.param}
    with workspace(tmp_path, at=COLLECT, settings=settings) as space:
        space.add("ada", "bo")
        yield space


def test_a_week_goes_by_with_one_approval(space: Workspace) -> None:
    week = [space.run_at(COLLECT + DAY * n) for n in (-1, 0)]
    frozen = space.ran_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    sent = space.ran_at(SEND)

    assert week == [[("collect", "done")], [("collect", "done")]]
    assert [(one.stage, one.result, one.told) for one in frozen] == [("freeze", "done", "told chief@pulse.example.com")]
    assert [(one.stage, one.result, one.what) for one in sent] == [
        ("publish", "done", ""),
        ("deliver", "done", "2 letters accepted"),
    ]
    assert space.post.readers == ["ada", "bo"]
    assert (space.room.site / "index.html").is_file()


def test_the_second_run_does_nothing(by_itself: Workspace) -> None:
    first = [by_itself.run_at(instant) for instant in (COLLECT, FREEZE, SEND)]
    before = {p: p.read_bytes() for p in (by_itself.root / "issues").rglob("*") if p.is_file()}

    second = [by_itself.run_at(instant) for instant in (SEND, SEND + MINUTE, SEND + 5 * MINUTE)]

    assert all(first)
    assert second == [[], [], []]
    assert {p: p.read_bytes() for p in (by_itself.root / "issues").rglob("*") if p.is_file()} == before
    assert by_itself.post.readers == ["ada", "bo"]


def test_without_a_question_it_leaves_if_the_settings_say_so(by_itself: Workspace) -> None:
    by_itself.run_at(COLLECT)

    at_the_freeze = by_itself.run_at(FREEZE)
    at_the_slot = by_itself.run_at(SEND)

    seal = read_seal(by_itself.root, WEEK)
    assert at_the_freeze == [("freeze", "done"), ("approve", "done")]
    assert at_the_slot == [("publish", "done"), ("deliver", "done")]
    assert seal is not None
    assert seal.by == "auto_send"
    assert by_itself.post.alarms == []


def test_what_was_frozen_by_hand_is_approved_and_sent_by_itself(by_itself: Workspace) -> None:
    by_itself.clock.instant = FREEZE - timedelta(hours=5)
    freeze(by_itself.room, WEEK, by_itself.store, early=True)

    found = by_itself.run_at(FREEZE)
    sent = by_itself.run_at(SEND)

    assert ("approve", "done") in found
    assert sent == [("publish", "done"), ("deliver", "done")]


def test_a_run_before_the_freeze_leaves_the_week_open(by_itself: Workspace) -> None:
    found = by_itself.run_at(FREEZE - MINUTE)

    assert found == [("collect", "done")]
    assert by_itself.state().frozen is None


def test_three_weeks_by_themselves_are_three_issues(by_itself: Workspace) -> None:
    for number in range(3):
        week = WEEK.after(number)
        by_itself.take(f"take-{number}", f"What week number {number} has to say for itself.", week=week)
        for instant in (COLLECT, FREEZE, SEND):
            by_itself.run_at(instant + 7 * number * DAY)
            by_itself.run_at(instant + 7 * number * DAY + MINUTE)

    assert Counter(by_itself.post.readers) == {"ada": 3, "bo": 3}
    assert by_itself.post.alarms == []
    for number in range(3):
        assert f"What week number {number} has" in by_itself.issue_text(WEEK.after(number))
        numbers = json.loads((by_itself.folder(WEEK.after(number)) / "issue.json").read_text(encoding="utf-8"))
        assert numbers["number"] == number + 1


@pytest.mark.parametrize(
    ("sunday", "closes"),
    [
        (datetime(2024, 10, 27, tzinfo=UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        (datetime(2025, 3, 30, tzinfo=UTC), datetime(2025, 3, 30, 1, 30, tzinfo=UTC)),
    ],
    ids=["half past two comes twice", "half past two never comes"],
)
def test_a_week_with_a_change_of_clocks_closes_once_and_leaves_once(
    tmp_path: Path, sunday: datetime, closes: datetime
) -> None:
    settings = {
        "WEEK__TIMEZONE": "Europe/Berlin",
        "SCHEDULE__FREEZE": "sun 02:30",
        "SCHEDULE__SEND": "sun 03:30",
        "SCHEDULE__COLLECT": '["sun 02:15"]',
        "SCHEDULE__AUTO_SEND": "true",
    }
    week = Week.of(sunday.date())
    with workspace(tmp_path, settings=settings, at=sunday - 2 * DAY) as space:
        space.add("ada")
        space.take("clocks", "What the team says about clocks that change.", week=week)
        space.run_at(sunday - DAY)
        done: Counter[str] = Counter()
        for quarter in range(16):
            done.update(stage for stage, _ in space.run_at(sunday + quarter * timedelta(minutes=15)))

        assert done == {"collect": 1, "freeze": 1, "approve": 1, "publish": 1, "deliver": 1}
        assert space.post.readers == ["ada"]
        frozen = space.state(week).frozen
        assert frozen is not None
        assert frozen.at == closes


def test_a_later_mistake_of_the_clock_sends_nothing_again(by_itself: Workspace) -> None:
    for instant in (COLLECT, FREEZE, SEND):
        by_itself.run_at(instant)

    back = [by_itself.run_at(instant) for instant in (FREEZE, COLLECT, SEND - 7 * DAY)]

    assert [stage for found in back for stage, _ in found if stage in ("publish", "deliver")] == []
    assert by_itself.post.readers == ["ada", "bo"]


STAGES = ("collect", "freeze", "freeze, list written", "approve", "publish", "deliver")


def test_a_run_that_is_killed_in_any_stage_is_finished_by_the_next_with_every_effect_once(tmp_path: Path) -> None:
    with in_a_process("-c", _KILLED_AND_RUN_AGAIN, str(tmp_path), *STAGES) as beside:
        out, err = beside.communicate(timeout=120)

    assert beside.returncode == 0, err
    found = {one["stage"]: one for one in map(json.loads, out.splitlines())}
    assert list(found) == list(STAGES)
    for stage, one in found.items():
        assert one["killed"], stage
        assert one["letters"] == ["ada", "bo", "cy"], stage
        assert one["left over"] == [], stage
        assert one["rows"] == dict.fromkeys(("collect", "freeze", "approve", "publish", "deliver"), "done"), stage
        assert (one["archive"], one["differing"], one["faults"]) == (True, [], []), stage


#: Each workspace is run by a fork that is killed where the stage's seam is used, and then run to its end.
_KILLED_AND_RUN_AGAIN = """
import json, os, signal, sqlite3, sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from newsletter.editorial import rebuild
from newsletter.newsroom.status import faults_of
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.pipeline import run
from tests.room import COLLECT, FREEZE, HOST, SEND, WEEK, DyingOutbox, Post, over, workspace

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Hosts(dict):
    def items(self):
        die()

class Templates:
    def __init__(self, inner, fatal):
        self.inner, self.fatal = inner, fatal
    def source(self, name):
        if self.fatal(name):
            die()
        return self.inner.source(name)

def begun(root, stage):
    with sqlite3.connect(root / "var" / "newsletter.db") as rows:
        return rows.execute("SELECT count(*) FROM runs WHERE stage = ?", (stage,)).fetchone()[0] > 0

def deadly(room, stage):
    state = room.root / "issues" / str(WEEK) / "state.json"
    fatal = {
        "freeze": lambda name: True,
        "freeze, list written": lambda name: state.exists(),
        "approve": lambda name: begun(room.root, "approve"),
        "publish": lambda name: begun(room.root, "publish"),
    }
    if stage == "collect":
        return replace(room, hosts=Hosts({HOST: ""}))
    if stage == "deliver":
        return replace(room, open_transport=over(DyingOutbox(room.root / "out", at=2)))
    return replace(room, templates=Templates(room.templates, fatal[stage]))

for stage in sys.argv[2:]:
    root = Path(sys.argv[1]) / stage
    with workspace(root, at=COLLECT, settings={"SCHEDULE__AUTO_SEND": "true"}) as space:
        space.add("ada", "bo", "cy")
        feed = f'[[feed]]\\nid = "a"\\nname = "A"\\nurl = "https://{HOST}/a"\\n'
        space.write("feeds.toml", feed if stage == "collect" else "")
        room = replace(space.room, open_transport=over(OutboxRelay(root / "out")))
    child = os.fork()
    if child == 0:
        bad = deadly(room, stage)
        for instant in (COLLECT, FREEZE, SEND):
            space.clock.instant = instant
            with bad.open_store() as store:
                run(bad, store)
        os._exit(0)
    killed = os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    space.write("feeds.toml", "")
    with room.open_store() as store:
        for instant in (COLLECT, FREEZE, SEND, SEND + timedelta(minutes=1)):
            space.clock.instant = instant
            run(room, store)
        letters = [path.read_text() for path in sorted((root / "out").glob("*.eml"))]
        print(json.dumps({
            "stage": stage,
            "killed": killed,
            "letters": sorted(n for n in ("ada", "bo", "cy") for one in letters if f"To: {n}@" in one),
            "left over": [str(p) for p in root.rglob("*") if p.suffix in (".tmp", ".part")],
            "rows": {row.stage: row.state for row in store.runs.recent(50)},
            "archive": (root / "site" / "index.html").is_file(),
            "differing": list(rebuild(room, WEEK, verify=True).differing),
            "faults": list(faults_of(room, store)),
        }))
"""


def test_a_freeze_that_was_stopped_after_its_list_was_written_is_finished_and_told(space: Workspace) -> None:
    class Stopped(BaseException):
        pass

    class Stopping:
        def source(self, name: str) -> tuple[str, str] | None:
            if space.state().frozen is not None:
                raise Stopped
            return kept.source(name)

    space.run_at(COLLECT)
    kept = space.room.templates
    space.room = replace(space.room, templates=Stopping())
    with pytest.raises(Stopped):
        space.run_at(FREEZE)
    space.room = replace(space.room, templates=kept)

    found = space.ran_at(FREEZE + MINUTE)
    again = space.ran_at(FREEZE + 2 * MINUTE)

    assert [(one.stage, one.result, one.told) for one in found] == [("freeze", "done", "told chief@pulse.example.com")]
    assert again == ()


def test_the_command_says_nothing_when_nothing_is_due(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["run", "--root", str(space.root), "--now", COLLECT.isoformat()]

    first = main(where), capsys.readouterr().out
    second = main(where), capsys.readouterr().out

    assert first == (0, "2024-W23 collect: done\n")
    assert second == (0, "")
