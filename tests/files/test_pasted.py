from __future__ import annotations

import pytest

from newsletter.files.pasted import pasted_again, tidied

ONCE = (
    "I would send mine to the status meetings first, and keep the lunch; what worries me is the day on which all of "
    "the others have sent theirs."
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("plain words", "plain words"),
        ("two  blanks and\ta tab", "two  blanks and\ta tab"),
        ("of\u00a0a\u202fkind", "of a kind"),
        ("before \u00a0 it", "before it"),
        ("a\u2009thin and an\u2003em one", "a thin and an em one"),
        ("\u00a0\u00a0\u00a0\u00a0indented\u00a0", "indented"),
        ("    code", "    code"),
        ("a break  ", "a break  "),
        ("soft\u00adly, joi\u2060ned, \ufeffunseen\u200b", "softly, joined, unseen"),
        ("\u0e01\u200b\u0e02", "\u0e01\u200b\u0e02"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
        ("Quoi\u00a0? Non\u202f!", "Quoi\u00a0? Non\u202f!"),
        ("«\u00a0Oui\u00a0»", "«\u00a0Oui\u00a0»"),
        ("3\u00a0km, 10\u00a0%, 20\u202f000, 7\u00a0€", "3\u00a0km, 10\u00a0%, 20\u202f000, 7\u00a0€"),
        ("2\u00a0models in 2024\u00a0were", "2 models in 2024 were"),
        ("```\n\u00a0\u00a0x = 1\n```", "```\n  x = 1\n```"),
    ],
)
def test_odd_spaces_are_plain_but_for_those_that_must_not_break(typed: str, text: str) -> None:
    assert tidied(typed) == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("•\tOne\n•\tTwo", "- One\n- Two"),
        ("• One\n• Two", "- One\n- Two"),
        ("·\u00a0\u00a0\u00a0 One\n·\u00a0\u00a0\u00a0 Two", "- One\n- Two"),
        ("•\tOne\no\tunder it\n▪\tand this\n•\tTwo", "- One\n  - under it\n  - and this\n- Two"),
        ("▪\tOne\n▪\tTwo", "- One\n- Two"),
        ("o\tOne\no\tTwo", "- One\n- Two"),
        ("- One\n  • under it", "- One\n  - under it"),
        ("\uf0b7\tOne", "- One"),
        ("o well · what of it", "o well · what of it"),
        ("•", "•"),
        ("```\n•\tOne\n```", "```\n•\tOne\n```"),
    ],
)
def test_bullets_of_a_word_processor_make_a_list(typed: str, text: str) -> None:
    assert tidied(typed) == text


@pytest.mark.parametrize(
    "text",
    [f"{ONCE}\n\n{ONCE}", f"{ONCE}{ONCE}", f"{ONCE} {ONCE} {ONCE}", f"“{ONCE}”\n“{ONCE}”", f"{ONCE}\n{ONCE.upper()}"],
    ids=["below", "at once", "three times", "quoted", "louder"],
)
def test_the_same_words_again_are_seen(text: str) -> None:
    once = pasted_again(text)

    assert text[:once].strip("“”") == ONCE


@pytest.mark.parametrize("text", ["", "No. No.", ONCE, f"{ONCE} Truly. {ONCE}", "ab" * 9])
def test_words_that_are_not_the_same_again_are_left(text: str) -> None:
    assert pasted_again(text) == 0
