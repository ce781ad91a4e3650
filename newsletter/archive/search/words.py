"""Which words a text is found by; templates/parts/search.js.j2 does the same to what a reader types. Pure.

Whoever changes one of the two changes the other: a test holds them equal over all of Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Longer ones are found by their first signs.
LONGEST = 40
#: NFKD would make letters of these marks of ownership, and a name another name.
_OWNED = dict.fromkeys(map(ord, "™℠"))
#: Stress, pointing, tone and stretching that people leave out when they type; soft hyphens, joiners, directions and
#: variants that they do not see. Vowel signs, and the voicing of kana, make another word and stay.
_UNTYPED = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061c\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200c-\u200f\u2060"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
_DROPPED = re.compile(f"[{_UNTYPED}]")
#: Letters that Unicode does not take apart, but people do.
_SAME = str.maketrans({
    "ß": "ss", "ς": "σ", "ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ħ": "h",
    "’": "'", "ʼ": "'", "‘": "'",
})  # fmt: skip
#: "'s" belongs to no word; other apostrophes part words: "l'avion" is found by "avion".
_OWNING = re.compile(r"'s(?=[ .+#']|$)")
_PLAIN_OWNING = re.compile(r"'s(?![a-z0-9])")
#: What turns most texts into ASCII, which is read ten times as fast; folding would make the same of them.
_MARKS = (("’", "'"), ("‘", "'"), ("“", " "), ("”", " "), ("–", " "), ("—", " "), ("…", " "), ("\u00a0", " "))
#: Figures with points are one word ("3.5"), as are names that end in "++" or "#".
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^ .+#]+(?:\+\+|#)?")
_PLAIN_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[a-z0-9]+(?:\+\+|#)?")
#: Scripts without blanks between words, and Korean, whose words take endings: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_RUN = re.compile(f"[{_UNSPACED}\U00020000-\U0003fffd]+|[^{_UNSPACED}\U00020000-\U0003fffd]+")
_UNSPACED_SIGN = re.compile(f"[{_UNSPACED}\U00020000-\U0003fffd]")


class _Kept(dict[int, int | str]):
    """What becomes of each sign: letters, marks and figures stay (Unicode's L, M and N), and what may join them."""

    def __missing__(self, sign: int) -> int | str:
        kept = chr(sign) in ".+#'" or unicodedata.category(chr(sign))[0] in "LMN"
        self[sign] = sign if kept else " "
        return self[sign]


_KEPT = _Kept()


def fold(text: str) -> str:
    """The text without what people leave out when they type: case, stress, pointing, the forms of one letter."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.translate(_OWNED)).lower())
    return unicodedata.normalize("NFC", _DROPPED.sub("", plain).translate(_SAME))


def words(text: str) -> list[str]:
    """The words of a text in order, folded, repeats kept; may be empty.

    A run of a script without blanks gives its pairs of signs, and its last sign by itself: so every sign begins a word.
    """
    if not text.isascii():
        for mark, same in _MARKS:
            text = text.replace(mark, same)
    plain = fold(text)
    if plain.isascii():
        return [word[:LONGEST] for word in _PLAIN_WORD.findall(_PLAIN_OWNING.sub("", plain))]
    return list(_in_any_script(_OWNING.sub("", plain.translate(_KEPT)).replace("'", " ")))


def _in_any_script(plain: str) -> Iterator[str]:
    for word in _WORD.findall(plain):
        if word.isascii() or not _UNSPACED_SIGN.search(word):
            yield word[:LONGEST]
            continue
        for run in _RUN.findall(word):
            if _UNSPACED_SIGN.match(run):
                yield from (run[i : i + 2] for i in range(len(run)))
            else:
                yield run[:LONGEST]
