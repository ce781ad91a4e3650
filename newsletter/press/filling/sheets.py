"""What is opened and never closed in a style sheet among the templates, by line. Pure.

A browser passes over such a mistake in silence, and with it over all rules to the end of the sheet.
"""

from __future__ import annotations

import re

#: What Jinja takes: its comments, its statements, and what it prints.
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
#: Comments and quotations of CSS, whole or to where they break off (CSS Syntax 3, 4.3.2 and 4.3.5), and its braces.
_TOKEN = re.compile(
    r"""(?P<comment>/\*(?:.*?\*/|.*))|(?P<quoted>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(?P<brace>[{}])""", re.S
)


def fault_of_sheet(text: str) -> tuple[int, str] | None:
    """Line and sentence of the first mistake of form in a template of CSS that Jinja can parse; None if it has none."""
    css = _JINJA.sub(lambda match: "\n" * match[0].count("\n"), text)
    opened: list[int] = []
    for match in _TOKEN.finditer(css):
        line, sign = css.count("\n", 0, match.start()) + 1, match[0]
        if match["comment"] and (len(sign) < 4 or not sign.endswith("*/")):
            return line, "The comment that begins here is never closed."
        if match["quoted"] and (len(sign) < 2 or sign[-1] != sign[0]):
            return line, f"The quotation mark {sign[0]} is not closed on its line."
        if sign == "{":
            opened.append(line)
        elif sign == "}" and not opened:
            return line, 'A "}" stands here that closes nothing.'
        elif sign == "}":
            opened.pop()
    return (opened[-1], 'The "{" of this line is never closed.') if opened else None
