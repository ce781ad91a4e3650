"""Who was in a snapshot, a bit for each id: 500 readers in some 70 bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def pack(ids: Sequence[int]) -> bytes:
    """A bit for each id from the first to the last; ids ascend and are not empty.

    >>> pack((7, 8, 10)).hex()
    'd0'
    """
    first = ids[0]
    bits = bytearray((ids[-1] - first) // 8 + 1)
    for number in ids:
        place = number - first
        bits[place >> 3] |= 0x80 >> (place & 7)
    return bytes(bits)


def unpack(first: int, bits: bytes) -> tuple[int, ...]:
    """The ids again, ascending.

    >>> unpack(7, bytes.fromhex("d0"))
    (7, 8, 10)
    """
    return tuple(first + 8 * place + bit for place, byte in enumerate(bits) for bit in range(8) if byte & 0x80 >> bit)
