"""What a draft leaves behind: notes to oneself, blanks to fill in, files promised that no letter carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import without_addresses, words_alone
from newsletter.model.remarks import Level, Remark
from newsletter.text import clip, one_line

#: One letter of each stands in brackets: the tests look for these words in our own modules.
_UNDONE = r"TO[D]O|FIX[M]E"
_NOTE = rf"(?:{_UNDONE}|X[X]X|TBD|TBC|TK)"
#: With these words behind it, it names a thing: "… lists are where plans go to rest".
_THING = r"(?:lists?|apps?|comments?|items?|notes?|markers?|tags?|is|are|was|were)"
#: Where a line begins, behind the marks of a list, also of one to tick off.
_BEGINS = r"^[ \t>*_+-]*(?:\[[ x]?\][ \t]+)?"
#: Behind these, TK is somebody or something: "TK is older than the quay".
_VERB = (
    r"(?:is|was|are|were|has|had|will|would|can|could|may|might|does|did|do|says?|said|stands?|stood|means?|meant|and|or"
    r"|itself|[a-z]+ed)"
)
_UNIT = (
    r"(?:euros?|dollars?|pounds?|kroner|yen|cents?|percent|per cent|thousand|million|billion|people|users|readers|words"
    r"|days|hours|minutes|seconds|weeks|months|km|kg|knots|metres|meters|miles|GB|MB|TB|ms|watts?|cores|tokens|parameters)"
)
#: "Tk 8.6", "TK Elevator", "Tcl/Tk", "Techniker (TK)": the text uses the two letters as a name.
_TK_IS_A_NAME = re.compile(r"\bT[Kk]\s+(?:[A-Z][a-z]|\d)|\bTcl/Tk\b|\btk\.[A-Za-z]|\bT[a-z]*k[a-z]*\s+\(TK\)|,\s+TK,")
_TK_ALONE = re.compile(r"(?<![^\W_])TK(?![^\W_])")


class _Sign(NamedTuple):
    """A form that a placeholder takes, and how sure that is."""

    pattern: re.Pattern[str]
    level: Level
    #: Wherever the pattern fits, one of these stands, in lower case: most texts have none.
    letters: tuple[str, ...]


_NOTES = ("tk", "todo", "fixme", "xxx", "tbd", "tbc")
_BLANKS = r"(?:name|link|url|number|date|company|title|quote|figure|source|example|text|image|headline|story|product)"
#: Surest first: of two that meet at one place the first is told.
_SIGNS = (
    _Sign(re.compile(r"(?<![^\W_])(?:TKTK(?:TK)*|tktk(?:tk)*)(?![^\W_])"), "error", ("tktk",)),
    _Sign(re.compile(r"\blorem ipsum dolor\b", re.I), "error", ("lorem",)),
    # At the start of a line, with a colon: nobody begins a sentence so.
    _Sign(re.compile(rf"{_BEGINS}{_NOTE}\b[*_]*(?:\([^()\n]*\))?:", re.M), "error", _NOTES),
    # Where a sentence begins; one may also speak of it.
    _Sign(
        re.compile(
            r"(?:^|[.!?]\s)[ \t>*_+-]*\blorem ipsum\b(?!\s+(?:is|was|has|had|makes?|looks?|text|generators?)\b)",
            re.I | re.M,
        ),
        "warning",
        ("lorem",),
    ),
    _Sign(re.compile(rf"(?<![^\W_]){_NOTE}:(?=\s)"), "warning", _NOTES),
    # In brackets, alone or with what is to be done; brackets with an address behind them are a link's.
    _Sign(re.compile(rf"\[{_NOTE}\b[^\[\]\n]*\](?!\()|\({_NOTE}\b[^()\n]*\)|<{_NOTE}\b[^<>\n]*>"), "warning", _NOTES),
    # In small letters only with a colon behind it: "(todo: numbers)".
    _Sign(re.compile(rf"[\[(](?:{_UNDONE}|TK):[^\[\]()\n]*[\])](?!\()|\[TK\](?!\()", re.I), "warning", _NOTES),
    _Sign(re.compile(rf"{_BEGINS}{_NOTE}[*_.…!?]*[ \t]*$|:[ \t]+TB[DC][.…]?[ \t]*$", re.M), "warning", _NOTES),
    _Sign(re.compile(rf"{_BEGINS}(?:{_UNDONE})[ \t]+(?!{_THING}\b)[a-z]", re.M), "warning", _NOTES),
    # "It costs TK euros": a word of its own, and no name ("TK Maxx", "TK is").
    _Sign(
        re.compile(rf"(?<![\w&./-])TK(?=\s+(?!{_VERB}\b)[a-z%]|\s*[,;.)!?%]|\s*$)(?!\.\w)", re.M),
        "warning",
        ("tk",),
    ),
    _Sign(re.compile(rf"(?<![\w&./-])(?:tk|X{{2,3}}|x{{3}})\s+(?:{_UNIT}\b|%)"), "warning", ("tk", "xx")),
    _Sign(re.compile(r"[$€£]\s?(?:TK|X{2,})\b|\bcosts?\s+X{3}\b"), "warning", ("tk", "xx")),
    _Sign(
        re.compile(
            r"\[(?:insert|fill in)\s[^\[\]\n]{1,60}\](?![(\[:])"
            rf"|\[(?:your|add|name of|link to|replace)\s[^\[\]\n]{{0,40}}\b{_BLANKS}\b[^\[\]\n]{{0,20}}\](?![(\[:])"
            r"|\[(?:name|date|number|link|url|title|source|figure|citation needed|placeholder|\?+)\](?![(\[:])"
            rf"|\[(?:(?:first|last|full)\s?name|{_BLANKS}\s+(?:here|to come)|[^\[\]\n]{{1,40}}\s+goes\s+here)\]"
            r"(?![(\[:])"
            r"|\[(?:ask|check|verify|confirm|note to)\s[^\[\]\n]{1,60}\](?![(\[:])|\(NOTE TO [A-Z]+\b[^()\n]*\)",
            re.I,
        ),
        "warning",
        ("[", "(note to"),
    ),
    _Sign(
        re.compile(
            r"(?<!\w)<(?:insert|your|name of|link to|fill in)\s[^<>\n]{1,60}>"
            r"|(?<!\w)<(?:name|first ?name|last ?name|number|date|company|product|headline|placeholder)>",
            re.I,
        ),
        "warning",
        ("<",),
    ),
    # The marks of mail programs, never filled in.
    _Sign(
        re.compile(
            r"\*\|[A-Z_:]{2,30}\|\*|%%?(?:FIRST_?NAME|LAST_?NAME|EMAIL)%%?"
            r"|\{\{\s*(?:[a-z]+\.)?(?:[Ff]irst|[Ll]ast|[Ff]ull)?[_ ]?[Nn]ame\b[^{}\n]{0,40}\}\}"
        ),
        "warning",
        ("*|", "name%", "email%", "{{"),
    ),
    _Sign(
        re.compile(r"^[ \t>*_]*placeholder(?: text)?(?=\s*(?:[.,:;!–—-]|$))", re.I | re.M), "warning", ("placeholder",)
    ),
)
#: Alone between blanks; French puts a blank before its question marks.
_ASKED = re.compile(r"(?:(?<=\s)|^)\?{2,}(?=[\s,.;:)%]|$)", re.M)

_FILE = (
    r"(?:files?|documents?|docs?|pdfs?|images?|screenshots?|photos?|pictures?|slides?|deck|spreadsheets?|charts?"
    r"|reports?|logs?|notes?|papers?|tables?|plots?)"
)
_ATTACHED = (
    re.compile(r"\bplease\s+(?:find|see)\s+(?:the\s+)?(?:attached|enclosed)\b(?!\s+to\b)", re.I),
    re.compile(
        r"\b(?:find|see)\s+(?:the\s+)?(?:attached|enclosed)\b(?=\s*(?:[.,;:!?)]|$)|\s+(?:the|an?|my|our|for)\b)",
        re.I | re.M,
    ),
    re.compile(rf"\b(?:details|numbers|figures|data|{_FILE})\s+(?:is|are)\s+in\s+the\s+attach(?:ment|ed)\b", re.I),
    re.compile(rf"\b(?:in|from|see)\s+(?:the|my|our)\s+attached\s+(?:\w+\s+)?{_FILE}\b", re.I),
    re.compile(
        rf"(?:^|[.!?]\s+)(?:the|my|our)\s+attached\s+(?:\w+\s+)?{_FILE}\s+(?:has|have|shows?|lists?|gives?|tells?|explains?)\b",
        re.I | re.M,
    ),
    re.compile(r"\b(?:see|read)\s+(?:the|my|our)\s+(?:attachments?|enclosure)\b(?=\s*(?:[.,;:!?)]|for\b|$))", re.I),
    re.compile(rf"\b(?:see|find|read|check)\s+(?:the|my|our)\s+(?:attached|enclosed)\s+(?:\w+\s+)?{_FILE}\b", re.I),
    re.compile(
        rf"\b(?:I|we)(?:['’]ve|\s+have)?\s+(?:also\s+)?(?:attach(?:ed)?|enclosed?)\s+(?:the|a|an|my|our|some|two|three)\s+"
        rf"(?:[\w-]+\s+){{0,2}}{_FILE}\b(?!\s+to\b(?!\s+this\b))",
        re.I,
    ),
    re.compile(r"(?:^|[.!?:]\s+)(?:attached|enclosed)\s+(?:is|are|you(?:['’]ll|\s+will)|please)\b", re.I | re.M),
)


def placeholders(texts: Sequence[Passage]) -> Iterator[Remark]:
    """Words that were to be replaced before anybody read them; not in code, where they are meant."""
    for text in texts:
        seen: set[int] = set()
        for place, level, found in _found(text):
            line = text.text.count("\n", 0, place)
            if line not in seen:
                seen.add(line)
                what = f'"{clip(one_line(found), 60)}" looks like a place to be filled in, in the {text.name}.'
                if level == "error":
                    what = f'"{clip(one_line(found), 60)}" is left over from the draft, in the {text.name}.'
                mend = "Meant so? Put it between backticks." if text.is_markdown else "Write what belongs there."
                yield text.remark(level, "placeholder", place, what, mend)


def _found(text: Passage) -> Iterator[tuple[int, Level, str]]:
    """Each placeholder: its place, how sure it is, and the words around it."""
    prose = without_addresses(text.text) if text.is_markdown else text.text
    low = prose.lower()
    is_name = "tk" in low and bool(_TK_IS_A_NAME.search(prose))
    for sign in _SIGNS:
        for match in sign.pattern.finditer(prose) if any(letters in low for letters in sign.letters) else ():
            at = match.end() - len(match[0].lstrip())
            if (is_name and _TK_ALONE.search(match[0])) or _is_short_for(prose, match):
                continue
            yield at, sign.level, _around(prose, at, match.end())
    if text.is_english and "??" in prose:
        for match in _ASKED.finditer(prose):
            yield match.start(), "warning", _around(prose, match.start(), match.end())


def _is_short_for(prose: str, match: re.Match[str]) -> bool:
    """Whether the words before a note in brackets are what it is short for."""
    if match[0] not in ("(TBD)", "(TBC)", "(TK)"):
        return False
    found = re.search(r"((?:\w+[\s-]+){1,3})$", prose[max(0, match.start() - 80) : match.start()])
    initials = "".join(word[0] for word in re.findall(r"\w+", found[1])) if found else ""
    return initials.upper().endswith(match[0][1:-1])


def _around(prose: str, start: int, end: int) -> str:
    """What was found and a few words behind it, on its line."""
    line_end = prose.find("\n", end)
    behind = prose[end : line_end if line_end >= 0 else len(prose)]
    return prose[start:end] + ("" if prose[start] in "[(<" else clip(behind, 40))


def attachments(texts: Sequence[Passage]) -> Iterator[Remark]:
    """English words that promise a file beside the letter; an arm that is attached to a robot promises none."""
    for text in texts:
        if text.is_markdown and text.is_english and re.search("attach|enclos", text.text, re.I):
            prose = words_alone(text.text)
            found = next((match for pattern in _ATTACHED if (match := pattern.search(prose)) is not None), None)
            if found is not None:
                words = one_line(found[0].lstrip(".!?: \n"))
                at = found.end() - len(found[0].lstrip(".!?: \n"))
                what = f'"{clip(words, 60)}" promises a file, and nothing is attached to the letter.'
                yield text.remark("warning", "attached", at, what, "Put it on the web and link it.")
