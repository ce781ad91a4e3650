"""What words are to people: folding, stemming, nearest word, clipping, slugs. Values in, values out."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from hashlib import blake2b

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_STOP = frozenset(
    """a an and are as at be but by can do does for from had has have he her his how if in into is it
    its may more most my new no not now of off on one or our out over says she so some than that the
    their them they this those to up us was we were what when where which who why will with you your
    report reports reportedly source sources after about just all also""".split()
)
#: Letters and digits, and the signs among them that make another thing of it.
_KEPT = re.compile(r"[^\W_]+|(?<=[^\W_+#])[+#]+|(?<=\d)\.(?=\d)")
#: "'s" and its like, which are not the word's.
_SHORTENED = re.compile(r"'(?:s|re|ve|ll|d|m)(?!\w)")
_CONTRACTED = re.compile(r"(?<=\w)['’](?=\w)")
#: Marks of ownership, which NFKD would turn into letters.
_OWNED = re.compile("[™℠]")
#: Voicing marks of kana: combining, but another sound.
_VOICING = "\u3099\u309a"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_MARKS = str.maketrans("‘’‚“”„«»–—", "'''" + '"' * 5 + "--")


#: C0 but for tab and line feed, DEL, C1, and the marks that embed, override and isolate a direction.
_COMMANDS = dict.fromkeys(
    (*range(9), *range(11, 32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)


def nfc(text: str) -> str:
    """Canonical composition: what two people see as the same text is the same text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Every run of white space, line breaks and zero-width marks included, as one space."""
    return " ".join(text.replace("\u200b", " ").replace("\ufeff", " ").split())


def visible(text: str) -> str:
    """The text without signs that command a terminal or turn the reading order: each is shown as a replacement mark.

    Line feeds and tabs stay.
    """
    return text.translate(_COMMANDS)


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Letters and digits only, without case, accents, punctuation and spacing; for comparing, never for showing."""
    return "".join(filter(str.isalnum, _plain(text)))


@lru_cache(maxsize=16384)
def headline_key(text: str) -> str:
    """What two headlines share where a reader calls them the same: folded, but C# is not C++, and 1.5 is not 15.

    Plus and hash signs behind a letter or a digit stay, and points between digits. For comparing only.
    """
    return "".join(_KEPT.findall(_plain(text)))


def _plain(text: str) -> str:
    """Lower case without accents, composed again, so that a Korean syllable stays one sign."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _OWNED.sub("", text)).casefold())
    if decomposed.isascii():
        return decomposed
    # Nothing combines below U+0300.
    bare = "".join([c for c in decomposed if c < "\u0300" or not unicodedata.combining(c) or c in _VOICING])
    return unicodedata.normalize("NFC", bare)


def same_text(one: str, other: str) -> bool:
    """Whether a reader would call the two the same words; two empty texts are not."""
    return bool(fold(one)) and fold(one) == fold(other)


#: The English stemmer changes no word with another ending, and is what costs most where headlines are compared.
_ENDINGS = tuple("s ed ing y e i al ful ll er or ic ent ant ist ism ion".split())


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English stem of one lower-case word; words of other scripts come back as they are."""
    if len(word) < 3 or not word.endswith(_ENDINGS):
        return word
    stemmed: str = _stemmer()(word)
    return stemmed


@cache
def _stemmer() -> Callable[[str], str]:
    # Its tables are read when the first word is stemmed: fetching and sending stem none.
    import snowballstemmer

    stem_word: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem_word


def words(text: str) -> tuple[str, ...]:
    """Lower-case words in order, accents folded, "'s" and its like off, "don't" one word; may be empty."""
    plain = _plain(text if text.isascii() else text.translate(_MARKS))
    if "'" in plain:
        plain = _SHORTENED.sub("", plain.replace("n't", "nt"))
    return tuple(_WORD.findall(plain))


def content_words(text: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning, in order, repeats kept; a run of CJK counts as its pairs of signs."""
    told = words(text)
    if text.isascii():
        return tuple([stem(word) for word in told if word not in _STOP])
    out: list[str] = []
    for word in told:
        if _CJK.search(word):
            out.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        elif word not in _STOP:
            out.append(stem(word))
    return tuple(out)


def slug(text: str, *, most: int = 3) -> str:
    """A short name of the first `most` words that carry meaning, ASCII, joined by hyphens.

    Texts without ASCII words (other scripts, emoji) get a name made from a hash, so that it is never empty.
    """
    picked: list[str] = []
    for word in words(text):
        ascii_word = word.encode("ascii", "ignore").decode()
        if ascii_word and word not in _STOP and (len(ascii_word) > 1 or ascii_word.isdigit()):
            picked.append(ascii_word[:24])
        if len(picked) == most:
            break
    return "-".join(picked) or "s-" + blake2b(nfc(text).encode(errors="surrogatepass"), digest_size=4).hexdigest()


def clip(text: str, length: int) -> str:
    """At most `length` characters, cut at a word and closed with "…"."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.-–—") + "…"


def nearest(typed: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word most like the typed one, without regard to case; None if none is near."""
    by_fold = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(typed.casefold(), list(by_fold), n=1, cutoff=cutoff)
    return by_fold[found[0]] if found else None


def count_words(text: str) -> int:
    """Words as a reader counts them: "don't" is one; a CJK run counts one word for every two signs."""
    words = _WORD.findall(_CONTRACTED.sub("", text))
    if not _CJK.search(text):
        return len(words)
    total = 0
    for word in words:
        signs = len(_CJK.findall(word))
        total += -(-signs // 2) if signs else 1
    return total


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is written right to left (Unicode Bidi, UAX 9, P2)."""
    for c in text:
        direction = unicodedata.bidirectional(c)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
