"""Tell tags from words in angle brackets, in Markdown as people type it. Pure.

The sanitiser drops what looks like a tag and is not allowed: right for `<div>`, wrong for "List<String>" or for a
sentence about `<script>`, which would vanish with all that follows. What is no tag is written as text before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from newsletter.press import fences

#: Inline tags without attributes that stay tags wherever Markdown is printed as Markdown.
INLINE = frozenset("u s del sub sup b i em strong br abbr code".split())
#: Tags whose content goes with them.
SILENT = frozenset("script style noscript template iframe object svg math".split())
_KNOWN = (
    INLINE
    | SILENT
    | frozenset(
        """p hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre a img table thead tbody tfoot tr th td caption dl dt dd div
        span center font small big section article header footer main nav aside figure figcaption details summary
        form input button label select option embed video audio source link meta html head body mark kbd q""".split()
    )
)
_BRACKET = re.compile(
    r"<(?:(?P<comment>!--)|(?P<end>/)?(?P<name>[a-z][a-z0-9]*)(?P<rest>(?:\s[^<>]*|/)?>)|(?=[a-z!?/]))", re.I
)
#: Where an element's tag stood.
_GONE = "\0"
_IMAGE = re.compile(r"<img(\s[^<>]*)>", re.I)
#: Within a paragraph, without a tag or a link inside.
_LINK = re.compile(r"<a(\s[^<>]*)>((?:(?!\n\s*\n)[^<>\[\]])*)</a\s*>", re.I)
#: Only what may be printed: CommonMark makes a link of any scheme between angle brackets.
_ADDRESS = re.compile(r"<(?:(?:https?|mailto):[^\s<>]*|[^\s<>@:]+@[^\s<>@]+)>", re.I)


def words_as_text(markdown: str) -> str:
    """Escape the "<" of what is no tag: unknown names, comments and silent tags that nobody closes.

    Code, between fences or in spans, and addresses in angle brackets stay as typed.
    """
    return fences.outside_code(markdown, _known_only)


def inactive(markdown: str) -> str:
    """Leave no tag but plain inline ones.

    Links and images become Markdown, to be checked as such; other elements go and leave their words; silent ones go
    with their content. What is no element, "List<String>" or a lone "<div>", is escaped.
    """
    return fences.outside_code(markdown, _inline_only)


def _known_only(text: str) -> str:
    def decide(match: re.Match[str]) -> str:
        rest = text[match.end() :].lower()
        name = (match["name"] or "").lower()
        if match["comment"]:
            return match[0] if "-->" in rest else f"&lt;{match[0][1:]}"
        if name in SILENT and not match["end"]:
            inside, closed, _ = rest.partition(f"</{name}")
            return match[0] if closed and f"<{name}" not in inside else f"&lt;{match[0][1:]}"
        return match[0] if name in _KNOWN else f"&lt;{match[0][1:]}"

    return _around_addresses(text, lambda part: _BRACKET.sub(decide, part))


def _inline_only(text: str) -> str:
    for name in sorted(SILENT):
        text = re.sub(rf"<{name}\b[^>]*>.*?</{name}\s*>", "", text, flags=re.S | re.I)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = _IMAGE.sub(lambda m: _as_markdown("!", _attribute(m[1], "alt"), _attribute(m[1], "src")), text)
    text = _LINK.sub(lambda m: _as_markdown("", m[2], _attribute(m[1], "href")), text)
    text = _without_elements(text)

    def decide(match: re.Match[str]) -> str:
        plain = (match["name"] or "").lower() in INLINE and (match["rest"] or "").strip(" /") == ">"
        return match[0] if plain else f"&lt;{match[0][1:]}"

    return _around_addresses(text, lambda part: _BRACKET.sub(decide, part))


def _as_markdown(mark: str, words: str, address: str) -> str:
    if not address:
        return words
    return f"{mark}[{words}](<{address}>)" if re.search(r"[()\s]", address) else f"{mark}[{words}]({address})"


def _attribute(typed: str, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", typed, re.I)
    return " ".join(next(filter(None, found.groups()), "").split()) if found else ""


def _without_elements(text: str) -> str:
    """Drop the attributes of inline tags, and tags of elements: what has attributes, or a partner in the text."""
    low = text.lower()

    def decide(match: re.Match[str]) -> str:
        name, rest, end = (match["name"] or "").lower(), (match["rest"] or "").strip(" /"), match["end"] or ""
        if not rest or name not in _KNOWN or name in SILENT:
            return match[0]
        if name in INLINE:
            return f"<{end}{name}>"
        return _GONE if rest != ">" or f"<{'' if end else '/'}{name}" in low else match[0]

    bare = _around_addresses(text, lambda part: _BRACKET.sub(decide, part))
    # Never blanks at the start of a line: four of them would make code of it.
    bare = re.sub(f"^( *){_GONE}[{_GONE} ]*|{_GONE}+$", r"\1", bare, flags=re.M)
    return re.sub(f"{_GONE}+", " ", bare)


def _around_addresses(text: str, change: Callable[[str], str]) -> str:
    return fences.around(_ADDRESS, text, change)
