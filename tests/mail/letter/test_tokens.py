"""Tokens in readers' links."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.mail.letter.tokens import KeyedDigest, make_token, read_token, secret_mark, unsubscribe_address

_keys = st.from_regex(r"[A-Za-z0-9_-]{1,48}", fullmatch=True)


@given(key=_keys, secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_token_opens_what_it_was_made_for(key: str, secret: str) -> None:
    token = make_token(secret, "unsubscribe", key)

    assert read_token(secret, "unsubscribe", token) == key
    assert re.fullmatch(r"[A-Za-z0-9_-]{25,72}", token)


@given(
    secret=st.text(st.characters(exclude_categories=["Cs"]), max_size=200), beginning=st.text("aü|"), rest=st.binary()
)
@example(secret="s" * 64, beginning="", rest=b"")
@example(secret="s" * 65, beginning="", rest=b"")
@settings(max_examples=30)
def test_a_keyed_digest_is_the_hmac_of_beginning_and_rest(secret: str, beginning: str, rest: bytes) -> None:
    digest = KeyedDigest(secret, beginning)

    expected = hmac.digest(secret.encode(), beginning.encode() + rest, hashlib.sha256)
    assert digest(rest) == expected
    assert digest(rest) == expected


def test_the_mark_of_a_secret_is_its_own_and_shows_nothing_of_it() -> None:
    marks = {secret_mark(f"secret-{number}") for number in range(20)}

    assert len(marks) == 20
    assert all(re.fullmatch(r"[a-z2-7]{16}", mark) for mark in marks)
    assert secret_mark("secret-1") == secret_mark("secret-1")


@given(key=_keys, at=st.integers(0, 200), sign=st.sampled_from("AZaz09_-é."))
def test_no_changed_token_opens_anything(key: str, at: int, sign: str) -> None:
    token = make_token("secret", "unsubscribe", key)
    at %= len(token)
    changed = token[:at] + sign + token[at + 1 :]

    assert changed == token or read_token("secret", "unsubscribe", changed) is None


@pytest.mark.parametrize(
    ("secret", "purpose"),
    [
        pytest.param("another", "unsubscribe", id="another secret"),
        pytest.param("secret", "confirm", id="another purpose"),
        pytest.param("", "unsubscribe", id="no secret"),
    ],
)
def test_a_token_opens_nothing_else(secret: str, purpose: str) -> None:
    assert read_token(secret, purpose, make_token("secret", "unsubscribe", "abc")) is None


def test_without_a_secret_not_even_its_own_tokens_open() -> None:
    assert read_token("", "unsubscribe", make_token("", "unsubscribe", "abc")) is None


@pytest.mark.parametrize("token", ["", "abc", "A" * 24, "é" * 40, "a" * 5000], ids=lambda t: t[:6] + str(len(t)))
def test_rubbish_opens_nothing(token: str) -> None:
    assert read_token("secret", "unsubscribe", token) is None


@pytest.mark.parametrize("key", ["", "a b", "reader@example.org", "x" * 49])
def test_a_key_that_would_break_a_line_or_show_an_address_makes_no_token(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be the key") as caught:
        make_token("secret", "unsubscribe", key)

    assert "reader@" not in str(caught.value)


def test_the_unsubscribe_address_is_below_the_site() -> None:
    found = unsubscribe_address("https://pulse.example.com", "secret", "abc")

    assert found == "https://pulse.example.com/unsubscribe/" + make_token("secret", "unsubscribe", "abc")
