"""Lists of tags as DKIM and DMARC records are written in: "v=DKIM1; k=rsa; p=…" (RFC 6376, 3.2)."""

from __future__ import annotations

import re

_TAG = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=[ \t\r\n]*([^;]*?)[ \t\r\n]*")
_VALUE = re.compile(r"[!-:<-~ \t\r\n]*")


def read_tags(text: str) -> dict[str, str]:
    """The tags in their order; names as they are written, white space around values off.

    Raises ValueError, with the reason in words, for what is no such list or names a tag twice.
    """
    found: dict[str, str] = {}
    parts = text.split(";")
    if not parts[-1].strip():
        parts.pop()
    for part in parts:
        match = _TAG.fullmatch(part)
        if match is None or not _VALUE.fullmatch(match[2]):
            raise ValueError(f'"{part.strip()[:40]}" is no tag of the form name=value')
        if match[1] in found:
            raise ValueError(f'the tag "{match[1]}" stands in it twice')
        found[match[1]] = match[2]
    if not found:
        raise ValueError("it holds no tags")
    return found
