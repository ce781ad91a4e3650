"""The way out of the list: what mail programs, filters and people meet behind the link in every letter."""

from __future__ import annotations

import hmac
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.letter.tokens import make_token, read_token
from newsletter.model.audience import Address, Subscriber
from newsletter.newsroom.letters.mailings import readers_secret
from newsletter.web.door import door as application_of
from tests.browser import CHROMIUM, Page, browser
from tests.mail.builders import make_mailing as make_letters
from tests.room import Workspace, workspace
from tests.store.builders import make_mailing
from tests.web.one_click import (
    URLENCODED,
    Door,
    a_large_body_ends_it,
    a_link_that_was_copied_with_a_stop_opens,
    a_page_asks_first,
    a_scanner_with_a_browser_changes_nothing,
    a_token_for_something_else_is_refused,
    an_odd_body_ends_it,
    ask,
    looking_changes_nothing,
    many_clicks_at_once_are_one,
    multipart_ends_it,
    one_click_ends_it,
    served,
    the_token_cannot_be_made_up,
    the_token_holds_for_ever,
    the_token_tells_no_address,
    tokens_are_compared_in_constant_time,
    twice_is_the_same_as_once,
)
from tests.web.wrong_doors import MAILBOX, SECRET, WrongDoor, application

Check = Callable[[Door], None]
_of_another_purpose = partial(a_token_for_something_else_is_refused, other_purpose=make_token(SECRET, "confirm", "ada"))
#: Every check but that with a browser, by the row of the table of standards.
CHECKS: dict[str, Check] = {
    "H4 one click": one_click_ends_it,
    "H4 multipart": multipart_ends_it,
    "H4 large body": a_large_body_ends_it,
    "H4 odd body": an_odd_body_ends_it,
    "H4 many at once": many_clicks_at_once_are_one,
    "H4 link with a stop": a_link_that_was_copied_with_a_stop_opens,
    "H4 twice": twice_is_the_same_as_once,
    "H5 looking": looking_changes_nothing,
    "H5 page": a_page_asks_first,
    "H6 no address": the_token_tells_no_address,
    "H6 not made up": the_token_cannot_be_made_up,
    "H6 for ever": the_token_holds_for_ever,
}
#: What a wrong door does, and the check that it fails.
WRONG: dict[str, Check] = {
    "wants-a-cookie": one_click_ends_it,
    "wants-a-login": one_click_ends_it,
    "post-leads-elsewhere": one_click_ends_it,
    "refreshes": one_click_ends_it,
    "sets-a-cookie": one_click_ends_it,
    "no-urlencoded": one_click_ends_it,
    "asks-again": one_click_ends_it,
    "ends-it-tonight": one_click_ends_it,
    "ends-everybody": one_click_ends_it,
    "no-multipart": multipart_ends_it,
    "no-large-body": a_large_body_ends_it,
    "no-body": an_odd_body_ends_it,
    "single-use": twice_is_the_same_as_once,
    "limits-clicks": many_clicks_at_once_are_one,
    "to-the-letter": a_link_that_was_copied_with_a_stop_opens,
    "toggles": twice_is_the_same_as_once,
    "says-something-else": twice_is_the_same_as_once,
    "get-ends-it": looking_changes_nothing,
    "head-ends-it": looking_changes_nothing,
    "options-ends-it": looking_changes_nothing,
    "reading-ahead-ends-it": looking_changes_nothing,
    "get-leads-elsewhere": looking_changes_nothing,
    "no-button": a_page_asks_first,
    "form-gets": a_page_asks_first,
    "form-leads-elsewhere": a_page_asks_first,
    "two-forms": a_page_asks_first,
    "address-in-base64": the_token_tells_no_address,
    "address-in-hex": the_token_tells_no_address,
    "local-part": the_token_tells_no_address,
    "few-bits": the_token_cannot_be_made_up,
    "first-signs-only": the_token_cannot_be_made_up,
    "any-purpose": _of_another_purpose,
    "expires": the_token_holds_for_ever,
    "used-up-by-looking": the_token_holds_for_ever,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    """The real application with a real database, and where it answers."""
    with (
        workspace(tmp_path_factory.mktemp("house")) as space,
        served(application_of(space.room, space.store)) as base,
    ):
        space.add("other")
        yield space, base


_numbers = itertools.count(1)


@pytest.fixture
def door(house: tuple[Workspace, str]) -> Door:
    """The way out of a fresh reader of that house, as it stands in a letter."""
    space, base = house
    name = f"ada.reader{next(_numbers)}"
    space.add(name)
    reader, other = (_found(space, one) for one in (name, "other"))
    letter = LetterWriter(make_letters(), secret=readers_secret(space.room))(reader)
    link = letter.data.partition(b"List-Unsubscribe: <")[2].partition(b">")[0].decode()

    def writes_to(number: int) -> bool:
        listed = number in {one.id for one in space.store.subscribers.readers()}
        assert listed == (number in space.store.ledger.still_readers([number]))
        return listed

    def ten_years_on() -> None:
        space.clock.instant += timedelta(days=3653)

    return Door(
        base=base,
        path=urlsplit(link).path,
        is_reader=lambda: writes_to(reader.id),
        other_is_reader=lambda: writes_to(other.id),
        mailbox=reader.address,
        key=reader.key,
        ten_years_on=ten_years_on,
    )


def _found(space: Workspace, name: str) -> Subscriber:
    return next(one for one in space.store.subscribers.all() if one.address == f"{name}@reader.example")


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_our_way_out_keeps_every_rule(door: Door, check: Check) -> None:
    check(door)


def test_a_token_for_something_else_ends_nothing(door: Door, house: tuple[Workspace, str]) -> None:
    for purpose in ("confirm", "preferences", ""):
        other = make_token(readers_secret(house[0].room), purpose, door.key)
        a_token_for_something_else_is_refused(door, other)


def test_the_end_holds_before_the_next_claim(door: Door, house: tuple[Workspace, str]) -> None:
    space, _ = house
    number = space.store.ledger.open_mailing(make_mailing(week="2024-W20"), space.clock.now())

    one_click_ends_it(door)

    claim = space.store.ledger.claim(number, space.clock.now())
    assert claim is not None
    assert door.key not in {reader.key for reader in claim.readers}
    assert len(claim.left) >= 1


def test_the_end_holds_for_a_letter_that_was_claimed_and_has_not_left(door: Door, house: tuple[Workspace, str]) -> None:
    space, _ = house
    number = space.store.ledger.open_mailing(make_mailing(week="2024-W21"), space.clock.now())
    claim = space.store.ledger.claim(number, space.clock.now())
    assert claim is not None
    (reader,) = (one for one in claim.readers if one.key == door.key)
    before = space.store.ledger.heard(number).departures

    one_click_ends_it(door)

    assert space.store.ledger.heard(number).departures > before
    still = space.store.ledger.still_readers([one.id for one in claim.readers])
    assert still == {one.id for one in claim.readers} - {reader.id}


def test_who_is_suppressed_leaves_by_the_link_as_well_and_the_graver_reason_stays(
    door: Door, house: tuple[Workspace, str]
) -> None:
    space, _ = house
    space.store.subscribers.suppress(Address(door.mailbox), "bounced", space.clock.now())

    asked = ask(door.base, "GET", door.path)
    left = ask(door.base, "POST", door.path, *URLENCODED)

    found = space.store.subscribers.suppression(Address(door.mailbox))
    reader = space.store.subscribers.by_key(door.key)
    assert (asked.status, left.status) == (200, 200)
    assert found is not None
    assert found.reason == "bounced"
    assert reader is not None
    assert reader.standing == "left"


def test_who_was_erased_is_told_the_end_and_comes_back_by_no_click(door: Door, house: tuple[Workspace, str]) -> None:
    space, _ = house
    space.store.subscribers.remove(Address(door.mailbox))

    answers = [ask(door.base, method, door.path) for method in ("GET", "POST", "POST")]

    assert [one.status for one in answers] == [200] * 3
    assert len({one.text for one in answers}) == 1
    assert space.store.subscribers.by_key(door.key) is None
    assert space.store.subscribers.by_address(Address(door.mailbox)) is None


@pytest.mark.parametrize("handed_on", ["whole", "without the path"])
def test_below_a_path_the_link_of_a_letter_ends_it_over_real_http(tmp_path: Path, handed_on: str) -> None:
    with workspace(tmp_path, settings={"PUBLICATION__BASE_URL": "https://pulse.example.com:8443/our%20news"}) as space:
        space.add("ada")
        mailing = make_letters(base_url=space.room.settings.publication.wording.base_url)
        letter = LetterWriter(mailing, secret=readers_secret(space.room))(_found(space, "ada"))
        link = letter.data.partition(b"List-Unsubscribe: <")[2].partition(b">")[0].decode()
        path = urlsplit(link).path if handed_on == "whole" else urlsplit(link).path.removeprefix("/our%20news")

        with served(application_of(space.room, space.store)) as base:
            page = ask(base, "GET", path)
            head = ask(base, "HEAD", path)
            before = space.store.subscribers.count_readers()
            left = ask(base, "POST", path, *URLENCODED)

        assert link.startswith("https://pulse.example.com:8443/our%20news/unsubscribe/")
        assert (page.status, head.status, before, left.status) == (200, 200, 1, 200)
        assert urljoin(path, re.findall(r'action="([^"]*)"', page.text)[0]) == path
        assert space.store.subscribers.count_readers() == 0


def test_tokens_are_compared_in_constant_time_always(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = _watched(monkeypatch)
    token = make_token(SECRET, "unsubscribe", "ada")

    tokens_are_compared_in_constant_time(partial(read_token, SECRET, "unsubscribe"), compared, token)


# Wrong doors


@pytest.fixture(scope="module")
def wrong() -> Iterator[Callable[[str], Door]]:
    """Doors with one fault each; "" has none."""
    faults = ("", *WRONG, "script-ends-it", "link-ends-it")
    doors = {fault: WrongDoor(fault) for fault in faults}

    def door_of(fault: str) -> Door:
        one = doors[fault]
        # What the last test did is forgotten.
        one.readers, one.years = {"ada", "bob"}, 0
        one.tokens_used.clear()

        def years_pass() -> None:
            one.years += 10

        return Door(
            base=base,
            path=one.path,
            is_reader=lambda: "ada" in one.readers,
            other_is_reader=lambda: "bob" in one.readers,
            mailbox=MAILBOX,
            key="ada",
            ten_years_on=years_pass,
        )

    with served(application(doors)) as base:
        yield door_of


@pytest.mark.parametrize("check", [*CHECKS.values(), _of_another_purpose], ids=[*CHECKS, "H6 purpose"])
def test_a_door_without_a_fault_passes(wrong: Callable[[str], Door], check: Check) -> None:
    check(wrong(""))


@pytest.mark.parametrize("fault", WRONG)
def test_a_door_with_a_fault_is_found_out(wrong: Callable[[str], Door], fault: str) -> None:
    with pytest.raises(AssertionError):
        WRONG[fault](wrong(fault))


def test_every_check_has_a_door_that_fails_it() -> None:
    assert {*CHECKS.values(), _of_another_purpose} == set(WRONG.values())


def test_a_comparison_sign_by_sign_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = _watched(monkeypatch)
    token = make_token(SECRET, "unsubscribe", "ada")

    with pytest.raises(AssertionError, match="sign by sign"):
        tokens_are_compared_in_constant_time(lambda offered: offered == token, compared, token)


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every comparison that takes as long for any two strings."""
    compared: list[object] = []
    compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    return compared


# A filter with a browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH (apt install chromium)")
    with browser() as opened:
        yield opened


@pytest.mark.browser
def test_a_filter_that_runs_scripts_changes_nothing(door: Door, page: Page) -> None:
    a_scanner_with_a_browser_changes_nothing(door, page)


@pytest.mark.browser
@pytest.mark.parametrize("fault", ["script-ends-it", "link-ends-it"])
def test_a_page_that_acts_by_itself_is_found_out(wrong: Callable[[str], Door], page: Page, fault: str) -> None:
    with pytest.raises(AssertionError, match="only looked"):
        a_scanner_with_a_browser_changes_nothing(wrong(fault), page)
