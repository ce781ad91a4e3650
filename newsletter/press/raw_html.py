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
#: Only what may be printed: CommonMark makes a link of any scheme between angle brackets.
_ADDRESS = re.compile(r"<(?:(?:https?|mailto):[^\s<>]*|[^\s<>@:]+@[^\s<>@]+)>", re.I)


def words_as_text(markdown: str) -> str:
    """Escape the "<" of what is no tag: unknown names, comments and silent tags that nobody closes.

    Code, between fences or in spans, and addresses in angle brackets stay as typed.
    """
    return fences.outside_code(markdown, _known_only)


def inactive(markdown: str) -> str:
    """Escape every tag but the plain inline ones; silent tags go, with their content."""
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

    def decide(match: re.Match[str]) -> str:
        plain = (match["name"] or "").lower() in INLINE and (match["rest"] or "").strip(" /") == ">"
        return match[0] if plain else f"&lt;{match[0][1:]}"

    return _around_addresses(text, lambda part: _BRACKET.sub(decide, part))


def _around_addresses(text: str, change: Callable[[str], str]) -> str:
    return fences.around(_ADDRESS, text, change)
