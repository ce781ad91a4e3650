"""What is known of other people's addresses, read from tables/links.txt: rules, and which of them a host has. Pure.

The table is part of the package, as its modules are, and like them it is loaded once, by the same loader, when it
is first asked for. What each kind of rule means is told at its head.
"""

from __future__ import annotations

import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

#: Kind → the least and the most words that follow it.
_WORDS: Mapping[str, tuple[int, int]] = {
    "drop": (1, 3),
    "ignore": (1, 3),
    "keep": (2, 3),
    "trail": (1, 1),
    "fragment": (1, 1),
    "label": (1, 1),
    "whole": (1, 1),
    "host": (2, 2),
    "unwrap": (3, 3),
    "index": (1, 1),
    "copy": (1, 1),
    "named": (1, 1),
    "names": (1, 1),
    "fold": (2, 2),
    "path": (3, 3),
    "page": (3, 3),
    "hop": (1, 2),
}
#: Kinds whose first word names hosts.
_BY_HOST = frozenset({"names", "unwrap", "fold", "path", "page", "hop"})


class Rule(NamedTuple):
    """One line of the table."""

    kind: str
    #: What follows the kind, word by word.
    words: tuple[str, ...]
    #: As it stands after the "::".
    example: str

    def sides(self) -> tuple[str, str, str]:
        """The example as address, sign ("==" one page, "!=" two pages) and address; a lone address, "" and ""."""
        sign = next((sign for sign in ("==", "!=") if f" {sign} " in self.example), "")
        one, _, other = self.example.partition(f" {sign} ") if sign else (self.example, "", "")
        return one, sign, other


class Parameter(NamedTuple):
    """Where and with which values a rule about a parameter holds: patterns, "" for all."""

    path: str
    value: str
    #: Whether readers get an address without it, too.
    drops: bool

    def fits(self, value: str, path: str) -> bool:
        """Whether the rule holds for this value in an address with this path."""
        if self.value and not _compiled(self.value).fullmatch(value.lower()):
            return False
        return not self.path or _compiled(self.path).search(path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A pattern and what becomes of what it fits: a replacement, an identity, or names of parameters."""

    pattern: re.Pattern[str]
    to: str = ""
    #: Whether the pattern speaks of the query as well.
    with_query: bool = False


@dataclass(slots=True)
class Site:
    """All rules that hold on one host; those of the most exact name of it come first."""

    drop: dict[str, list[Parameter]] = field(default_factory=dict)
    keep: dict[str, list[Parameter]] = field(default_factory=dict)
    #: What holds on every host, for the parameters.
    everywhere: Site | None = None
    prefixes: tuple[str, ...] = ()
    names: bool = False
    unwrap: list[Shape] = field(default_factory=list)
    fold: list[Shape] = field(default_factory=list)
    path: list[Shape] = field(default_factory=list)
    page: list[Shape] = field(default_factory=list)
    hop: list[Shape] = field(default_factory=list)

    def tracks(self, name: str, value: str, path: str, *, printing: bool = False) -> bool:
        """Whether a parameter says nothing about which page is meant; `printing`: nor anything to readers."""
        low = name.lower().lstrip("?").removeprefix("amp;")
        sites = (self,) if self.everywhere is None else (self, self.everywhere)
        if any(one.fits(value, path) for site in sites for one in site.keep.get(low, ())):
            return False
        if low.startswith(self.prefixes):
            return True
        return any(
            one.fits(value, path) and (one.drops or not printing) for site in sites for one in site.drop.get(low, ())
        )


class Rules:
    """The rules of a table, ready to be asked by host."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_kind: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._on: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            by_kind[rule.kind].append(rule.words)
            for key in dict.fromkeys(_hosts(rule)):
                self._on[key].append(rule)
        self.labels = frozenset(words[0] for words in by_kind["label"])
        self.whole = frozenset(words[0] for words in by_kind["whole"])
        self.index = frozenset(words[0] for words in by_kind["index"])
        self.named = frozenset(words[0] for words in by_kind["named"])
        self.copy = _either(words[0] for words in by_kind["copy"])
        self._aliases = {words[0]: words[1] for words in by_kind["host"]}
        self._trail = _either(words[0] for words in by_kind["trail"])
        self._fragment = _either(words[0] for words in by_kind["fragment"])
        everywhere = self._on.pop("*", [])
        self._prefixes = tuple(r.words[0][:-1] for r in everywhere if r.kind == "drop" and r.words[0].endswith("*"))
        self._everywhere = Site(prefixes=self._prefixes)
        _add(self._everywhere, everywhere, "*")
        self._sites: Callable[[str], Site] = lru_cache(maxsize=4096)(self._site)

    def site(self, host: str) -> Site:
        """The rules for a host, which is given in lower case without "www."."""
        return self._sites(host)

    def alias(self, host: str) -> str:
        """The host that has the same pages; the host itself where none is known."""
        return next((self._aliases[key] for key in _keys(host) if key in self._aliases), host)

    def is_trail(self, fragment: str) -> bool:
        """Whether a fragment only tells where the reader came from, or leads to the top."""
        return self._trail.fullmatch(fragment) is not None

    def is_place(self, fragment: str) -> bool:
        """Whether a fragment may name a place in its page: no rule says otherwise."""
        return not (self.is_trail(fragment) or self._fragment.fullmatch(fragment))

    def _site(self, host: str) -> Site:
        keys = [key for key in _keys(host) if key in self._on]
        if not keys:
            return self._everywhere
        site, all_hosts = Site(prefixes=self._prefixes), self._everywhere
        for key in keys:
            _add(site, self._on[key], key)
        site.everywhere = all_hosts
        site.unwrap += all_hosts.unwrap
        site.fold += all_hosts.fold
        site.path += all_hosts.path
        site.page += all_hosts.page
        site.hop += all_hosts.hop
        return site


@lru_cache(maxsize=1)
def table() -> Rules:
    """The rules that come with the package."""
    return Rules(read(_text()))


def read(text: str) -> tuple[Rule, ...]:
    """The rules in a table's text, in order. Raises ValueError, which names the line, for what is no rule."""
    return tuple(_rule(line, at) for at, line in enumerate(text.splitlines(), 1) if line and line[0] != "#")


def lines() -> tuple[Rule, ...]:
    """The rules that come with the package, one by one."""
    return read(_text())


def _text() -> str:
    told = pkgutil.get_data("newsletter", "tables/links.txt")
    assert told is not None
    return told.decode("utf-8")


def _rule(line: str, at: int) -> Rule:
    told, _, example = line.partition("  ::  ")
    kind, *words = told.split()
    least, most = _WORDS.get(kind, (1, 0))
    if not (least <= len(words) <= most and example):
        raise ValueError(f"tables/links.txt, line {at}: no rule with an example: {line}")
    return Rule(kind, tuple(words), example)


def _hosts(rule: Rule) -> Iterator[str]:
    """The hosts that a rule is for, as they stand in the table, without their paths."""
    if rule.kind in ("drop", "ignore", "keep"):
        yield from (where.partition("/")[0] for where in _wheres(rule))
    elif rule.kind in _BY_HOST:
        yield from rule.words[0].split(",")


def _wheres(rule: Rule) -> Sequence[str]:
    return rule.words[1].split(",") if len(rule.words) > 1 else ("*",)


def _keys(host: str) -> Iterator[str]:
    """How the table may name a host, the most exact name first."""
    yield host
    labels = host.split(".")
    for at in range(len(labels) - 1):
        yield "." + ".".join(labels[at:])
    yield f"{labels[0]}.*"


def _add(site: Site, rules: Sequence[Rule], key: str) -> None:
    for rule in rules:
        if rule.kind in ("drop", "ignore", "keep"):
            _add_parameter(site, rule, key)
        elif rule.kind == "names":
            site.names = True
        else:
            pattern = rule.words[1] if len(rule.words) > 1 else "/."
            to = rule.words[2].removeprefix("-") if len(rule.words) > 2 else ""
            shape = Shape(pattern=_compiled(pattern), to=to, with_query=r"\?" in pattern)
            getattr(site, rule.kind).append(shape)


def _add_parameter(site: Site, rule: Rule, key: str) -> None:
    name = rule.words[0]
    value = rule.words[2] if len(rule.words) > 2 else ""
    for where in _wheres(rule):
        host, slash, path = where.partition("/")
        if host == key and not name.endswith("*"):
            parameter = Parameter(slash + path, value, rule.kind == "drop")
            (site.keep if rule.kind == "keep" else site.drop).setdefault(name, []).append(parameter)


def _either(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or "(?!)")


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
