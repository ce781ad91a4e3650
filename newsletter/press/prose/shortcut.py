"""Texts without any markup, as most takes are: their HTML without the work of a reader of Markdown. Pure."""

from __future__ import annotations

import re

#: Signs that may mean something to Markdown, to HTML, or to what makes links of addresses.
_MARKUP = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\\`*_{}\[\]<>&#|~^@$=+]|://|www\.|mailto:|  ", re.I
)
#: How a line may begin: with a letter, or with a mark of quotation or a bracket and a letter.
_LINE = re.compile(r"[\"'(“”‘’«»„]?[^\W\d_]")
_BETWEEN = re.compile(r"\n{2,}")


def paragraphs(text: str) -> str | None:
    """The HTML of a text that is paragraphs of words and nothing else; None if anything in it may be more than that.

    What it gives is what the reader and the sanitiser give (a test compares them); None may be said of any text.
    """
    plain = text.strip("\n")
    if _MARKUP.search(plain) or not all(map(_is_words, plain.split("\n"))):
        return None
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in _BETWEEN.split(plain)) if plain else None


def _is_words(line: str) -> bool:
    return not line or (line == line.strip() and _LINE.match(line) is not None)
