"""The names of a topic: what is left of a title without "Introduction to", "explained" and the like. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from newsletter.text import content_words, fold, words

#: Words that open or close a title and say nothing of its topic; taken off its two ends only.
_EMPTY = frozenset(
    """a about all an and are at basic basics beginner beginners brief closer complete concepts deepdive demystified
    demystifying do does essentials everything explained explainer explaining explore exploring for from fundamentals
    gentle getting glance guide how in into intro introducing introduction is it its know look matter matters need
    nutshell of on our overview practical primer quick should short simple started the they to tour tutorial tldr
    understand understanding unpacked unpacking we what why with work works you your 101""".split()
)
_DIVE = re.compile(r"\bdeep[\s-]+dives?\b", re.I)
#: Signs that are part of a name: C++ and C# are two topics.
_SIGNS = {"+": "plus", "#": "sharp"}
_SIGN = re.compile(r"(?<=[^\W\d_])[+#]|(?<=[^\W\d_]\+)\+")
_BRACKETED = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*(.*)$")
#: "RAG: Retrieval-Augmented Generation".
_PARTS = re.compile(r"\s*(?::|\s[-–—]\s)\s*")


@lru_cache(maxsize=4096)
def topic_names(title: str) -> frozenset[str]:
    """Keys by which a topic is known again: two titles with a key in common explain the same; empty for no words.

    "Neural Radiance Fields (NeRF)" goes by both names. What follows a colon is part of the topic, unless it says
    nothing or one side is the other's initials: "Models: fine-tuning them" is another topic than "Models".
    """
    title = " ".join(title.split())
    if not fold(title):
        return frozenset()
    names = {_key(title)}
    if (match := _BRACKETED.match(title)) is not None:
        before, inside, after = match.groups()
        if _is_short_for(inside, before):
            names.update((_key(f"{before} {after}"), _key(inside)))
    parts = [part for part in _PARTS.split(title) if fold(part)]
    if len(parts) == 2 and (_is_short_for(parts[0], parts[1]) or _is_short_for(parts[1], parts[0])):
        names.update(map(_key, parts))
    return frozenset(names)


def _key(text: str) -> str:
    """Stems in any order; a single word only without its plural, for stems of one word join too much."""
    plain = _SIGN.sub(lambda found: _SIGNS[found[0]], _DIVE.sub("deepdive", text))
    left = list(words(plain))
    while left and left[0] in _EMPTY:
        left.pop(0)
    while left and left[-1] in _EMPTY:
        left.pop()
    stems = set(content_words(" ".join(left)))
    if len(stems) > 2:
        # The field that every topic here belongs to.
        stems.discard("ai")
    if len(stems) > 1:
        return " ".join(sorted(stems))
    return "".join(left).removesuffix("s") or fold(text)


def _is_short_for(short: str, full: str) -> bool:
    """Whether the one is written as an abbreviation of the other: its letters begin words or follow in them."""
    letters = [sign for sign in short if sign.isalnum()]
    if len(short.split()) != 1 or sum(map(str.isupper, letters)) < 2:
        return False
    wanted = fold(short).removesuffix("s")
    initials = "".join(word[0] for word in words(full))
    rest = iter(fold(full))
    return bool(wanted) and wanted[:1] == initials[:1] and all(sign in rest for sign in wanted)
