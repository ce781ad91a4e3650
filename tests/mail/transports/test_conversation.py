"""What relays answer to letters, and what becomes of the connection."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from newsletter.mail.transports.conversation import SmtpConnection
from newsletter.mail.transports.opening import SmtpClient
from newsletter.mail.transports.replies import Replies
from newsletter.model.audience import Address, Letter
from newsletter.model.ports import Reply
from tests.mail.builders import make_letter
from tests.mail.relays import Relay, ScriptedRelay, hand, smtp_to

both_ways = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelining", "plain"])
GROUP = ["MAIL", "RCPT", "DATA"]


def test_with_pipelining_the_envelope_goes_in_one_group() -> None:
    with ScriptedRelay(groups=True) as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, make_letter(number)) for number in (1, 2)]

    assert [reply.code for reply in replies] == [250, 250]
    assert relay.verbs == ["EHLO", *GROUP, *GROUP, "QUIT"]


# Refusals -----------------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize(
    ("script", "reply"),
    [
        pytest.param(
            {"RCPT": ["550 5.1.1 Unknown", "250 Ok"], "DATA": ["503 No recipient", "354 Go on"]},
            Reply(550, "5.1.1 Unknown", "recipient"),
            id="recipient",
        ),
        pytest.param(
            {"RCPT": ["450 4.2.0 Later", "250 Ok"], "DATA": ["503 No recipient", "354 Go on"]},
            Reply(450, "4.2.0 Later", "recipient"),
            id="recipient later",
        ),
        pytest.param(
            {
                "MAIL": ["550 5.7.1 Not you", "250 Ok"],
                "RCPT": ["503 No", "250 Ok"],
                "DATA": ["503 No", "354 Go on"],
            },
            Reply(550, "5.7.1 Not you", "sender"),
            id="sender",
        ),
        pytest.param({"DATA": ["554 5.6.0 No", "354 Go on"]}, Reply(554, "5.6.0 No", "letter"), id="data"),
        pytest.param({".": ["451 4.3.0 Later", "250 Ok"]}, Reply(451, "4.3.0 Later", "letter"), id="after the dot"),
        pytest.param(
            {".": ["554-5.7.1 Spam\r\n554 5.7.1 Go", "250 Ok"]}, Reply(554, "5.7.1 Spam 5.7.1 Go", "letter"), id="lines"
        ),
    ],
)
def test_a_refusal_is_told_and_the_next_letter_goes(pipelining: bool, script: dict[str, Any], reply: Reply) -> None:
    if not pipelining and script.get("DATA") != ["554 5.6.0 No", "354 Go on"]:
        script = {verb: said for verb, said in script.items() if verb != "DATA"}
    if not pipelining and reply.stage == "sender":
        script = {"MAIL": script["MAIL"]}

    with ScriptedRelay(script, pipelining=pipelining) as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, make_letter(number)) for number in (1, 2)]

    assert replies[0] == reply
    assert replies[1].code == 250
    assert relay.accepted == ["reader2@example.org"]
    assert relay.connections == 1


def test_a_relay_that_waits_for_a_letter_to_nobody_gets_an_empty_one_and_nothing_counts() -> None:
    script = {"RCPT": ["550 5.1.1 Unknown", "250 Ok"], ".": ["554 5.5.1 No recipients", "250 Ok"]}

    with ScriptedRelay(script) as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, make_letter(number)) for number in (1, 2)]

    assert [(reply.code, reply.stage) for reply in replies] == [(550, "recipient"), (250, "letter")]
    assert relay.letters == [b"", make_letter(2).data]


def test_a_relay_that_refuses_the_sender_and_would_deliver_all_the_same_gets_not_even_an_empty_letter() -> None:
    with ScriptedRelay({"MAIL": "451 4.3.0 Later"}) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter())
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert reply == Reply(451, "4.3.0 Later", "sender")
    assert (relay.letters, relay.accepted) == ([], [])


def test_a_letter_cut_short_by_the_relay_is_answered_by_its_last_words() -> None:
    large = replace(make_letter(), data=b"x" * 24_000_000 + b"\r\n")

    with ScriptedRelay({"letter": "552 5.3.4 Too large"}) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, large)

    assert reply == Reply(552, "5.3.4 Too large", "letter")
    assert relay.connections == 1


@pytest.mark.parametrize("answer", ["500 What?", "421 4.3.2 Closing", None])
def test_a_relay_that_cannot_be_put_in_step_is_left_and_the_refusal_stands(answer: str | None) -> None:
    script = {"RCPT": "550 5.1.1 Unknown", "DATA": "503 No recipient", "RSET": answer}

    with ScriptedRelay(script) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter())
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert reply == Reply(550, "5.1.1 Unknown", "recipient")
    assert relay.verbs == ["EHLO", *GROUP, "RSET"]


# Closing, and out of step -------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_a_relay_that_closes_down_is_heard_at_every_command(pipelining: bool, verb: str) -> None:
    closing = ScriptedRelay({verb: "421 4.3.2 Closing"}, pipelining=pipelining)

    with closing as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter())
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert reply.code == 421
    assert relay.accepted == []


@both_ways
@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"MAIL": None}, id="hangs up at MAIL"),
        pytest.param({"DATA": None}, id="hangs up at DATA"),
        pytest.param({"MAIL": "what?"}, id="answers with rubbish"),
        pytest.param({"DATA": "250 Ok"}, id="takes DATA for done"),
        pytest.param({"RCPT": "354 Go on"}, id="out of step"),
        pytest.param({"RCPT": "120 Wait"}, id="not a reply of this protocol"),
        pytest.param({"RCPT": "550-5.1.1 Unknown\r\n250 Ok"}, id="two codes in one reply"),
        pytest.param({"MAIL": "250 Ok\r\n250 Ok"}, id="two replies to MAIL"),
        pytest.param({"RCPT": "550 No\r\n250 Ok"}, id="two replies to RCPT"),
        pytest.param({"DATA": "354 Go on\r\n250 Ok"}, id="an answer before the letter"),
        pytest.param({"DATA": "503 No\r\n503 No"}, id="two refusals"),
    ],
)
def test_a_connection_that_breaks_or_is_out_of_step_before_the_final_dot_has_delivered_nothing(
    pipelining: bool, script: dict[str, Any]
) -> None:
    with (
        ScriptedRelay(script, pipelining=pipelining) as relay,
        smtp_to(relay).connect() as connection,
        pytest.raises(ConnectionError),
    ):
        hand(connection, make_letter())

    assert relay.accepted == []
    assert relay.letters == []


@both_ways
def test_a_relay_that_says_goodbye_between_two_letters_is_heard_before_the_next(pipelining: bool) -> None:
    idle = ScriptedRelay({".": "250 Ok\r\n421 4.4.2 Idle for too long"}, pipelining=pipelining)

    with idle as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, make_letter(number)) for number in (1, 2)]

    assert replies == [Reply(250, "Ok", "letter"), Reply(421, "4.4.2 Idle for too long", "sender")]
    assert relay.accepted == ["reader1@example.org"]
    assert relay.verbs.count("MAIL") == 1


def test_a_relay_that_loses_patience_before_the_letter_gets_nothing_of_it() -> None:
    script = {"DATA": "354 Go on\r\n421 4.4.2 Too slow"}

    with ScriptedRelay(script) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter())

    assert reply == Reply(421, "4.4.2 Too slow", "sender")
    assert relay.letters == []


@both_ways
def test_what_is_said_too_much_at_mail_is_not_held_against_the_reader(pipelining: bool) -> None:
    script = {"MAIL": "250 Ok\r\n550 5.1.1 Unknown"}

    with (
        ScriptedRelay(script, pipelining=pipelining) as relay,
        smtp_to(relay).connect() as connection,
        pytest.raises(ConnectionError),
    ):
        hand(connection, make_letter())

    assert relay.letters == []


@both_ways
@pytest.mark.parametrize("extra", ["250 Ok", "354 Go on", "550 5.1.1 Unknown"])
def test_a_reply_too_many_is_credited_to_no_later_letter(pipelining: bool, extra: str) -> None:
    with (
        ScriptedRelay({".": f"250 Ok\r\n{extra}"}, pipelining=pipelining) as relay,
        smtp_to(relay).connect() as connection,
    ):
        reply = hand(connection, make_letter())
        with pytest.raises(ConnectionError, match="unasked"):
            hand(connection, make_letter(2))

    assert reply.code == 250
    assert relay.accepted == ["reader1@example.org"]


@pytest.mark.parametrize("said", [None, "what?", "354 Go on", "150 Wait", "554-5.7.1 No\r\n250 Ok"])
def test_no_answer_after_the_final_dot_is_not_taken_for_either(said: str | None) -> None:
    with ScriptedRelay({".": said}) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter())
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert (reply.code, reply.stage) == (0, "letter")
    assert relay.letters == [make_letter().data]


@both_ways
@pytest.mark.parametrize("envelope_ahead", [True, False], ids=["ahead", "one by one"])
def test_whatever_a_relay_says_a_letter_counts_as_delivered_if_and_only_if_it_was(
    pipelining: bool, envelope_ahead: bool
) -> None:
    doubled = ["250 Ok\r\n250 Ok", "250 Ok\r\n550 5.1.1 No", "354 Go on\r\n250 Ok"]
    wrong = [*doubled, "550 5.1.1 No", "451 4.3.0 Later", "354 Go on", "421 Bye", None]
    usual = {"MAIL": "250 Ok", "RCPT": "250 Ok", "DATA": "354 Go on", ".": "250 Ok", "RSET": "250 Ok"}
    unlike = []

    for seed in range(25):
        dice = Random(seed)
        script: dict[str, list[str | None]] = {verb: [said] * 4 for verb, said in usual.items()}
        for _ in range(2):
            script[dice.choice(list(usual))][dice.randrange(4)] = dice.choice(wrong)
        with ScriptedRelay(script, pipelining=pipelining) as relay:
            told = _told(relay, [make_letter(number) for number in range(1, 7)], envelope_ahead=envelope_ahead)
        if [who for who, code in told if code == 250] != relay.accepted:
            unlike.append((seed, told, relay.accepted))

    assert not unlike


def _told(relay: ScriptedRelay, letters: list[Letter], *, envelope_ahead: bool) -> list[tuple[str, int]]:
    """What was told of each letter until the connection was given up, -1 for not delivered."""
    told: list[tuple[str, int]] = []
    with smtp_to(relay, envelope_ahead=envelope_ahead).connect() as connection, suppress(ConnectionError):
        for letter, after in zip(letters, [*letters[1:], None], strict=True):
            told.append((letter.recipient, -1))
            told[-1] = (letter.recipient, hand(connection, letter, ahead=after).code)
    return told


# The next envelope ahead --------------------------------------------------------------------------


def hand_all(relay: ScriptedRelay | Relay, numbers: Sequence[int], **letters: Any) -> list[Reply]:
    batch = [make_letter(number, **letters) for number in numbers]
    with smtp_to(relay, envelope_ahead=True).connect() as connection:
        return [hand(connection, this, ahead=after) for this, after in zip(batch, [*batch[1:], None], strict=True)]


def test_the_next_envelope_goes_out_with_the_end_of_a_letter() -> None:
    # The relay answers the first two letters only when it has the envelope of the next.
    with ScriptedRelay(groups=True, ahead=2) as relay:
        replies = hand_all(relay, (1, 2, 3))

    assert replies == [Reply(250, "2.0.0 Ok", "letter")] * 3
    assert relay.accepted == [f"reader{number}@example.org" for number in (1, 2, 3)]
    assert relay.letters == [make_letter(number).data for number in (1, 2, 3)]
    assert relay.verbs == ["EHLO", *GROUP * 3, "QUIT"]


def test_a_real_server_takes_envelopes_ahead() -> None:
    with Relay() as relay:
        replies = hand_all(relay, range(1, 6))

    assert [reply.code for reply in replies] == [250] * 5
    assert [content for _, _, content in relay.messages] == [make_letter(number).data for number in range(1, 6)]


@pytest.mark.parametrize(("pipelining", "envelope_ahead"), [(False, True), (True, False)], ids=["plain", "not asked"])
def test_nothing_goes_ahead_without_pipelining_or_unless_it_is_asked_for(
    pipelining: bool, envelope_ahead: bool
) -> None:
    way = ScriptedRelay(pipelining=pipelining)

    with way as relay, smtp_to(relay, envelope_ahead=envelope_ahead).connect() as connection:
        reply = hand(connection, make_letter(1), ahead=make_letter(2))

    assert reply.code == 250
    assert relay.verbs == ["EHLO", *GROUP, "QUIT"]


@pytest.mark.parametrize(
    "data", [["354 Go on", "503 No recipient", "354 Go on"], "354 Go on"], ids=["DATA refused", "DATA taken"]
)
def test_an_envelope_refused_ahead_is_told_at_its_own_letter_and_the_next_goes(data: Any) -> None:
    with ScriptedRelay({"RCPT": ["250 Ok", "550 5.1.1 Unknown", "250 Ok"], "DATA": data}) as relay:
        replies = hand_all(relay, (1, 2, 3))

    assert replies == [
        Reply(250, "2.0.0 Ok", "letter"),
        Reply(550, "5.1.1 Unknown", "recipient"),
        Reply(250, "2.0.0 Ok", "letter"),
    ]
    assert [letter for letter in relay.letters if letter] == [make_letter(number).data for number in (1, 3)]
    assert relay.connections == 1


def test_a_letter_deferred_after_its_dot_leaves_the_envelope_behind_it_good() -> None:
    with ScriptedRelay({".": ["451 4.3.0 Later", "250 2.0.0 Ok"]}) as relay:
        replies = hand_all(relay, (1, 2))

    assert [reply.code for reply in replies] == [451, 250]
    assert relay.accepted == ["reader2@example.org"]


def test_another_letter_than_the_one_announced_is_not_sent_in_its_place() -> None:
    with ScriptedRelay() as relay, smtp_to(relay, envelope_ahead=True).connect() as connection:
        reply = hand(connection, make_letter(1), ahead=make_letter(2))
        with pytest.raises(ConnectionError, match="another letter was announced"):
            hand(connection, make_letter(3))

    assert reply.code == 250
    assert relay.accepted == ["reader1@example.org"]
    assert relay.letters == [make_letter(1).data]


def test_an_announced_letter_that_does_not_come_leaves_the_relay_without_a_word() -> None:
    with ScriptedRelay() as relay, smtp_to(relay, envelope_ahead=True).connect() as connection:
        hand(connection, make_letter(1), ahead=make_letter(2))

    # Neither a full stop, which would send an empty letter, nor QUIT, which would be its first line.
    assert relay.letters == [make_letter(1).data]
    assert relay.begun == [b""]


@pytest.mark.parametrize("said", [None, "421 4.3.2 Closing", "what?"])
def test_a_connection_lost_with_an_envelope_announced_has_not_delivered_that_letter(said: str | None) -> None:
    with ScriptedRelay({".": said}) as relay, smtp_to(relay, envelope_ahead=True).connect() as connection:
        reply = hand(connection, make_letter(1), ahead=make_letter(2))
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert reply.code == (421 if said and said.startswith("421") else 0)
    assert relay.letters == [make_letter(1).data]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({".": "250 Ok\r\n250 Ok"}, id="a reply too many after the dot"),
        pytest.param({"MAIL": ["250 Ok", "250 Ok\r\n250 Ok"]}, id="two replies to MAIL"),
        pytest.param({"RCPT": ["250 Ok", None]}, id="hangs up at RCPT"),
        pytest.param({"DATA": ["354 Go on", "250 Ok"]}, id="takes DATA for done"),
        pytest.param({"DATA": ["354 Go on", "354 Go on\r\n250 Ok"]}, id="an answer before the letter"),
    ],
)
def test_an_envelope_ahead_that_is_out_of_step_closes_before_its_letter(script: dict[str, Any]) -> None:
    with ScriptedRelay(script) as relay, smtp_to(relay, envelope_ahead=True).connect() as connection:
        reply = hand(connection, make_letter(1), ahead=make_letter(2))
        with pytest.raises(ConnectionError):
            hand(connection, make_letter(2))

    assert reply.code == 250
    assert relay.accepted == ["reader1@example.org"]
    assert relay.letters == [make_letter(1).data]


def test_a_letter_that_the_relay_cannot_take_is_not_announced() -> None:
    letters = [make_letter(1), make_letter(2, mailbox="用户@example.org"), make_letter(3)]

    with ScriptedRelay() as relay, smtp_to(relay, envelope_ahead=True).connect() as connection:
        replies = [
            hand(connection, this, ahead=after) for this, after in zip(letters, [*letters[1:], None], strict=True)
        ]

    assert [reply.code for reply in replies] == [250, 553, 250]
    assert relay.accepted == ["reader1@example.org", "reader3@example.org"]


# What the relay offers ----------------------------------------------------------------------------


def test_a_letter_above_the_announced_size_is_not_tried_and_the_next_goes() -> None:
    large = replace(make_letter(1), data=b"x" * 5000 + b"\r\n")

    with ScriptedRelay({"EHLO": "250-relay\r\n250 SIZE 4000"}) as relay, smtp_to(relay).connect() as connection:
        replies = [hand(connection, large), hand(connection, make_letter(2))]

    assert [reply.code for reply in replies] == [552, 250]
    assert f"MAIL FROM:<pulse@example.com> SIZE={len(make_letter(2).data)}" in relay.lines
    assert relay.verbs.count("MAIL") == 1


def test_an_address_of_another_script_goes_where_smtputf8_is_offered() -> None:
    script = {"EHLO": "250-relay\r\n250-8BITMIME\r\n250 SMTPUTF8"}

    with ScriptedRelay(script) as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter(mailbox="用户@例え.example.org"))

    assert reply.code == 250
    assert relay.lines[1:3] == ["MAIL FROM:<pulse@example.com> SMTPUTF8", "RCPT TO:<用户@xn--r8jz45g.example.org>"]


def test_an_address_of_another_script_is_refused_before_the_relay_is_asked() -> None:
    with ScriptedRelay() as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter(mailbox="用户@example.org"))

    assert (reply.code, reply.text[:5], reply.stage) == (553, "5.6.7", "recipient")
    assert "MAIL" not in relay.verbs


def test_a_domain_of_another_script_needs_no_extension() -> None:
    with ScriptedRelay() as relay, smtp_to(relay).connect() as connection:
        reply = hand(connection, make_letter(mailbox="leser@bücher.example"))

    assert reply.code == 250
    assert relay.accepted == ["leser@xn--bcher-kva.example"]


# Where exactly a connection breaks ----------------------------------------------------------------


class CutSocket(socket.socket):
    """A connection to a relay that takes so many octets of a letter; then it says its last words, and breaks."""

    def __init__(self, *, takes: int, last_words: bytes) -> None:
        near, self.far = socket.socketpair()
        super().__init__(near.family, near.type, near.proto, fileno=near.detach())
        self.settimeout(5)
        self._left, self._last_words = takes, last_words

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.far.sendall(b"250 Ok\r\n250 Ok\r\n354 Go on\r\n")

    def sendmsg(self, buffers: Any, *_more: Any) -> int:
        return self.send(b"".join(buffers))

    def send(self, data: Any, flags: int = 0) -> int:
        taken = min(len(data), self._left)
        self._left -= taken
        if not taken:
            self.far.sendall(self._last_words)
            self.far.shutdown(socket.SHUT_WR)
            raise BrokenPipeError("broken pipe")
        return taken

    def close(self) -> None:
        self.far.close()
        super().close()


def over(sock: socket.socket, *, seconds: float = 5) -> SmtpConnection:
    client = SmtpClient()
    client.sock, client.esmtp_features = sock, {"pipelining": ""}
    client.file = Replies(sock)
    return SmtpConnection(client, sender=Address("pulse@example.com"), seconds=seconds, envelope_ahead=True)


@pytest.mark.parametrize("last_words", [b"250 Ok\r\n", b""])
@pytest.mark.parametrize("missing", [1, 2, 3, 4, 100])
def test_a_letter_whose_final_dot_was_not_written_whole_is_not_delivered(missing: int, last_words: bytes) -> None:
    letter = make_letter()
    cut = CutSocket(takes=len(letter.data) + 3 - missing, last_words=last_words)

    with pytest.raises(ConnectionError, match="broken pipe"):
        hand(over(cut), letter, ahead=make_letter(2))

    assert cut.fileno() == -1


@pytest.mark.parametrize(("last_words", "code"), [(b"250 Ok\r\n", 250), (b"451 Later\r\n", 451), (b"", 0)])
@pytest.mark.parametrize("beyond", [0, 1, 40])
def test_a_break_behind_the_final_dot_leaves_it_to_the_reply(beyond: int, last_words: bytes, code: int) -> None:
    letter = make_letter()
    cut = CutSocket(takes=len(letter.data) + 3 + beyond, last_words=last_words)
    connection = over(cut)

    reply = hand(connection, letter, ahead=make_letter(2))

    assert (reply.code, cut.fileno()) == (code, -1)
    with pytest.raises(ConnectionError):
        hand(connection, make_letter(2))


class StayingSocket(CutSocket):
    """A connection to a relay that answers an envelope and a letter so, and hangs up on nobody."""

    def __init__(self, envelope: bytes, letter: bytes) -> None:
        super().__init__(takes=1_000_000, last_words=b"")
        self._envelope, self._letter = envelope, letter

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.far.sendall(self._envelope)

    def send(self, data: Any, flags: int = 0) -> int:
        self.far.sendall(self._letter)
        return super().send(data, flags)


@pytest.mark.parametrize(
    ("envelope", "letter"),
    [
        pytest.param(b"421 Bye\r\n", b"", id="MAIL"),
        pytest.param(b"250 Ok\r\n421 Bye\r\n", b"", id="RCPT"),
        pytest.param(b"250 Ok\r\n250 Ok\r\n421 Bye\r\n", b"", id="DATA"),
        pytest.param(b"250 Ok\r\n250 Ok\r\n354 Go on\r\n", b"421 Bye\r\n", id="."),
    ],
)
def test_a_relay_that_says_it_closes_and_does_not_is_left_at_once(envelope: bytes, letter: bytes) -> None:
    staying = StayingSocket(envelope, letter)

    reply = hand(over(staying), make_letter(1), ahead=make_letter(2))

    assert (reply.code, staying.fileno()) == (421, -1)


class PatientSocket(CutSocket):
    """One that notes how long it would wait for each part of a letter and each reply."""

    def __init__(self) -> None:
        super().__init__(takes=1_000_000, last_words=b"")
        self.waits: list[tuple[str, float | None]] = []

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.waits.append(("command", self.gettimeout()))
        super().sendall(data, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        self.waits.append(("letter", self.gettimeout()))
        self.far.sendall(b"250 Ok\r\n")
        return super().send(data, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        self.waits.append(("reply", self.gettimeout()))
        return super().recv(size, flags)


def test_the_answer_to_the_final_dot_is_waited_for_as_long_as_the_standard_says() -> None:
    # RFC 5321, 4.5.3.2: three minutes for each part of a letter, ten for what it comes to.
    patient = PatientSocket()
    connection = over(patient)

    for number in (1, 2):
        hand(connection, make_letter(number))
    patient.close()

    assert patient.waits == [("command", 5), ("reply", 5), ("letter", 180), ("reply", 600)] * 2


def test_for_the_answer_to_quit_nobody_waits_longer_than_ten_seconds() -> None:
    patient = PatientSocket()
    connection = over(patient, seconds=300)
    hand(connection, make_letter())

    connection.leave()

    assert [seconds for what, seconds in patient.waits if what == "command"] == [5, 10]


@pytest.mark.parametrize("size", [100, 16383, 16384, 16385, 49152, 60000])
def test_letters_of_every_size_arrive_whole_over_tls(size: int) -> None:
    letter = replace(make_letter(1), data=b"x" * (size - 2) + b"\r\n")
    script = {"EHLO": "250-relay\r\n250-STARTTLS\r\n250 PIPELINING"}

    with (
        ScriptedRelay(script) as relay,
        smtp_to(relay, envelope_ahead=True, security="starttls").connect() as connection,
    ):
        replies = [hand(connection, letter, ahead=make_letter(2)), hand(connection, make_letter(2))]

    assert [reply.code for reply in replies] == [250, 250]
    assert relay.letters == [letter.data, make_letter(2).data]
