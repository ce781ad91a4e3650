"""Publishers' markup made safe to show, with addresses that hold anywhere; and the words of it. Pure.

The one module of the wire that names nh3. Pages get `safe_html`. Words do not pass through nh3: it takes what an
author wrote as "vector<int> x" for an element and loses the rest of the sentence, it joins the words of neighbouring
paragraphs, and its time grows with the square of the depth; `markup.plain` does neither, and what it gives is text
that is escaped wherever it is printed.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

from newsletter.wire.markup import known_tags, plain

#: Characters that are looked at, and what their nesting may cost; a long article comes to a tenth of either.
_MOST = 250_000
_MOST_NESTING = 400_000
_TAGS = frozenset(
    """a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del
    details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav
    nobr ol p pre q rb rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th
    thead time tr tt u ul var wbr""".split()
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"reversed", "start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
#: Gone with all that is inside.
_GONE = frozenset("embed iframe math noembed noframes object script select style svg template textarea title".split())
#: Some readers of mail know schemes in lower case only.
_SCHEME = re.compile(r'\s(?:href|src)="(?:https?|mailto):', re.I)
_HTTP = re.compile(r"https?://[^/?#\s]", re.I)


def safe_html(markup: str, *, base_url: str) -> str:
    """The markup with harmless elements and http, https and mailto addresses only, absolute; may be empty.

    Relative addresses are resolved against `base_url`; if that is none of http, they go. Markup beyond 250,000
    characters is cut, and what nests deeper than anybody writes comes back as its words.
    """
    text = markup
    if len(text) > _MOST:
        text = text[: max(text.rfind("<", 0, _MOST), 0) or _MOST]
    known, cost = known_tags(text)
    if cost > _MOST_NESTING:
        return html.escape(plain(text))
    try:
        clean = _cleaner(base_url).clean(known)
    except ValueError:
        # A base that looks like an address and is none.
        clean = _cleaner("").clean(known)
    return _SCHEME.sub(lambda m: m[0].lower(), clean)


@lru_cache(maxsize=64)
def _cleaner(base_url: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base_url) if _HTTP.match(base_url) else "deny",
        link_rel="noopener noreferrer",
    )
