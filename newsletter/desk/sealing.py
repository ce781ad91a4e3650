"""What an approval stands for: the digest of each file, and what changed since. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from newsletter.model.week_state import Seal

#: A file that was there and is gone.
GONE = "gone"


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return sha256(data).hexdigest()


def digests(files: Mapping[str, bytes | None]) -> dict[str, str]:
    """The digest of each file by path; a file that is not there has the digest "gone"."""
    return {path: GONE if data is None else digest(data) for path, data in sorted(files.items())}


def changed_since(seal: Seal, now: Mapping[str, str]) -> tuple[str, ...]:
    """Paths whose bytes are not those that were approved, in order; empty if the seal holds."""
    return tuple(sorted(path for path in {*seal.digests, *now} if seal.digests.get(path) != now.get(path)))
