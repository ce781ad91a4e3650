"""Header fields."""

from __future__ import annotations

import re
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.errors import CannotSend
from newsletter.mail.letter.headers import named_field, text_field

_words = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), st.sampled_from("👩‍💻é\u0301🇨🇭 =?_")
    ),
    min_size=1,
    max_size=200,
).filter(str.strip)


def decoded(field: bytes) -> list[str]:
    """What each encoded word holds by itself: a word that is no whole character cannot be read."""
    found = [decode_header(word) for word in re.findall(r"=\?\S+\?=", field.decode("ascii"))]
    assert all(len(parts) == 1 for parts in found)
    return [str(make_header(parts)) for parts in found]


@given(_words)
@example("ü" + "a" * 150)
@settings(deadline=None, max_examples=60)
def test_every_encoded_word_is_short_and_whole(value: str) -> None:
    field = text_field("Subject", value)

    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", field))
    # RFC 2047, 2: a line that holds an encoded word has 76 octets at most; others 78 (RFC 5322, 2.1.1).
    assert all(len(line) <= (76 if b"=?" in line else 78) for line in field.split(b"\r\n"))
    assert field.endswith(b"\r\n")
    assert not re.search(rb"\r\n(?![ \t])", field[:-2])
    if b"=?utf-8?" in field:
        assert "".join(decoded(field)) == value


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("e\u0301", id="a letter with an accent of its own"),
        pytest.param("🇨🇭", id="a flag"),
        pytest.param("👩‍💻", id="two signs joined"),
        pytest.param("👍🏽", id="a skin"),
        pytest.param("👩‍👩‍👧‍👦", id="a family"),
        pytest.param("🏴\U000e0067\U000e0062\U000e007f", id="a flag by tags"),
        pytest.param("❤️", id="a variation"),
        pytest.param("नि", id="a vowel that follows its consonant"),
    ],
)
@pytest.mark.parametrize("shift", range(4))
def test_what_people_see_as_one_sign_stays_in_one_word(sign: str, shift: int) -> None:
    words = decoded(text_field("Subject", "a" * shift + sign * 20))

    assert len(words) > 1
    assert all(len(word.removeprefix("a" * shift)) % len(sign) == 0 for word in words)
    assert all(word.removeprefix("a" * shift).startswith(sign) for word in words)


def test_a_sign_larger_than_a_word_is_cut_between_its_characters() -> None:
    value = "e" + "\u0301" * 100

    assert "".join(decoded(text_field("Subject", value))) == value


@pytest.mark.parametrize("sign", ["\r", "\n", "\0", "\ud83d"], ids=ascii)
def test_a_value_that_would_begin_another_field_is_refused(sign: str) -> None:
    with pytest.raises(CannotSend, match="on one line"):
        text_field("Subject", f"Hello{sign}Bcc: x@example.net")
    with pytest.raises(CannotSend, match="on one line"):
        named_field("From", f"Pulse{sign}", "pulse@example.com")
    with pytest.raises(CannotSend, match="on one line"):
        named_field("From", "Pulse", f"pulse@example.com{sign}")
