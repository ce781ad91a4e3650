"""Bodies as quoted-printable."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.letter.quoted import quoted_printable

_bodies = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(".=\t \n\r-FromüÜ漢👩‍💻")), max_size=400
)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        pytest.param("plain", b"plain", id="ASCII stays as it is"),
        pytest.param("a=b", b"a=3Db", id="the sign of the encoding"),
        pytest.param("é", b"=C3=A9", id="UTF-8 by octets"),
        pytest.param(".", b"=2E", id="a full stop alone would end the letter"),
        pytest.param("..a\n.b", b"=2E.a\r\n=2Eb", id="a full stop first would be doubled"),
        pytest.param("From here", b"=46rom here", id="mailbox files quote From"),
        pytest.param("a \nb\t", b"a=20\r\nb=09", id="white space at the end would be trimmed"),
        pytest.param("a\rb\r\nc\n", b"a\r\nb\r\nc\r\n", id="every line break becomes CRLF"),
        pytest.param("\0", b"=00", id="NUL never crosses the wire"),
        pytest.param("x" * 76, b"x" * 75 + b"=\r\nx", id="76 with the soft break"),
        pytest.param("x" * 75 + ".y", b"x" * 75 + b"=\r\n=2Ey", id="a full stop that comes first by a soft break"),
        pytest.param("", b"", id="nothing"),
    ],
)
def test_text_is_encoded_so_that_no_relay_has_to_touch_it(text: str, encoded: bytes) -> None:
    assert quoted_printable(text) == encoded


@given(_bodies)
def test_any_text_comes_back_and_every_line_is_safe(text: str) -> None:
    encoded = quoted_printable(text)

    lines = encoded.split(b"\r\n")
    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")
    assert all(len(line) <= 76 for line in lines)
    assert not any(line.startswith((b".", b"From ")) or line.endswith((b" ", b"\t")) for line in lines)
    assert encoded.isascii()
    assert not {0, 10, 13} & set(encoded.replace(b"\r\n", b""))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        quoted_printable("\ud83d")
