"""No failure in silence: an exit code, a row in the ledger, one letter to the chief editor, a fault in status."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.editorial import skip
from newsletter.errors import Busy, CannotSend
from newsletter.files.record import dump_record, past_folder
from newsletter.model.audience import Letter
from newsletter.model.issue import Image
from newsletter.model.ports import Reply
from newsletter.model.week import Week
from newsletter.newsroom.status import faults_of, status
from newsletter.pipeline import approve, deliver
from newsletter.pipeline import run as run_due
from newsletter.stopping import resume
from tests.press.build import make_issue
from tests.room import COLLECT, FREEZE, SEND, WEEK, Post, Workspace, in_a_process, wired, workspace

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path, at=COLLECT) as space:
        space.add("ada")
        yield space


def break_feeds(space: Workspace) -> Callable[[], None]:
    space.write("feeds.toml", "this is no TOML [")
    return lambda: space.write("feeds.toml", "") and None


def break_template(space: Workspace) -> Callable[[], None]:
    file = space.write("templates/email.html.j2", "{% if %}")
    return file.unlink


def break_page(space: Workspace) -> Callable[[], None]:
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.taken.clear()
    # The page is not sealed: what is wrong with its template shows when the archive is built.
    (space.root / "site").write_text("a file where a folder belongs")
    return (space.root / "site").unlink


def break_relay(space: Workspace) -> Callable[[], None]:
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.taken.clear()
    serial = iter(range(1000))

    def refuse(letter: Letter) -> Reply:
        if letter.subscriber:
            return Reply(550, f"5.7.1 not from you, see case {next(serial)}", "sender")
        return Reply(250, "Taken")

    # Three refusals in a row end a try; here are enough readers for several.
    space.add(*(f"r{number}" for number in range(20)))
    space.post.answers = refuse

    def mend() -> None:
        space.post.answers = lambda _: Reply(250, "Taken")
        # It refused us: nothing more leaves until a person says so, and then all are due at once.
        resume(space.room, WEEK, space.store)

    return mend


def empty_week(space: Workspace) -> Callable[[], None]:
    file = space.folder() / "takes" / "first.md"
    words = file.read_text(encoding="utf-8")
    file.unlink()
    return lambda: file.write_text(words, encoding="utf-8") and None


CASES = pytest.mark.parametrize(
    ("stage", "at", "spoil", "code"),
    [
        ("collect", COLLECT, break_feeds, 3),
        ("freeze", FREEZE, break_template, 3),
        ("freeze", FREEZE, empty_week, 3),
        ("publish", SEND, break_page, 1),
        ("deliver", SEND, break_relay, 3),
    ],
    ids=["feeds.toml broken", "template with a mistake", "too little to print", "archive in the way", "relay refuses"],
)


@CASES
def test_a_stage_that_fails_is_kept_told_once_and_mended(
    space: Workspace,
    stage: str,
    at: object,
    spoil: Callable[[Workspace], Callable[[], None]],
    code: int,
) -> None:
    mend = spoil(space)
    first = [done for done in space.ran_at(at) if done.stage == stage]  # type: ignore[arg-type]
    told = len(space.post.alarms)
    again = [
        done for step in (1, 2) for done in space.ran_at(space.clock.instant + step * MINUTE) if done.stage == stage
    ]

    assert [(done.result, done.exit_code) for done in (*first, *again)] == [("failed", code)] * 3
    assert first[0].told == "told chief@pulse.example.com"
    assert told == len(space.post.alarms) == 1
    assert stage in space.post.alarms[0]
    faults = faults_of(space.room, space.store)
    assert any(fault.startswith(f"{stage} failed") for fault in faults)
    row = next(row for row in space.store.runs.recent(50) if row.stage == stage)
    assert row.state == "failed"
    assert row.message

    mend()
    mended = [(done.stage, done.result) for done in space.ran_at(space.clock.instant + 5 * MINUTE)]

    assert (stage, "done") in mended
    assert not any(fault.startswith(f"{stage} failed") for fault in faults_of(space.room, space.store))


def test_an_archive_that_lacks_something_is_built_told_once_and_looked_at_again(space: Workspace) -> None:
    past = past_folder(space.root) / "2019-old"
    past.mkdir(parents=True)
    gone = Image(typed="a.png", path="old/a.png", name="images/a.png", width=9, height=9, sha256="0" * 64)
    (past / "issue.json").write_text(dump_record(make_issue(week=Week(2019, 9), images=(gone,))), encoding="utf-8")
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.taken.clear()

    first, again = space.ran_at(SEND), space.ran_at(SEND + MINUTE)

    assert [(one.stage, one.result, one.exit_code) for one in first] == [
        ("publish", "in part", 4),
        ("deliver", "done", 0),
    ]
    assert [(one.stage, one.result) for one in again] == [("publish", "in part")]
    assert "old/a.png: error [image-gone]" in first[0].what
    assert [first[0].told, again[0].told] == ["told chief@pulse.example.com", ""]
    assert "publish is done in part" in space.post.alarms[0]
    assert (space.room.site / "issues" / "2019-old" / "index.html").is_file()
    assert any("[image-gone]" in fault for fault in faults_of(space.room, space.store))

    shutil.rmtree(past)

    assert [(one.stage, one.result) for one in space.ran_at(SEND + 2 * MINUTE)] == [("publish", "done")]
    assert faults_of(space.room, space.store) == ()


def test_who_could_not_be_told_is_told_when_it_is_possible_again(space: Workspace) -> None:
    break_feeds(space)

    def unreachable() -> Post:
        raise CannotSend("The mail server cannot be reached.")

    down = replace(space.room, open_transport=unreachable)
    during = run_due(down, space.store)
    after = space.ran_at(COLLECT + MINUTE)
    later = space.ran_at(COLLECT + 2 * MINUTE)

    assert during[0].told.startswith("the chief editor could not be told")
    assert after[0].told == "told chief@pulse.example.com"
    assert later[0].told == ""
    assert len(space.post.alarms) == 1


def test_a_fault_of_ours_is_kept_and_told_and_goes_on_up(space: Workspace) -> None:
    class Broken:
        def source(self, name: str) -> tuple[str, str] | None:
            raise ZeroDivisionError(name)

    space.room = replace(space.room, templates=Broken())

    with pytest.raises(ZeroDivisionError):
        space.ran_at(FREEZE)

    assert any("ZeroDivisionError" in alarm for alarm in space.post.alarms)
    assert any("ZeroDivisionError" in fault for fault in faults_of(space.room, space.store))
    with space.room.lock(space.store):
        pass


def test_an_issue_that_nobody_approved_is_asked_for_once_and_leaves_when_it_is(space: Workspace) -> None:
    space.run_at(FREEZE)
    space.post.taken.clear()
    asked = space.ran_at(SEND)
    again = space.ran_at(SEND + MINUTE)
    alarms = list(space.post.alarms)
    faults = faults_of(space.room, space.store)

    approve(space.room, WEEK, by="yoga")
    left = space.run_at(SEND + 5 * HOUR)

    assert [(done.result, done.exit_code) for done in (*asked, *again)] == [("ask", 3), ("ask", 3)]
    assert (asked[0].told, again[0].told) == ("told chief@pulse.example.com", "")
    assert len(alarms) == 1
    assert "newsletter approve 2024-W23" in alarms[0].replace("=\r\n", "")
    assert any("should have left" in fault for fault in faults)
    assert left == [("publish", "done"), ("deliver", "done")]
    assert space.post.readers == ["ada"]
    assert faults_of(space.room, space.store) == ()


def test_an_overdue_issue_is_asked_for_and_not_sent_but_by_hand(space: Workspace) -> None:
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.taken.clear()

    late = space.ran_at(SEND + 7 * HOUR)
    again = space.ran_at(SEND + 8 * HOUR)
    sent_by_itself = list(space.post.readers)
    alarms = [alarm for alarm in space.post.alarms if "overdue" in alarm]
    faults = faults_of(space.room, space.store)
    space.deliver()
    after = space.run_at(SEND + 9 * HOUR)

    assert [done.result for done in late if done.stage == "deliver"] == ["ask"]
    assert [done.told for done in again if done.stage == "deliver"] == [""]
    assert sent_by_itself == []
    assert len(alarms) == 1
    assert faults
    assert space.post.readers == ["ada"]
    assert ("deliver", "ask") not in after
    assert faults_of(space.room, space.store) == ()


def test_an_approval_that_comes_too_late_sends_nothing_by_itself(space: Workspace) -> None:
    space.run_at(FREEZE)
    space.run_at(SEND + 6 * HOUR)
    space.clock.instant = SEND + 6 * HOUR + MINUTE
    approve(space.room, WEEK, by="yoga")

    found = space.run_at(SEND + 6 * HOUR + 2 * MINUTE)

    assert found == [("deliver", "ask")]
    assert space.post.readers == []


def test_an_issue_that_has_begun_to_leave_is_finished_however_late(space: Workspace) -> None:
    space.add("bo")
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.answers = lambda letter: Reply(451 if letter.recipient.startswith("bo") else 250, "4.3.0 later")
    space.run_at(SEND)
    space.post.answers = lambda _: Reply(250, "Taken")

    found = space.run_at(SEND + 30 * HOUR)

    assert ("deliver", "done") in found
    assert space.post.readers == ["ada", "bo"]


def test_slots_that_were_missed_while_the_machine_was_down_are_made_up_for(space: Workspace) -> None:
    space.run_at(COLLECT)
    approved_late = space.run_at(SEND + HOUR)
    approve(space.room, WEEK, by="yoga")

    found = space.run_at(SEND + 2 * HOUR)

    assert approved_late == [("freeze", "done"), ("deliver", "ask")]
    assert space.state().frozen is not None
    assert space.state().frozen.at == FREEZE
    assert found == [("publish", "done"), ("deliver", "done")]


def test_a_second_runner_says_busy_and_leaves_no_trace(space: Workspace) -> None:
    with space.room.lock(space.store), space.room.open_store() as other, pytest.raises(Busy) as busy:
        run_due(space.room, other)

    assert busy.value.exit_code == 75
    assert space.store.runs.recent(9) == ()
    assert space.post.tried == []


def test_a_fresh_installation_after_the_slot_is_quiet(space: Workspace) -> None:
    first = space.run_at(SEND + 3 * HOUR)
    second = space.run_at(SEND + 4 * HOUR)

    assert first == [("collect", "done")]
    assert second == []
    assert space.post.tried == []
    assert faults_of(space.room, space.store) == ()


def test_a_week_that_was_left_out_is_no_fault_any_more(space: Workspace) -> None:
    empty_week(space)
    space.run_at(COLLECT)
    space.run_at(FREEZE)
    before = faults_of(space.room, space.store)
    skip(space.room, WEEK, why="holidays")

    after = space.run_at(SEND + HOUR)

    assert before
    assert after == []
    assert faults_of(space.room, space.store) == ()


def test_what_a_person_did_by_hand_after_a_failure_is_no_fault_any_more(space: Workspace) -> None:
    mend = break_relay(space)
    space.run_at(SEND)
    mend()
    space.deliver()

    assert [fault for fault in faults_of(space.room, space.store) if "deliver" in fault] == []


def test_a_stage_that_was_killed_is_a_fault_until_it_is_done(space: Workspace) -> None:
    space.store.runs.begin("freeze", FREEZE, WEEK, FREEZE)
    space.clock.instant = FREEZE + MINUTE

    before = faults_of(space.room, space.store)
    space.run_at(FREEZE + 2 * MINUTE)

    assert before == ("freeze of Fri 7 Jun 2024 15:00 UTC began and never ended",)
    assert faults_of(space.room, space.store) == ()


def test_feeds_that_gave_nothing_are_named_in_the_report_of_the_run(space: Workspace) -> None:
    with wired(space, "alpha", "beta"):
        space.write("var/wire/beta.xml", "<html><body>moved</body></html>")

        found = space.ran_at(COLLECT)

    assert [(done.stage, done.result, done.what) for done in found] == [
        ("collect", "done", "1 of 2 feeds gave nothing: Beta")
    ]


def test_letters_that_wait_are_done_in_part_and_a_fault(space: Workspace) -> None:
    space.run_at(FREEZE)
    approve(space.room, WEEK, by="yoga")
    space.post.answers = lambda _: Reply(451, "4.3.0 later")

    found = [done for done in space.ran_at(SEND) if done.stage == "deliver"]

    assert [(done.result, done.exit_code) for done in found] == [("in part", 4)]
    assert status(space.room, WEEK, space.store).faults


def test_the_command_line_says_it_with_its_exit_code(
    space: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_feeds(space)
    where = ["--root", str(space.root), "--now", COLLECT.isoformat()]

    run_code = main(["run", *where, "--json"])
    said = json.loads(capsys.readouterr().out)
    check_code = main(["status", *where, "--check"])
    shown = capsys.readouterr().out

    assert (run_code, check_code) == (3, 1)
    assert [(one["stage"], one["result"]) for one in said] == [("collect", "failed")]
    assert "fault: collect failed" in shown
    assert len(list((space.root / "var" / "outbox").glob("*.eml"))) == 1


def test_a_full_disk_is_said_and_told_and_loses_nothing(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/explainer.md", "title: Words\n---\n```\n" + ("words" * 50 + "\n") * 1_000 + "```\n")
    before = {path: path.read_bytes() for path in space.folder().rglob("*") if path.is_file()}
    limited = in_a_process("-c", _WITH_LITTLE_ROOM, "run", "--root", str(space.root), "--now", FREEZE.isoformat())

    out, err = limited.communicate(timeout=60)

    assert limited.returncode == 1, err
    assert "freeze: failed" in out
    assert "could not be written" in out
    assert "Traceback" not in err
    letters = [path.read_text(encoding="ascii") for path in (space.root / "var" / "outbox").glob("*.eml")]
    assert [letter.count("freeze failed") for letter in letters] == [1]
    assert {path: path.read_bytes() for path in before} == before
    assert space.state().frozen is None
    space.clock.instant = FREEZE + MINUTE
    assert any("could not be written" in fault for fault in faults_of(space.room, space.store))
    assert ("freeze", "done") in space.run_at(FREEZE + 2 * MINUTE)


_WITH_LITTLE_ROOM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (240_000, resource.RLIM_INFINITY))
from newsletter.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_transport_that_breaks_in_the_middle_is_told_by_the_ledger(space: Workspace) -> None:
    space.seal()

    def unreachable() -> Post:
        raise CannotSend("The mail server cannot be reached.", mend="Look at its name in newsletter.toml.")

    broken = replace(space.room, open_transport=unreachable)
    space.clock.instant = SEND
    found = [done for done in run_due(broken, space.store) if done.stage == "deliver"]

    assert [(done.result, done.exit_code) for done in found] == [("failed", 1)]
    assert "Look at its name" in found[0].what
    with pytest.raises(CannotSend):
        deliver(broken, WEEK, space.store)


def test_when_no_feed_at_all_gave_anything_the_chief_editor_is_told_once_a_slot(tmp_path: Path) -> None:
    with socket.socket() as taken, workspace(tmp_path, at=COLLECT) as space:
        # Bound and not listening: whoever calls is refused.
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/feed"
        space.write("feeds.toml", f'[[feed]]\nid = "gone"\nname = "Gone"\nurl = "{address}"\nintranet = true\n')

        space.run_at(COLLECT)
        space.run_at(COLLECT + MINUTE)

        assert len(space.post.alarms) == 1
        assert "no feed gave anything" in space.post.alarms[0]
