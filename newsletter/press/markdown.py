"""Turn Markdown that people typed into HTML that is safe to print. Pure.

The only module that knows Python-Markdown, its extensions and the sanitiser.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
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
from newsletter.press.headings import levels
from newsletter.press.normalise_markdown import normalise
from newsletter.press.raw_html import SILENT, words_as_text

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
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>\n?", re.S)
_DEAD_LINK = re.compile(r"<a(?: title=\"[^\"]*\")?>(.*?)</a>", re.S)
_DEAD_IMAGE = re.compile(r"<img(?![^>]* src=)(?:[^>]*? alt=\"([^\"]*)\")?[^>]*>")


def to_html(text: str, *, base_url: str = "", top_level: int = 3) -> str:
    """Render Markdown as a sanitised fragment without classes, but for "language-…" on code.

    Headings start at `top_level` and skip no level. Addresses other than http, https and mailto lose their link;
    relative ones are resolved against `base_url`, and lose it too where that is "". Empty for an empty text.
    """
    return _fragment(text, base_url, top_level)


@lru_cache(maxsize=512)
def _fragment(text: str, base_url: str, top_level: int) -> str:
    """One fragment; e-mail, page and text ask for the same ones."""
    try:
        raw = _reader().convert(words_as_text(normalise(text)))
    except RecursionError:
        # Hundreds of lists or quotations inside each other: nobody means that, and no word of it may be lost.
        raw = f"<pre>{escape(text, quote=False)}</pre>"
    clean = nh3.clean(
        raw,
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
    return _with_levels(_without_dead_ends(clean), top_level).strip()


def _reader() -> Markdown:
    """A reader for one text: it keeps state while it works, and two threads must not share it."""
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


def _without_dead_ends(html: str) -> str:
    """Leave the words of links and images whose address was refused."""
    without_images = _DEAD_IMAGE.sub(lambda m: m[1] or "", html)
    return _DEAD_LINK.sub(r"\1", without_images)


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
