"""Names as folders of the archive: readable, safe on every file system, and no two alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from itertools import count

#: Signs that tell one name from another: C++ and C#.
_SPOKEN = re.compile(r"(?<=[\w+#])[+#]|&")
_WORDS = {"+": "plus", "#": "sharp", "&": "and"}
_ACCENTS = re.compile("([a-z])[\u0300-\u036f]+")
#: Names that Windows keeps for devices, whatever follows them behind a full stop.
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
#: Bytes of a slug in UTF-8; file systems take 255, addresses are typed.
_LONGEST = 80


def slug_of(name: str) -> str:
    """Letters and digits of any script in lower case, words joined by hyphens; accents on Latin letters are dropped.

    Never empty, never with a full stop, at most 80 bytes of UTF-8. A name without letters and digits is named by a
    hash.
    """
    spoken = _SPOKEN.sub(lambda m: f" {_WORDS[m[0]]} ", unicodedata.normalize("NFKC", name))
    slug = _cut(re.sub(r"-+", "-", "".join(map(_sign, _bare(spoken.lower())))).strip("-"))
    if not slug:
        return f"x-{_hash(name)}"
    return f"{slug}-x" if _RESERVED.fullmatch(slug) else slug


def unique_slugs(names: Iterable[str]) -> tuple[str, ...]:
    """A slug for each name, in order: the first to ask for one has it, later ones get a number behind it.

    Two slugs differ also where a file system takes no notice of case or of how letters are composed.
    """
    taken: set[str] = set()
    slugs = []
    for name in names:
        first = slug = slug_of(name)
        for number in count(2):
            if _alike(slug) not in taken:
                break
            slug = f"{first}-{number}"
        taken.add(_alike(slug))
        slugs.append(slug)
    return tuple(slugs)


def _bare(text: str) -> str:
    """Without the accents of Latin letters; those of other scripts are part of the word."""
    if text.isascii():
        return text
    bare = _ACCENTS.sub(r"\1", unicodedata.normalize("NFD", text.replace("ß", "ss")))
    return unicodedata.normalize("NFC", bare)


def _sign(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] in "LNM":
        # Marks are vowels in many scripts.
        return sign
    # What only joins letters or turns their direction stands for nothing, and "it's" is one word.
    return "" if kind == "Cf" or sign in "'’" else "-"


def _cut(slug: str) -> str:
    data = slug.encode()
    if len(data) <= _LONGEST:
        return slug
    cut = data[:_LONGEST].decode(errors="ignore")
    return (cut.rpartition("-")[0] or cut).strip("-")


def _alike(slug: str) -> str:
    return unicodedata.normalize("NFKC", slug.upper().casefold())


def _hash(name: str) -> str:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()
