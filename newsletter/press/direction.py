"""Which way a language and a line of it are written. Pure."""

from __future__ import annotations

from newsletter import text

_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa ha-arab he ks ku-arab nqo pa-arab ps sd syr ug ur uz-arab yi".split())


def of_language(language: str) -> str:
    """The value of a `dir` attribute for a BCP 47 tag: "ltr" or "rtl"."""
    tag = language.lower().replace("_", "-")
    return "rtl" if tag in _RIGHT_TO_LEFT or tag.split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def of_text(words: str) -> str:
    """The same for a line, by its first letter that has a direction; "" if none has."""
    if not any(c.isalpha() for c in words):
        return ""
    return "rtl" if text.is_rtl(words) else "ltr"
