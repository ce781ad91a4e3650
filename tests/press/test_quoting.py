"""Quotation marks around a take: those of its language, and never those that stand inside."""

from __future__ import annotations

import pytest

from newsletter.press.prose.quoting import marks


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("plain", "en", "“”"),
        ("plain", "", "“”"),
        ('He said "no".', "en", "“”"),
        ("He said “no”.", "en", '""'),
        ("schlicht", "de", "„“"),
        ("Er sagte „nein“.", "de", "»«"),
        ("Er sagte „nein“ und »doch«.", "de-AT", '""'),
        ("simple", "fr-CA", "«\u00a0\u00a0»"),
        ("Il dit « non ».", "fr", "“”"),
        ("簡単です", "ja", "「」"),
        ("彼は「いいえ」と言った", "ja", "『』"),
        ("简单", "zh-Hans", "“”"),
        ("簡單", "zh-Hant-TW", "「」"),
        ("просто", "ru", "«»"),
        ("بسيط", "ar", "“”"),
        ("sederhana", "id", "“”"),
        ("prosto", "pl", "„”"),
    ],
)
def test_a_take_has_the_marks_of_its_language_that_do_not_stand_inside(text: str, language: str, expected: str) -> None:
    assert "".join(marks(text, typographic=True, language=language)) == expected


def test_where_english_and_straight_marks_would_do_alike_the_form_decides() -> None:
    assert marks("plain", typographic=False) == ('"', '"')
    assert marks('He said "no".', typographic=False) == ("“", "”")
    assert marks("schlicht", typographic=False, language="de") == ("„", "“")
