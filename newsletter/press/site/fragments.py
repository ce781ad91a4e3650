"""Fragments of HTML as the pages of the site show them: nothing in them asks another host for anything. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape, unescape
from urllib.parse import quote, unquote

from markupsafe import Markup

from newsletter import links
from newsletter.model.issue import PrintedTake
from newsletter.press.filling.environment import markup
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.quoting import marks, quoted_html
from newsletter.text import clip, one_line

#: One tag with its attributes; no value is taken for a tag.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_ALIGNED = re.compile(r' style="text-align: ?(left|right|center|justify);?"')
_HEADS = re.compile(r"<th\b[^>]*>(.*?)</th>", re.S)
_WORDS_OF = re.compile(r"<[^>]*>")
#: Characters of a table's label.
_LABEL = 90


def shown(fragment: str) -> Markup:
    """A fragment of `to_html` as a page shows it, without inline styles.

    Tables stand in a labelled box that scrolls; it and code take the focus, so that keys can scroll them (WCAG 2.2,
    2.1.1). Images of this site are loaded
    when they come into view; others become links to them.
    """
    text = str(fragment)
    in_link, at, out = False, 0, []
    for tag in _TAG.finditer(text):
        end, name, attributes = tag[1], tag[2], tag[3]
        new = tag[0]
        if name == "a":
            in_link = not end
        elif name == "table":
            new = f"{tag[0]}</div>" if end else f"{_box(text[tag.end() :])}{tag[0]}"
        elif name == "pre" and not end:
            new = '<pre tabindex="0">'
        elif name == "img":
            new = _image(attributes, in_link=in_link)
        elif name in ("td", "th") and not end:
            new = _ALIGNED.sub(lambda m: f' class="{m[1]}"', tag[0])
        out += [text[at : tag.start()], new]
        at = tag.end()
    return markup("".join([*out, text[at:]]))


def take_words(take: PrintedTake) -> Markup:
    """What a take says, without its author's name: for a page that is the author's own."""
    return shown(to_html(take.text, top_level=4))


def voiced(take: PrintedTake, pages: Mapping[str, str], root: str, language: str = "") -> Markup:
    """A take in the house's form; its author's name leads to the page of the archive that `pages` names, or abroad.

    `language` is that of a take that names none.
    """
    link = ""
    if (slug := pages.get(take.author)) is not None:
        link = f"{root}members/{quote(slug)}/index.html"
    elif take.author_link and links.printed(take.author_link) is not None:
        link = take.author_link
    words = escape(take.author, quote=False)
    name = f'<a href="{escape(link)}">{words}</a>' if link else words
    fragment = quoted_html(
        to_html(take.text, top_level=4),
        *marks(take.text, typographic=True, language=take.language or language),
        name=f'<strong class="voice">{name}</strong>',
    )
    return shown(fragment)


def inward(page: str, base_url: str, places: Collection[str], *, root: str) -> str:
    """Lead links to issues of this archive, given by their address on the web, to where they lie beside the page.

    Only in running text: the page's own address on the web stays.
    """
    if not base_url or not places:
        return page
    known = frozenset(places)
    pattern = (
        rf'(<a (?:[a-z-]+="[^"]*" )*?href="){re.escape(escape(base_url))}/issues/'
        r'([^/"#?&]+)(?:/(?:index\.html)?)?(#[^"]*)?"'
    )

    def led(match: re.Match[str]) -> str:
        place = unquote(match[2])
        if place not in known:
            return match[0]
        return f'{match[1]}{root}issues/{quote(place)}/index.html{match[3] or ""}"'

    return re.sub(pattern, led, page)


def _box(table: str) -> str:
    """The beginning of the box around a table, of which `table` is the rest; its columns are its name."""
    rest = table.partition("</thead>")[0] if "</thead>" in table else ""
    heads = [one_line(unescape(_WORDS_OF.sub("", head))) for head in _HEADS.findall(rest)]
    label = clip("Table: " + ", ".join(filter(None, heads)), _LABEL) if any(heads) else "Table"
    return f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(label)}">'


def _image(attributes: str, *, in_link: bool) -> str:
    given = dict(_ATTRIBUTE.findall(attributes))
    src, alt = given.get("src", ""), given.get("alt", "")
    if not re.match(r"[a-z][a-z0-9+.-]*:|//", src, re.I):
        # An address beside the page: one of ours.
        sides = "".join(f' {side}="{given[side]}"' for side in ("width", "height") if side in given)
        return f'<img src="{src}" alt="{alt}"{sides} loading="lazy" decoding="async">'
    words = alt.replace("<", "&lt;").replace(">", "&gt;") or "Image"
    return words if in_link else f'<a href="{src}">{words}</a>'
