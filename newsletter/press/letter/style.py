"""Leave out of a finished letter what no mail program reads: rules already written in, classes nobody styles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.press.prose.fragments import TAG

_SHEET = re.compile(r"(<style(?:\s[^>]*)?>)(.*?)(</style>)", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_CLASS = re.compile(r'\sclass="([^"]*)"')
_IN_A_SELECTOR = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def slimmed(html: str) -> str:
    """The same letter with a short `<style>`: rules of the uppermost level that fit no element go, since every one
    that fits is written into its element; those with ":" stay, for no element can bear them. Classes that the rest
    does not name go as well. Conditional comments keep every sign."""
    html = _SHEET.sub(lambda m: m[0] if _is_in_a_comment(html, m.start()) else f"{m[1]}{_kept(m[2])}{m[3]}", html)
    head, body_tag, body = html.partition("<body")
    named = set(_IN_A_SELECTOR.findall("".join(m[2] for m in _SHEET.finditer(head))))

    def with_named(match: re.Match[str]) -> str:
        kept = " ".join(one for one in match[1].split() if one in named)
        return f' class="{kept}"' if kept else ""

    return head + TAG.sub(lambda tag: _CLASS.sub(with_named, tag[0]), body_tag + body)


def _is_in_a_comment(html: str, at: int) -> bool:
    return any(m.start() < at < m.end() for m in _COMMENT.finditer(html))


def _kept(sheet: str) -> str:
    return "\n" + "\n".join(rule for rule in _rules(sheet) if rule.startswith("@") or ":" in rule.split("{")[0]) + "\n"


def _rules(sheet: str) -> Iterator[str]:
    """The rules of the uppermost level, at-rules whole, without white space around and between their parts."""
    depth, start = 0, 0
    for match in re.finditer(r"[{};]", sheet):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            rule = re.sub(r"\s*\n\s*", "\n", sheet[start : match.end()].strip())
            start = match.end()
            if rule and rule != ";":
                yield rule
