"""Markup as publishers write it, into plain text on one line. Pure.

Titles of RSS do not say whether they are text or markup. What looks like an element of HTML is one, everything
else that stands in angle brackets ("vector<int>", "a < b") is the author's own words.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from newsletter.text import nfc

#: What a reader of markup looks at, in characters; summaries are cut to a few hundred afterwards.
_MOST = 20_000
_BLOCKS = frozenset(
    """address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html img legend li link main menu meta nav ol optgroup
    option p pre section select summary table tbody td tfoot th thead title tr ul video audio body base""".split()
)
_INLINE = frozenset(
    """a abbr acronym area b bdi bdo big blink button canvas cite code col colgroup data datalist del dfn em embed
    font i input ins kbd label map mark marquee meter nobr noframes noscript o output param picture progress q rb rp
    rt ruby s samp slot small source span strike strong sub sup template textarea time track tt u var wbr xmp
    applet object iframe script style svg math path""".split()
)
_KNOWN = _BLOCKS | _INLINE
#: Elements that need no end tag; a lone one of these is markup all the same.
_LONE = frozenset("br hr img wbr input meta link source p li dd dt td tr th col area base embed param track".split())
#: Everything else stays in force until it is closed: what makes a document deep.
_NESTING = _KNOWN - _LONE - frozenset("html head body tbody thead tfoot colgroup option optgroup".split())
_UNSEEN = re.compile(r"<(script|style|svg|math|template|iframe|object|noembed|head)\b[^<>]*>", re.I)
#: Up to the end where nobody closes them: what follows is no text.
_CODE = frozenset(("script", "style"))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!(?:doctype|\[(?:if|endif))[^<>]*>|<\?[a-z][^<>]*>", re.I | re.S)
#: A section that was escaped together with its contents.
_SECTION = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.S)
# Nothing inside may be "<", so that each attempt ends at the next one: linear, whatever a publisher sends.
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:\s|/)(?:[^<>"']|"[^"<]*"|'[^'<]*')*|(?:\s|/)[^<>]*)?>""", re.I)
_WELL_QUOTED = re.compile(r"""(?:[^"']|"[^"]*"|'[^']*')*""")
_FOREIGN_TAG = re.compile(r"</?[a-z]+:[a-z]+(?:\s[^<>]*)?/?>", re.I)
#: Elements that a site defined itself (HTML, 4.13.3): those that are closed or carry attributes.
_CUSTOM_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*(?:-[a-z0-9]+)+)(\s[^<>]*)?>", re.I)
_ANGLE = re.compile(f"(?P<tag>{_TAG.pattern})|(?P<foreign>{_FOREIGN_TAG.pattern})|<", re.I)
_OPEN_END = re.compile(r"<(?:/|!|[a-z])[^<>]*\Z", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
#: Invisible, and in the way of searching, comparing or reading in order: soft hyphen, zero-width space and
#: byte order mark, embedding and overriding of direction. Joiners stay: emoji and several scripts need them.
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0xFEFF, *range(0x202A, 0x202F), *range(0xD800, 0xE000)])
_CONTROL = dict.fromkeys((*range(0x20), 0x7F), " ")
#: C1 controls never stand in news; they are Windows-1252 that somebody called Latin-1.
_C1 = {c: bytes([c]).decode("cp1252", "ignore") for c in range(0x80, 0xA0)}
_CHARACTERS = {**_CONTROL, **_C1, **_INVISIBLE}


def plain(markup: str, *, keep_lone: bool = False) -> str:
    """The words of a piece of HTML on one line: tags and comments gone, entities decoded once.

    With `keep_lone` an opening tag without attributes that nobody closes is taken for a word: a headline
    such as "Why <div> is not enough".
    """
    return as_text(_words(markup[:_MOST], keep_lone=keep_lone, cut=len(markup) > _MOST))


def beginning(markup: str, *, least: int) -> str:
    """The beginning of what `plain` gives, at least so many characters, or all of it where that is shorter."""
    for window in (2 * least, 6 * least):
        if window >= min(len(markup), _MOST):
            break
        # Up to a tag or a blank, so that nothing is cut in two.
        end = max(markup.rfind("<", window // 2, window), 0) or markup.rfind(" ", window // 2, window)
        words = as_text(_words(markup[:end], cut=True, whole=False)) if end > 0 else ""
        if len(words) >= least:
            return words
    return plain(markup)


def known_tags(markup: str) -> tuple[str, int]:
    """The markup with nothing in angle brackets but elements of HTML, and what their nesting costs a reader of it.

    Comments and what nobody sees are gone; all other angle brackets are written as text ("vector&lt;int>"). The
    cost is the sum over all elements of how many are open where they begin: parsers take time by it.
    """
    depth = cost = 0

    def kept(angle: re.Match[str]) -> str:
        nonlocal depth, cost
        tag = _TAG.match(angle[0])
        if tag is None:
            return "" if angle["foreign"] else "&lt;"
        name = tag[2].lower()
        if name not in _KNOWN:
            return f"&lt;{angle[0][1:]}"
        if name in _NESTING:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        cost += depth
        if name == "noscript":
            # Without it, what it holds is read as what it is.
            return ""
        return angle[0] if _WELL_QUOTED.fullmatch(tag[3] or "") else f"<{tag[1]}{name}>"

    return _ANGLE.sub(kept, _without_custom(_without_unseen(_without_comments(markup)))), cost


def _words(markup: str, *, keep_lone: bool = False, cut: bool = False, whole: bool = True) -> str:
    """The text, its white space as published. `cut` says that markup follows, `whole` that none matters any more."""
    text = markup
    if "<" in text:
        text = _without_unseen(_without_comments(text), keep_lone=keep_lone, whole=whole)
        if keep_lone:
            closed = {m[2].lower() for m in _TAG.finditer(text) if m[1]}
            text = _TAG.sub(lambda m: m[0] if _is_lone(m, closed) else _instead(m), text)
        else:
            text = _TAG.sub(_instead, text)
        if "<" in text:
            text = _without_custom(_FOREIGN_TAG.sub("", text))
    if cut:
        text = _OPEN_END.sub("", text)
    return _ENTITY.sub(_character, text) if "&" in text else text


def _without_comments(text: str) -> str:
    if "<![CDATA[" in text:
        text = _SECTION.sub(r"\1", text)
    return _COMMENT.sub(" ", text) if "<!" in text or "<?" in text else text


def _without_custom(text: str) -> str:
    if "-" not in text:
        return text
    closed = {m[2].lower() for m in _CUSTOM_TAG.finditer(text) if m[1]}
    return _CUSTOM_TAG.sub(lambda m: "" if "=" in (m[3] or "") or m[2].lower() in closed else m[0], text)


def _without_unseen(text: str, *, keep_lone: bool = False, whole: bool = True) -> str:
    out: list[str] = []
    at = 0
    unclosed: set[str] = set()
    for opening in _UNSEEN.finditer(text):
        name = opening[1].lower()
        # Each name is looked for in vain only once, or many openings would cost their square.
        if opening.start() < at or opening[0].endswith("/>") or name in unclosed:
            continue
        end = re.compile(rf"</{name}\s*>", re.I).search(text, opening.end())
        if end is None:
            unclosed.add(name)
            if not whole or (name in _CODE and not keep_lone):
                return "".join([*out, text[at : opening.start()]])
            continue
        out += (text[at : opening.start()], " ")
        at = end.end()
    return "".join([*out, text[at:]])


def as_text(text: str) -> str:
    """The same words on one line, composed (NFC), without control characters and invisible marks."""
    if text.isprintable() and "  " not in text:
        return nfc(text.strip())
    if "\x85" in text:
        # White space to Python, an ellipsis to those who wrote it.
        text = text.translate(_CHARACTERS)
    line = " ".join(text.split())
    return nfc(line if line.isprintable() else " ".join(line.translate(_CHARACTERS).split()))


def _instead(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    return " " if name in _BLOCKS else "" if name in _KNOWN else tag[0]


def _is_lone(tag: re.Match[str], closed: set[str]) -> bool:
    """Whether an opening tag has no attributes, and nobody closes it though it wants to be closed."""
    name = tag[2].lower()
    return not tag[1] and not (tag[3] or "").strip(" /") and name not in _LONE and name not in closed


def _character(entity: re.Match[str]) -> str:
    return _decoded(entity[0])


@lru_cache(maxsize=1024)
def _decoded(entity: str) -> str:
    return html.unescape(entity)
