"""A take or a summary: how much of it its story's feeds said already, and whether anybody speaks in it. Pure.

For the author's eyes, never blocking. English alone: its signs of a person are English words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.desk.pairing import is_english
from newsletter.desk.proof.passages import of_take
from newsletter.desk.proof.prose import reading_words, words_alone
from newsletter.model.issue import Issue, Placement, PrintedStory
from newsletter.model.news import Ranked
from newsletter.model.remarks import Remark
from newsletter.text import content_words, one_line

#: Words of a take, and meaningful words of its story, below which a share says nothing.
_ENOUGH_IN_TAKE = 20
_ENOUGH_IN_STORY = 8
#: From these shares of a take's meaningful words on it is a summary if nobody speaks in it: as it is; where it says
#: "the article"; where it says "the article explains". Two papers' own summaries of one piece of news have 0.30 in
#: common at the median, 0.53 at nine in ten; what people say of news, 0.03 to 0.50.
_ABSTRACT = 0.55
_TOLD_OF = 0.35
_RETOLD = 0.15
#: Of its runs of three such words, the part from which on it is copied, whoever speaks in it.
_COPIED = 0.35
_RUN = 3

_TELLS_OF = re.compile(
    r"\b(?:the|this)\s+(?:article|author|piece|post|blog\s?post|story|report|write-?up|text)\b(?!\s+of\s+(?:my|our))"
    r"|\baccording to the (?:article|author|post|report)\b",
    re.I,
)
#: The same, retelling it: without anybody who speaks that is a summary, whatever words it is in.
_RETELLS = re.compile(
    r"\b(?:the|this)\s+(?:article|author|piece|post|blog\s?post|report|write-?up)\s+(?:also\s+)?(?:discuss|explain|describ"
    r"|highlight|explor|outlin|cover|talk|detail|summari[sz]|introduc|present|mention|emphasi[sz]|delv|examin)\w*",
    re.I,
)
_PERSON = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our|ours|ourselves)\b(?!\.)|\bI['’](?:m|ve|d|ll)\b")
#: Where "we" are everybody, and nobody speaks.
_EVERYBODY = re.compile(
    r"\b(?:how|ways?|what|where|when|that)\s+we\b|\bour\s+(?:daily|everyday|future|homes|lives|planet|societ\w+|world)\b"
    r"|\b(?:all|many|most|some)\s+of\s+us\b",
    re.I,
)
#: Words by which one weighs, doubts, wishes or advises.
_JUDGES = re.compile(
    r"""\b(?:should|ought|shouldn['’]t|worth|worthwhile|worthless|worr(?:y|ies|ied|ying)|hop(?:e|es|ing|eful|efully)|
    doubt(?:s|ful|less)?|fear(?:s)?|wish(?:es)?|surpris(?:e|es|ed|ing|ingly)|disappoint(?:s|ed|ing|ment)|impressive|
    underwhelming|overdue|overblown|overrated|underrated|clever|brilliant|silly|absurd|foolish|reckless|sloppy|lazy|
    elegant|ugly|beautiful|delightful|welcome|sadly|luckily|fortunately|unfortunately|frankly|honestly|finally|
    ironic(?:ally)?|odd(?:ly)?|strange(?:ly)?|suspicious(?:ly)?|wrong|mistake|nonsense|hype|gimmick|pointless|useless|
    nobody|skip|avoid|beware|bravo|cheers|shame|please|perhaps|maybe|bet|guess|suspect|believe|prefer|agree|disagree|
    trust|distrust|try|wait\s+(?:for|until)|enough|too\s+(?:much|many|late|early|good|far|little))\b|[?!](?=\s|$|["”’])""",
    re.I | re.X,
)
_QUOTED = re.compile(r"“[^”\n]{12,}”|\"[^\"\n]{12,}\"|«[^»\n]{12,}»|^[ \t]*>[^\n]*$", re.M)


def summaries(issue: Issue, placements: Sequence[Placement], ranked: Sequence[Ranked]) -> Iterator[Remark]:
    """A notice on each take that mostly repeats what its story's feeds say, with one question to its author."""
    printed = {story.id: story for story in (*issue.stories, *issue.headlines)}
    told = {story: _said_by_feeds(printed[story], ranked) for story in {p.story for p in placements} & printed.keys()}
    house = issue.wording.language
    for placement in placements:
        text = of_take(placement.take, house)
        if (
            placement.outcome in ("attached", "own")
            and text.is_english
            and _in_english(printed[placement.story], house)
        ):
            said = _said(placement.take.text, told[placement.story])
            if said:
                yield text.remark("notice", "summary", 0, f"{said}: what do you make of it?")


def _in_english(story: PrintedStory, house: str) -> bool:
    return (story.language or house).partition("-")[0].lower() == "en"


def _said_by_feeds(story: PrintedStory, ranked: Sequence[Ranked]) -> tuple[str, ...]:
    """Headlines and summaries of all tellings of a story."""
    found = next((r.story for r in ranked if r.story.id == story.id), None)
    entries = found.entries if found is not None else ()
    texts = (story.headline, story.summary, *story.titles, *(e.title for e in entries), *(e.summary for e in entries))
    return tuple(dict.fromkeys(filter(None, texts)))


def _said(take: str, told: Sequence[str]) -> str:
    """What makes the take a summary, in words; "" if it is none, or if that cannot be told."""
    prose = _QUOTED.sub(" ", words_alone(take))
    if reading_words(prose) < _ENOUGH_IN_TAKE or not is_english(prose):
        return ""
    mine = content_words(prose)
    known = frozenset(word for text in told for word in content_words(text))
    knows = len(known) >= _ENOUGH_IN_STORY
    share = sum(word in known for word in mine) / max(1, len(mine))
    speaks = bool(_PERSON.search(_EVERYBODY.sub(" ", prose)) or _JUDGES.search(prose))
    retells, telling = _RETELLS.search(prose), _TELLS_OF.search(prose)
    enough = _RETOLD if retells else _TOLD_OF if telling else _ABSTRACT
    says = f'Says "{one_line(found[0]).lower()}"' if (found := retells or telling) else ""
    part = f"{round(100 * share)} % of its words stand in the feed's own summary"
    if knows and (_copied(mine, told) >= _COPIED or (share >= enough and not speaks)):
        return f"{says} and {part}" if says else part
    return f"{says}, and nobody speaks in it" if retells and not knows and not speaks else ""


def _copied(mine: Sequence[str], told: Sequence[str]) -> float:
    """The part of a take's runs of words that stand in one text of the feeds."""
    runs = _runs(mine)
    return len(runs & frozenset(run for text in told for run in _runs(content_words(text)))) / max(1, len(runs))


def _runs(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
