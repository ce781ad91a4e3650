"""Each reader exactly once: nobody missed, nobody twice, whatever is stopped, killed or brought back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.demo.mailbox import Mailbox
from newsletter.editorial import skip
from newsletter.errors import Busy, CannotSend, NotReady
from newsletter.files.state import write_state
from newsletter.mail.transports.outbox import OutboxRelay
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.audience import Letter
from newsletter.model.ports import Reply, Transport
from newsletter.model.week_state import Sent
from newsletter.pipeline import approve, deliver, draft, freeze, run
from newsletter.rehearsal import rehearse
from tests.room import FREEZE, SEND, WEEK, Post, Workspace, in_a_process, over, workspace

READERS = ("ada", "bo", "cy", "di", "ed", "flo", "gus", "hal")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        space.add(*READERS)
        yield space


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def killed_at(letter_number: int, *, after_taking: bool, name: str = "outbox") -> Post:
    """A transport whose process dies with that letter."""
    post = Post(name)

    def answer(letter: Letter) -> Reply:
        if len(post.tried) == letter_number:
            if after_taking:
                post.taken.append(letter)
            raise Killed
        return Reply(250, "Taken", "letter")

    post.answers = answer
    return post


def test_a_second_deliver_sends_nothing(space: Workspace) -> None:
    space.send()

    tally = space.deliver()

    assert space.post.readers == sorted(READERS)
    assert (tally.accepted, tally.waiting) == (8, 0)


@pytest.mark.parametrize("after_taking", [False, True], ids=["before the relay took it", "after the relay took it"])
@pytest.mark.parametrize("number", [1, 5])
def test_after_an_end_in_the_middle_everybody_has_it_and_one_letter_at_most_twice(
    space: Workspace, number: int, after_taking: bool
) -> None:
    space.seal()
    dying = killed_at(number, after_taking=after_taking)
    with pytest.raises(Killed):
        deliver(replace(space.room, open_transport=over(dying)), WEEK, space.store)

    space.clock.instant += timedelta(hours=2)
    space.deliver()

    letters = [*dying.taken, *space.post.taken]
    by_reader = Counter(letter.recipient for letter in letters)
    assert set(by_reader) == {f"{name}@reader.example" for name in READERS}
    assert sum(by_reader.values()) - len(READERS) == (1 if after_taking else 0)
    assert len({(letter.recipient, letter.message_id, letter.data) for letter in letters}) == len(READERS)


@pytest.mark.parametrize("name", ["outbox", "smtp"])
def test_a_killed_process_leaves_nobody_without_and_repeats_no_more_than_its_connections(
    tmp_path: Path, name: str
) -> None:
    with workspace(tmp_path) as space:
        space.add(*READERS)
        space.seal()
    box = tmp_path / "box"
    received: list[Path] = []
    command = ["-m", "newsletter", "deliver", str(WEEK), "--root", str(tmp_path), "--now", SEND.isoformat()]
    if name == "outbox":
        environ = {"OUTBOX": str(box)}
        with in_a_process("-c", _DIES_AT_THE_THIRD_LETTER, str(tmp_path), environ=environ) as dying:
            said = dying.communicate(timeout=60)
        with workspace(tmp_path) as space:
            space.room = replace(space.room, open_transport=over(OutboxRelay(box)))
            space.clock.instant = SEND + timedelta(hours=1)
            tally = space.deliver()
        received = sorted(box.glob("*"))
    else:
        with _Killer(box, at=4) as mailbox:
            environ = {
                "NEWSLETTER__MAIL__TRANSPORT": "smtp",
                "NEWSLETTER__SMTP__HOST": mailbox.host,
                "NEWSLETTER__SMTP__PORT": str(mailbox.port),
                "NEWSLETTER__SMTP__SECURITY": "none",
                "NEWSLETTER__SMTP__CONNECTIONS": "1",
            }
            with in_a_process(*command, environ=environ) as dying:
                mailbox.victim = dying
                said = dying.communicate(timeout=60)
            settings = {key.removeprefix("NEWSLETTER__"): value for key, value in environ.items()}
            with workspace(tmp_path, at=SEND + timedelta(hours=1), settings=settings) as space:
                tally = deliver(replace(space.room, open_transport=_smtp(space)), WEEK, space.store)
            received = list(mailbox.received)

    assert dying.returncode == -signal.SIGKILL, said
    assert (tally.accepted, tally.waiting) == (8, 0)
    contents = Counter(path.read_bytes() for path in received)
    assert len(contents) == len(READERS)
    assert sum(contents.values()) - len(READERS) == (1 if name == "smtp" else 0)


_DIES_AT_THE_THIRD_LETTER = """
import os, sys
from dataclasses import replace
from pathlib import Path
from newsletter.files.state import write_state
from newsletter.model.week import Week
from newsletter.newsroom.room import open_newsroom
from newsletter.pipeline import deliver
from tests.room import DyingOutbox, over

room = open_newsroom(Path(sys.argv[1]), environ=os.environ)
room = replace(room, open_transport=over(DyingOutbox(Path(os.environ["OUTBOX"]), at=3)))
with room.open_store() as store, room.lock(store):
    deliver(room, Week(2024, 23), store)
"""


class _Killer(Mailbox):
    """The demo's mail server, which kills the sender between taking a letter and saying so."""

    def __init__(self, folder: Path, *, at: int) -> None:
        super().__init__(folder)
        self.victim: subprocess.Popen[str] | None = None
        self._at = at

    async def handle_DATA(self, *conversation: object) -> str:  # noqa: N802 - the name is aiosmtpd's
        said = await super().handle_DATA(*conversation)  # type: ignore[arg-type]
        if self.victim is not None and len(self.received) == self._at:
            os.kill(self.victim.pid, signal.SIGKILL)
        return said


def _smtp(space: Workspace) -> Callable[[], Transport]:
    sender = space.room.settings.mail.sender
    return lambda: Transport("smtp", (SmtpRelay(space.room.settings.smtp, sender=sender),))


def test_an_older_database_beside_a_newer_mark_of_sending_refuses(space: Workspace) -> None:
    space.seal()
    database = space.root / "var" / "newsletter.db"
    _back_up(space, space.root / "older.db")
    space.deliver()
    space.store.close()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copy(space.root / "older.db", database)

    with space.room.open_store() as older, pytest.raises(NotReady, match="older"):
        deliver(space.room, WEEK, older)

    assert space.post.readers == sorted(READERS)


def test_a_database_that_knows_nothing_of_a_delivery_that_was_killed_refuses_as_well(space: Workspace) -> None:
    space.seal()
    # SIGKILL leaves no time to write how many were accepted: the mark says only that letters began to leave.
    write_state(space.root, WEEK, replace(space.state(), sent=Sent(started=FREEZE)))

    with pytest.raises(NotReady, match="older"):
        space.deliver()

    assert space.post.tried == []


def _back_up(space: Workspace, to: Path) -> None:
    with sqlite3.connect(space.root / "var" / "newsletter.db") as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


def test_who_joins_after_the_first_letter_left_waits_for_the_next_issue(space: Workspace) -> None:
    space.seal()
    space.post.answers = lambda letter: Reply(451 if letter.recipient.startswith("bo@") else 250, "4.2.0 later")
    space.deliver()

    space.add("zoe")
    space.post.answers = lambda _: Reply(250, "Taken")
    space.clock.instant += timedelta(hours=1)
    tally = space.deliver()

    assert space.post.readers == sorted(READERS)
    assert tally.audience == len(READERS)


def test_deferred_letters_go_later_and_only_those(space: Workspace) -> None:
    space.seal()
    space.post.answers = lambda letter: Reply(451 if letter.recipient[0] in "bd" else 250, "4.2.0 later")
    first = space.deliver()
    before = [letter for letter in space.post.tried if letter.recipient[0] in "bd"]

    space.post.answers = lambda _: Reply(250, "Taken")
    at_once = space.deliver()
    space.post.tried.clear()
    space.clock.instant += timedelta(minutes=6)
    later = space.deliver()

    assert (first.accepted, first.deferred, at_once.deferred) == (6, 2, 2)
    assert sorted(letter.data for letter in space.post.tried) == sorted(letter.data for letter in before)
    assert (later.accepted, later.waiting) == (8, 0)
    assert space.post.readers == sorted(READERS)


def test_a_run_tries_deferred_letters_again_when_their_time_has_come(space: Workspace) -> None:
    space.seal()
    space.post.answers = lambda letter: Reply(451 if letter.recipient[0] == "b" else 250, "4.2.0 later")
    space.run_at(SEND)
    space.post.answers = lambda _: Reply(250, "Taken")

    too_early = space.run_at(SEND + timedelta(minutes=1))
    in_time = space.run_at(SEND + timedelta(minutes=6))
    after = space.run_at(SEND + timedelta(minutes=7))

    assert too_early == [("deliver", "in part")]
    assert in_time == [("deliver", "done")]
    assert after == []
    assert space.post.readers == sorted(READERS)


def test_a_letter_without_an_answer_goes_again_with_the_same_bytes(space: Workspace) -> None:
    space.seal()
    space.post.answers = lambda letter: Reply(0, "no answer") if letter.recipient[0] == "c" else Reply(250, "Taken")
    first = space.deliver()
    space.post.answers = lambda _: Reply(250, "Taken")

    space.clock.instant += timedelta(days=1)
    second = space.deliver()

    tried = [letter for letter in space.post.tried if letter.recipient[0] == "c"]
    assert (first.unknown, second.unknown, second.waiting) == (1, 0, 0)
    assert len(tried) == 2
    assert tried[0] == tried[1]


def test_a_second_runner_is_busy_and_sends_nothing(space: Workspace) -> None:
    space.seal()
    space.clock.instant = SEND

    with space.room.lock(space.store), space.room.open_store() as other, pytest.raises(Busy):
        run(space.room, other)

    assert space.post.tried == []


def test_a_second_delivery_from_the_command_line_is_busy_meanwhile(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    space.seal()

    with space.room.lock(space.store):
        code = main(["deliver", str(WEEK), "--root", str(space.root)])

    said = capsys.readouterr()
    assert (code, said.out) == (75, "")
    assert "Another run is at work" in said.err
    assert not (space.root / "var" / "outbox").exists()


def test_two_ways_of_delivering_come_to_one_letter_each(space: Workspace) -> None:
    space.seal()
    space.run_at(SEND)

    again = space.run_at(SEND + timedelta(hours=1))
    space.deliver()

    assert again == []
    assert space.post.readers == sorted(READERS)


@pytest.mark.parametrize(
    "name", ["takes/first.md", "issue.toml", "news.jsonl", "issue.json", "issue.md", "email.html", "email.txt"]
)
@pytest.mark.parametrize("how", ["changed", "gone"])
def test_a_change_of_any_sealed_file_voids_the_approval(space: Workspace, name: str, how: str) -> None:
    space.write(f"issues/{WEEK}/issue.toml", f'week = "{WEEK}"\n')
    space.seal()
    file = space.folder() / name
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b"\n")

    with pytest.raises(NotReady, match="Changed since Yoga approved"):
        space.deliver()

    assert space.post.tried == []
    assert space.state().sent is None


def test_a_new_take_and_new_wishes_of_another_week_do_not_void_it(space: Workspace) -> None:
    space.seal()
    space.take("late", "This one came after the freeze.")
    space.write("issues/2024-W24/issue.toml", 'week = "2024-W24"\n')

    tally = space.deliver()

    assert tally.accepted == len(READERS)


def test_an_edited_explainer_voids_the_approval(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/explainer.md", "title: Weights\n---\nWhat weights are.\n")
    space.seal()
    space.write(f"issues/{WEEK}/explainer.md", "title: Weights\n---\nWhat weights are not.\n")

    with pytest.raises(NotReady, match=r"explainer\.md"):
        space.deliver()

    assert space.post.tried == []


@pytest.mark.parametrize("verb", ["draft", "freeze", "freeze early", "approve", "skip"])
def test_nothing_can_be_changed_once_letters_have_left(space: Workspace, verb: str) -> None:
    space.send()
    before = {path: path.read_bytes() for path in space.folder().rglob("*") if path.is_file()}
    verbs = {
        "draft": lambda: draft(space.room, WEEK, space.store),
        "freeze": lambda: freeze(space.room, WEEK, space.store),
        "freeze early": lambda: freeze(space.room, WEEK, space.store, early=True),
        "approve": lambda: approve(space.room, WEEK, by="dika"),
        "skip": lambda: skip(space.room, WEEK, why="too late"),
    }

    with pytest.raises(NotReady):
        verbs[verb]()

    assert {path: path.read_bytes() for path in space.folder().rglob("*") if path.is_file()} == before


def test_a_relay_that_cannot_be_reached_leaves_the_issue_to_be_sent(space: Workspace) -> None:
    space.seal()

    def unreachable() -> Post:
        raise CannotSend("The mail server cannot be reached.")

    with pytest.raises(CannotSend):
        deliver(replace(space.room, open_transport=unreachable), WEEK, space.store)
    tally = space.deliver()

    assert tally.accepted == len(READERS)


def test_a_rehearsal_is_no_delivery_and_says_the_same_bytes(space: Workspace, tmp_path: Path) -> None:
    space.seal()

    count = rehearse(space.room, WEEK, space.store, tmp_path / "rehearsal")
    space.deliver()

    rehearsed = sorted(path.read_bytes() for path in (tmp_path / "rehearsal").glob("*.eml"))
    assert count == len(READERS)
    assert rehearsed == sorted(letter.data for letter in space.post.taken)


def test_an_empty_list_is_said_and_is_no_sent_issue(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        space.seal()

        with pytest.raises(NotReady, match="nobody on the list"):
            space.deliver()

        assert space.state().sent is None


def test_every_issue_goes_once_even_if_two_weeks_wait(space: Workspace) -> None:
    space.seal()
    space.take("second", "The second week has its own words as well.", week=WEEK.after())
    space.clock.instant = FREEZE + timedelta(days=7)
    space.seal(WEEK.after())

    space.deliver()
    space.deliver(WEEK.after())
    space.deliver()

    assert Counter(space.post.readers) == dict.fromkeys(READERS, 2)
    assert len({letter.message_id for letter in space.post.taken}) == 2 * len(READERS)
