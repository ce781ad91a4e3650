"""What the parts of an old issue are called, spelt and misspelt, and the lines that belong to the web page. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from newsletter.files.past.sheet import Line, bold_line, heading_of, is_rule, shape_of, words_alone
from newsletter.text import fold

Section = Literal["news", "pulse", "apart", "headlines"]

_NAMES: tuple[tuple[Section, tuple[str, ...]], ...] = (
    (
        "pulse",
        (
            "Current Tech Pulse: Our Team's Take", "Current Tech Pulse", "Our Team's Take", "Our Team's Takes",
            "The Team's Take", "Team Takes", "Our Take", "Our Takes", "Our Team's Thoughts",
            "Our Team's Opinion", "What Our Team Thinks", "What We Think", "Team's Insights", "Voices of the Team",
            "Our Team's Take on the News", "Hot Takes", "Team Commentary", "Our Team's Perspective",
        ),
    ),
    (
        "news",
        (
            "Tech News", "AI News", "Technology News", "Tech & AI News", "AI and Tech News", "Latest News",
            "News of the Week", "Weekly News", "This Week's News", "This Week in Tech", "Tech News of the Week",
            "Tech Updates", "News Highlights", "Top Stories", "Industry News", "In the News", "News", "Tech Corner",
            "Weekly Tech News", "Tech News Highlights", "AI News of the Week", "The News",
        ),
    ),
    ("apart", ("Also from the team", "More from the team", "Further takes")),
    ("headlines", ("Also in the news", "More news", "Other news", "Quick links", "Further reading on the news")),
)  # fmt: skip
_KNOWN: tuple[tuple[str, Section], ...] = tuple((fold(name), kind) for kind, names in _NAMES for name in names)
_EXACT = dict(_KNOWN)
#: Names so short that a word nearly like them is another word.
_SHORT, _LIKE = 7, 0.84
_TLDR = re.compile(
    r"(?P<open>[*_]{0,3})TL\s?[;:,/-]?\s?DR\b(?P<close>[*_]*)"
    r"(?:\s*[:：–—-]+\s*(?P<late>[*_]*)\s*(?P<text>.*)|(?:(?<=[*_])\s+(?P<behind>\w.*)|\s*))",
    re.I,
)

LEVELS = ("beginner", "intermediate", "advanced", "expert", "basic", "introductory", "novice")
_AROUND = re.compile(
    r"\W*(?:(?P<turn>previous|prev|next|older|newer)\b(?:\s+(?:post|article|issue|story|page))?\W*(?P<title>.*)"
    r"|(?P<page>share(?:\s+(?:this|on|via|with)\b.{0,40})?|tweet|subscribe\b.{0,80}|unsubscribe\b.{0,60}"
    r"|view in (?:your )?browser|read (?:more|online|in browser)|back to (?:top|home)|home|archives?|menu|search"
    r"|leave a comment|comments?|related (?:posts?|articles?)|you may also like|copyright\b.{0,80}|©.{0,80}"
    r"|all rights reserved.{0,40}|powered by .{1,40}|follow us\b.{0,60}|sign up\b.{0,60}|forward(?:ed)? .{0,60}"
    r"|copy link|facebook|linkedin|twitter|x|whatsapp|email|print|table of contents|skip to .{1,30}"
    r"|(?:written|posted|published) (?:on|by|in)\b.{1,60}|by (?-i:[A-Z])[^.]{0,40}"
    r"|likes?|\d+ (?:likes?|views?|comments?|shares?))"
    r"|(?P<tags>(?:tags?|categor(?:y|ies)|topics?|filed under|labels?)\s*:\s*(?P<names>.*))"
    r"|(?P<reading>(?:reading time\W*)?\d+\s*min(?:ute)?s?(?:\s+read)?)"
    rf"|(?:level|difficulty)?\W*(?P<level>{'|'.join(LEVELS)}))\W*",
    re.I,
)
#: What a team calls its part in words of its own: "AI Pulse: What Our Team Says", "The team weighs in".
_TEAMS = re.compile(
    r"(?:[^:]{1,40}:\s*)?(?:(?:what|how|why)\s+)?(?:our|the)\s+team(?:['’]?s['’]?)?\s+(?:(?:own|hot|weekly)\s+)?"
    r"(?:takes?|thinks?|says?|said|views?|opinions?|thoughts?|comments?|commentary|insights?|perspectives?|voices?"
    r"|reactions?|reacts|remarks|picks?|corner|sees it|weighs in|two cents)\W*",
    re.I,
)
_ENDS_SENTENCE = re.compile(r"[.!?…:;,]\W*$")


def section_on(line: Line, own: Sequence[tuple[str, Section]]) -> tuple[Section, str] | None:
    """The part of the issue that a line names, and its words; `own` are the publication's, with their part.

    A heading or a bold line may be misspelt; a plain line has to be the name.
    """
    if line.code or len(line.text) > 200:
        return None
    shape = shape_of(line.text)
    level, heading = heading_of(shape)
    marked = heading or bold_line(shape)
    words = words_alone(marked or shape)
    if not words or "](" in shape or len(words) > 90:
        return None
    key = fold(words)
    table = _table(tuple(own))
    if key in table and (key != "news" or marked):
        return table[key], words
    if not (marked or level) and not words.endswith(":"):
        # A plain line may still be the name but for a letter.
        return next(((kind, words) for name, kind in table.items() if len(name) > 14 and _like(key, name) > 0.9), None)
    best = max(((_like(key, name), kind) for name, kind in table.items() if len(name) > _SHORT), default=(0.0, "news"))
    if best[0] >= _LIKE:
        return best[1], words
    if _TEAMS.fullmatch(words):
        return "pulse", words
    # Two names in one: "Tech News: what our team makes of it".
    head = fold(words.partition(":")[0])
    if ":" in words and head in table and len(head) > _SHORT:
        return table[head], words
    return None


@lru_cache(maxsize=4)
def _table(own: tuple[tuple[str, Section], ...]) -> dict[str, Section]:
    return {**_EXACT, **{fold(name): kind for name, kind in own if name}}


@lru_cache(maxsize=8192)
def _like(one: str, other: str) -> float:
    """How alike two names are, 0 to 1; 0 for what is far off."""
    if abs(len(one) - len(other)) > max(len(one), len(other)) * 0.25:
        return 0.0
    found = SequenceMatcher(None, one, other, autojunk=False)
    return found.ratio() if found.quick_ratio() >= _LIKE else 0.0


def tldr_on(line: Line) -> tuple[str, bool] | None:
    """What stands behind "TL;DR" on the line that begins with it, and whether it is a heading; None without it."""
    if line.code or "dr" not in line.text[:60].lower():
        return None
    shape = shape_of(line.text)
    level, heading = heading_of(shape)
    bold = bold_line(shape)
    text = heading or bold or re.sub(r"^<(?:b|strong)>([^<>]{1,20})</(?:b|strong)>", r"\1", shape, flags=re.I)
    match = _TLDR.fullmatch(text)
    if match is None:
        return None
    words = match["text"] or match["behind"] or ""
    mark = match["open"]
    if mark and not match["close"] and not match["late"] and words.rstrip().endswith(mark):
        words = words.rstrip().removesuffix(mark)
    return words.strip(), bool(level or bold)


def around(line: Line) -> tuple[str, str] | None:
    """What a line of the web page around an issue is, "turn", "page", "tags", "reading", "level", and its value.

    None for every other line. Who copies a page copies these with it; they are no part of the issue.
    """
    shape = words_alone(shape_of(line.text[:300])) if len(line.text) <= 300 else ""
    match = _AROUND.fullmatch(shape) if 0 < len(shape) <= 160 and not line.code else None
    if match is None:
        return None
    if match["turn"]:
        # "Next we look at …" is a sentence.
        rest = match["title"]
        is_one = bool(rest) and ":" not in shape[:24] and (rest[:1].islower() or bool(_ENDS_SENTENCE.search(shape)))
        return None if is_one else ("turn", rest)
    if match["page"]:
        return None if shape.endswith(".") and len(shape) > 60 else ("page", "")
    if match["tags"]:
        return "tags", match["names"]
    if match["reading"]:
        return "reading", ""
    return "level", match["level"].capitalize()


def is_label(line: Line) -> bool:
    """Whether a line is as short as a page's tags are: "LLMs", "Machine learning"."""
    shape = words_alone(shape_of(line.text)) if len(line.text) <= 80 else ""
    return bool(shape) and len(shape.split()) <= 3 and len(shape) <= 40 and not _ENDS_SENTENCE.search(shape)


def underlined(lines: Sequence[Line], at: int) -> bool:
    """Whether the line is a heading by the line of `=` or `-` below it; a lone `-` is a bullet that lost its words."""
    if at + 1 >= len(lines) or lines[at].blank or lines[at].code or len(lines[at].text) > 200:
        return False
    below = lines[at + 1].text.strip()
    return len(below) > 1 and set(below) in ({"="}, {"-"}) and not is_rule(lines[at].text)
