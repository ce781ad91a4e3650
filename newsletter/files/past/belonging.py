"""Whether a further take below a story speaks of that story: by names and words that both have. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from newsletter.text import content_words, fold, words

#: Stems that stand in every second take and prove nothing.
_EVERYWHERE = frozenset(
    content_words(
        """ai a.i ml llm llms api apis gpu us uk eu it ceo cto model models tool tools new use using data tech company
        companies technology system systems users team work make makes made way time year years week today people
        world like get help need better best good great big first one two much many feature features update updates
        launch launches open source code software app apps product products research say says think future still
        even really want see look know could should would great support higher limits language build building"""
    )
)
_NAME = re.compile(r"[^\W\d_][\w+#-]*")
#: A word with a capital inside of a sentence.
_SAID_NAME = re.compile(r"(?<=[^\W_.!?:“\"] )(?!I\b)[A-Z][\w-]{2,}")
#: Words in common that are enough where none of them is a name, and those shared with the first take.
_ENOUGH, _ENOUGH_WITH_TAKE = 2, 4


def belongs(take: str, headline: str, link: str, summary: str, told: str, authors: Collection[str]) -> bool:
    """Whether a take is on the story: it has a name of its headline, two of its words, or answers its author.

    `told` are the takes that stand there already. A short one ("Agreed.") says too little to be another story's.
    """
    mine = frozenset(content_words(take))
    if len(mine) < _ENOUGH_WITH_TAKE:
        return True
    if any(fold(name) and fold(name) in {fold(word) for word in words(take)} for name in authors):
        return True
    named = {stem for name in _names(headline) for stem in content_words(name)} - _EVERYWHERE
    if mine & named:
        return True
    own = (frozenset((*content_words(headline), *_of_address(link), *content_words(summary)))) - _EVERYWHERE
    shared = len(mine & own)
    # Shared words prove little where a name speaks of another story.
    known = {*own, *content_words(headline), *content_words(told)}
    foreign = any(not known & set(content_words(name)) for name in _SAID_NAME.findall(take))
    if foreign:
        return shared >= _ENOUGH_WITH_TAKE
    return shared >= _ENOUGH or len((mine & frozenset(content_words(told))) - _EVERYWHERE) >= _ENOUGH_WITH_TAKE


def _names(headline: str) -> tuple[str, ...]:
    """Words with a capital; where nearly all have one, all but the shortest."""
    return tuple(word for word in _NAME.findall(headline) if word[0].isupper() and len(word) > 2)


def _of_address(link: str) -> tuple[str, ...]:
    try:
        path = urlsplit(link).path
    except ValueError:
        return ()
    return content_words(re.sub(r"[-_/.]", " ", unquote(path)))
