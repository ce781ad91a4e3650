"""Words: compared, stemmed, counted, clipped, made into names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.text import (
    clip,
    content_words,
    count_words,
    fold,
    headline_key,
    is_rtl,
    nearest,
    nfc,
    one_line,
    same_text,
    slug,
    words,
)

SAME = {
    "case": ("ZOOM CEO", "zoom ceo"),
    "accents": ("Café déjà", "cafe deja"),
    "composition": ("Cafe\u0301", "Caf\u00e9"),
    "punctuation": ("Codestral: Hello, World!", "codestral hello world"),
    "quotation marks": ("“AI” isn’t", "'AI' isn't"),
    "spacing": ("GPT 4 o", "GPT-4o"),
    "ligature": ("ﬁnal", "final"),
    "sharp s": ("Straße", "STRASSE"),
    "trade mark": ("Copilot™ ships", "Copilot ships"),
    "full width": ("ＡＩ", "AI"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_what_a_reader_calls_the_same_words_folds_alike(one: str, other: str) -> None:
    assert same_text(one, other)


OTHER = {
    "digits": ("GPT-4", "GPT-5"),
    "kana voicing": ("バス", "パス"),
    "two empty ones": ("", ""),
    "two without letters": ("!!!", "???"),
    "emoji": ("👍", "👎"),
}


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER.keys())
def test_other_words_are_not_the_same(one: str, other: str) -> None:
    assert not same_text(one, other)


CONTENT = {
    "stop words": ("The report says that it is new", ()),
    "stems": ("Researchers measuring measured measures", ("research", "measur", "measur", "measur")),
    "possessive": ("Zoom's plan", ("zoom", "plan")),
    "possessive before a comma": ("Zoom’s, Google’s: plans", ("zoom", "googl", "plan")),
    "possessive in capitals": ("ZOOM'S PLAN", ("zoom", "plan")),
    "accents": ("Café résumé", ("cafe", "resum")),
    "Chinese": ("人工智能", ("人工", "工智", "智能")),
    "one sign": ("人", ("人",)),
    "Korean": ("인공지능", ("인공", "공지", "지능")),
    "numbers": ("Gemini 1.5", ("gemini", "1", "5")),
    "nothing": ("", ()),
    "emoji": ("🎉🎉", ()),
}


@pytest.mark.parametrize(("text", "expected"), CONTENT.values(), ids=CONTENT.keys())
def test_words_that_carry_meaning(text: str, expected: tuple[str, ...]) -> None:
    assert content_words(text) == expected


SLUGS = {
    "three words": ("Zoom CEO envisions AI deepfakes", "zoom-ceo-envisions"),
    "without stop words": ("What is new in the Zoom", "zoom"),
    "accents": ("Café déjà vu", "cafe-deja-vu"),
    "a letter alone is no name": ("X y Zoom", "zoom"),
    "a digit is": ("Gemini 2", "gemini-2"),
    "markup": ("<b>Bold</b> & co", "bold-co"),
}


@pytest.mark.parametrize(("text", "expected"), SLUGS.values(), ids=SLUGS.keys())
def test_a_slug_is_made_of_the_first_words_that_tell(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize("text", ["", "🎉", "人工智能", "the", "Новости дня", "\ud800"])
def test_a_slug_is_never_empty(text: str) -> None:
    assert re.fullmatch(r"s-[0-9a-f]{8}", slug(text))


def test_slugs_of_other_scripts_differ() -> None:
    assert slug("人工智能") != slug("机器学习")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.integers(1, 90))
def test_no_text_makes_the_words_fall_over(text: str, length: int) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))
    assert len(clip(text, length)) <= length
    assert fold(fold(text)) == fold(text)
    assert fold(nfc(text)) == fold(text)
    assert all(words(text))
    assert count_words(text) >= 0
    assert one_line(one_line(text)) == one_line(text)
    assert is_rtl(text) in (True, False)


@given(st.text(st.characters(max_codepoint=0x3FFF), max_size=40) | st.text(st.characters(codec="ascii"), max_size=40))
def test_folding_is_what_unicode_makes_of_the_letters(text: str) -> None:
    bare = text.replace("™", "").replace("℠", "")
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", bare).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) or c in "\u3099\u309a")

    assert fold(text) == "".join(c for c in unicodedata.normalize("NFC", kept) if c.isalnum())
    assert nfc(text) == unicodedata.normalize("NFC", text)


CLIPPED = {
    "short enough": ("Hello world", 11, "Hello world"),
    "at a word": ("Hello wide world", 12, "Hello wide…"),
    "not at a comma": ("Hello, world", 9, "Hello…"),
    "one long word": ("abcdefghij", 5, "abcd…"),
    "an early blank does not count": ("a bcdefghijklm", 9, "a bcdefg…"),
    "one sign": ("abc", 1, "…"),
}


@pytest.mark.parametrize(("text", "length", "expected"), CLIPPED.values(), ids=CLIPPED.keys())
def test_clipping_cuts_at_a_word(text: str, length: int, expected: str) -> None:
    assert clip(text, length) == expected


def test_the_nearest_word_is_offered_in_its_own_spelling() -> None:
    known = ("story", "headline", "Yoga")

    assert [nearest(typed, known) for typed in ("stroy", "YOGA", "qqq", "")] == ["story", "Yoga", None, None]


COUNTED = {
    "plain": ("Five words, as one counts", 5),
    "contraction": ("I don't, he’ll", 3),
    "Chinese": ("人工智能", 2),
    "odd run": ("人工智", 2),
    "mixed": ("GPT 是 好的", 3),
    "nothing": (" — … 🎉", 0),
}


@pytest.mark.parametrize(("text", "expected"), COUNTED.values(), ids=COUNTED.keys())
def test_words_are_counted_as_a_reader_does(text: str, expected: int) -> None:
    assert count_words(text) == expected


def test_white_space_of_every_kind_becomes_one_blank() -> None:
    assert one_line(" a\u200b b\r\n\tc\u00a0d\ufeff ") == "a b c d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("خبر today", True), ("1. שלום", True), ("today خبر", False), ("123 …", False), ("", False)],
    ids=["Arabic", "Hebrew after a digit", "English first", "no letter", "empty"],
)
def test_direction_is_that_of_the_first_letter(text: str, expected: bool) -> None:
    assert is_rtl(text) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A survey of C++ tools", "A survey of C# tools"),
        ("Kestrel raises $1.5bn", "Kestrel raises $15bn"),
        ("3.11", "3.1.1"),
    ],
)
def test_two_headlines_that_differ_in_a_telling_sign_have_two_keys(one: str, other: str) -> None:
    assert headline_key(one) != headline_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ZOOM’s twin – “said”", "zooms twin said"),
        ("1,200 jobs.", "1200 jobs"),
        ("#zoom", "Zoom"),
        ("A. Smith", "a smith"),
    ],
)
def test_case_accents_and_punctuation_leave_a_headlines_key(one: str, other: str) -> None:
    assert headline_key(one) == headline_key(other)


@pytest.mark.parametrize("text", ["They don't, and we won't", "They don’t, and we won’t"])
def test_a_shortened_not_is_one_word_with_its_verb(text: str) -> None:
    assert words(text) == ("they", "dont", "and", "we", "wont")


def test_what_else_is_shortened_leaves_no_letter_behind() -> None:
    assert words("We've said I'm sure you'll see it's Zoom's") == (
        "we",
        "said",
        "i",
        "sure",
        "you",
        "see",
        "it",
        "zoom",
    )
