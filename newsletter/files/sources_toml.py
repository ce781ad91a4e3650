"""The table of sources and the list of topics, the workspace's own laid over the program's. I/O: disk"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from newsletter.files.folder import decode, read_text
from newsletter.files.headers import unknown_key
from newsletter.files.typed_toml import TypedToml, open_toml
from newsletter.links import registrable
from newsletter.model.remarks import Remark, in_order
from newsletter.model.sources import Sources
from newsletter.text import fold, nfc, one_line, words
from newsletter.toml_lines import Place, read_toml

KEYS = ("default", "weights", "aggregators", "syndicators", "shared", "names")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(slots=True, kw_only=True)
class _Typed:
    """What one file says, as far as it is sound; None and empty where it is silent."""

    default: float | None = None
    weights: dict[str, float] = field(default_factory=dict)
    hosts: dict[str, frozenset[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read_sources(root: Path) -> tuple[Sources, tuple[Remark, ...]]:
    """The program's sources and topics with the workspace's `sources.toml` and `topics.txt` laid over them.

    Single weights, names and the default replace the program's, hosts are added to its lists. A host to which the
    workspace gives a weight is a publisher, unless the workspace itself lists it otherwise. `topics.txt` replaces the
    whole list. A line with a fault falls away and is named; without the files there is nothing to name.
    """
    sources = _program()
    file = open_toml(root, root / "sources.toml")
    sources = _laid_over(sources, _typed(file, sources)) if file.text is not None else sources
    written = read_text(root, root / "topics.txt")
    if written.text is None:
        return sources, in_order((*file.remarks, *written.remarks))
    topics, about_topics = _topics(written.text, written.path)
    return replace(sources, topics=topics), in_order((*file.remarks, *written.remarks, *about_topics))


@cache
def _program() -> Sources:
    tables = files("newsletter") / "tables"
    file = TypedToml(path="sources.toml", text=read_toml((tables / "sources.toml").read_bytes()))
    sources = _laid_over(Sources(), _typed(file, Sources()))
    topics, about_topics = _topics(decode((tables / "topics.txt").read_bytes(), "topics.txt")[0] or "", "topics.txt")
    assert not file.remarks, file.remarks
    assert not about_topics, about_topics
    return replace(sources, topics=topics)


def _laid_over(base: Sources, typed: _Typed) -> Sources:
    def hosts(key: str, there: frozenset[str]) -> frozenset[str]:
        return there.difference(typed.weights) | typed.hosts.get(key, frozenset())

    return replace(
        base,
        weights={**base.weights, **typed.weights},
        default=base.default if typed.default is None else typed.default,
        aggregators=hosts("aggregators", base.aggregators),
        syndicators=hosts("syndicators", base.syndicators),
        shared=base.shared | typed.hosts.get("shared", frozenset()),
        names={**base.names, **typed.names},
    )


# sources.toml --------------------------------------------------------------------------------------


def _typed(file: TypedToml, base: Sources) -> _Typed:
    typed = _Typed()
    assert file.text is not None
    tables: dict[str, Mapping[str, Any]] = {}
    for key, value in file.text.values.items():
        if key not in KEYS:
            file.error((key,), "unknown-key", unknown_key(key, KEYS))
        elif key == "default":
            kept = file.checked({key: value}, {key: "number"}, ())
            typed.default = _share(file, kept[key], (key,)) if kept else None
        elif not isinstance(value, dict):
            file.error((key,), "value", f'"{key}" is a table:  [{key}]  on a line of its own, its lines below.')
        else:
            tables[key] = value
    for key in ("aggregators", "syndicators", "shared"):
        typed.hosts[key] = _hosts(file, tables.get(key, {}), key)
    typed.weights.update(_weights(file, tables.get("weights", {}), base.shared | typed.hosts["shared"]))
    typed.names.update(_names(file, tables.get("names", {})))
    return typed


def _hosts(file: TypedToml, table: Mapping[str, Any], key: str) -> frozenset[str]:
    typed = file.checked(table, {"hosts": "texts"}, (key,)).get("hosts", [])
    found = {text: _host(text) for text in typed}
    for text in (text for text, host in found.items() if not host):
        file.error((key, "hosts"), "domain", _no_host(text))
    return frozenset(host for host in found.values() if host)


def _weights(file: TypedToml, table: Mapping[str, Any], shared: frozenset[str]) -> Iterator[tuple[str, float]]:
    for place, value in _lines(table, ("weights",)):
        name = ".".join(map(str, place[1:]))
        host = _host(name)
        if not host:
            file.error(place, "domain", _no_host(name))
            continue
        domain = registrable(host, shared)
        if domain != host:
            what = f'"{name}" is no publisher of its own: pages there count as {domain}.'
            other = host.partition(".")[2]
            apart = f'Or, if each name before it is another author:  [shared]  hosts = ["{other}"]'
            file.error(place, "domain", what, f'"{domain}" = {value}', apart)
            continue
        kept = file.checked({name: value}, {name: "number"}, place[:-1])
        if kept and (weight := _share(file, kept[name], place)) is not None:
            yield host, weight


def _names(file: TypedToml, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in table:
        place: Place = ("names", name)
        kept = file.checked({name: table[name]}, {name: "line"}, ("names",))
        if not kept:
            continue
        host = _host(kept[name])
        if not host:
            file.error(place, "domain", _no_host(kept[name]))
        elif not fold(name):
            file.error(place, "value", f'"{name}" is no name: it has neither letters nor digits.')
        else:
            yield fold(name), host


def _lines(table: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    """The lines of a table: without quotation marks, TOML takes the dots of a domain for tables inside."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _lines(value, (*place, key))
        else:
            yield (*place, key), value


def _share(file: TypedToml, value: float, place: Place) -> float | None:
    if 0 <= value <= 1:
        return float(value)
    file.error(place, "value", f"A weight lies between 0 and 1, not at {value}.")
    return None


def _host(typed: str) -> str:
    """The host in the spelling of addresses, without "www."; "" if it is none."""
    try:
        host = typed.strip().encode("idna").decode("ascii").lower().removeprefix("www.")
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def _no_host(typed: str) -> str:
    return f'"{typed}" is no host: it reads like "example.com", without "https://" and without a path.'


# topics.txt ----------------------------------------------------------------------------------------


def _topics(text: str, path: str) -> tuple[tuple[str, ...], list[Remark]]:
    """A topic a line; blank lines and lines that begin with # are passed over."""
    found: dict[str, tuple[str, int]] = {}
    remarks: list[Remark] = []
    for number, line in enumerate(text.split("\n"), start=1):
        topic = nfc(one_line(line))
        if not topic or topic.startswith("#"):
            continue
        if not words(topic):
            remarks.append(Remark(path, number, "warning", "no-topic", f'"{topic}" has no word to look for.'))
        elif fold(topic) in found:
            what = f'"{topic}" stands on line {found[fold(topic)][1]} as well.'
            remarks.append(Remark(path, number, "notice", "duplicate", what, ("Keep one of the two.",)))
        else:
            found[fold(topic)] = topic, number
    return tuple(topic for topic, _ in found.values()), remarks
