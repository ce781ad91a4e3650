"""What must agree before words alone put a take under a story: subject, enough words, numbers, what is said. Pure.

Two headlines may be alike in all but the one word that makes them two stories: another company, another version,
the contrary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from newsletter.desk.past.printed_words import other_mark
from newsletter.desk.stories.forms import names, one_form, opposed
from newsletter.desk.takes.title_index import stems_of, titles_of
from newsletter.desk.vectors import tokens
from newsletter.model.news import Story

_ENOUGH_SHARED = 3
#: Two words that stand in one title only must make up so much of it: a fifth, for this is a cosine.
_FIFTH = 0.45
#: Of so few words none may be unknown to the story, unless the others make up so much of a headline, as a cosine.
_FEW = 4
_GOOD_PART = 0.4
#: A name that makes up so much of a reference says which story is meant.
_TELLING_NAME = 0.2
#: What weighs so much of a reference, and no title has, is other news.
_OTHER_NEWS = 0.44
#: Two headlines of more words that share three are alike by no chance, however much else they say.
_SHORT = 6
#: A number with the letters that belong to it: "5.1.2", "4o", "v2", "1,200".
_NUMBER = re.compile(r"[a-z]*\d[a-z\d]*(?:[.,]\d[a-z\d]*)*")
_SUM = re.compile(r"(?<=\d) ?(billion|bn|million|mn|trillion|tn|thousand)\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIRST_SIGN = re.compile(r"[^\W_]")
_ENDS = (".", ":", "!", "?", "…")
#: Who said it: "(The Wire)", " - The Daily".
_CREDIT = re.compile(r"\s\([^()]{1,60}\)$|\s[-–—|]\s[^-–—|]{1,40}$")

#: What is said, towards the one end and towards the other, in stems: who types the one does not mean the other.
_POLES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        (
            "rise rose rais gain jump soar surg climb grow grew increas ralli doubl expand hire add boost record win",
            "fall fell drop slip sink sank plung tumbl declin lose lost slump crash shed cut halv shrink fire slash",
        ),
        (
            "pass approv back accept adopt grant allow clear sign confirm endors win won uphold upheld agre lift admit",
            "reject veto block ban deni refus oppos kill dismiss overturn revok lose lost fail delay suspend strike",
        ),
        (
            "launch unveil debut introduc releas ship start begin open resum reviv keep",
            "delay postpon cancel scrap halt suspend recal withdraw end close shut stop paus discontinu retir kill",
        ),
        ("bui buy acquir purchas join hire invest", "sell sold leav left quit divest fire"),
        ("profit", "loss"),
        ("first", "last"),
        ("faster cheaper larger bigger better", "slower dearer smaller wors"),
    )
)
#: Said of a thing, these take back what else is said of it.
_UNDONE = frozenset("abandon cancel delay deni halt postpon reject scrap suspend veto withdraw".split())
#: Whoever says one of these may say it of the same in another word.
_AGAINST = _UNDONE.union(*(against for _, against in _POLES[:3]))
_NOT = re.compile(r"\b(?:not|never|cannot|no longer)\b|n['’]t\b", re.I)
#: No number has so many digits.
_END = 40
_END_NUMBER = re.compile(r"(\()?(\d[\d.,]*)\W*$")
_BY = re.compile(r"\bby\b", re.I)
#: Of the words typed so many must stand in a title before two contrary ones tell anything.
_MOST_SHARED = 2 / 3
#: A stem of more letters is part of another word because the two are one.
_PART = 3
#: Of so many words one more or less makes no other story, unless it is a name or a contrary.
_SENTENCE = 8
#: The name of a place or a thing has so many words.
_NAME = 2


def same_subject(text: str, stems: Sequence[str], held: Sequence[frozenset[str]]) -> bool:
    """Whether the story knows the first word typed: "Intel cuts jobs" is not "Cisco cuts jobs", however it goes on."""
    known = {stem for title in held for stem in title}
    first_word = next(filter(None, map(stems_of, text.split())), ())
    return not known.isdisjoint((stems[0], *first_word)) or stems[0][0].isdigit()


def shares_enough(typed: frozenset[str], held: Sequence[frozenset[str]], cosine: float) -> bool:
    """Whether one title holds three of the typed words, or all if they are fewer; small numbers prove nothing.

    "Gemini 1.5 on stage" is not the one story of the week that has Gemini 1.5 in its headline. One word must stand in
    half of the titles, and in two: what a story is about does, what somebody happened to mention does not. Two words
    must, or make up a fifth of a headline.
    """
    words = frozenset(stem for stem in typed if not _proves_nothing(stem))
    most = max(len(words & title) for title in held)
    if not words or most < min(_ENOUGH_SHARED, len(words)):
        return False
    if len(words) > 2:
        # Of a few words the one that the story has not is the news: "Codex gets an image model".
        return len(typed) > _FEW or cosine >= _GOOD_PART or typed <= frozenset().union(*held)
    everywhere = sum(1 for title in held if typed <= title)
    return everywhere >= max(2, len(held) / 2) or (everywhere > 0 and len(typed) > 1 and cosine >= _FIFTH)


def other_name(text: str, told: AbstractSet[str], worth: Callable[[str], float]) -> bool:
    """Whether a name in the reference is none of the story's: "Meta plans an Android app" is not its app for the Mac.

    `told` are the typed stems that the story has. Only in a sentence do capitals tell a name, not in a headline that
    is written in them throughout; and somebody's first name says no more than the story's second. A credit
    at the end is no part of it.
    """
    words = list(_sentence(_CREDIT.sub("", text)))
    if not any(stems and not is_name and not starts for stems, is_name, starts in words):
        return False
    whole = sum(worth(stem) for stem in sorted({stem for stems, *_ in words for stem in stems}))
    named: set[str] = set()
    for stems, is_name, starts in (*words, (frozenset[str](), False, False)):
        if is_name and (named or not starts):
            named |= stems
        elif named:
            if told.isdisjoint(named) and sum(map(worth, sorted(named))) >= _TELLING_NAME * whole:
                return True
            named = set()
    return False


def _sentence(text: str) -> Iterator[tuple[frozenset[str], bool, bool]]:
    """Of each word its stems, whether it is written as a name, and whether it begins a sentence."""
    starts = True
    for word in text.split():
        first = _FIRST_SIGN.search(word)
        yield frozenset(stems_of(word)), first is not None and first[0].isupper(), starts
        starts = word.endswith(_ENDS)


def _proves_nothing(stem: str) -> bool:
    return stem[0].isdigit() and (sum(map(str.isdigit, stem)) < 3 or _YEAR.fullmatch(stem) is not None)


def another(text: str, story: Story, as_spelt: Callable[[str, str], Sequence[str]]) -> bool:
    """Whether the reference says something else than a title that it is like: of another thing, or the contrary.

    Not if another title of the story has what the like one lacks, and half of all that was typed. `as_spelt` gives
    the distinct stems of a text in order, each as a title spells it.
    """
    titles = titles_of(story)
    told = [tuple(dict.fromkeys(stems_of(title))) for title in titles]
    typed = [as_spelt(text, title) for title in titles]
    if other_mark([text], titles):
        return True
    rivals = [_rival(text, *pair) for pair in zip(typed, titles, told, strict=True)]
    others = [place for place, rival in enumerate(rivals) if not rival]
    said, held = [frozenset(stems) for stems in typed], [frozenset(stems) for stems in told]
    return any(
        not any(
            said[other] - held[place] <= held[other] and 2 * len(said[other] & held[other]) >= len(said[other])
            for other in others
        )
        for place, rival in enumerate(rivals)
        if rival
    )


def other_news(
    text: str, story: Story, as_spelt: Callable[[str, str], Sequence[str]], worth: Callable[[str], float]
) -> bool:
    """Whether almost half of a short reference stands in no title of the story: its people and places alone agree."""
    typed = frozenset(stems_of(text))
    if len(typed) > _SHORT:
        return False
    missing = [frozenset(as_spelt(text, title)).difference(stems_of(title)) for title in titles_of(story)]
    untold = frozenset.intersection(*missing)
    return sum(map(worth, sorted(untold))) >= _OTHER_NEWS * sum(map(worth, sorted(typed)))


def adds_another(text: str, titles: Sequence[str]) -> bool:
    """Whether what a text has more than each of these titles makes another thing of it: "part 2", "mini"; no credit."""
    return all(_adds_number(text, title) or one_form(text, _all_of(text), title, _all_of(title)) for title in titles)


def _adds_number(text: str, title: str) -> bool:
    end, told = (_END_NUMBER.search(one[-_END:]) for one in (text, title))
    # "(2014)" is a credit of its kind, unless the title says "(2019)".
    if end is None or (end[1] and told is None):
        return False
    return not set(_numbers(end[2])) <= set(_numbers(title))


def _all_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tokens(text)))


def _undoes(text: str, stems: Sequence[str], other: str, other_stems: Sequence[str]) -> bool:
    """Whether a text says that something is not so, or no more, and the other does not."""
    if _NOT.search(other) or not _AGAINST.isdisjoint(other_stems):
        return False
    return _NOT.search(text) is not None or not _UNDONE.isdisjoint(stems)


def _rival(text: str, typed: Sequence[str], title: str, told: Sequence[str]) -> bool:
    """Whether two headlines, by their distinct stems in order, are the same but for what makes them two stories."""
    if one_form(text, typed, title, told):
        return True
    shared = frozenset(typed).intersection(told)
    mine, its = ([stem for stem in stems if stem not in shared] for stems in (typed, told))
    if len(shared) >= _MOST_SHARED * len(typed):
        if opposed(mine, its) or _contrary(mine, its) or _undoes(text, typed, title, told):
            return True
        if len(shared) >= _MOST_SHARED * len(told) and _undoes(title, told, text, typed):
            return True
    if 2 * len(shared) < len(told):
        return False
    return _one_place(names(text), typed, told) or _turned(text, typed, title, told)


def _contrary(mine: Sequence[str], its: Sequence[str]) -> bool:
    return any(
        (not one.isdisjoint(mine) and not other.isdisjoint(its))
        or (not other.isdisjoint(mine) and not one.isdisjoint(its))
        for one, other in _POLES
    )


def _one_place(named: frozenset[str], typed: Sequence[str], told: Sequence[str]) -> bool:
    """Whether one word is another and all else the same, whatever more the title has at its ends."""
    steps = SequenceMatcher(None, typed, told, autojunk=False).get_opcodes()
    ends = (0, len(steps) - 1)
    inner = [step for n, step in enumerate(steps) if step[0] != "equal" and not (step[0] == "insert" and n in ends)]
    if len(inner) != 1 or inner[0][0] != "replace":
        return False
    _, start, end, told_start, told_end = inner[0]
    mine, its = typed[start:end], told[told_start:told_end]
    most = _NAME if not named.isdisjoint(mine) else 1
    if most == 1 and len(typed) > _SENTENCE:
        return False
    if max(len(mine), len(its)) > most:
        return False
    # "Invest" and "investor" stand for one thing, "Niger" and "Nigeria" for two.
    return most == _NAME or not any(_is_part(x, y) for x in mine for y in its)


def _is_part(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > _PART and short in long


def _turned(text: str, typed: Sequence[str], title: str, told: Sequence[str]) -> bool:
    """Whether two of the words have changed places: "Kea sues Moa" is not "Moa sues Kea"; "Moa is sued by Kea" is."""
    differ = [n for n, (a, b) in enumerate(zip(typed, told, strict=False)) if a != b]
    if len(typed) != len(told) or len(differ) != 2 or differ[1] - differ[0] == 1:
        return False
    one, other = differ
    turned = typed[one] == told[other] and typed[other] == told[one]
    return turned and bool(_BY.search(text)) == bool(_BY.search(title))


def cuts_number(text: str, story: Story) -> bool:
    """Whether a beginning ends inside a number: "model 4" begins no story of a "model 4o"."""
    typed = _numbers(text)
    return all(_numbers(title)[: len(typed)] != typed for title in titles_of(story))


def other_number(text: str, story: Story) -> bool:
    """Whether the reference has a number where the story has others: version 5.1 is not 5.2, nor 4,000 jobs 6,000."""
    told = {number for title in titles_of(story) for number in _numbers(title)}
    return bool(told) and not told.issuperset(_numbers(text))


def _numbers(text: str) -> list[str]:
    """The numbers in order: "1,200" as 1200, "v2" as 2, "3 billion" and "3bn" as 3b."""
    plain = _SUM.sub(lambda found: found[1][0], text.casefold())
    return [number.replace(",", "").removeprefix("v") for number in _NUMBER.findall(plain)]
