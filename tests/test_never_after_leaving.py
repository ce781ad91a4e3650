"""No mail to anyone who left, whenever and however they left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.errors import NotReady
from newsletter.mail.letter.tokens import make_token
from newsletter.model.audience import Letter, address
from newsletter.model.ports import Reply
from newsletter.rehearsal import rehearse
from newsletter.subscriptions import add, import_csv, remove
from newsletter.web.door import door
from tests.room import ENVIRON, SEND, WEEK, Workspace, workspace


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        space.add("ada", "bo", "cy", "di")
        yield space


def test_a_subscriber_who_left_before_the_snapshot_gets_nothing(space: Workspace) -> None:
    space.seal()
    space.leave("bo")

    tally = space.deliver()

    assert space.post.readers == ["ada", "cy", "di"]
    assert tally.audience == 3


def test_a_subscriber_who_left_between_snapshot_and_claim_gets_nothing(space: Workspace) -> None:
    space.seal()

    def ada_alone(letter: Letter) -> Reply:
        return Reply(250, "Taken") if letter.recipient.startswith("ada") else Reply(451, "4.3.0 later")

    space.post.answers = ada_alone
    space.deliver()
    space.leave("cy")
    space.post.answers = lambda _: Reply(250, "Taken")
    space.clock.instant += timedelta(hours=1)

    tally = space.deliver()

    assert space.post.readers == ["ada", "bo", "di"]
    assert (tally.left, tally.waiting) == (1, 0)


def test_a_subscriber_who_leaves_while_letters_go_is_passed_over_from_the_next_batch_on(space: Workspace) -> None:
    space.seal()
    space.store = replace(space.store, ledger=replace(space.store.ledger, batch_size=2))

    def somebody_leaves(letter: Letter) -> Reply:
        if letter.recipient.startswith("ada"):
            space.leave("di")
        return Reply(250, "Taken")

    space.post.answers = somebody_leaves
    tally = space.deliver()

    assert space.post.readers == ["ada", "bo", "cy"]
    assert (tally.accepted, tally.left, tally.waiting) == (3, 1, 0)


@pytest.mark.parametrize("reason", ["bounced", "complained", "by-hand", "unsubscribed"])
def test_a_suppressed_address_gets_nothing_however_its_capitals_are_typed(space: Workspace, reason: str) -> None:
    space.store.subscribers.suppress(address("Bo@Reader.example"), reason, space.clock.now())  # type: ignore[arg-type]

    space.send()

    assert space.post.readers == ["ada", "cy", "di"]


def test_a_suppressed_address_is_not_rehearsed_either(space: Workspace, tmp_path: Path) -> None:
    space.seal()
    space.store.subscribers.suppress(address("bo@reader.example"), "bounced", space.clock.now())
    space.leave("cy")

    count = rehearse(space.room, WEEK, space.store, tmp_path / "rehearsal")

    assert count == 2
    assert len(list((tmp_path / "rehearsal").glob("*.eml"))) == 2


def test_if_all_who_are_on_the_list_are_suppressed_nothing_is_sent(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        space.add("ada")
        space.seal()
        space.store.subscribers.suppress(address("ada@reader.example"), "complained", space.clock.now())

        with pytest.raises(NotReady, match="nobody"):
            space.deliver()

        assert space.post.tried == []
        assert space.state().sent is None


def test_an_import_or_a_second_add_does_not_bring_anybody_back(space: Workspace) -> None:
    space.leave("bo")
    space.store.subscribers.suppress(address("cy@reader.example"), "bounced", space.clock.now())
    list_of_old = space.write(
        "old.csv", "name;email\nBo;BO@reader.example\nCy;cy@reader.example\nNew;new@reader.example\n"
    )

    imported = import_csv(space.room, space.store, list_of_old)
    added = add(space.room, space.store, "Bo@READER.example")
    space.send()

    assert (imported.added, len(imported.refused)) == (1, 2)
    assert added.outcome in ("left", "suppressed")
    assert space.post.readers == ["ada", "di", "new"]


def test_who_left_and_asks_to_come_back_gets_the_next_issue(space: Workspace) -> None:
    space.leave("bo")
    space.send()

    rejoined = add(space.room, space.store, "bo@reader.example", rejoin=True)
    space.deliver()
    this_week = space.post.readers
    space.take("next", "What the next week has to say for itself.", week=WEEK.after())
    space.clock.instant += timedelta(days=7)
    space.send(WEEK.after())

    assert rejoined.outcome == "rejoined"
    assert this_week == ["ada", "cy", "di"]
    assert space.post.readers.count("bo") == 1


def test_a_person_removed_gets_nothing_and_leaves_no_address_behind(space: Workspace) -> None:
    space.seal()
    space.post.answers = lambda _: Reply(451, "4.3.0 later")
    space.deliver()
    assert remove(space.store, "bo@reader.example")
    space.post.answers = lambda _: Reply(250, "Taken")
    space.clock.instant += timedelta(hours=1)

    tally = space.deliver()

    assert space.post.readers == ["ada", "cy", "di"]
    assert (tally.accepted, tally.waiting) == (3, 0)
    space.store.close()
    database = b"".join(path.read_bytes() for path in (space.root / "var").glob("newsletter.db*"))
    assert b"ada@reader.example" in database
    assert b"bo@reader.example" not in database


def test_who_left_and_is_removed_is_not_brought_back_by_an_import(space: Workspace) -> None:
    space.leave("bo")
    remove(space.store, "bo@reader.example")

    import_csv(space.room, space.store, space.write("old.csv", "bo@reader.example\n"))
    space.send()

    assert space.post.readers == ["ada", "cy", "di"]


def test_one_press_of_the_button_before_the_sending_is_enough(space: Workspace) -> None:
    space.seal()
    token = make_token(ENVIRON["NEWSLETTER_SECRET"], "unsubscribe", space.key("bo"))
    readers_door = TestClient(door(space.room, space.store))

    answer = readers_door.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    space.deliver()

    assert answer.status_code == 200
    assert space.post.readers == ["ada", "cy", "di"]


def test_looking_at_the_page_takes_nobody_off_the_list(space: Workspace) -> None:
    space.seal()
    token = make_token(ENVIRON["NEWSLETTER_SECRET"], "unsubscribe", space.key("bo"))
    readers_door = TestClient(door(space.room, space.store))

    answer = readers_door.get(f"/unsubscribe/{token}")
    space.deliver()

    assert answer.status_code == 200
    assert space.post.readers == ["ada", "bo", "cy", "di"]


def test_the_link_in_a_letter_is_the_one_that_works(space: Workspace) -> None:
    space.send()
    letter = next(letter for letter in space.post.taken if letter.recipient.startswith("bo@"))
    unfolded = re.sub(r"\r\n[ \t]", " ", letter.data.decode("ascii"))
    found = re.search(r"^List-Unsubscribe:.*?<https://pulse\.example\.com(/unsubscribe/[^>]+)>", unfolded, re.M)
    assert found is not None
    readers_door = TestClient(door(space.room, space.store))

    readers_door.post(found[1])

    reader = space.store.subscribers.by_address(address("bo@reader.example"))
    assert reader is not None
    assert reader.standing == "left"
    assert space.store.subscribers.count("active") == 3


def test_alarms_go_to_the_chief_editor_and_to_no_reader(space: Workspace) -> None:
    space.write("feeds.toml", "this is no TOML [")
    space.leave("bo")

    space.run_at(SEND)

    assert {letter.recipient for letter in space.post.tried} == {"chief@pulse.example.com"}
    assert not any(b"List-Unsubscribe" in letter.data for letter in space.post.tried)
