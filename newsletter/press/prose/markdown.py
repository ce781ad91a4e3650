"""Turn Markdown that people typed into HTML that is safe to print. Pure.

The only module that knows Python-Markdown, its extensions and the sanitiser.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin

import nh3
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from pymdownx.highlight import HighlightExtension
from pymdownx.magiclink import MagiclinkExtension
from pymdownx.superfences import SuperFencesCodeExtension
from pymdownx.tilde import DeleteSubExtension

from newsletter import links
from newsletter.press.pictures.shown import ShownImage, may_show_images
from newsletter.press.prose.fragments import depth
from newsletter.press.prose.headings import levels
from newsletter.press.prose.inline_tags import ended_before_blocks
from newsletter.press.prose.normalise import normalise
from newsletter.press.prose.printable import printable
from newsletter.press.prose.raw_html import SILENT, words_as_text
from newsletter.press.prose.shortcut import paragraphs

_TAGS = frozenset(
    """p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong b i u s del sub sup a img table thead tbody tr
    th td abbr dl dt dd""".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "style", "colspan", "rowspan"},
    "td": {"style", "colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
    "code": {"class"},
}
#: As the reader writes it and as people type it; a quoted value may hold any sign.
_IMAGE = re.compile(r"""<img\b((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.I)
_VALUE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.I)
#: As the sanitiser writes it.
_CLEAN_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
#: Nobody's, by RFC 2606: stands for an image of the workspace while the sanitiser is at work.
_STAND_IN = "https://image.invalid/"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>\n?", re.S)
#: Elements inside each other that whatever walks through a fragment can follow.
_DEEPEST = 100
#: Readers that nobody uses now: as many as threads ever read at a time.
_IDLE: list[Markdown] = []
_EMPTY_LINK = re.compile(r'(<a href="([^"]*)"[^>]*>)[\s\u200b-\u200f\u2060\ufeff]*</a>')
_DEAD_LINK = re.compile(r"<a(?: title=\"[^\"]*\")?>(.*?)</a>", re.S)


def to_html(text: str, *, base_url: str = "", top_level: int = 3, images: tuple[ShownImage, ...] = ()) -> str:
    """Render Markdown as a sanitised fragment without classes, but for "language-…" on code.

    Headings start at `top_level` and skip no level. Addresses other than http, https and mailto lose their link;
    relative ones are resolved against `base_url`, and lose it too where that is "". An image whose address is that of
    one of `images` is fetched from where that says. Empty for an empty text.
    """
    return _fragment(text, base_url, top_level, images)


def image_addresses(text: str) -> tuple[str, ...]:
    """The addresses of all images in Markdown, as typed but for entities, each once, in the order of the text."""
    if not may_show_images(text):
        return ()
    found = (_address(_values(match[1])) for match in _IMAGE.finditer(_raw(text)))
    return tuple(dict.fromkeys(address for address in found if address))


@lru_cache(maxsize=512)
def _fragment(text: str, base_url: str, top_level: int, images: tuple[ShownImage, ...]) -> str:
    """One fragment; e-mail, page and text ask for the same ones."""
    if (plain := paragraphs(text)) is not None:
        return plain
    raw = _raw(text)
    clean = nh3.clean(
        _with_stand_ins(raw, images),
        tags=set(_TAGS),
        clean_content_tags=set(SILENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        set_tag_attribute_values={"th": {"scope": "col"}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base_url) if base_url else "deny",
        link_rel=None,
    )
    if clean.count("</") > _DEEPEST and depth(clean) > _DEEPEST:
        return _as_typed(text)
    if "<" in text:
        clean = ended_before_blocks(clean)
    clean = _DEAD_LINK.sub(r"\1", _with_images(clean, images))
    return _with_levels(_EMPTY_LINK.sub(_named, clean), top_level).strip()


# An explainer is read once for the letter and the page, whose images lie in different places.
@lru_cache(maxsize=16)
def _raw(text: str) -> str:
    """HTML as the Markdown says it, not safe to print."""
    try:
        return _converted(words_as_text(normalise(text)))
    except RecursionError:
        return _as_typed(text)


def _as_typed(text: str) -> str:
    """Hundreds of elements inside each other: nobody means that, and no word of it may be lost."""
    return f"<pre>{escape(printable(text), quote=False)}</pre>"


def _converted(text: str) -> str:
    """Have it read by a reader that nobody else uses now: it keeps state while it works."""
    try:
        reader = _IDLE.pop()
    except IndexError:
        reader = _reader()
    html = reader.convert(text)
    # One that broke off is not used again.
    _IDLE.append(reader.reset())
    return html


def _reader() -> Markdown:
    """A new reader; to make one takes as long as to read a page."""
    return Markdown(
        extensions=[
            TableExtension(),
            SaneListExtension(),
            # Without Pygments: bytes must not depend on what else is installed.
            HighlightExtension(use_pygments=False),
            SuperFencesCodeExtension(),
            MagiclinkExtension(),
            DeleteSubExtension(subscript=False),
        ],
        output_format="html",
        tab_length=4,
    )


def _with_stand_ins(html: str, images: tuple[ShownImage, ...]) -> str:
    """Put an address that passes the sanitiser where one of the workspace's images is meant."""
    places = {one.typed: n for n, one in enumerate(images)}

    def stand_in(match: re.Match[str]) -> str:
        values = _values(match[1])
        n = places.get(_address(values))
        return match[0] if n is None else f'<img alt="{escape(values.get("alt", ""))}" src="{_STAND_IN}{n}">'

    return _IMAGE.sub(stand_in, html) if images else html


def _values(attributes: str) -> dict[str, str]:
    """The attributes of a tag by name, the first of each, entities decoded."""
    found: dict[str, str] = {}
    for match in _VALUE.finditer(attributes):
        found.setdefault(match[1].lower(), unescape(next((one for one in match.groups()[1:] if one is not None), "")))
    return found


def _address(values: dict[str, str]) -> str:
    """Where an image is fetched from; with a blank in it, the reader leaves the angle brackets around it."""
    src = values.get("src", "").strip()
    return src[1:-1].strip() if src.startswith("<") and src.endswith(">") else src


def _with_images(html: str, images: tuple[ShownImage, ...]) -> str:
    """Give the stand-ins their addresses and sizes, and leave the words of images whose address was refused."""
    stood_for = {f"{_STAND_IN}{n}": one for n, one in enumerate(images)}

    def printed(match: re.Match[str]) -> str:
        values = _values(match[1])
        alt, src = escape(values.get("alt", ""), quote=False), values.get("src", "")
        if not src:
            return alt
        one = stood_for.get(src)
        if one is None:
            return match[0]
        alt = alt.replace('"', "&quot;")
        return f'<img alt="{alt}" src="{escape(one.src)}" width="{one.width}" height="{one.height}">'

    return _CLEAN_IMAGE.sub(printed, html)


def _named(match: re.Match[str]) -> str:
    """A link that shows nothing shows its address, unless it is what was left of one that a block broke in two."""
    if match.string.count(f'href="{match[2]}"') > 1:
        return ""
    return f"{match[1]}{match[2].removeprefix('mailto:')}</a>"


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "code":
        return value if re.fullmatch(r"language-[\w#.+-]+", value) else None
    if name in ("href", "src") and _SCHEME.match(value):
        return absolute(value, "")
    return value


def absolute(typed: str, base_url: str) -> str | None:
    """The address as it may be printed: absolute, http, https or mailto; None if it cannot be."""
    address = re.sub(r"[\x00-\x1f]", "", typed).strip()
    if _SCHEME.match(address):
        return address if links.printed(address) else None
    if not base_url or not address:
        return None
    joined = urljoin(base_url, address)
    return joined if links.printed(joined) else None


def _with_levels(html: str, top: int) -> str:
    """Shift headings; one without words goes. The sanitiser left no attribute on them."""
    found = [m for m in _HEADING.finditer(html) if _has_words(m[2])]
    new = iter(levels((int(m[1]) for m in found), top))

    def shifted(match: re.Match[str]) -> str:
        if not _has_words(match[2]):
            return ""
        level = next(new)
        return f"<h{level}>{match[2]}</h{level}>\n"

    return _HEADING.sub(shifted, html)


def _has_words(html: str) -> bool:
    return bool(re.sub(r"<(?!img)[^>]*>", "", html).strip())
