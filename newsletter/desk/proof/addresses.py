"""Links and images in a Markdown text, as typed, with their places. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.desk.proof.prose import without_code

#: Words in brackets with an address behind them; the words may hold one more pair of brackets, as an image has.
_INLINE = re.compile(
    r"""(?P<image>!?)(?<!\\)\[(?P<words>(?:\\.|[^\[\]\\]|\[[^\[\]]{0,300}\]){0,400})\]\(\s*
        (?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()<>]*+(?:\([^\s()]*\)[^\s()<>]*+)*+))
        (?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?\s*\)""",
    re.X,
)
#: The same with a blank inside the address: no reader of Markdown makes a link of it.
_SPLIT = re.compile(
    r"\[[^\[\]\n]{0,400}\]\(\s*(?P<address>(?:https?://|www\.)[^()\n\"']*[^\s()\"'][ \t]+[^()\n\"']+)\)", re.I
)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]*\]:[ \t]*<?(?P<address>[^\s<>]+)>?(?:[ \t]+[\"'(][^\n]*)?$", re.M)
_ANCHOR = re.compile(r"<a\s[^<>]*?href\s*=\s*[\"']?(?P<address>[^\"'\s<>]*)[^<>]*>(?P<words>[^<>]{0,400})", re.I)
_IMG = re.compile(r"<img\s[^<>]*>", re.I)
_SRC = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_BARE = re.compile(r"(?:https?://|(?<![\w/.@])www\.(?=[\w-]+\.))[^\s<>\"“”]+", re.I)
_BEHIND = ".,;:!?'\"’”)]}*_~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A link or an image."""

    #: As typed, entities decoded; "" where the brackets behind the words are empty.
    typed: str
    #: What stands for it: the link's words, or the image's for those who cannot see it; None where it has none of
    #: its own: an address alone, or the definition of one.
    words: str | None
    #: The place of its first sign in the text.
    at: int
    is_image: bool = False
    #: Whether a blank stands inside, so that it is printed as words.
    is_split: bool = False


@lru_cache(maxsize=512)
def addresses_in(text: str) -> tuple[Address, ...]:
    """Every link and image outside of code, in the order of their places."""
    plain = without_code(text)
    if not any(sign in plain for sign in ("]", "://", "www.", "WWW.", "<")):
        return ()
    found = list(_found(plain))
    return tuple(sorted(found, key=lambda one: (one.at, one.is_image)))


def _found(plain: str) -> Iterator[Address]:
    taken: list[tuple[int, int]] = []
    for match in _INLINE.finditer(plain) if "](" in plain else ():
        taken.append(match.span())
        yield from _of_inline(match, 0)
    for pattern in (_SPLIT, _DEFINITION, _ANCHOR):
        for match in pattern.finditer(plain):
            if _is_free(match, taken):
                taken.append(match.span())
                words = match["words"] if pattern is _ANCHOR else None
                yield Address(
                    typed=html.unescape(match["address"]), words=words, at=match.start(), is_split=pattern is _SPLIT
                )
    for match in _IMG.finditer(plain):
        if _is_free(match, taken):
            taken.append(match.span())
            typed, words = _attribute(_SRC, match[0]), _attribute(_ALT, match[0])
            yield Address(typed=html.unescape(typed), words=words, at=match.start(), is_image=True)
    for match in _BARE.finditer(plain):
        if _is_free(match, taken):
            yield Address(typed=html.unescape(_trimmed(match[0])), words=None, at=match.start())


def _of_inline(match: re.Match[str], before: int) -> Iterator[Address]:
    typed = match["angled"] if match["angled"] is not None else match["bare"]
    at = before + match.start()
    words = match["words"]
    yield Address(typed=html.unescape(typed), words=words, at=at, is_image=bool(match["image"]))
    if "[" in words:
        for inner in _INLINE.finditer(words):
            yield from _of_inline(inner, before + match.start("words"))


def _is_free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    return not any(start <= match.start() < end for start, end in taken)


def _trimmed(address: str) -> str:
    """An address in running text without what the sentence put behind it; a bracket that it opened itself stays."""
    while address and address[-1] in _BEHIND:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _attribute(pattern: re.Pattern[str], tag: str) -> str:
    found = pattern.search(tag)
    return next(filter(None, found.groups()), "") if found else ""
