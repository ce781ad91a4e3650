"""Letters as they leave, from the command line: the bar, Ctrl-C, pause, cancel, what is held, what would go."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.cli import show
from newsletter.cli.tempo import Tempo
from newsletter.model.audience import Address, Delivery
from newsletter.model.ports import Claim, Reply
from newsletter.store.engine import Store
from tests.gated_relay import GatedRelay
from tests.mail.relays import Relay, ScriptedRelay
from tests.room import ENVIRON, FREEZE, SEND, WEEK, in_a_process, workspace

READERS = tuple(f"reader{number:02}" for number in range(12))
NOW = SEND.isoformat()

Say = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with twelve readers and an approved week; not to be changed."""
    root = tmp_path_factory.mktemp("sealed")
    with workspace(root) as space:
        space.add(*READERS)
        space.seal()
    return root


@pytest.fixture
def root(sealed: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sealed, tmp_path / "pulse")


@pytest.fixture(scope="module")
def put_off(sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after a delivery to a relay that put every reader off; not to be changed."""
    root = shutil.copytree(sealed, tmp_path_factory.mktemp("begun") / "pulse")
    with workspace(root, at=SEND) as space:
        space.post.answers = lambda _: Reply(451, "4.7.1 Try again later")
        space.deliver()
    return root


@pytest.fixture
def begun(put_off: Path, root: Path) -> Path:
    """A workspace whose letters have begun to leave; nobody has had one."""
    shutil.rmtree(root)
    return shutil.copytree(put_off, root)


@pytest.fixture
def say(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Call a command in the workspace; the exit code and all that was said. Letters go to the outbox."""
    for key, value in ENVIRON.items():
        monkeypatch.setenv(key, value)

    def call(*words: str, now: str = NOW) -> tuple[int, str]:
        code = main([*words, "--root", str(root), "--now", now])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def over(port: int, **settings: str) -> dict[str, str]:
    return ENVIRON | {
        "NEWSLETTER__MAIL__TRANSPORT": "smtp",
        "NEWSLETTER__SMTP__HOST": "127.0.0.1",
        "NEWSLETTER__SMTP__PORT": str(port),
        "NEWSLETTER__SMTP__SECURITY": "none",
        "NEWSLETTER__SMTP__CONNECTIONS": "1",
        **{f"NEWSLETTER__{key}": value for key, value in settings.items()},
    }


def by_smtp(monkeypatch: pytest.MonkeyPatch, port: int, **settings: str) -> None:
    for key, value in over(port, **settings).items():
        monkeypatch.setenv(key, value)


@contextmanager
def delivering(root: Path, relay: GatedRelay) -> Iterator[subprocess.Popen[str]]:
    """Another process that delivers, with its first letter in the air."""
    command = ["-m", "newsletter", "deliver", str(WEEK), "--root", str(root), "--now", NOW]
    with in_a_process(*command, environ=over(relay.port)) as process:
        try:
            relay.wait_for()
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out + err


@contextmanager
def store_of(root: Path) -> Iterator[Store]:
    with workspace(root) as space:
        yield space.store


# Ctrl-C --------------------------------------------------------------------------------------------


def test_ctrl_c_finishes_what_is_in_the_air_and_says_how_to_go_on(root: Path, say: Say) -> None:
    with GatedRelay(opened_for=3) as relay, delivering(root, relay) as process:
        assert process.stderr is not None
        relay.wait_for(answered=3)
        process.send_signal(signal.SIGINT)
        heard = process.stderr.readline()
        relay.open()
        code, said = ended(process)
        answered = len(relay.answered)

    with store_of(root) as store:
        kept = store.ledger.progress(str(WEEK), SEND)[0].tally
    assert heard.startswith("Finishing what is in the air")
    assert code == 4
    assert (answered, kept.accepted) == (4, 4)
    assert "stopped: 4 readers have had theirs, 8 wait. To go on:  newsletter deliver 2024-W23" in said
    assert "Traceback" not in said
    assert say("deliver", str(WEEK))[0] == 0
    assert len(list((root / "var/outbox").glob("*.eml"))) == 8


def test_sigterm_does_the_same_and_a_second_signal_ends_at_once_with_nobody_lost(root: Path, say: Say) -> None:
    with GatedRelay() as relay, delivering(root, relay) as process:
        assert process.stderr is not None
        process.send_signal(signal.SIGTERM)
        heard = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        code, said = ended(process)

    assert heard.startswith("Finishing what is in the air")
    assert code == 130
    assert "Ended at once" in said
    assert say("deliver", str(WEEK))[0] == 0
    assert len(list((root / "var/outbox").glob("*.eml"))) == 12


# Pause, resume, cancel -----------------------------------------------------------------------------


def test_a_pause_stops_another_process_and_only_resume_lets_it_go_on(root: Path, say: Say) -> None:
    with GatedRelay() as relay, delivering(root, relay) as process:
        paused = say("deliver", str(WEEK), "--pause", "the relay asks for patience")
        relay.open()
        code, said = ended(process)
        had = len(relay.answered)

    refused, resumed = say("deliver", str(WEEK)), say("deliver", str(WEEK), "--resume")

    since = "paused since Fri 7 Jun 2024 20:00 UTC: the relay asks for patience"
    assert (paused[0], code, refused[0], resumed[0]) == (0, 3, 3, 0)
    assert all(since in words for words in (paused[1], said, refused[1]))
    assert all("newsletter deliver 2024-W23 --resume" in words for words in (paused[1], said, refused[1]))
    # What was in the air, and what the connection may have begun before it heard.
    assert had < 4
    assert "12 accepted" in resumed[1]
    assert len(list((root / "var/outbox").glob("*.eml"))) == 12 - had


def test_a_cancelled_week_never_goes_on_and_counts_as_ended(begun: Path, say: Say) -> None:
    code, said = say("deliver", str(WEEK), "--cancel", "a wrong name", "--yes")
    later = [say("deliver", str(WEEK), *words) for words in ((), ("--resume",), ("--resend-held",))]

    words = "cancelled on Fri 7 Jun 2024 20:00 UTC: a wrong name"
    assert code == 0
    assert words in said
    assert [found[0] for found in later] == [3, 3, 3]
    assert all(f"{words}; nothing more of it leaves" in found[1] for found in later)
    assert not (begun / "var/outbox").exists()
    with workspace(begun) as space:
        sent = space.state().sent
        assert sent is not None
        assert (sent.accepted, sent.finished is not None) == (0, True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("YES\n", 0), ("\n", 2), ("y\n", 2)])
def test_cancelling_asks_for_the_word_yes(
    begun: Path, say: Say, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    found, said = say("deliver", str(WEEK), "--cancel", "a wrong name")

    assert found == code
    assert "12 readers would never get 2024-W23. Type yes to cancel it" in said
    with store_of(begun) as store:
        assert store.ledger.progress(str(WEEK), SEND)[0].state == ("open" if code else "cancelled")


def test_cancelling_without_a_terminal_needs_yes(begun: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))

    code, said = say("deliver", str(WEEK), "--cancel", "a wrong name")

    assert code == 2
    assert "--yes" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--pause", "x"),
        ("--cancel", "x"),
        ("--cancel", "x", "--yes"),
        ("--resume",),
        ("--resend-held",),
        ("--drop-held",),
    ],
    ids=" ".join,
)
def test_a_week_that_has_not_begun_to_leave_is_neither_stopped_nor_begun_by_it(
    root: Path, say: Say, words: tuple[str, ...]
) -> None:
    code, said = say("deliver", str(WEEK), *words)

    assert code == 3
    assert "No letter of 2024-W23 has been made ready to leave yet." in said
    assert "newsletter hold 2024-W23 --why" in said
    with store_of(root) as store:
        assert store.ledger.progress(str(WEEK), SEND) == ()


@pytest.mark.parametrize("words", [("--pause", "x"), ("--cancel", "x", "--yes")])
def test_a_week_that_everybody_has_can_be_neither_paused_nor_cancelled(
    root: Path, say: Say, words: tuple[str, ...]
) -> None:
    say("deliver", str(WEEK))

    code, said = say("deliver", str(WEEK), *words)

    assert code == 0
    assert "Nothing of it is left to leave." in said
    with store_of(root) as store:
        assert store.ledger.progress(str(WEEK), SEND)[0].state == "open"


@pytest.mark.parametrize(
    "words",
    [
        ("--pause", "x", "--resume"),
        ("--dry-run", "--cancel", "x"),
        ("--resend-held", "--drop-held"),
        ("--outbox", "there", "--pause", "x"),
        ("--yes",),
        ("--pause", " "),
    ],
    ids=" ".join,
)
def test_what_excludes_each_other_is_a_usage_fault(begun: Path, say: Say, words: tuple[str, ...]) -> None:
    assert say("deliver", str(WEEK), *words)[0] == 2
    assert not (begun / "there").exists()


def test_a_relay_that_refuses_the_sender_pauses_the_week_and_a_person_must_act(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedRelay({".": "550 5.7.1 Not from you"}) as relay:
        by_smtp(monkeypatch, relay.port)

        code, said = say("deliver", str(WEEK))

    assert code == 3
    assert "paused" in said
    assert "newsletter deliver 2024-W23 --resume" in said


# What is held --------------------------------------------------------------------------------------


def held(root: Path) -> None:
    """One letter of the week has had no answer, and the policy is to hold it."""
    with workspace(root) as space:
        ledger = space.store.ledger
        number = ledger.progress(str(WEEK), SEND)[0].number
        claim = ledger.claim(number, SEND + timedelta(days=1)) or ledger.claim(
            number, SEND + timedelta(days=1), due=True
        )
        assert isinstance(claim, Claim)
        ledger.record([(claim, Delivery(subscriber=claim.readers[0].id, state="held", at=SEND))])
        ledger.finish(claim)


@pytest.mark.parametrize(
    ("decision", "letters", "words"), [("--resend-held", 12, "12 accepted"), ("--drop-held", 11, "1 dropped")]
)
def test_a_letter_that_is_held_waits_for_a_person_to_decide(
    begun: Path, say: Say, decision: str, letters: int, words: str
) -> None:
    held(begun)

    later = (SEND + timedelta(days=2)).isoformat()
    asked = say("deliver", str(WEEK), now=later)
    decided = say("deliver", str(WEEK), decision, now=later)

    assert asked[0] == 3
    assert "1 letter is held: no answer came" in asked[1]
    assert "newsletter deliver 2024-W23 --resend-held" in asked[1]
    assert decided[0] == 0
    assert words in decided[1]
    assert len(list((begun / "var/outbox").glob("*.eml"))) == letters


# What is said --------------------------------------------------------------------------------------


def test_all_served_is_said_and_exits_0_and_a_second_call_sends_nothing(root: Path, say: Say) -> None:
    first, second = say("deliver", str(WEEK)), say("deliver", str(WEEK), "--json")

    assert (first[0], second[0]) == (0, 0)
    assert "2024-W23: 12 readers, 12 accepted" in first[1]
    found = json.loads(second[1].partition("The letters")[0])
    assert (found["audience"], found["accepted"], found["waiting"]) == (12, 12, 0)
    assert [(one["variant"], one["state"]) for one in found["variants"]] == [("full", "open")]


def test_letters_that_were_put_off_are_told_with_the_next_try(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedRelay({"RCPT": ["451 4.2.1 Busy", "250 Ok"]}) as relay:
        by_smtp(monkeypatch, relay.port)

        code, said = say("deliver", str(WEEK))

    assert code == 4
    assert "2024-W23: 12 readers, 11 accepted, 1 waiting (of them 1 deferred)" in said
    assert "1 letter waits for another try, the next try from Fri 7 Jun 2024 20:05 UTC on" in said


def test_a_reader_who_was_refused_makes_it_done_in_part(root: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedRelay({"RCPT": ["550 5.1.1 No such user", "250 Ok"]}) as relay:
        by_smtp(monkeypatch, relay.port)

        code, said = say("deliver", str(WEEK))

    assert code == 4
    assert "11 accepted, 1 refused" in said


def test_where_nobody_watches_a_line_comes_at_most_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    instant = [0.0]
    tempo = Tempo(1000, line_each=5.0, ticks=lambda: instant[0])

    for _ in range(600):
        instant[0] += 0.03125
        tempo.tell("accepted")
    tempo.tell("deferred")

    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "160 of 1000 letters, 32 a second, about 26 seconds left",
        "320 of 1000 letters, 32 a second, about 21 seconds left",
        "480 of 1000 letters, 32 a second, about 16 seconds left",
    ]
    assert tempo.words().endswith("; 1 deferred")


@pytest.mark.parametrize(
    ("seconds_each", "words"),
    [(0.001, "1000 a second, about 1 second left"), (0.4, "2.5 a second, about 6 minutes left"), (30, "2 a minute")],
)
def test_rate_and_time_left_are_in_words_that_fit_them(seconds_each: float, words: str) -> None:
    instant = [0.0]
    tempo = Tempo(1000, line_each=None, ticks=lambda: instant[0])

    for _ in range(100):
        instant[0] += seconds_each
        tempo.tell("accepted")

    assert words in tempo.words()


def test_on_a_terminal_a_bar_shows_rate_and_what_ctrl_c_did(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")

    with show.letters(4) as tempo:
        for _ in range(3):
            tempo.tell("accepted")
        tempo.finish()

    shown = screen.getvalue()
    assert "3 of 4 letters" in shown
    assert "finishing what is in the air (Ctrl-C again ends at once)" in shown
    assert "━" in shown


# What would go -------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_go_over_which_relay_and_how_long_it_takes(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_smtp(monkeypatch, 2525, SMTP__PER_MINUTE="4")

    code, said = say("deliver", str(WEEK), "--dry-run")

    assert code == 0
    assert "Letters of 2024-W23 that would go: 12." in said
    assert "full: 12, about 2 minutes" in said
    assert "over smtp (127.0.0.1:2525): 1 connection, at most 4 letters a minute" in said
    with store_of(root) as store:
        assert store.ledger.progress(str(WEEK), SEND) == ()


def test_a_dry_run_counts_only_those_who_wait(root: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedRelay({"RCPT": ["451 4.2.1 Busy", "250 Ok"]}) as relay:
        by_smtp(monkeypatch, relay.port)
        say("deliver", str(WEEK))

    code, said = say("deliver", str(WEEK), "--dry-run", "--json")

    found = json.loads(said)
    assert code == 0
    assert (found["letters"], found["variants"]) == (1, [{"variant": "full", "letters": 1, "seconds": None}])
    assert [way["name"] for way in found["relays"]] == ["smtp"]


def test_a_dry_run_says_what_would_keep_the_letters_from_leaving(root: Path, say: Say) -> None:
    (root / "issues" / str(WEEK) / "email.txt").write_text("The text part says less. @@UNSUBSCRIBE@@\n")

    code, said = say("deliver", str(WEEK), "--dry-run")

    assert code == 3
    assert "Changed since Yoga approved it (issues/2024-W23/email.txt)" in said
    assert "2024-W23 full: error [P14-same-links]" in said
    assert "As it stands no letter would leave." in said


def _paused(root: Path, say: Say) -> None:
    with workspace(root, at=SEND) as space:
        space.post.answers = lambda _: Reply(451, "4.7.1 Try again later")
        space.deliver()
    say("deliver", str(WEEK), "--pause", "a wrong date")


def _cancelled(root: Path, say: Say) -> None:
    _paused(root, say)
    say("deliver", str(WEEK), "--cancel", "a wrong name", "--yes")


def _restored(root: Path, say: Say) -> None:
    say("deliver", str(WEEK))
    (root / "var" / "newsletter.db").unlink()


def _erased(root: Path, say: Say) -> None:
    for name in READERS:
        say("subscribers", "remove", f"{name}@reader.example")


def _held(root: Path, say: Say) -> None:
    say("hold", str(WEEK), "--why", "a doubt", "--by", "yoga")


@pytest.mark.parametrize(
    ("spoil", "settings", "words"),
    [
        (_paused, {}, "paused since Fri 7 Jun 2024 20:00 UTC: a wrong date"),
        (_cancelled, {}, "cancelled on Fri 7 Jun 2024 20:00 UTC: a wrong name"),
        (_restored, {}, "the database is older than the letters"),
        (_erased, {}, "There is nobody on the list."),
        (_held, {}, "newsletter hold 2024-W23 --release"),
        (
            None,
            {"MAIL__TRANSPORT": "smtp", "SMTP__HOST": "mail.example.com", "PUBLICATION__BASE_URL": ""},
            "is not set",
        ),
        (None, {"PUBLICATION__BASE_URL": "https://other.example.com"}, "was approved with base_url"),
    ],
    ids=["paused", "cancelled", "restored", "no reader", "held by the chief", "no relay", "moved"],
)
def test_a_dry_run_ends_with_3_and_says_why_whatever_keeps_deliver_from_beginning(
    root: Path,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path, Say], None] | None,
    settings: dict[str, str],
    words: str,
) -> None:
    if spoil:
        spoil(root, say)
    for key, value in settings.items():
        monkeypatch.setenv(f"NEWSLETTER__{key}", value)

    code, said = say("deliver", str(WEEK), "--dry-run")

    assert code == 3
    assert words in said


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({"SMTP__PER_MINUTE": "1"}, 660),
        ({"SMTP__PER_MINUTE": "60"}, 11),
        ({"DELIVERY__PER_DOMAIN": "2"}, 330),
        ({"DELIVERY__PER_DOMAIN": "2", "SMTP__PER_MINUTE": "1"}, 660),
        # A tenth of 60 a minute at the beginning: eleven letters take longer than eleven seconds.
        ({"SMTP__PER_MINUTE": "60", "DELIVERY__RAMP": "1h"}, 98),
        ({}, None),
    ],
)
def test_the_slowest_of_the_rates_says_how_long_it_takes(
    say: Say, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], seconds: int | None
) -> None:
    by_smtp(monkeypatch, 2525, **settings)

    _, said = say("deliver", str(WEEK), "--dry-run", "--json")

    assert json.loads(said)["seconds"] == seconds


def test_each_variant_is_told_apart(tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER__MAIL__VARIANTS", '["full", "news"]')
    with workspace(tmp_path / "pulse", settings={"MAIL__VARIANTS": '["full", "news"]'}) as space:
        space.store.subscribers.add(Address("cut@reader.example"), now=FREEZE, variant="news")
        space.seal()

    foretold, delivered = say("deliver", str(WEEK), "--dry-run")[1], say("deliver", str(WEEK))[1]
    found = json.loads(say("deliveries", str(WEEK), "--json")[1])["variants"]

    assert "    full: 12\n    news: 1\n" in foretold
    assert "2024-W23 full: 12 readers, 12 accepted\n2024-W23 news: 1 reader, 1 accepted\n" in delivered
    assert "2024-W23: 13 readers, 13 accepted" in delivered
    assert [(one["variant"], one["accepted"]) for one in found] == [("full", 12), ("news", 1)]


def test_run_stays_quiet_about_single_letters(root: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    with Relay() as relay:
        by_smtp(monkeypatch, relay.port)

        code, said = say("run")

        taken = len(relay.messages)
    assert (code, taken) == (0, 12)
    assert [line for line in said.splitlines() if "letter" in line] == ["2024-W23 deliver: done: 12 letters accepted"]
