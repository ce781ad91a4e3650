"""What a topic is called: the names that its title and its other names give it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.text import content_words, fold, one_line, words

_SIGNS = re.compile(r"[+#]")
_KIND = r"(?:(?:short|brief|gentle|quick|simple|practical|complete|basic|beginner['’]s|beginners['’])\s+)*"
#: Words that begin a title and belong to no topic. They may stand one behind another: "Understanding the Basics of".
_OPENER = re.compile(
    rf"""(?:an?\s+|the\s+)?{_KIND}(?:
        (?:introduction|intro|guide|primer|overview|fundamentals|basics|essentials|foundations)\s+(?:to|of|on|for)
      | (?:closer\s+|deeper\s+|quick\s+|first\s+)?look\s+(?:at|into) | deep\s+dive\s+into
      | introducing | understanding | explaining | demystifying | exploring | unpacking | getting\s+to\s+know
      | getting\s+started\s+with | all\s+about | everything\s+about
      | what\s+(?:is|are|does|do)(?=\s) | what['’]s
    )\s+(?:an?\s+|the\s+)?""",
    re.I | re.X,
)
_BRACKET = re.compile(r"(?P<words>.+?)\s*\((?P<short>[^()\s]{2,12})\)")


def names_of(typed: str) -> tuple[str, ...]:
    """What a title or another name calls its topic: as it stands, without its opener, and both sides of "X (Y)".

    What is left behind an opener must be more than one plain word: "Understanding Attention" says nothing of
    every "attention".
    """
    name = one_line(typed)
    core, opened = name, False
    while (match := _OPENER.match(core)) is not None and match.end() < len(core):
        core, opened = core[match.end() :], True
    core = core.rstrip(" ?!.") if opened else core
    names = [name]
    if (match := _BRACKET.fullmatch(core)) is not None and is_short_for(match["short"], match["words"]):
        names += [match["words"], match["short"]]
    elif opened and (len(core.split()) > 1 or is_technical(core)):
        names.append(core)
    return tuple(dict.fromkeys(names))


def names_alone(name: str) -> bool:
    """Whether the name means its topic wherever it stands, and is no word of everybody's, as "go" would be."""
    enough = len(fold(name)) >= 3 or is_technical(name) or bool(_SIGNS.search(name))
    return enough and bool(content_words(name) or _SIGNS.search(name))


def is_technical(word: str) -> bool:
    """Whether one word is written like an acronym or a name of technology: RAG, LoRA, H100."""
    capitals = sum(map(str.isupper, word))
    return capitals >= 2 or (capitals == 1 and any(map(str.isdigit, word)))


def is_short_for(short: str, long: str) -> bool:
    """Whether the letters of an acronym stand in the words before or behind it, in order, from a word's first on."""
    letters = [c.lower() for c in short.removesuffix("s") if c.isalnum()]
    told = words(long)
    return any(_runs_through(letters, "".join(told[at:])) for at, word in enumerate(told) if word[:1] == letters[0])


def _runs_through(letters: Sequence[str], text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
