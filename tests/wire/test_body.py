"""Bodies as they come: whatever coding, whatever size of the pieces, never more memory than a body is worth."""

from __future__ import annotations

import gzip
import io
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from hashlib import sha256

import brotli  # type: ignore[import-untyped]
import pytest

from newsletter.wire.body import Body
from newsletter.wire.silence import BrokenOff, NotInflatable, TooBig

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MB = 1024 * 1024
PLAIN = b"<rss>" + bytes(range(256)) * 600 + b"</rss>"
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda plain: bytes(brotli.compress(plain, quality=1)),
    "zstd": zstd.compress,
}


def read(coded: bytes, codings: str, *, step: int = 65536) -> bytes:
    body = Body(codings, most_wire_bytes=5 * MB, most_bytes=20 * MB)
    for start in range(0, len(coded), step):
        body.add(coded[start : start + step])
    document = body.document()
    plain = document.plain()
    assert (document.size, document.sha256) == (len(plain), sha256(plain).hexdigest())
    assert body.wire_bytes == len(coded)
    return plain


def raw_deflate(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


def gzip_with_every_field(plain: bytes) -> bytes:
    """A gzip file with extra field, name, comment and checksum of the header (RFC 1952, 2.3)."""
    bare = gzip.compress(plain)
    head = bare[:3] + bytes((2 | 4 | 8 | 16,)) + bare[4:10] + b"\x03\0abc" + b"feed.xml\0" + b"of old\0"
    return head + (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little") + bare[10:]


@pytest.mark.parametrize("step", [1, 7, 65536])
@pytest.mark.parametrize("coding", PACK)
def test_every_coding_is_undone_however_it_is_cut(coding: str, step: int) -> None:
    plain = PLAIN if step > 1 else PLAIN[:2000]

    assert read(PACK[coding](plain), coding, step=step) == plain


@pytest.mark.parametrize(
    ("coded", "codings", "plain"),
    [
        (PLAIN, "", PLAIN),
        (PLAIN, "identity", PLAIN),
        (PLAIN, "utf-8", PLAIN),
        (b"", "gzip", b""),
        (b"", "br", b""),
        (gzip.compress(b""), "gzip", b""),
        (gzip.compress(PLAIN), "GZIP", PLAIN),
        (gzip_with_every_field(PLAIN), "gzip", PLAIN),
        (gzip.compress(b"<a>") + gzip.compress(b"</a>"), "gzip", b"<a></a>"),
        (gzip.compress(PLAIN) + b"\0\0\0junk", "gzip", PLAIN),
        (gzip.compress(PLAIN) + b"\n", "gzip", PLAIN),
        (raw_deflate(PLAIN), "deflate", PLAIN),
        (zstd.compress(b"<a>") + zstd.compress(b"</a>"), "zstd", b"<a></a>"),
        (PACK["br"](gzip.compress(PLAIN)), "gzip, br", PLAIN),
        (gzip.compress(gzip.compress(PLAIN)), "gzip, gzip", PLAIN),
    ],
    ids=[
        "plain", "identity", "unknown", "nothing", "nothing-br", "empty", "capitals", "all-fields", "members", "junk",
        "one-byte-of-junk", "raw-deflate", "frames", "two-codings", "twice",
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [3, 65536])
def test_bodies_as_servers_send_them_are_read(coded: bytes, codings: str, plain: bytes, step: int) -> None:
    assert read(coded, codings, step=step) == plain


@pytest.mark.parametrize("coding", PACK)
@pytest.mark.parametrize("left", [1, 20, -1])
def test_a_compressed_body_that_stops_early_is_no_whole_one(coding: str, left: int) -> None:
    with pytest.raises(BrokenOff, match="has no end"):
        read(PACK[coding](PLAIN)[:left], coding)


@pytest.mark.parametrize("coding", PACK)
def test_a_body_that_is_not_coded_as_it_says_is_refused(coding: str) -> None:
    with pytest.raises(NotInflatable):
        read(b"<rss version='2.0'>" * 40, coding)


def test_a_frame_that_asks_for_too_much_memory_is_refused() -> None:
    packed = io.BytesIO()
    with zstd.open(packed, "wb", options={zstd.CompressionParameter.window_log: 27}) as out:
        out.write(PLAIN)

    with pytest.raises(NotInflatable):
        read(packed.getvalue(), "zstd")


def test_more_than_two_codings_are_refused() -> None:
    with pytest.raises(NotInflatable, match="compressed 3 times over"):
        Body("gzip, gzip, br", most_wire_bytes=1, most_bytes=1)


@pytest.mark.parametrize(
    ("coded", "codings"), [(b"x" * 101, ""), (gzip.compress(b"x" * 101), "gzip")], ids=["", "gzip"]
)
def test_a_body_beyond_its_limit_is_refused(coded: bytes, codings: str) -> None:
    body = Body(codings, most_wire_bytes=MB, most_bytes=100)

    with pytest.raises(TooBig, match="when inflated"):
        body.add(coded)


@pytest.mark.parametrize("codings", ["gzip", "br", "zstd", "gzip, gzip"])
def test_a_bomb_is_refused_before_it_takes_memory(codings: str) -> None:
    bomb = bytes(24 * MB)
    for coding in codings.split(", "):
        bomb = gzip.compress(bomb, 1) if coding == "gzip" else PACK[coding](bomb)
    body = Body(codings, most_wire_bytes=5 * MB, most_bytes=20 * MB)

    tracemalloc.start()
    try:
        with pytest.raises(TooBig, match="larger than 20 MB when inflated"):
            body.add(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3 * MB
