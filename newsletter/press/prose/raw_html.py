"""Tell tags from words in angle brackets, in Markdown as people type it. Pure.

The sanitiser drops what looks like a tag and is not allowed: right for `<div>`, wrong for "List<String>" or for a
sentence about `<script>`, which would vanish with all that follows. What is no tag is written as text before that.
"""

from __future__ import annotations

import re
from functools import cache

from newsletter.press.prose import fences

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
#: Only addresses that may be printed: CommonMark makes a link of any scheme between angle brackets.
_BRACKET = re.compile(
    r"""(?P<address><(?:(?:https?|mailto):[^\s<>]*|\w[^\s<>@:]*@[^\s<>@]+)>)
      | <(?:(?P<comment>!--)|(?P<end>/)?(?P<name>[a-z][a-z0-9]*)(?P<rest>(?:\s[^<>]*|/)?>)|(?=[a-z!?/<\[]))""",
    re.I | re.X,
)
#: Lower case for tags, which keeps the length of a text.
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
#: Where an element's tag stood.
_GONE = "\0"
_IMAGE = re.compile(r"<img(\s[^<>]*)>", re.I)
#: Within a paragraph, without a tag or a link inside.
_LINK = re.compile(r"<a(\s[^<>]*)>((?:(?!\n\s*\n)[^<>\[\]])*)</a\s*>", re.I)


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
    low = text.translate(_LOWER)
    last = {name: low.rfind(f"</{name}") for name in SILENT}
    comments_end = low.rfind("-->")

    def closed(name: str, start: int) -> bool:
        """Whether an end of the element follows, and none of it begins before that."""
        if start > last[name]:
            return False
        return low.find(f"<{name}", start, low.find(f"</{name}", start)) < 0

    def decide(match: re.Match[str]) -> str:
        name = (match["name"] or "").lower()
        if match["address"]:
            return match[0]
        if match["comment"]:
            stays = match.end() <= comments_end
        elif name in SILENT and not match["end"]:
            stays = closed(name, match.end())
        else:
            stays = name in _KNOWN
        return match[0] if stays else f"&lt;{match[0][1:]}"

    return _BRACKET.sub(decide, text)


def _inline_only(text: str) -> str:
    for name in sorted(SILENT):
        text = _without(text, rf"<{name}\b[^>]*>", rf"</{name}\s*>")
    text = _without(text, "<!--", "-->")
    text = _IMAGE.sub(lambda m: _as_markdown("!", _attribute(m[1], "alt"), _attribute(m[1], "src")), text)
    text = _LINK.sub(lambda m: _as_markdown("", m[2], _attribute(m[1], "href")), text)
    text = _without_elements(text)

    def decide(match: re.Match[str]) -> str:
        plain = (match["name"] or "").lower() in INLINE and (match["rest"] or "").strip(" /") == ">"
        return match[0] if plain or match["address"] else f"&lt;{match[0][1:]}"

    return _BRACKET.sub(decide, text)


def _without(text: str, opening: str, closing: str) -> str:
    """Drop what stands between two tags, and them; what nobody closes stays."""
    ends = [match.end() for match in re.finditer(closing, text, re.I)]
    if not ends:
        return text
    # Behind the last end nothing can be closed: looking for it there would take the square of the time.
    return re.sub(f"{opening}.*?{closing}", "", text[: ends[-1]], flags=re.S | re.I) + text[ends[-1] :]


def _as_markdown(mark: str, words: str, address: str) -> str:
    if not address:
        return words
    return f"{mark}[{words}](<{address}>)" if re.search(r"[()\s]", address) else f"{mark}[{words}]({address})"


def _attribute(typed: str, name: str) -> str:
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", typed, re.I)
    return " ".join(next(filter(None, found.groups()), "").split()) if found else ""


def _without_elements(text: str) -> str:
    """Drop the attributes of inline tags, and tags of elements: what has attributes, or a partner in the text."""
    low = text.translate(_LOWER)
    has_partner = cache(lambda tag: tag in low)

    def decide(match: re.Match[str]) -> str:
        name, rest, end = (match["name"] or "").lower(), (match["rest"] or "").strip(" /"), match["end"] or ""
        if not rest or name not in _KNOWN or name in SILENT:
            return match[0]
        if name in INLINE:
            return f"<{end}{name}>"
        return _GONE if rest != ">" or has_partner(f"<{'' if end else '/'}{name}") else match[0]

    bare = _BRACKET.sub(decide, text)
    # Never blanks at the start of a line: four of them would make code of it.
    bare = re.sub(f"^( *){_GONE}[{_GONE} ]*|{_GONE}+$", r"\1", bare, flags=re.M)
    return re.sub(f"{_GONE}+", " ", bare)
