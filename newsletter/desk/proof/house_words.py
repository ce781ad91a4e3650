"""The house's own list of words: what it does not print, and how it spells names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import outside_links, words_alone
from newsletter.model.remarks import Remark
from newsletter.text import one_line


def avoided(texts: Sequence[Passage], phrases: Sequence[str]) -> Iterator[Remark]:
    """Each place at which one of the phrases stands, whole words in any case; not in code and addresses."""
    known = {_key(phrase): phrase for phrase in phrases if phrase.strip()}
    pattern = _any_of(known.values())
    for text in texts if pattern else ():
        prose = words_alone(text.text) if text.is_markdown else text.text
        for match in pattern.finditer(prose) if pattern else ():
            phrase = known.get(_key(match[0]), match[0])
            what = f'"{one_line(match[0])}" is a word that the house does not print.'
            mend = f'Another word? The list is  avoid  under [check] in newsletter.toml ("{phrase}").'
            yield text.remark("warning", "avoid", match.start(), what, mend)


def misspelt(texts: Sequence[Passage], names: Sequence[str]) -> Iterator[Remark]:
    """Each name of the list with other capitals than the list has; not in code, addresses and links.

    What is a word as well is left alone: "rust" where the list has "Rust", "Npm" at the start of a sentence where
    it has "npm".
    """
    known = {_key(name): one_line(name) for name in names if name.strip()}
    pattern = _any_of(known.values())
    for text in texts if pattern else ():
        prose = outside_links(text.text) if text.is_markdown else text.text
        for match in pattern.finditer(prose) if pattern else ():
            typed, name = one_line(match[0]), known.get(_key(match[0]), "")
            if name and typed != name and not _may_be_a_word(typed, name):
                yield text.remark(
                    "warning", "spelling", match.start(), f'"{typed}" is spelt {name} here.', f"Write  {name}"
                )


def _may_be_a_word(typed: str, name: str) -> bool:
    plain = name[1:] == name[1:].lower()
    return plain and (typed == name.lower() or typed == name[:1].upper() + name[1:])


def _any_of(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for all phrases in any case, the longest first; None if there are none."""
    ordered = sorted(set(map(one_line, phrases)), key=lambda phrase: (-len(phrase), phrase))
    if not ordered:
        return None
    either = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in ordered)
    # Not as a part of a word, an address, a path or a name with a hyphen's like: "github.com", "/github/".
    return re.compile(rf"(?<![\w@/#.-])(?:{either})(?![\w@/-]|\.\w)", re.I)


def _key(phrase: str) -> str:
    return one_line(phrase).casefold()
