"""Which signs a font holds, and words written in no others: no empty box, no order that needs shaping. Pure."""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache

#: What a line does not begin or end with once a sign that stood there was left out.
_LOOSE = " -–—·|:,"


@lru_cache(maxsize=4)
def signs_of(font: bytes) -> frozenset[int]:
    """Code points of the Basic Multilingual Plane that the font draws; empty if it names none.

    OpenType 1.9, "cmap", format 4: runs of code points, each mapped to a glyph by a difference or through a list.
    """
    tables = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(struct.unpack_from(">H", font, 4)[0]))
    for name, _, start, _ in tables:
        if name == b"cmap":
            return frozenset(code for code in _codes(font, start) if code != 0xFFFF)
    return frozenset()


def _codes(font: bytes, cmap: int) -> list[int]:
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">HHL", font, cmap + 4 + 8 * n)[2]
        if struct.unpack_from(">H", font, table)[0] == 4:
            return _in_runs(font, table)
    return []


def _in_runs(font: bytes, table: int) -> list[int]:
    runs = struct.unpack_from(">H", font, table + 6)[0] // 2
    ends = struct.unpack_from(f">{runs}H", font, table + 14)
    starts = struct.unpack_from(f">{runs}H", font, table + 16 + 2 * runs)
    deltas = struct.unpack_from(f">{runs}H", font, table + 16 + 4 * runs)
    ranges_at = table + 16 + 6 * runs
    ranges = struct.unpack_from(f">{runs}H", font, ranges_at)
    found = []
    for n in range(runs):
        for code in range(starts[n], ends[n] + 1):
            glyph = code
            if ranges[n]:
                glyph = struct.unpack_from(">H", font, ranges_at + 2 * n + ranges[n] + 2 * (code - starts[n]))[0]
            if (glyph + deltas[n]) & 0xFFFF and (glyph or not ranges[n]):
                found.append(code)
    return found


def written(words: str, signs: frozenset[int]) -> str:
    """One line of the words in these signs alone; "" if one of their letters or digits is not among them.

    Signs that are neither, such as emoji, are left out; a sign that stands for others (the "ﬁ" of a PDF) is written
    with those. So a line in a script that the font lacks, or that needs shaping, is never half there.
    """
    kept = []
    for sign in unicodedata.normalize("NFC", words):
        plain = " " if sign.isspace() else sign if ord(sign) in signs else unicodedata.normalize("NFKC", sign)
        if all(ord(one) in signs for one in plain):
            kept.append(plain)
        elif unicodedata.category(sign)[0] in "LN":
            return ""
    line = " ".join("".join(kept).split())
    if not any(sign.isalnum() for sign in line):
        return ""
    return line if len(kept) == len(words) else line.strip(_LOOSE)
