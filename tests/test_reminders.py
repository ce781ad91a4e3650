"""Reminders: only those of the rota who have not filed, at most twice, never after the deadline, never by accident."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from newsletter.__main__ import main
from newsletter.errors import CannotSend, NotReady
from newsletter.files.state import write_state
from newsletter.files.take_text import parse_takes
from newsletter.model.audience import Letter
from newsletter.model.members import Away, Member, Rota
from newsletter.model.ports import Reply
from newsletter.model.settings import Secret, Settings
from newsletter.model.week import SlotTime
from newsletter.model.week_state import Pause
from newsletter.pipeline import run as run_due
from newsletter.reminding import Report, remind, week_to_remind_of
from newsletter.wire.webhook import Posted, post_text
from tests.mail.builders import content, parse
from tests.room import COLLECT, FREEZE, WEEK, Post, Workspace, wired, workspace

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Thursday, nine o'clock: the slot for reminders, where a test sets one.
THURSDAY = FREEZE.replace(day=6, hour=9)
YOGA = Member(id="yoga", name="Yoga", role="chief", zone="Asia/Jakarta")
DIKA = Member(id="dika", name="Dika")
#: The week of the tests is an odd one, counted from the first week of 1970.
THEIRS, OTHERS = Rota(2, 2), Rota(1, 2)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    """Yoga and Dika, of whom neither has filed, each with an address."""
    with workspace(tmp_path, at=THURSDAY) as space:
        (space.folder() / "takes" / "first.md").unlink()
        team(space, YOGA, DIKA)
        yield space


def team(space: Workspace, *members: Member, **settings: Any) -> None:
    """These are the members, each with an address; other settings as given."""
    addresses = {member.id: f"{member.name} <{member.id}@team.example>" for member in members}
    change(space, members=members, **{"addresses": addresses, **settings})


def change(space: Workspace, **settings: Any) -> None:
    space.room = replace(space.room, settings=replace(space.room.settings, **settings))


def reminded(space: Workspace, **how: bool) -> Report:
    return remind(space.room, WEEK, space.store, **how)


def asked(report: Report) -> list[str]:
    return [one.member.id for one in report.found.to]


def why(report: Report) -> dict[str, str]:
    return {one.member.id: one.why for one in report.found.left_out}


def letters(space: Workspace) -> list[tuple[str, str, str]]:
    """Who got what: address, subject, text; without the letters to the chief editor."""
    mine = [letter for letter in space.post.taken if letter.recipient.endswith("@team.example")]
    return [(letter.recipient, str(parse(letter)["Subject"]), content(parse(letter))) for letter in mine]


# Who -----------------------------------------------------------------------------------------------


def test_only_those_whose_turn_it_is_who_are_there_and_have_not_filed_are_reminded(space: Workspace) -> None:
    away = Away(date(2024, 6, 1), date(2024, 6, 12))
    team(
        space,
        Member(id="ann", name="Ann"),
        Member(id="bo", name="Bo", away=(away,)),
        Member(id="cy", name="Cy", rota=OTHERS),
        Member(id="di", name="Di", rota=THEIRS),
        Member(id="ed", name="Ed", rota=None),
        Member(id="flo", name="Flo", role="guest"),
        Member(id="gus", name="Gus", role="former"),
        Member(id="hal", name="Hal"),
        Member(id="ina", name="Ina"),
    )
    change(
        space, addresses={name: f"{name}@team.example" for name in ("ann", "bo", "cy", "di", "ed", "flo", "gus", "ina")}
    )
    space.take("ann", "What Ann makes of it.", week=None, author="Ann")
    space.write(f"issues/{WEEK}/takes/ina.md", "story: nothing that anybody wrote of\n---\nHeld, and yet filed.\n")

    report = reminded(space)

    assert asked(report) == ["di"]
    assert why(report) == {
        "ann": "has filed 1 take",
        "bo": "is away until 12 Jun 2024",
        "cy": "is not on this week's rota (1/2)",
        "ed": "is not on the rota",
        "flo": "is a guest",
        "gus": "is a former member",
        "hal": "has no address in var/addresses.toml",
        "ina": "has filed 1 take",
    }


def test_who_comes_back_before_the_deadline_is_reminded(space: Workspace) -> None:
    team(space, replace(DIKA, away=(Away(date(2024, 6, 1), date(2024, 6, 6)),)))

    assert asked(reminded(space)) == ["dika"]


def test_nobody_is_reminded_a_third_time(space: Workspace) -> None:
    reports = [reminded(space, send=True) for _ in range(3)]

    assert [asked(report) for report in reports] == [["yoga", "dika"], ["yoga", "dika"], []]
    assert why(reports[2]) == dict.fromkeys(("yoga", "dika"), "was reminded twice already")
    assert len(letters(space)) == 4


def test_another_week_counts_anew(space: Workspace) -> None:
    for _ in range(2):
        reminded(space, send=True)

    assert asked(remind(space.room, WEEK.after(), space.store)) == ["yoga", "dika"]


# What ----------------------------------------------------------------------------------------------


def test_the_letter_says_by_whose_clocks_when_and_what_to_do(space: Workspace) -> None:
    reminded(space, send=True)

    (yoga, subject, body), (dika, other_subject, other_body) = letters(space)
    assert (yoga, dika) == ("yoga@team.example", "dika@team.example")
    assert (subject, other_subject) == (
        "Your take for Week #23? Closes Fri 7 Jun 22:00",
        "Your take for Week #23? Closes Fri 7 Jun 15:00",
    )
    assert body == _LETTER.format(name="Yoga", id="yoga", closes="22:00 WIB")
    assert other_body == _LETTER.format(name="Dika", id="dika", closes="15:00 UTC")
    letter = parse(space.post.taken[0])
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None


_LETTER = """Hello {name},

there is no take of yours for Week #23 2024 yet. It closes Fri 7 Jun 2024 {closes}.
Two or three sentences are enough: what do you make of it?

Another story, or none:  newsletter take --by {id}   or lay a file into issues/inbox/.

Nobody has filed yet: yours leads.
"""


def test_stories_near_what_somebody_wrote_come_with_a_beginning_that_is_filled_in(tmp_path: Path) -> None:
    before = COLLECT - 8 * DAY
    with workspace(tmp_path, at=before) as space, wired(space, "alpha"):
        team(space, YOGA, DIKA)
        space.add("ada")
        space.publish_feed(
            "alpha", {"Salt makes batteries cheap": before - HOUR, "A court looks at pictures": before - HOUR}
        )
        space.collect()
        last = WEEK.after(-1)
        space.write(
            f"issues/{last}/takes/dika.md", "story: Salt makes batteries cheap\n---\nSalt is in every kitchen.\n"
        )
        space.send(last)
        space.clock.instant = THURSDAY - HOUR
        space.publish_feed(
            "alpha",
            dict.fromkeys(
                ("Phones last a week", "Compilers explain", "Salt batteries reach the first cars"), THURSDAY - 2 * HOUR
            ),
        )
        space.collect()
        form = "https://forge.example.com/new?filename={path}&value={text}"
        change(space, reminding=replace(space.room.settings.reminding, new_file=form))

        dika = next(one for one in reminded(space).found.to if one.member.id == "dika")

    link = next(line for line in dika.body.splitlines() if "forge.example.com" in line).split()[-1]
    sent = parse_qs(urlsplit(link).query)
    assert dika.near[0].headline == "Salt batteries reach the first cars"
    assert '"Salt batteries reach the first cars"  (you wrote of "Salt", "batteries")' in dika.body
    assert [one.shared for one in dika.near[1:]] == [(), ()]
    assert sent["filename"] == ["issues/2024-W23/takes/dika-salt-batteries-reach.md"]
    (take,), _ = parse_takes(sent["value"][0] + "Mine.", sent["filename"][0], sha256="", default_author="")
    assert (take.author, take.ref, take.text) == ("Dika", "#salt-batteries-reach", "Mine.")
    assert "Filed so far: Yoga." in dika.body


def test_without_being_asked_to_nothing_is_sent(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    (space.root / "var" / "addresses.toml").write_text('dika = "dika@team.example"\n', encoding="utf-8")
    where = ["--root", str(space.root), "--now", THURSDAY.isoformat()]

    code = main(["remind", *where])
    shown = capsys.readouterr().out
    outbox = list((space.root / "var" / "outbox").glob("*.eml"))
    sent = main(["remind", "--send", "--json", *where])
    report = json.loads(capsys.readouterr().out)

    assert (code, outbox) == (0, [])
    assert "To Dika\nSubject: Your take for Week #23? Closes Fri 7 Jun 15:00\n\n  Hello Dika,\n" in shown
    assert "Nothing was sent. To send it:  newsletter remind 2024-W23 --send" in shown
    assert "  Yoga has no address in var/addresses.toml." in shown
    assert (sent, report["sent"]) == (0, True)
    assert [(one["member"], one["state"]) for one in report["to"]] == [("dika", "told")]
    assert len(list((space.root / "var" / "outbox").glob("notice-*.eml"))) == 1


# When not ------------------------------------------------------------------------------------------


def close(space: Workspace) -> None:
    space.take("one", "A take that lets the week close.")
    space.freeze()


def leave_out(space: Workspace) -> None:
    write_state(space.root, WEEK, replace(space.state(), skipped="holidays"))


def pause(space: Workspace) -> None:
    write_state(space.root, WEEK, replace(space.state(), pause=Pause(why="a source called", by="Rani", at=THURSDAY)))


def pass_the_deadline(space: Workspace) -> None:
    space.clock.instant = FREEZE


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (close, "is closed"),
        (leave_out, "left out: holidays"),
        (pause, "a source called"),
        (pass_the_deadline, "deadline of 2024-W23 is past"),
    ],
)
def test_nobody_is_reminded_of_a_week_that_takes_no_more(space: Workspace, spoil: Any, words: str) -> None:
    spoil(space)

    with pytest.raises(NotReady, match=words):
        reminded(space, send=True)

    assert letters(space) == []


def test_once_the_deadline_is_past_a_reminder_is_about_the_next_week(space: Workspace) -> None:
    assert week_to_remind_of(space.room) == WEEK

    pass_the_deadline(space)

    assert week_to_remind_of(space.room) == WEEK.after()


# At the slot ---------------------------------------------------------------------------------------


def scheduled(space: Workspace) -> None:
    schedule = replace(space.room.settings.schedule, remind=SlotTime(3, THURSDAY.time()))
    change(space, schedule=schedule)


def of_reminders(space: Workspace, instant: Any) -> list[tuple[str, str]]:
    return [(done.result, done.what) for done in space.ran_at(instant) if done.stage == "remind"]


def test_the_run_reminds_once_at_its_slot(space: Workspace) -> None:
    scheduled(space)

    before = of_reminders(space, THURSDAY - MINUTE)
    then = of_reminders(space, THURSDAY)
    again = [row for step in (1, 60, 1440) for row in of_reminders(space, THURSDAY + step * MINUTE)]

    assert before == []
    assert then == [("done", "reminded Yoga, Dika")]
    assert again == []
    assert len(letters(space)) == 2


def test_without_a_slot_nobody_is_reminded_unasked(space: Workspace) -> None:
    assert of_reminders(space, THURSDAY) == []
    assert letters(space) == []


def test_too_late_for_the_slot_nobody_is_reminded_and_the_ledger_says_so(space: Workspace) -> None:
    scheduled(space)
    late = THURSDAY + space.room.settings.schedule.max_late

    first = of_reminders(space, late + MINUTE)
    second = of_reminders(space, late + 2 * MINUTE)

    row = space.store.runs.state("remind", THURSDAY)
    assert first == [("skipped", "too late; it was due Thu 6 Jun 2024 09:00 UTC")]
    assert second == []
    assert row is not None
    assert row.state == "skipped"
    assert letters(space) == []


def test_a_week_that_is_held_is_passed_over_at_the_slot(space: Workspace) -> None:
    scheduled(space)
    pause(space)

    assert [result for result, _ in of_reminders(space, THURSDAY)] == ["skipped"]
    assert letters(space) == []


def test_one_member_whom_the_relay_refuses_stops_nothing_and_is_named(space: Workspace) -> None:
    scheduled(space)
    space.post.answers = lambda letter: (
        Reply(550, "5.1.1 nobody here") if "dika" in letter.recipient else Reply(250, "")
    )

    then = of_reminders(space, THURSDAY)

    assert then == [("done", "reminded Yoga; not reached: Dika (550 5.1.1 nobody here)")]
    assert [row.member for row in space.store.told.of_week(WEEK, "reminder")] == ["yoga"]


def test_a_relay_that_is_down_is_told_once_and_tried_again(space: Workspace) -> None:
    scheduled(space)

    def unreachable() -> Post:
        raise CannotSend("The mail server cannot be reached.")

    down = replace(space.room, open_transport=unreachable)
    space.clock.instant = THURSDAY
    during = [done for done in run_due(down, space.store) if done.stage == "remind"]
    after = of_reminders(space, THURSDAY + MINUTE)

    assert [(done.result, done.exit_code) for done in during] == [("failed", 1)]
    assert after == [("done", "reminded Yoga, Dika")]
    assert len(letters(space)) == 2


def test_a_crash_between_two_letters_never_makes_a_third_reminder(space: Workspace) -> None:
    class Killed(BaseException):
        pass

    def die_at_dika(letter: Letter) -> Reply:
        if "dika" in letter.recipient:
            raise Killed
        return Reply(250, "")

    space.post.answers = die_at_dika
    with pytest.raises(Killed):
        reminded(space, send=True)
    space.post.answers = lambda _: Reply(250, "")

    for _ in range(3):
        reminded(space, send=True)

    assert [recipient for recipient, *_ in letters(space)].count("yoga@team.example") == 2
    # The one under way when the machine stopped may have arrived: it counts.
    assert [recipient for recipient, *_ in letters(space)].count("dika@team.example") == 1


def test_a_run_that_is_stopped_between_two_letters_goes_on_with_the_second(space: Workspace) -> None:
    class Killed(BaseException):
        pass

    def die_at_dika(letter: Letter) -> Reply:
        if "dika" in letter.recipient:
            raise Killed
        return Reply(250, "")

    scheduled(space)
    team(space, YOGA, DIKA, replace(DIKA, id="rani", name="Rani"))
    space.post.answers = die_at_dika
    with pytest.raises(Killed):
        of_reminders(space, THURSDAY)
    space.post.answers = lambda _: Reply(250, "")

    then = of_reminders(space, THURSDAY + MINUTE)

    assert then == [("done", "reminded Rani")]
    assert [recipient for recipient, *_ in letters(space)] == ["yoga@team.example", "rani@team.example"]


# By webhook ----------------------------------------------------------------------------------------


@contextmanager
def hook(status: int = 200, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    """A server on this machine that takes messages: its address, and what it got."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/T0/secret-part", got
        finally:
            server.shutdown()
            thread.join()


def by_webhook(space: Workspace, address: str) -> None:
    settings: Settings = space.room.settings
    change(space, webhook=Secret(address), addresses={}, reminding=replace(settings.reminding, by="webhook"))


def test_by_webhook_one_message_goes_to_all_and_each_is_counted(space: Workspace) -> None:
    with hook() as (address, got):
        by_webhook(space, address)
        report = reminded(space, send=True)

    assert [list(one) for one in got] == [["text"]]
    assert "Yoga, yours is not here yet: by Fri 7 Jun 2024 22:00 WIB." in got[0]["text"]
    assert "Dika, yours is not here yet: by Fri 7 Jun 2024 15:00 UTC." in got[0]["text"]
    assert report.is_whole
    assert [row.member for row in space.store.told.of_week(WEEK, "reminder")] == ["yoga", "dika"]
    assert space.post.tried == []


def test_a_name_in_a_message_calls_nobody(space: Workspace) -> None:
    with hook() as (address, got):
        team(space, replace(DIKA, name="<!channel> & co"))
        by_webhook(space, address)
        reminded(space, send=True)

    assert "&lt;!channel&gt; &amp; co, yours is not here yet" in got[0]["text"]


def test_a_webhook_that_refuses_is_named_without_its_secret_and_nobody_counts_as_reminded(space: Workspace) -> None:
    with hook(status=404) as (address, _):
        by_webhook(space, address)
        report = reminded(space, send=True)

    assert {reached.why for _, reached in report.went} == {"127.0.0.1 answers 404"}
    assert "secret-part" not in "\n".join(report.lines())
    assert space.store.told.of_week(WEEK, "reminder") == ()


@contextmanager
def deaf(answer: bytes) -> Iterator[str]:
    """A server on this machine that reads a message, says this and hangs up: its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while b"}" not in connection.recv(65536):
                    pass
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        thread.join()


@pytest.mark.parametrize(
    "answer", [b"", b"Hello\r\n", b"HTTP/1.1 200 " + b"x" * 70_000], ids=["none", "odd", "endless"]
)
def test_a_message_that_was_sent_and_not_answered_may_have_arrived(answer: bytes) -> None:
    with deaf(answer) as address:
        posted = post_text(address, "words", seconds=5)

    assert posted.perhaps
    assert posted.why.startswith("127.0.0.1 gives no answer: ")


def test_a_webhook_that_breaks_down_is_asked_once_and_said_to(space: Workspace) -> None:
    scheduled(space)
    with hook(status=502) as (address, got):
        by_webhook(space, address)
        found = [of_reminders(space, THURSDAY + step * MINUTE) for step in (0, 1, 2)]

    unsure = "Yoga (127.0.0.1 answers 502), Dika (127.0.0.1 answers 502)"
    assert found == [[("done", f"reminded Yoga, Dika; perhaps not: {unsure}")], [], []]
    assert len(got) == 1


def test_a_webhook_leads_nowhere_else() -> None:
    with hook() as (elsewhere, got), hook(status=307, Location=elsewhere) as (address, _):
        assert post_text(address, "words", seconds=5) == Posted("127.0.0.1 answers 307")

    assert got == []


@pytest.mark.parametrize(
    "address",
    ["https://a b/x", "http://hooks.example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "x", "http://["],
)
def test_a_message_goes_encrypted_or_stays_on_this_machine(address: str) -> None:
    posted = post_text(address, "words", seconds=5)

    assert "the webhook is no" in posted.why
    assert not posted.perhaps


def test_without_a_webhook_nobody_can_be_reached_by_it(space: Workspace) -> None:
    by_webhook(space, "")

    assert set(why(reminded(space)).values()) == {"is not reached: no webhook is set (NEWSLETTER_WEBHOOK)"}
