"""Put a take between quotation marks without touching what its author typed. Pure.

The marks of the template are those of the take's language, and differ from those inside: “ ” around straight ones and
where there are none, straight ones around “ ”; „ “ in German, and » « around them. So a quotation within a take stays
as typed and still reads right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter.press.prose import fences

_FIRST_WORDS = re.compile(r"(?:<(?:p|ul|ol|li|blockquote)(?: [^>]*)?>\s*)+(?!<)|<p>(?=<(?!img))")
_LAST_WORDS = re.compile(r"(?:\s*</(?:p|ul|ol|li|blockquote)>)+\s*\Z")
_NO_PARAGRAPH = re.compile(r"    | {0,3}(?:[-*+>] ?|\d{1,9}[.)] |#{1,6} |\|)")
_BARE_ADDRESS = re.compile(r"(?<![<(\w/])https?://[^\s<>]+\Z")


_STRAIGHT = ('"', '"')
_ENGLISH = (("“", "”"),)
_LOW = (("„", "“"), ("»", "«"))
_ANGLED = (("«", "»"), ("“", "”"))
_CORNERS = (("「", "」"), ("『", "』"))
_NORDIC = (("”", "”"), ("»", "»"))
#: The marks that a language puts around speech, then those it would take where these stand inside (Unicode CLDR,
#: delimiters); any other language has the English ones. French sets them off by spaces that do not break.
_MARKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("de", "cs", "sk", "sl", "hr", "bg", "lt", "et", "is", "ka", "mk"), _LOW),
    **dict.fromkeys(("es", "it", "pt-pt", "ca", "gl", "eu", "el", "nb", "nn", "no", "sq", "hy"), _ANGLED),
    **dict.fromkeys(("ru", "uk", "be", "kk", "fa"), (("«", "»"), ("„", "“"))),
    **dict.fromkeys(("pl", "ro", "sr", "bs"), (("„", "”"), ("«", "»"))),
    "hu": (("„", "”"), ("»", "«")),
    "fr": (("«\u00a0", "\u00a0»"), ("“", "”")),
    "de-ch": _ANGLED,
    **dict.fromkeys(("sv", "fi"), _NORDIC),
    "he": (("”", "”"), ("«", "»")),
    **dict.fromkeys(("ja", "zh-hant", "zh-tw", "zh-hk"), _CORNERS),
}


def marks(text: str, *, typographic: bool, language: str = "") -> tuple[str, str]:
    """The marks to put around a text in that language (BCP 47; "" is English).

    `typographic` says which are meant where the English and the straight ones would do alike.
    """
    tag = language.lower().replace("_", "-")
    script = "zh-hant" if tag.startswith("zh-hant") else tag
    own = _MARKS.get(script) or _MARKS.get(tag.split("-")[0])
    if own is None and not typographic and not any(sign in text for sign in '"“”'):
        return _STRAIGHT
    free = (pair for pair in (*(own or _ENGLISH), _STRAIGHT) if not any(sign.strip("\u00a0") in text for sign in pair))
    return next(free, _STRAIGHT)


def quoted_html(fragment: str, opening: str, closing: str, *, name: str) -> str:
    """Set `name`, which is HTML, and a colon before a fragment of `to_html`, and marks around its words.

    A fragment that begins or ends with a table or with code gets no marks: they would become part of it.
    """
    first, last = _FIRST_WORDS.match(fragment), _LAST_WORDS.search(fragment)
    if first is not None and last is not None:
        inside = fragment[first.end() : last.start()]
        fragment = f"{first[0]}{opening}{inside}{closing}{last[0]}"
    if fragment.startswith("<p>"):
        return f"<p>{name}: {fragment[3:]}"
    return f"<p>{name}:</p>\n{fragment}"


def quoted_markdown(text: str, opening: str, closing: str, *, name: str) -> str:
    """The same for normalised Markdown; `name` is Markdown."""
    words = text.strip("\n").rstrip()
    lines = list(fences.with_code(words.split("\n")))
    if lines[0][1] or _NO_PARAGRAPH.match(lines[0][0]):
        return f"{name}:\n\n{words}"
    if lines[-1][1] or lines[-1][0].startswith(("    ", "|")):
        return f"{name}: {words}"
    linked = _BARE_ADDRESS.sub(r"<\g<0>>", words)
    return f"{name}: {opening}{linked}{closing}"
