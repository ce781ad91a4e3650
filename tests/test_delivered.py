"""How the letters of a week went, and the proof for one reader, as an operator asks for them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.files.state import read_state, write_state
from newsletter.model.audience import Address, Letter
from newsletter.model.ports import Reply
from newsletter.model.week_state import Sent
from newsletter.stopping import cancel, pause
from newsletter.subscriptions import add
from tests.room import ENVIRON, SEND, WEEK, Workspace, workspace

Say = Callable[..., tuple[int, str]]
NAMES = ("ada", "bo", "cy", "di", "ed", "flo")
AT = "Fri 7 Jun 2024 20:00:00 UTC (2024-06-07T20:00:00Z)"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An approved week with six readers; not to be changed."""
    root = tmp_path_factory.mktemp("sealed")
    with workspace(root, at=SEND - timedelta(hours=5)) as space:
        space.add(*NAMES)
        space.seal()
    return root


@pytest.fixture
def space(sealed: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it, at its send slot."""
    with workspace(shutil.copytree(sealed, tmp_path / "pulse"), at=SEND) as space:
        yield space


@pytest.fixture
def say(space: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Call deliveries in the workspace, two minutes after the slot; the exit code and all that was said."""
    for key, value in ENVIRON.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*words: str) -> tuple[int, str]:
        now = space.clock.instant + timedelta(minutes=2)
        code = main(["deliveries", *words, "--root", str(space.root), "--now", now.isoformat()])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def answering(**replies: Reply) -> Callable[[Letter], Reply]:
    """What the relay says to each by name; the rest is taken."""
    taken = Reply(250, "2.0.0 Taken as 4Xk2", "letter")
    return lambda letter: replies.get(letter.recipient.partition("@")[0], taken)


def squeezed(text: str) -> str:
    """One line, single spaces: where lines are broken does not matter here."""
    return " ".join(text.split())


# All readers ---------------------------------------------------------------------------------------


def test_a_week_that_has_not_begun_to_leave_says_so(say: Say) -> None:
    assert say(str(WEEK)) == (0, "2024-W23: no letter has been made ready to leave yet.\n")
    assert json.loads(say(str(WEEK), "--json")[1])["variants"] == []


def test_a_week_that_everybody_has_says_when_and_is_the_one_meant_without_a_week(space: Workspace, say: Say) -> None:
    space.deliver()

    code, said = say()

    assert code == 0
    assert "2024-W23 full everybody is served" in squeezed(said)
    assert "readers 6, as the list stood Fri 7 Jun 2024 20:00 UTC" in squeezed(said)
    assert f"first {AT} last {AT}" in squeezed(said)


def test_each_state_is_counted_and_those_who_had_trouble_are_named_with_the_reason(space: Workspace, say: Say) -> None:
    space.post.answers = answering(
        ada=Reply(451, "4.3.0 Disk full"),
        bo=Reply(550, "5.1.1 No such user"),
        cy=Reply(0, "no answer after the final dot", "letter"),
    )
    space.deliver()

    _, said = say(str(WEEK))
    found = json.loads(say(str(WEEK), "--json")[1])["variants"][0]

    counted = {name: found[name] for name in ("audience", "accepted", "waiting", "deferred", "refused", "unknown")}
    assert counted == {"audience": 6, "accepted": 3, "waiting": 2, "deferred": 1, "refused": 1, "unknown": 1}
    words = squeezed(said)
    assert "waiting 2: 1 deferred; 1 of unknown fate: no answer came, they go again" in words
    assert "next try Fri 7 Jun 2024 20:05 UTC (in 3 minutes)" in words
    assert "ada@reader.example deferred 451 4.3.0 Disk full (1 try, next Fri 7 Jun 2024 20:05 UTC)" in words
    assert "bo@reader.example refused 550 5.1.1 No such user (1 try)" in words
    assert "cy@reader.example unknown no answer after the final dot (1 try" in words


def test_many_with_one_reply_are_one_line_with_their_domains(space: Workspace, say: Say) -> None:
    for number in range(4):
        add(space.room, space.store, f"p{number}@crowd.example")

    def answer(letter: Letter) -> Reply:
        if letter.recipient.startswith(("ada", "p")):
            return Reply(451, f"4.7.1 <{letter.recipient}> Greylisted, id 20240607-AB12{letter.recipient[1]}")
        return Reply(250, "Ok", "letter")

    space.post.answers = answer
    space.deliver()

    _, said = say(str(WEEK))
    [group] = json.loads(say(str(WEEK), "--json")[1])["variants"][0]["troubles"]

    line = "5 × deferred 451 4.7.1 … Greylisted, id … (crowd.example 4, reader.example 1)"
    assert line in squeezed(said)
    assert "p1@" not in said
    assert (group["count"], group["domains"]) == (5, {"crowd.example": 4, "reader.example": 1})
    assert {one["address"] for one in group["readers"]} >= {"p1@crowd.example", "ada@reader.example"}


def test_twenty_rows_are_shown_and_troubles_shows_them_all(space: Workspace, say: Say) -> None:
    # Each of its own kind: the words differ.
    words = {f"p@crowd-{number}.example": "x" * number for number in range(25)}
    for address in words:
        add(space.room, space.store, address)
    space.post.answers = lambda letter: (
        Reply(450, f"4.2.2 {words[letter.recipient]}.") if letter.recipient in words else Reply(250, "Ok", "letter")
    )
    space.deliver()

    few, every = say(str(WEEK))[1], say(str(WEEK), "--troubles")[1]

    assert (few.count("@crowd-"), every.count("@crowd-")) == (20, 25)
    assert "and 5 more" in few
    assert "more" not in every


def test_a_paused_week_says_since_when_why_and_how_to_go_on(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 Disk full"))
    space.deliver()
    space.store.ledger.pause(space.store.ledger.progress(str(WEEK), SEND)[0].number, "the relay asks us", SEND)

    _, said = say(str(WEEK))

    assert "paused since Fri 7 Jun 2024 20:00 UTC: the relay asks us" in squeezed(said)
    assert "newsletter deliver 2024-W23 --resume" in said


def test_signs_that_command_a_terminal_are_shown_and_not_obeyed(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 \x1b[2J\x1b]0;gone\x07"))
    space.deliver()

    _, said = say(str(WEEK))

    assert "\x1b" not in said
    assert "\x07" not in said


# One reader ----------------------------------------------------------------------------------------


def test_the_proof_says_when_under_which_name_and_what_the_relay_replied(space: Workspace, say: Say) -> None:
    space.deliver()
    letter = next(one for one in space.post.taken if one.recipient == "ada@reader.example")

    code, said = say(str(WEEK), "--reader", "ADA@reader.example")
    [found] = json.loads(say(str(WEEK), "--reader", "ada@reader.example", "--json")[1])["letters"]

    assert code == 0
    assert letter.message_id == message_from_bytes(letter.data)["Message-ID"]
    words = squeezed(said)
    assert f"variant full accepted {AT} Message-ID {letter.message_id} reply 250 2.0.0 Taken tries 1" in words
    assert (found["state"], found["message_id"], found["code"]) == ("accepted", letter.message_id, 250)
    assert found["at"] == "2024-06-07T20:00:00Z"


def test_who_waits_is_told_since_when_and_why_and_when_it_goes_again(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 Disk full"))
    space.deliver()

    words = squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])

    assert f"deferred {AT} waits since {AT}" in words
    assert "next try Fri 7 Jun 2024 20:05:00 UTC (2024-06-07T20:05:00Z)" in words
    assert "reply 451 4.3.0 Disk full tries 1" in words


def test_who_has_no_result_yet_waits_for_the_first_try(space: Workspace, say: Say) -> None:
    space.store.ledger.open_mailings(mailings(space), SEND)

    words = squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])

    assert f"variant full waits for the first try since {AT} Message-ID <" in words


def mailings(space: Workspace) -> tuple:  # type: ignore[type-arg]
    from newsletter.newsroom.letters.mailings import mailings_of, readers_secret

    return mailings_of(space.room, WEEK, date=SEND, secret=readers_secret(space.room))


def test_who_was_put_off_before_a_cancellation_is_told_that_no_letter_comes(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 Disk full"))
    space.deliver()
    cancel(space.room, WEEK, space.store, why="told too much")

    shown, words = say(str(WEEK))[1], squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])
    (found,) = json.loads(say(str(WEEK), "--reader", "ada@reader.example", "--json")[1])["letters"]

    assert "cancelled   1 get no letter" in shown
    assert "ada@" not in shown
    assert "cancelled before a letter to this reader was accepted: told too much" in words
    assert "next try" not in words
    assert (found["state"], found["why"], found["next_try"]) == ("cancelled", "told too much", None)


def test_who_waits_while_the_letters_are_paused_is_told_why(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 Disk full"))
    space.deliver()
    pause(space.room, WEEK, space.store, why="the relay asks us to wait")

    words = squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])

    assert "paused the relay asks us to wait To go on: newsletter deliver 2024-W23 --resume" in words
    assert "next try" not in words


def test_a_reader_whose_mailbox_is_gone_is_told_to_get_no_more(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(550, "5.1.1 No such user", "recipient"))
    space.deliver()

    words = squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])

    assert "from now on no letter: suppressed because letters to it came back on Fri 7 Jun 2024 20:00 UTC" in words
    # That would be refused.
    assert "--rejoin" not in words


def test_who_left_after_their_letter_is_told_how_to_come_back_and_can(space: Workspace, say: Say) -> None:
    space.deliver()
    space.leave("ada")

    words = squeezed(say(str(WEEK), "--reader", "ada@reader.example")[1])
    code = main(["subscribers", "add", "ada@reader.example", "--rejoin", "--root", str(space.root)])

    assert f"variant full accepted {AT}" in words
    assert "from now on no letter: unsubscribed on Fri 7 Jun 2024 20:00 UTC." in words
    assert "newsletter subscribers add ada@reader.example --rejoin" in words
    assert code == 0


def test_letters_are_said_to_be_on_their_way_only_while_somebody_delivers(space: Workspace, say: Say) -> None:
    space.post.answers = answering(ada=Reply(451, "4.3.0 Disk full"))
    space.deliver()
    space.clock.instant -= timedelta(minutes=1)

    ended = say(str(WEEK))[1]
    with space.room.lock(space.store):
        going = say(str(WEEK))[1]

    assert "waits for the next run, or:" in ended
    assert "on its way: 5 of 6" in going


def test_who_joined_later_left_before_or_was_never_there_is_told_why_there_is_no_letter(
    space: Workspace, say: Say
) -> None:
    space.leave("bo")
    space.store.subscribers.suppress(Address("cy@reader.example"), "complained", SEND, "by its provider")
    space.deliver()
    space.clock.instant += timedelta(hours=1)
    space.add("late")
    space.store.subscribers.suppress(Address("stranger@reader.example"), "bounced", SEND)

    why = {
        name: json.loads(say(str(WEEK), "--reader", f"{name}@reader.example", "--json")[1])["why"]
        for name in ("late", "bo", "cy", "stranger", "nobody")
    }

    taken = "the audience of 2024-W23 was taken on Fri 7 Jun 2024 20:00 UTC."
    assert why == {
        "late": f"Joined on Fri 7 Jun 2024 21:00 UTC, after {taken}",
        "bo": f"The address was unsubscribed on Fri 7 Jun 2024 20:00 UTC, before {taken}",
        "cy": 'The address was suppressed after a complaint on Fri 7 Jun 2024 20:00 UTC ("by its provider"), '
        f"before {taken}",
        "stranger": "The address is not on the list, and suppressed because letters to it came back on "
        "Fri 7 Jun 2024 20:00 UTC.",
        "nobody": "The address is not on the list.",
    }


def test_who_left_after_the_audience_was_taken_is_told_so(space: Workspace, say: Say) -> None:
    space.store.ledger.open_mailings(mailings(space), SEND)
    write_state(space.root, WEEK, replace(read_state(space.root, WEEK), sent=Sent(started=SEND)))
    space.leave("bo")
    space.deliver()

    words = squeezed(say(str(WEEK), "--reader", "bo@reader.example")[1])

    assert f"variant full left before {AT}" in words
    assert "Message-ID" not in words


def test_before_the_first_letter_a_reader_is_told_that_none_is_ready(say: Say) -> None:
    assert (
        "No letter of 2024-W23 has been made ready to leave yet." in say(str(WEEK), "--reader", "ada@reader.example")[1]
    )


def test_with_another_secret_the_message_id_cannot_be_told(
    space: Workspace, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.deliver()
    monkeypatch.setenv("NEWSLETTER_SECRET", "another key of the tests")

    code, said = say(str(WEEK), "--reader", "ada@reader.example")

    assert code == 0
    assert f"accepted {AT}" in squeezed(said)
    assert "Message-ID cannot be told: the letters were made with another secret" in squeezed(said)


@pytest.mark.parametrize("words", [("--reader", "no address"), ("--reader", "a@b.example", "--troubles")], ids=" ".join)
def test_a_question_that_makes_no_sense_is_a_usage_fault(say: Say, words: tuple[str, ...]) -> None:
    assert say(str(WEEK), *words)[0] == 2
