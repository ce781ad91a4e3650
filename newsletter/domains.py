"""Hosts as their owners see them: plain names, and the part that one owner registered. Pure."""

from __future__ import annotations

import pkgutil
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
    return _suffixes(labels[-1]).privatesuffix(name) or name


def ascii_host(host: str) -> str:
    """The host in lower case without a final stop, other scripts as "xn--"; as it is where that cannot be written."""
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


@lru_cache(maxsize=256)
def _suffixes(top: str) -> PublicSuffixList:
    """The part of the list that hosts below this top level need: reading all of it takes as long as a short command."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList("\n".join(_rules().get(_key(top), ())), accept_unknown=True)


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[str]]:
    """The rules of the list by the top level that they end in; those of other scripts together."""
    told = pkgutil.get_data("publicsuffixlist", "public_suffix_list.dat")
    assert told is not None
    found: dict[str, list[str]] = {}
    for line in told.decode("utf-8").splitlines():
        rule = line.partition(" ")[0].rstrip()
        if rule and not rule.startswith("//"):
            found.setdefault(_key(rule.rpartition(".")[2]), []).append(rule)
    return found


def _key(top: str) -> str:
    name = top.lower()
    return name if name.isascii() and not name.startswith("xn--") else "xn--"
