"""Test letters: the week as it is now, marked, to named addresses only, and nothing else happens."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.__main__ import main
from newsletter.mail.letter.dkim import load_keys
from newsletter.model.audience import Address
from newsletter.model.settings import Dkim
from newsletter.newsroom.room import open_newsroom
from newsletter.web.door import door
from tests.mail.letter.signed import rsa_pem, verdicts
from tests.mail.relays import Relay, ScriptedRelay
from tests.room import ENVIRON, FREEZE, WEEK, workspace

Say = Callable[..., tuple[int, str]]
TEST = ("send", str(WEEK), "--test", "editor@desk.example")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two readers and an approved week; not to be changed."""
    root = tmp_path_factory.mktemp("sealed")
    with workspace(root) as space:
        space.add("ada", "bo")
        space.seal()
    return root


@pytest.fixture
def root(sealed: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sealed, tmp_path / "pulse")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as relay:
        yield relay


@pytest.fixture
def say(root: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Call a command in the workspace, its letters going to the relay; the exit code and all that was said."""
    for key, value in over(relay).items():
        monkeypatch.setenv(key, value)

    def call(*words: str) -> tuple[int, str]:
        code = main([*words, "--root", str(root), "--now", FREEZE.isoformat()])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def over(relay: Relay | ScriptedRelay) -> dict[str, str]:
    return ENVIRON | {
        "NEWSLETTER__MAIL__TRANSPORT": "smtp",
        "NEWSLETTER__SMTP__HOST": relay.host,
        "NEWSLETTER__SMTP__PORT": str(relay.port),
        "NEWSLETTER__SMTP__SECURITY": "none",
    }


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)  # type: ignore[return-value]


def everything_in(root: Path) -> dict[str, bytes]:
    """The files of the week; the database is looked at by the commands that read it."""
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "issues").rglob("*") if path.is_file()}


def reopen(root: Path) -> None:
    """Let the week be as if it had never been closed."""
    for name in ("seal.json", "state.json"):
        (root / "issues" / str(WEEK) / name).unlink()


def test_a_test_goes_to_the_named_address_alone_and_is_marked(relay: Relay, say: Say) -> None:
    code, said = say(*TEST)

    [(_, recipients, content)] = relay.messages
    letter = read(content)
    assert code == 0
    assert recipients == ("editor@desk.example",)
    assert letter["To"] == "editor@desk.example"
    assert letter["Subject"].startswith("[Test] ")
    assert letter["X-Newsletter-Test"] == "2024-W23 approved"
    assert "editor@desk.example  accepted: 250 2.0.0 Ok" in said


def test_but_for_its_marks_a_test_of_an_approved_week_is_the_approved_letter(
    root: Path, relay: Relay, say: Say
) -> None:
    approved = (root / "issues" / str(WEEK) / "email.txt").read_text(encoding="utf-8")

    say(*TEST)

    body = read(relay.messages[0][2]).get_body(("plain",))
    assert body is not None
    before = approved.partition("@@UNSUBSCRIBE@@")[0]
    assert str(body.get_content()).replace("\r\n", "\n").startswith(before)


def test_a_week_that_nobody_approved_is_tested_as_it_would_be_drafted_now(root: Path, relay: Relay, say: Say) -> None:
    take = root / "issues" / str(WEEK) / "takes" / "first.md"
    reopen(root)
    take.write_text(take.read_text().replace("says what it has to say", "was put in other words since"))
    before = everything_in(root)

    code, said = say(*TEST)

    letter = read(relay.messages[0][2])
    body = letter.get_body(("plain",))
    assert (code, letter["X-Newsletter-Test"]) == (0, "2024-W23 draft")
    assert "2024-W23, draft, over smtp" in said
    assert body is not None
    assert "was put in other words since" in " ".join(str(body.get_content()).split())
    assert everything_in(root) == before


def test_a_test_leaves_no_trace_in_the_ledger_and_the_state(root: Path, say: Say) -> None:
    before = everything_in(root)

    say(*TEST)

    with workspace(root) as space:
        assert space.store.ledger.mailing(str(WEEK), "full") is None
        assert space.state().sent is None
    assert everything_in(root) == before


def test_each_call_makes_a_letter_with_a_name_of_its_own(relay: Relay, say: Say) -> None:
    say(*TEST)
    say(*TEST)

    names = {read(content)["Message-ID"] for _, _, content in relay.messages}
    assert len(names) == 2


def test_several_addresses_get_one_test_each_and_one_named_twice_gets_one(relay: Relay, say: Say) -> None:
    code, _ = say(*TEST, "--test", "other@desk.example", "--test", "editor@desk.example")

    assert code == 0
    assert [one[1] for one in relay.messages] == [("editor@desk.example",), ("other@desk.example",)]


def test_the_way_out_of_a_test_opens_the_page_and_ends_no_subscription(
    root: Path, relay: Relay, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("send", str(WEEK), "--test", "ada@reader.example")
    link = read(relay.messages[0][2])["List-Unsubscribe"]
    path = re.sub(r".*https://pulse\.example\.com(/[^>]*)>.*", r"\1", link)
    room = open_newsroom(root, environ=ENVIRON)

    with room.open_store() as store, TestClient(door(room, store)) as browser:
        opened, clicked = browser.get(path), browser.post(path, data={"List-Unsubscribe": "One-Click"})

        assert (opened.status_code, clicked.status_code) == (200, 200)
        assert store.subscribers.count_readers() == 2
        ada = store.subscribers.by_address(Address("ada@reader.example"))
        assert ada is not None
        assert (ada.standing, store.subscribers.suppression(ada.address)) == ("active", None)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("unsubscribed", "its owner left the list"),
        ("complained", "its owner complained"),
        ("bounced", "letters to it came back"),
        ("by-hand", "it was suppressed by hand"),
    ],
)
def test_nobody_who_left_or_complained_gets_a_test_and_nothing_leaves(
    root: Path, relay: Relay, say: Say, reason: str, words: str
) -> None:
    with workspace(root) as space:
        if reason == "unsubscribed":
            space.leave("bo")
        else:
            space.store.subscribers.suppress(Address("bo@reader.example"), reason, FREEZE)  # type: ignore[arg-type]

    code, said = say(*TEST, "--test", "BO@reader.example")

    assert code == 3
    assert words in said
    assert "Nothing was sent" in said
    assert relay.messages == []


def test_a_reply_that_refuses_is_shown_and_the_exit_code_says_how_many_went(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for answers in (["250 2.1.5 Ok", "550 5.1.1 No such user"], "550 5.7.1 Not from you"):
        with ScriptedRelay({"RCPT": answers}) as relay:
            for key, value in over(relay).items():
                monkeypatch.setenv(key, value)

            code = main([*TEST, "--test", "other@desk.example", "--root", str(root)])

        said.append((code, capsys.readouterr().out))

    assert [code for code, _ in said] == [4, 1]
    assert "other@desk.example  not accepted: 550 5.1.1 No such user" in said[0][1]
    assert "editor@desk.example  not accepted: 550 5.7.1 Not from you" in said[1][1]


def test_a_relay_that_is_away_is_said_for_the_address(root: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedRelay() as gone:
        port = gone.port
    monkeypatch.setenv("NEWSLETTER__SMTP__PORT", str(port))

    code, said = say(*TEST)

    assert code == 1
    assert f"127.0.0.1:{port} takes no letters" in said


def test_a_variant_is_tested_alone_and_one_with_nothing_in_it_is_refused(relay: Relay, say: Say) -> None:
    news, explainer = say(*TEST, "--variant", "news"), say(*TEST, "--variant", "explainer")

    assert (news[0], explainer[0]) == (0, 3)
    assert "2024-W23, news, approved, over smtp" in news[1]
    assert "holds nothing for the variant explainer" in explainer[1]
    assert len(relay.messages) == 1


def test_where_the_house_signs_a_test_is_signed_and_verifies(
    relay: Relay, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER__DKIM__RSA_SELECTOR", "pulse2026")
    monkeypatch.setenv("NEWSLETTER_DKIM_RSA_KEY", rsa_pem())
    keys = load_keys(Dkim(rsa_selector="pulse2026", rsa_key=rsa_pem()), sender="pulse@pulse.example.com")

    code, _ = say(*TEST)

    # A relay puts its own fields above what it was given.
    letter = relay.messages[0][2]
    assert code == 0
    assert verdicts(letter[letter.index(b"DKIM-Signature") :], keys) == (True,)


def test_a_test_is_readable_for_programs(say: Say) -> None:
    code, said = say(*TEST, "--json")

    found = json.loads(said)
    [letter] = found["letters"]
    assert code == 0
    assert (found["week"], found["variant"], found["standing"]) == ("2024-W23", "full", "approved")
    assert (letter["address"], letter["accepted"], letter["code"]) == ("editor@desk.example", True, 250)
    assert letter["message_id"].endswith("@pulse.example.com>")


@pytest.mark.parametrize(
    ("words", "mend"),
    [((), "--test ADDRESS"), (("--test", "no address"), "name@example.com"), (("--test", "a@b"), "name@example.com")],
)
def test_a_test_without_a_good_address_is_a_usage_fault(
    relay: Relay, say: Say, words: tuple[str, ...], mend: str
) -> None:
    code, said = say("send", str(WEEK), *words)

    assert code == 2
    assert mend in said
    assert relay.messages == []


def test_a_test_goes_to_the_outbox_where_that_is_the_transport(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER__MAIL__TRANSPORT", "outbox")

    code, said = say(*TEST)

    assert code == 0
    assert "over outbox" in said
    [letter] = (root / "var" / "outbox").glob("*.eml")
    assert read(letter.read_bytes())["Subject"].startswith("[Test] ")


def test_what_preflight_finds_is_shown_and_the_test_goes_all_the_same(root: Path, relay: Relay, say: Say) -> None:
    reopen(root)
    (root / "templates").mkdir()
    (root / "templates" / "email.txt.j2").write_text("The text part says less. @@UNSUBSCRIBE@@\n")

    code, said = say(*TEST)
    found = json.loads(say(*TEST, "--json")[1])["findings"]

    assert code == 0
    assert "error [P14-same-links]" in said
    assert "P14-same-links" in {one["check"] for one in found}
    assert len(relay.messages) == 2
