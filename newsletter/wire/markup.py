"""Markup as publishers write it, into plain text on one line. Pure.

Titles of RSS do not say whether they are text or markup. What looks like an element of HTML is one, everything
else that stands in angle brackets ("vector<int>", "a < b") is the author's own words.
"""

from __future__ import annotations

import html
import re

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
_UNSEEN = re.compile(r"<(script|style|svg|math|template|iframe|object|noembed|head)\b[^<>]*>", re.I)
#: Up to the end where nobody closes them: what follows is no text.
_CODE = frozenset(("script", "style"))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|<!(?:doctype|\[(?:if|endif))[^<>]*>|<\?[a-z][^<>]*>", re.I | re.S)
# Nothing inside may be "<", so that each attempt ends at the next one: linear, whatever a publisher sends.
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:\s|/)(?:[^<>"']|"[^"<]*"|'[^'<]*')*|(?:\s|/)[^<>]*)?>""", re.I)
_FOREIGN_TAG = re.compile(r"</?[a-z]+:[a-z]+(?:\s[^<>]*)?/?>", re.I)
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
    text = _COMMENT.sub(" ", markup[:_MOST])
    text = _without_unseen(text, keep_lone=keep_lone)
    closed = {m[2].lower() for m in _TAG.finditer(text) if m[1]} if keep_lone else _KNOWN
    text = _TAG.sub(lambda m: _instead(m, closed), text)
    text = _FOREIGN_TAG.sub("", text)
    if len(markup) > _MOST:
        text = _OPEN_END.sub("", text)
    return as_text(_ENTITY.sub(lambda m: html.unescape(m[0]), text))


def _without_unseen(text: str, *, keep_lone: bool) -> str:
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
            if name in _CODE and not keep_lone:
                return "".join([*out, text[at : opening.start()]])
            continue
        out += (text[at : opening.start()], " ")
        at = end.end()
    return "".join([*out, text[at:]])


def as_text(text: str) -> str:
    """The same words on one line, composed (NFC), without control characters and invisible marks."""
    return nfc(" ".join(text.translate(_CHARACTERS).split()))


def _instead(tag: re.Match[str], closed: frozenset[str] | set[str]) -> str:
    name = tag[2].lower()
    if name not in _KNOWN:
        return tag[0]
    if not tag[1] and not (tag[3] or "").strip(" /") and name not in _LONE and name not in closed:
        return tag[0]
    return " " if name in _BLOCKS else ""
