"""Content codings undone in small steps, as the bytes come. Pure.

The HTTP library inflates too, but takes a gzip or Brotli stream that stops in the middle for a whole one, leaves out
all but the first member of a gzip file, and lets a server choose how much memory Zstandard takes.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]

from newsletter.wire.silence import NotInflatable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: What we can undo, in the order in which we like it.
ACCEPTED = "gzip, br, zstd"
_DAMAGED = "the body is not compressed as its header says"
#: Inflated at once at most, so that a small body cannot become a large memory.
_STEP = 128 * 1024
#: More codings, one over the other, than any server has a reason for.
_MOST_CODINGS = 2
#: RFC 9659: a window of 8 MB is all that a server may ask for.
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


class Inflater(Protocol):
    """One coding undone."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The bytes that come of these, in steps. Raises NotInflatable."""

    def is_whole(self) -> bool:
        """Whether the stream has come to its own end, or never began."""


class Zlib:
    """gzip with any number of members (RFC 1952, 2.2) and with junk after the last; deflate with and without zlib."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self.is_gzip = bits > zlib.MAX_WBITS
        self._stream = zlib.decompressobj(bits)
        self._begun = False
        self._members = 1
        #: What followed a whole member: the beginning of the next, or junk.
        self._after: bytes | None = b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if data and not self._begun:
            self._begun = True
            if self._bits == zlib.MAX_WBITS and data[0] & 15 != 8:  # no zlib header, as old servers send it
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        while data:
            if self._stream.eof and not (data := self._next_member(data)):
                return
            yield from self._steps(data)
            data = self._stream.unused_data

    def is_whole(self) -> bool:
        return self._stream.eof or not self._begun

    def is_one_member(self) -> bool:
        """Whether the bytes so far are a single member and nothing else."""
        return self._stream.eof and self._members == 1 and self._after == b""

    def _next_member(self, data: bytes) -> bytes:
        """The data with which another member begins, the stream ready for it; b"" if there is none, or not yet."""
        if self._after is None:
            return b""
        self._after += data
        if len(self._after) < 2:
            return b""
        data, self._after = self._after, b""
        if not self.is_gzip or not data.startswith(b"\x1f\x8b"):
            self._after = None
            return b""
        self._stream = zlib.decompressobj(self._bits)
        self._members += 1
        return data

    def _steps(self, data: bytes) -> Iterator[bytes]:
        try:
            # An empty piece means that no input is left and nothing is held back.
            while piece := self._stream.decompress(data, _STEP):
                yield piece
                if self._stream.eof:
                    return
                data = self._stream.unconsumed_tail
        except zlib.error as fault:
            raise NotInflatable(_DAMAGED) from fault


class _Brotli:
    """RFC 7932; nothing may follow the end of the stream."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        try:
            while piece := self._stream.process(data, output_buffer_limit=_STEP):
                yield piece
                data = b""
        except brotli.error as fault:
            raise NotInflatable(_DAMAGED) from fault

    def is_whole(self) -> bool:
        return not self._begun or bool(self._stream.is_finished())


class _Zstd:
    """One frame or several (RFC 8878, 3.1)."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        try:
            while data:
                if self._stream.eof:
                    self._stream = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
                while (piece := self._stream.decompress(data, _STEP)) or not self._stream.needs_input:
                    yield piece
                    if self._stream.eof:
                        break
                    data = b""
                data = self._stream.unused_data if self._stream.eof else b""
        except zstd.ZstdError as fault:
            raise NotInflatable(_DAMAGED) from fault

    def is_whole(self) -> bool:
        return self._stream.eof or not self._begun


_INFLATERS: dict[str, Callable[[], Inflater]] = {
    "gzip": lambda: Zlib(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: Zlib(zlib.MAX_WBITS | 16),
    "deflate": lambda: Zlib(zlib.MAX_WBITS),
    "br": _Brotli,
    "zstd": _Zstd,
}


def inflaters(codings: str) -> tuple[Inflater, ...]:
    """What undoes a Content-Encoding, in the order in which to apply it.

    A name that is no coding that we know of counts as none, as in browsers. Raises NotInflatable if there are more
    than two.
    """
    named = [name for part in codings.split(",") if (name := part.strip().lower()) in _INFLATERS]
    if len(named) > _MOST_CODINGS:
        raise NotInflatable(f"compressed {len(named)} times over")
    return tuple(_INFLATERS[name]() for name in reversed(named))
