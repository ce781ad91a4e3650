"""What answers mean: how long they stay good, logins, and whose validators are whose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.feeds import Document, Validators
from newsletter.wire.answers import Answer, Asked, fresh_until, is_asked_with, outcome, without_password

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
URL = "https://feeds.example.org/a"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'Public, MAX-AGE="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "600"}, None),
        ({"cache-control": "max-age=600, max-age=9"}, 600),
        ({"cache-control": "max-age=600", "expires": "Mon, 03 Mar 2025 12:00:00 GMT"}, 600),
        ({"cache-control": 'private="max-age=5, x", max-age=600'}, 600),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=99999999999999"}, 365 * 86400),
        ({"cache-control": "no-store, max-age=600"}, None),
        ({"cache-control": "no-cache", "expires": "Mon, 03 Mar 2025 12:00:00 GMT"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"expires": "Mon, 03 Mar 2025 10:00:00 GMT"}, 3600),
        # Its clock is a day ahead of ours.
        ({"expires": "Tue, 04 Mar 2025 10:00:00 GMT", "date": "Tue, 04 Mar 2025 09:30:00 GMT"}, 1800),
        ({"expires": "Mon, 03 Mar 2025 08:00:00 GMT"}, None),
        ({"expires": "0"}, None),
        ({}, None),
    ],
)
def test_an_answer_stays_good_for_as_long_as_it_says(headers: dict[str, str], seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert fresh_until(headers, NOW) == expected


def answered(last: str, kind: str = "text/html") -> str:
    """The state of a feed whose way ended there with a page of that type."""
    answer = Answer(status=200, headers={"content-type": kind}, document=Document.of(b"<html>"))
    return outcome(answer, Asked(feed="a", first=URL, url=last, validators=Validators()), now=NOW).state


@pytest.mark.parametrize(
    "last",
    [
        "https://feeds.example.org/login",
        "https://feeds.example.org/Account/SignIn.aspx?ReturnUrl=%2Fa",
        "https://feeds.example.org/users/sign_in",
        "https://feeds.example.org/wp-login.php",
        "https://id.example.org/oauth2/authorize?client=1",
        "https://login.example.com/",
        "https://accounts.example.com/v3/signin/identifier",
        "http://captive.example.net/",
        "http://10.0.0.1/hotspot/welcome.html",
    ],
)
def test_a_page_that_looks_like_a_login_is_one(last: str) -> None:
    assert answered(last) == "login"


@pytest.mark.parametrize(
    "last",
    [
        URL,
        "https://feeds.example.org/authors/feed",
        "https://feeds.example.org/blog/login-pages-explained",
        "https://feeds.example.org/",
        "https://loginradar.example.com/feed",
    ],
)
def test_another_page_is_no_login(last: str) -> None:
    assert answered(last) == "new"


def test_a_feed_behind_a_login_address_is_a_feed() -> None:
    assert answered("https://feeds.example.org/sso/feed.xml", "application/rss+xml") == "new"


@pytest.mark.parametrize(
    ("given_by", "url", "expected"),
    [
        ("", URL, True),
        ("", "https://feeds.example.org/b", False),
        (URL, URL, True),
        (URL, "https://me:secret@feeds.example.org/a", True),
        ("https://other.example.net/a", URL, False),
    ],
)
def test_validators_belong_to_one_address(given_by: str, url: str, *, expected: bool) -> None:
    assert is_asked_with(Validators(etag='"1"', url=given_by), url, feed_url=URL) is expected


def test_without_validators_nothing_is_asked_conditionally() -> None:
    assert not is_asked_with(Validators(body_hash="h", url=URL), URL, feed_url=URL)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://me:p@ss@example.org/a@b", "https://example.org/a@b"),
        ("https://example.org?mail=a@b", "https://example.org?mail=a@b"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_an_address_is_told_without_its_password(url: str, plain: str) -> None:
    assert without_password(url) == plain
