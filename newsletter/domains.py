"""Hosts as their owners see them: plain names, and the part that one owner registered. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_ADDRESS = re.compile(r"[\d.]+|.*:.*|\[.*")


@lru_cache(maxsize=8192)
def registrable(host: str, shared: frozenset[str] = frozenset()) -> str:
    """The part of a host that its owner registered: "news.bbc.co.uk" → "bbc.co.uk"; lower case, ASCII.

    Under a public suffix that is one label more than the suffix ("jane.github.io"), and so it is under the hosts in
    `shared`: "alice.substack.com" with {"substack.com"}. IP addresses, single labels and suffixes themselves come
    back as they are, without "www."; "" for "". The suffixes are those of the Public Suffix List, both parts.
    """
    name = ascii_host(host)
    name = bare if "." in (bare := name.removeprefix("www.")) else name
    if "." not in name or _ADDRESS.fullmatch(name):
        return name
    labels = name.split(".")
    for at in range(len(labels)):
        if ".".join(labels[at:]) in shared:
            return ".".join(labels[max(0, at - 1) :])
    return _suffixes().privatesuffix(name) or name


def ascii_host(host: str) -> str:
    """The host in lower case without a final stop, other scripts as "xn--"; as it is where that cannot be written."""
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Reading the list takes as long as the rest of a short command: only who asks pays for it.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True)
