"""Copies of an e-mail as mail programs show it: light, dark, without images, without style sheets. Pure.

They stand for what the programs do and are no letter of ours: the letter itself is shown as its bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.I)
_LIGHT = re.compile(r"\(\s*prefers-color-scheme\s*:\s*light\s*\)", re.I)
#: Conditions of a style sheet that hold in every window, and in none.
_ALWAYS, _NEVER = "(min-width:0)", "(max-width:0)"
#: What tells a browser which schemes a page is made for.
_SCHEMES = re.compile(r'(<meta name="(?:supported-color-schemes|color-scheme)" content=")[^"]*(")', re.I)
_STYLE = re.compile(r"<style\b[^>]*>.*?</style\s*>", re.I | re.S)
_IMAGE = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)
#: One attribute after the other, so that no value is taken for an attribute.
_ATTRIBUTE = re.compile(r"""\s+([a-z-]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?""", re.I)
_DRAWN = re.compile(r"url\((?:\"[^\"]*\"|'[^']*'|[^)]*)\)", re.I)
_SRC = re.compile(r'(\ssrc=)"([^"]*)"')
#: Attributes that name an image.
_SOURCES = ("src", "srcset", "background")
_TAG = re.compile(r"""<[a-z](?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)


def in_the_light(html: str) -> str:
    """A copy in which the rules for light screens hold, whatever the screen is."""
    return _SCHEMES.sub(r"\1light\2", _DARK.sub(_NEVER, _LIGHT.sub(_ALWAYS, html)))


def in_the_dark(html: str) -> str:
    """A copy in which the rules for dark screens hold, whatever the screen is."""
    return _SCHEMES.sub(r"\1dark\2", _LIGHT.sub(_NEVER, _DARK.sub(_ALWAYS, html)))


def without_images(html: str) -> str:
    """A copy that loads no image: the words for those who do not see them stand in their place."""
    undrawn = _STYLE.sub(lambda sheet: _DRAWN.sub("none", sheet[0]), html)
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(_without_image, tag[0]), undrawn)


def without_style_sheets(html: str) -> str:
    """A copy with the styles that stand on the elements alone."""
    return _STYLE.sub("", html)


def with_pictures(html: str, addresses: Mapping[str, str]) -> str:
    """A copy whose images are fetched from elsewhere, each by the address it is printed with; nothing else differs."""

    def moved(image: re.Match[str]) -> str:
        return _SRC.sub(lambda src: f'{src[1]}"{escape(addresses.get(unescape(src[2]), unescape(src[2])))}"', image[0])

    return _IMAGE.sub(moved, html) if addresses else html


def has_images(html: str) -> bool:
    """Whether the e-mail shows any image."""
    return _IMAGE.search(html) is not None


def _without_image(attribute: re.Match[str]) -> str:
    name = attribute[1].lower()
    if name in _SOURCES:
        return ""
    return _DRAWN.sub("none", attribute[0]) if name == "style" else attribute[0]
