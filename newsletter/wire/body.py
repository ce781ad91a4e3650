"""A body while it comes: inflated, measured and packed piece by piece, nowhere whole. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain

from newsletter.model.feeds import Document
from newsletter.wire.coding import Inflater, Zlib, inflaters
from newsletter.wire.silence import BrokenOff, TooBig

_MB = 1024 * 1024
#: Optional fields of a gzip header (RFC 1952, 2.3.1).
_CHECKED, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16


class Body:
    """Takes the bytes of one answer's body, gives a document."""

    def __init__(self, codings: str, *, most_wire_bytes: int, most_bytes: int) -> None:
        """`codings` is the Content-Encoding header. Raises NotInflatable if we cannot undo it."""
        self._inflaters = inflaters(codings)
        self._most_wire_bytes = most_wire_bytes
        self._most_bytes = most_bytes
        #: A gzip stream holds what we keep already; anything else is packed as it comes.
        first = self._inflaters[0] if len(self._inflaters) == 1 else None
        self._gzip = first if isinstance(first, Zlib) and first.is_gzip else None
        self._packer = zlib.compressobj(1)
        self._kept: list[bytes] = []
        self._hash = sha256()
        self._checksum = zlib.adler32(b"")
        self._size = 0
        #: Of the coded body, as far as it has come.
        self.wire_bytes = 0

    def announced(self, length: str) -> None:
        """Hear the Content-Length header. Raises TooBig."""
        if length.isascii() and length.isdigit() and int(length[:15]) > self._most_wire_bytes:
            raise TooBig(self._too_much())

    def add(self, data: bytes) -> None:
        """Take the next bytes from the wire. Raises TooBig and NotInflatable."""
        self.wire_bytes += len(data)
        if self.wire_bytes > self._most_wire_bytes:
            raise TooBig(self._too_much())
        for piece in inflated(data, self._inflaters):
            self._size += len(piece)
            if self._size > self._most_bytes:
                raise TooBig(f"larger than {self._most_bytes // _MB} MB when inflated")
            self._hash.update(piece)
            if self._gzip is None:
                self._kept.append(self._packer.compress(piece))
            else:
                self._checksum = zlib.adler32(piece, self._checksum)
        if self._gzip is not None:
            self._kept.append(data)

    def document(self) -> Document:
        """All of it, at its end. Raises BrokenOff if a compressed stream has not come to its own end."""
        if not all(inflater.is_whole() for inflater in self._inflaters):
            raise BrokenOff("the connection broke: the compressed body has no end")
        return Document(packed=self._packed(), size=self._size, sha256=self._hash.hexdigest())

    def _packed(self) -> bytes:
        kept = b"".join(self._kept)
        if self._gzip is None:
            return kept + self._packer.flush()
        if self._gzip.is_one_member():
            return _as_zlib(kept, self._checksum)
        again = (self._packer.compress(piece) for piece in inflated(kept, inflaters("gzip")))
        return b"".join(again) + self._packer.flush()

    def _too_much(self) -> str:
        return f"larger than {self._most_wire_bytes // _MB} MB"


def inflated(data: bytes, through: tuple[Inflater, ...]) -> Iterator[bytes]:
    """The next bytes of a body as they come through its codings, in steps. Raises NotInflatable."""
    pieces: Iterator[bytes] = iter((data,))
    for inflater in through:
        pieces = chain.from_iterable(map(inflater.pieces, pieces))
    return pieces


def _as_zlib(member: bytes, checksum: int) -> bytes:
    """The zlib stream (RFC 1950) of what a gzip member (RFC 1952) holds; `checksum` is the Adler-32 of that.

    Both wrap the same deflated bytes, which are taken over: packing them anew would cost more than all else here.
    """
    flags, start = member[3], 10
    if flags & _EXTRA:
        start += 2 + int.from_bytes(member[start : start + 2], "little")
    for text in (_NAME, _COMMENT):
        if flags & text:
            start = member.index(b"\0", start) + 1
    if flags & _CHECKED:
        start += 2
    return b"\x78\x9c" + member[start:-8] + checksum.to_bytes(4, "big")
