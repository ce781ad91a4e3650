"""Code as mail programs show it: line breaks and hard spaces, since Outlook keeps no white space. Pure."""

from __future__ import annotations

import re

from newsletter.press.prose.fragments import TAG

_BLOCK = re.compile(r"<pre>(?:<code(?: class=\"[^\"]*\")?>)?(.*?)(?:</code>)?</pre>", re.S)
_GAP = re.compile(r"^ +| {2,}", re.M)
_TAB = 4
#: Columns of the letter's text at the size of code; a longer run of signs has to break somewhere.
_COLUMNS = 60


def code_in_letter(fragment: str) -> str:
    """Blocks of code with `<br>` and no-break spaces in the place of line ends and gaps; all else stays as it is.

    They run from left to right in any language. A gap keeps its last space, so that long lines still wrap. A block
    with a run of signs longer than a line gets the class "long". Outlook for Windows knows no `white-space` (Can I
    email: css-white-space).
    """
    return _BLOCK.sub(_block, fragment)


def _block(match: re.Match[str]) -> str:
    code = match[1].strip("\n").expandtabs(_TAB)
    kind = ' class="long"' if _has_long_run(code) else ""
    return f'<pre dir="ltr"{kind}>{_GAP.sub(_hard, code).replace(chr(10), "<br>")}</pre>'


def _hard(gap: re.Match[str]) -> str:
    at_the_start = gap.start() == 0 or gap.string[gap.start() - 1] == "\n"
    return "\u00a0" * len(gap[0]) if at_the_start else "\u00a0" * (len(gap[0]) - 1) + " "


def _has_long_run(code: str) -> bool:
    plain = re.sub(r"&[a-z0-9#]+;", "x", TAG.sub("", code))
    return any(len(run) > _COLUMNS for run in plain.split())
