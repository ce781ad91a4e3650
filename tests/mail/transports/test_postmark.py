"""Letters over Postmark, in real conversations with a double of it on loopback."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from newsletter.errors import CannotSend
from newsletter.mail.transports.postmark import PostmarkRelay
from newsletter.mail.transports.postmark_messages import mark_of
from newsletter.model.audience import Letter
from newsletter.model.ports import Connection, Relay, Reply, Transport
from newsletter.model.settings import Postmark, Secret
from newsletter.newsroom.room import open_newsroom
from tests.mail.builders import make_letter, make_mailing
from tests.mail.postmark_double import DEAF, TOKEN, PostmarkDouble, Say, Take
from tests.room import ENVIRON, Workspace, lay_out, workspace

MAILING = make_mailing()


@pytest.fixture
def double() -> Iterator[PostmarkDouble]:
    with PostmarkDouble() as running:
        yield running


def relay_to(double: PostmarkDouble, *, settle: float = 0.0, most_bytes: int = 10_000_000, **changes: Any) -> Relay:
    postmark = Postmark(token=Secret(TOKEN), api=double.api, timeout=timedelta(seconds=5))
    return PostmarkRelay(replace(postmark, **changes), settle=timedelta(seconds=settle), most_bytes=most_bytes)


def letters_to(*numbers: int, again: bool = False) -> tuple[Letter, ...]:
    return tuple(replace(make_letter(number, mailing=MAILING), again=again) for number in numbers)


def huge_letter_to(number: int) -> Letter:
    """One that no buffer between two sockets takes whole."""
    (letter,) = letters_to(number)
    return replace(letter, data=b"From: pulse@example.com\r\n\r\n" + b"x" * 16_000_000)


def hand_over(relay: Relay, letters: Sequence[Letter]) -> tuple[Reply, ...]:
    with relay.connect() as connection:
        return connection.hand_over(letters)


def codes(replies: Sequence[Reply]) -> list[int]:
    return [reply.code for reply in replies]


# Handing over -------------------------------------------------------------------------------------


def test_all_letters_go_in_one_call_and_each_has_its_reply(double: PostmarkDouble) -> None:
    replies = hand_over(relay_to(double), letters_to(1, 2, 3))

    assert double.batches == [["reader1@example.org", "reader2@example.org", "reader3@example.org"]]
    assert [(reply.code, reply.text) for reply in replies] == [
        (250, f"2.0.0 {message['MessageID']}") for message in double.taken
    ]


def test_a_letter_that_is_not_taken_does_not_hold_up_the_others(double: PostmarkDouble) -> None:
    double.inactive = {"reader2@example.org"}
    double.refused = {
        "reader3@example.org": (300, "Invalid 'To' address: 'reader3@example.org'."),
        "reader4@example.org": (300, "Header 'X' not allowed."),
        "reader5@example.org": (401, "Sender signature not confirmed."),
        "reader6@example.org": (101, "Sorry."),
    }

    replies = hand_over(relay_to(double), letters_to(1, 2, 3, 4, 5, 6, 7))

    assert [(reply.code, reply.text[:5], reply.stage) for reply in replies] == [
        (250, "2.0.0", "letter"),
        (550, "5.1.1", "recipient"),
        (553, "5.1.3", "recipient"),
        (554, "5.6.0", "letter"),
        (550, "5.7.1", "sender"),
        (451, "4.3.2", "letter"),
        (250, "2.0.0", "letter"),
    ]
    assert double.recipients == ["reader1@example.org", "reader7@example.org"]


def test_letters_that_are_too_many_bytes_for_one_call_go_in_several(double: PostmarkDouble) -> None:
    replies = hand_over(relay_to(double, most_bytes=4_000), letters_to(*range(1, 8)))

    assert codes(replies) == [250] * 7
    assert 1 < len(double.batches) < 7
    assert [to for batch in double.batches for to in batch] == [f"reader{number}@example.org" for number in range(1, 8)]


def test_a_call_that_is_too_large_for_the_service_is_halved_until_it_fits(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(413), Say(413))

    replies = hand_over(relay_to(double), letters_to(1, 2, 3, 4))

    assert codes(replies) == [250] * 4
    assert [len(batch) for batch in double.batches] == [1, 1, 2]


def test_a_letter_that_is_too_large_by_itself_is_refused_and_the_others_go(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(413), Say(413))

    replies = hand_over(relay_to(double), letters_to(1, 2))

    assert [(reply.code, reply.stage) for reply in replies] == [(552, "letter"), (250, "letter")]
    assert double.recipients == ["reader2@example.org"]


def test_what_is_said_of_a_call_for_one_reader_is_said_of_no_other(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(422, {"ErrorCode": 406, "Message": "Inactive."}))

    replies = hand_over(relay_to(double, most_bytes=1), letters_to(1, 2, 3))

    assert codes(replies) == [550, 250, 250]


def test_a_mailbox_of_another_script_is_not_offered_to_the_service(double: PostmarkDouble) -> None:
    foreign = make_letter(2, mailing=MAILING, mailbox="märta@example.org")

    replies = hand_over(relay_to(double), (*letters_to(1), foreign, *letters_to(3)))

    assert [(reply.code, reply.stage) for reply in replies] == [(250, "letter"), (553, "recipient"), (250, "letter")]
    assert double.recipients == ["reader1@example.org", "reader3@example.org"]


def test_nothing_to_hand_over_is_no_call(double: PostmarkDouble) -> None:
    assert hand_over(relay_to(double), ()) == ()
    assert double.batches == []


# What is refused, and put off ---------------------------------------------------------------------


def test_a_token_refused_at_the_call_is_nobodys_fault(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(401, {"ErrorCode": 10, "Message": "No."}))

    replies = hand_over(relay_to(double), letters_to(1, 2))

    assert [(reply.code, reply.text[:5], reply.stage) for reply in replies] == [(550, "5.7.1", "sender")] * 2


def test_an_unknown_stream_is_nobodys_fault(double: PostmarkDouble) -> None:
    replies = hand_over(relay_to(double, stream="weekly"), letters_to(1, 2))

    assert [(reply.code, reply.text[:5], reply.stage) for reply in replies] == [(550, "5.7.1", "sender")] * 2


def test_too_many_calls_put_all_letters_off_and_say_for_how_long(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(429, {"ErrorCode": 429, "Message": "Rate limit."}, {"Retry-After": "17"}))

    replies = hand_over(relay_to(double, most_bytes=1), letters_to(1, 2, 3))

    assert [(reply.code, reply.text) for reply in replies] == [(421, "4.3.2 Rate limit.; again in 17 s")] * 3
    assert double.taken == []


def test_letters_are_put_off_singly_once_others_of_the_same_call_were_taken(double: PostmarkDouble) -> None:
    double.script("/email/batch", Take(), Say(429))

    replies = hand_over(relay_to(double, most_bytes=1), letters_to(1, 2, 3))

    assert codes(replies) == [250, 451, 451]
    assert double.recipients == ["reader1@example.org"]


# What breaks --------------------------------------------------------------------------------------


def test_a_service_that_went_away_has_taken_nothing(double: PostmarkDouble) -> None:
    with relay_to(double).connect() as connection:
        double.close()

        with pytest.raises(ConnectionError):
            connection.hand_over(letters_to(1, 2))

    assert double.batches == []


def test_a_call_that_broke_while_it_was_written_has_taken_nothing(double: PostmarkDouble) -> None:
    double.script("/email/batch", DEAF)

    with relay_to(double).connect() as connection, pytest.raises(ConnectionError):
        connection.hand_over((huge_letter_to(1),))

    assert double.batches == []


def test_a_break_after_others_were_taken_puts_the_rest_off(double: PostmarkDouble) -> None:
    double.script("/email/batch", Take(), DEAF)

    replies = hand_over(relay_to(double, most_bytes=1), (*letters_to(1), huge_letter_to(2), *letters_to(3)))

    assert codes(replies) == [250, 451, 451]
    assert double.recipients == ["reader1@example.org"]


@pytest.mark.parametrize(
    "fault",
    [
        Take("hang up"),
        Say(500, {"ErrorCode": 101, "Message": "Sorry."}),
        Say(504),
        Take(change=lambda results: results[:-1]),
        Take(change=lambda results: results[::-1]),
        Take(change=lambda _: b"<html>"),
    ],
    ids=["hangs up", "500", "504", "one short", "out of order", "no JSON"],
)
def test_of_letters_without_an_answer_nothing_is_known(double: PostmarkDouble, fault: Say | Take) -> None:
    double.script("/email/batch", fault)

    replies = hand_over(relay_to(double), letters_to(1, 2))

    assert codes(replies) == [0, 0]


def test_a_service_that_says_nothing_is_not_waited_for_for_ever(double: PostmarkDouble) -> None:
    double.script("/email/batch", Take("say nothing"))
    relay = relay_to(double, timeout=timedelta(seconds=0.1))

    (reply,) = hand_over(relay, letters_to(1))

    assert (reply.code, reply.stage) == (0, "letter")
    assert "no answer" in reply.text


def test_after_a_call_without_an_answer_no_more_letters_go(double: PostmarkDouble) -> None:
    double.script("/email/batch", Take(), Take("hang up"))

    replies = hand_over(relay_to(double, most_bytes=1), letters_to(1, 2, 3))

    assert codes(replies) == [250, 0, 451]
    assert double.recipients == ["reader1@example.org", "reader2@example.org"]


# Exactly once -------------------------------------------------------------------------------------


def test_a_second_run_finds_what_the_first_had_no_answer_for_and_sends_only_the_rest(double: PostmarkDouble) -> None:
    double.inactive = {"reader2@example.org"}
    double.script("/email/batch", Take("hang up"))
    assert codes(hand_over(relay_to(double), letters_to(1, 2, 3))) == [0, 0, 0]
    double.inactive = set()

    replies = hand_over(relay_to(double), (*letters_to(1, 2, 3, again=True), *letters_to(4)))

    assert codes(replies) == [250] * 4
    assert double.recipients == [f"reader{number}@example.org" for number in (1, 2, 3, 4)]
    assert double.batches[1] == ["reader2@example.org", "reader4@example.org"]
    assert replies[0].text == f"2.0.0 {double.taken[0]['MessageID']}, at an earlier try"


def test_only_letters_that_may_have_been_taken_are_searched_for(double: PostmarkDouble) -> None:
    doubtful = letters_to(2, again=True)

    hand_over(relay_to(double), (*letters_to(1), *doubtful, *letters_to(3)))

    assert double.searched == [mark_of(doubtful[0])]


def test_a_relay_remembers_by_itself_which_letters_had_no_answer(double: PostmarkDouble) -> None:
    double.script("/email/batch", Take("hang up"))
    relay = relay_to(double)
    hand_over(relay, letters_to(1, 2))

    replies = hand_over(relay, letters_to(1, 2, 3))

    assert codes(replies) == [250] * 3
    assert double.recipients == ["reader1@example.org", "reader2@example.org", "reader3@example.org"]


def test_a_letter_that_was_refused_after_all_is_not_searched_for_again(double: PostmarkDouble) -> None:
    double.script("/email/batch", Say(500), Take())
    double.refused = {"reader1@example.org": (101, "Sorry.")}
    relay = relay_to(double)
    for _ in range(3):
        hand_over(relay, letters_to(1))

    assert len(double.searched) == 1


def test_a_letter_that_the_service_shows_late_is_not_sent_twice(double: PostmarkDouble) -> None:
    double.unseen = 1
    double.script("/email/batch", Take("hang up"))
    relay = relay_to(double, settle=0.05)
    begun = monotonic()
    hand_over(relay, letters_to(1))

    (reply,) = hand_over(relay, letters_to(1))

    assert reply.code == 250
    assert monotonic() - begun >= 0.05
    assert double.recipients == ["reader1@example.org"]
    assert len(double.searched) == 2


def test_how_late_a_letter_may_be_shown_counts_from_its_own_call(double: PostmarkDouble) -> None:
    relay = relay_to(double, settle=0.05)
    # Waits until nothing that a run before this one handed over can still be on its way.
    hand_over(relay, letters_to(1, again=True))
    double.unseen = 1
    double.script("/email/batch", Take("hang up"))
    hand_over(relay, letters_to(2))

    replies = hand_over(relay, (*letters_to(3, again=True), *letters_to(2)))

    assert codes(replies) == [250, 250]
    assert double.recipients == ["reader1@example.org", "reader2@example.org", "reader3@example.org"]


def test_letters_that_cannot_be_searched_for_are_not_sent_and_not_given_up(double: PostmarkDouble) -> None:
    double.script("/messages/outbound", Say(500))

    replies = hand_over(relay_to(double), (*letters_to(1, 2, again=True), *letters_to(3)))

    assert codes(replies) == [0, 0, 250]
    assert double.recipients == ["reader3@example.org"]


def test_letters_found_go_the_way_of_a_call_that_was_turned_away(double: PostmarkDouble) -> None:
    first = letters_to(1)
    hand_over(relay_to(double), first)
    double.script("/email/batch", Say(429))
    both = (*letters_to(1, again=True), *letters_to(2))
    relay = relay_to(double)

    turned_away, taken = hand_over(relay, both), hand_over(relay, both)

    assert codes(turned_away) == [421, 421]
    assert codes(taken) == [250, 250]
    assert double.recipients == ["reader1@example.org", "reader2@example.org"]


# Connecting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words", "mend"),
    [
        (Say(401, {"ErrorCode": 10, "Message": "No valid token."}), "refuses the token: 401 No valid token.", "TOKEN"),
        (Say(422, {"ErrorCode": 422, "Message": "Invalid Server."}), "422 Invalid Server. (422)", "account"),
        (Say(429, {"ErrorCode": 429, "Message": "Rate limit."}), "takes no letters: 429 Rate limit.", "later"),
        (Say(503, {"ErrorCode": 100, "Message": "Offline."}), "takes no letters: 503 Offline.", "later"),
        (Say(404), "does not answer as Postmark does: 404", "api"),
        (Say(200, b"<html>"), "does not answer as Postmark does: 200", "api"),
        (Say(200, {"ID": 1, "DeliveryType": "Sandbox"}), "is a sandbox, which delivers nothing", "live"),
    ],
)
def test_a_service_that_takes_no_letters_says_so_before_the_first(
    double: PostmarkDouble, answer: Say, words: str, mend: str
) -> None:
    double.script("/server", answer)

    with pytest.raises(CannotSend) as caught:
        hand_over(relay_to(double), letters_to(1))

    assert words in caught.value.what
    assert mend in caught.value.mend
    assert double.taken == []


def test_a_wrong_token_is_refused_and_stands_in_no_error(double: PostmarkDouble) -> None:
    wrong = Secret("0123-wrong-4567")
    relay = relay_to(double, token=wrong)

    with pytest.raises(CannotSend) as caught:
        hand_over(relay, letters_to(1))

    assert str(wrong) not in "".join(traceback.format_exception(caught.value)) + repr(vars(relay))


def test_a_service_that_is_not_there_is_told_from_one_that_refuses(double: PostmarkDouble) -> None:
    with PostmarkDouble() as gone:
        relay = relay_to(gone)

    with pytest.raises(CannotSend, match="does not answer") as caught:
        hand_over(relay, letters_to(1))

    assert "[postmark]" in caught.value.mend


def test_a_certificate_that_nobody_vouches_for_gets_no_token() -> None:
    with PostmarkDouble(tls=True) as double:
        relay = relay_to(double)

        with pytest.raises(CannotSend, match="certificate"):
            hand_over(relay, letters_to(1))


def test_a_relay_is_as_the_settings_say(double: PostmarkDouble) -> None:
    relay = relay_to(double, connections=3, per_minute=600)

    assert (relay.name, relay.at_once, relay.connections, relay.per_minute) == ("postmark", 500, 3, 600)


# In a workspace -----------------------------------------------------------------------------------

SET = {"NEWSLETTER__MAIL__TRANSPORT": "postmark", "NEWSLETTER_POSTMARK_TOKEN": TOKEN}


def test_a_workspace_opens_the_service_that_its_settings_name(tmp_path: Path, double: PostmarkDouble) -> None:
    lay_out(tmp_path)
    room = open_newsroom(tmp_path, environ=ENVIRON | SET | {"NEWSLETTER__POSTMARK__API": double.api})

    transport = room.open_transport()

    assert (transport.name, [relay.name for relay in transport.relays]) == ("postmark", ["postmark"])
    assert codes(hand_over(transport.relays[0], letters_to(1))) == [250]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"NEWSLETTER_POSTMARK_TOKEN": ""}, "no token of Postmark is set"),
        ({"NEWSLETTER_POSTMARK_TOKEN": "postmark_api_test"}, "POSTMARK_API_TEST, which delivers nothing"),
        ({"NEWSLETTER_POSTMARK_TOKEN": "tökén"}, "signs that no token has"),
        ({"NEWSLETTER_POSTMARK_TOKEN": "to ken"}, "signs that no token has"),
        ({"NEWSLETTER_SECRET": ""}, "no secret is set"),
        ({"NEWSLETTER__PUBLICATION__BASE_URL": ""}, "base_url is not set"),
        ({"NEWSLETTER__PUBLICATION__BASE_URL": "http://pulse.example.com"}, "is not https"),
        ({"NEWSLETTER__POSTMARK__API": "http://api.example.com"}, "would go to http://api.example.com unencrypted"),
    ],
)
def test_what_is_missing_is_said_before_the_service_is_asked(
    tmp_path: Path, changes: dict[str, str], what: str
) -> None:
    lay_out(tmp_path)
    room = open_newsroom(tmp_path, environ={**ENVIRON, **SET, **changes})

    with pytest.raises(CannotSend) as caught:
        room.open_transport()

    assert what in caught.value.what
    assert caught.value.mend
    assert "tökén" not in str(caught.value)


@pytest.fixture
def space(tmp_path: Path, double: PostmarkDouble) -> Iterator[Workspace]:
    """One with three readers, whose letters go over the double; a new relay each time, as in a new process."""
    with workspace(tmp_path) as opened:
        opened.room = replace(opened.room, open_transport=lambda: Transport("postmark", (relay_to(double),)))
        opened.add("ana", "ben", "cyd")
        opened.seal()
        yield opened


READERS = ["ana@reader.example", "ben@reader.example", "cyd@reader.example"]


def test_an_issue_goes_to_every_reader_over_the_service(space: Workspace, double: PostmarkDouble) -> None:
    tally = space.deliver()

    assert (tally.audience, tally.accepted) == (3, 3)
    assert double.recipients == READERS


def test_an_issue_whose_answer_was_lost_goes_to_nobody_twice(space: Workspace, double: PostmarkDouble) -> None:
    double.inactive = {"ben@reader.example"}
    double.script("/email/batch", Take("hang up"))
    first = space.deliver()
    double.inactive = set()

    second = space.deliver()

    assert (first.unknown, first.accepted) == (3, 0)
    assert second.accepted == 3
    assert double.recipients == READERS


class PowerCut(BaseException):
    """The run ends here; nobody catches this but the test."""


class DyingRelay(PostmarkRelay):
    """One whose process does not live to hear what became of its letters."""

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with super().connect() as inner:
            yield DyingConnection(inner)


@dataclass
class DyingConnection:
    inner: Connection

    def hand_over(self, letters: Sequence[Letter], *, ahead: Letter | None = None) -> tuple[Reply, ...]:
        self.inner.hand_over(letters, ahead=ahead)
        raise PowerCut


def test_a_run_that_died_before_it_noted_its_letters_is_followed_by_one_that_finds_them(
    space: Workspace, double: PostmarkDouble
) -> None:
    living = space.room
    dying = DyingRelay(Postmark(token=Secret(TOKEN), api=double.api))
    space.room = replace(living, open_transport=lambda: Transport("postmark", (dying,)))
    with pytest.raises(PowerCut):
        space.deliver()
    assert double.recipients == READERS
    space.room = living

    tally = space.deliver()

    assert tally.accepted == 3
    assert double.recipients == READERS
    assert len(double.searched) == 3


def test_who_is_inactive_at_the_service_is_suppressed(space: Workspace, double: PostmarkDouble) -> None:
    double.inactive = {"ben@reader.example"}

    tally = space.deliver()

    assert (tally.accepted, tally.refused) == (2, 1)
    assert double.recipients == ["ana@reader.example", "cyd@reader.example"]
    assert space.deliver().waiting == 0
    assert len(double.batches) == 1
