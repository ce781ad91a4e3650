"""Whether a headline and its address, a take and its story can belong together, by the words in them. Pure.

Only the certain is denied: what has too few words, numbers instead of words, or another script proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from newsletter.links import printed, with_scheme
from newsletter.model.news import TermCounts
from newsletter.text import content_words, fold, stem, words

#: Words of addresses that name a part of a site, a kind of page or a file, and never what the page tells.
_SITE = frozenset(
    """about aktuell amp analysis archive archives article articles artificial asp aspx author blog blogs business
    category changelog com comment comments content contents default detail digital docs download edition editorial en
    event events feature features feed feeds forum forums front group groups home html htm https index info
    innovation insight insights intelligence item items latest learn life live login magazine main mailing media money
    news newsletter newsletters newsroom node opinion org page pages papers php podcast podcasts politics post posts
    press products publication publications read reader release releases report reports research resources review
    reviews rss science section sections show site software special static status stories story tag tags tech
    technology thread threads topic topics update updates user users video videos view watch web weblog wiki world
    www""".split()
)
#: Platforms whose addresses are made of ids, whatever else stands in them.
_BY_ID = frozenset(
    """arxiv.org bit.ly bsky.app doi.org facebook.com fb.me instagram.com linkedin.com lnkd.in news.google.com
    news.ycombinator.com pca.st reddit.com redd.it spotify.com open.spotify.com t.co t.me threads.net tiktok.com
    twitter.com vimeo.com x.com youtu.be youtube.com""".split()
)
#: Where pages are seldom in English: parts of a path, and ends of a host.
_OTHER_TONGUES = frozenset(
    """ar at bg br cn cs cz da de dk es fi fr gr hr hu id it ja jp ko kr mx nl no pl pt ro rs ru se sk sv th tr tw ua
    uk-ua vi vn zh zh-cn zh-tw""".split()
)
#: Distinct words without which an address, and a headline, say too little to contradict each other.
_ENOUGH_IN_ADDRESS = 3
_ENOUGH_IN_HEADLINE = 4
#: Distinct words of a take below which an honest one often shares none with its story.
_ENOUGH_IN_TAKE = 12
#: Words of a story below which a take cannot be expected to meet one.
_ENOUGH_IN_STORY = 4
#: Letters at the beginning that make two words one ("regulator", "regulation"), and that are looked for in a host.
_BEGINNING = 5
_INSIDE = 4
#: The part of an English text that is words of no meaning; half of the usual.
_LITTLE_WORDS = 0.2
#: Words in common with another story, beyond those with its own, that make a take look like that one's.
_MORE_IN_OTHER = 3


@lru_cache(maxsize=4096)
def address_words(link: str) -> frozenset[str]:
    """Stems of the words in the path of an address that may tell what the page is about; may be empty.

    Ids, dates, hashes and the names of sections are none.
    """
    try:
        path = unquote(urlsplit(with_scheme(link)).path)
    except ValueError:
        return frozenset()
    found = words(re.sub(r"\.(?:html?|php|aspx?|md|pdf|amp)(?=/|$)", "", path).replace("_", " "))
    telling = {word for word in found if word.isascii() and word.isalpha() and len(word) > 2} - _SITE
    # What is left of "the", "and" when words that carry no meaning are off.
    return frozenset(content_words(" ".join(sorted(telling))))


def contradicts(link: str, *told: str) -> bool:
    """Whether an address is in words, and none of the texts, each with words enough, says one of them.

    `told` are the headline and whatever else the story says. False wherever words cannot tell: an address of ids,
    a home page, a headline of a few words or of another script.
    """
    told = tuple(text for text in told if text.strip())
    if (
        not told
        or _host(link) in _BY_ID
        or _in_other_tongue(link)
        or not _in_words(link)
        or not all(map(_readable, told[:1]))
    ):
        return False
    inside = fold(unquote(printed(link) or link))
    # "after" in both of them proves nothing.
    said = {word for text in told for word in words(text) if word.isalpha() and content_words(word)} - _SITE
    if any(len(word) >= _INSIDE and (word in inside or stem(word) in inside) for word in said):
        return False
    return not meet(frozenset(map(stem, said)), address_words(link))


def _in_other_tongue(link: str) -> bool:
    """Whether the address says that its page is in another language: then its words are, whatever the headline's."""
    try:
        parts = urlsplit(with_scheme(link)).path.lower().split("/")
    except ValueError:
        return False
    if "en" in parts:
        return False
    return _host(link).rpartition(".")[2] in _OTHER_TONGUES or not _OTHER_TONGUES.isdisjoint(parts[:3])


def _in_words(link: str) -> bool:
    """Whether one part of the path alone has words enough: "/2024/07/space-bar-defeats-filter"."""
    try:
        parts = unquote(urlsplit(with_scheme(link)).path).split("/")
    except ValueError:
        return False
    return any(len(address_words(f"https://host.example/{part}")) >= _ENOUGH_IN_ADDRESS for part in parts)


def _readable(headline: str) -> bool:
    """Whether the headline has Latin words enough, and most of it is Latin: other scripts are spelt otherwise."""
    signs = [sign for sign in headline if sign.isalpha()]
    plain = {word for word in content_words(headline) if word.isascii() and word.isalpha() and len(word) > 2}
    return len(plain) >= _ENOUGH_IN_HEADLINE and sum(map(str.isascii, signs)) > 0.8 * len(signs)


def _host(link: str) -> str:
    try:
        host = urlsplit(with_scheme(link)).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").removeprefix("m.")


def is_english(text: str) -> bool:
    """Whether a text of some length is English, by its share of little words; stems of others do not meet."""
    found = words(text)
    return bool(found) and 1 - len(content_words(text)) / len(found) >= _LITTLE_WORDS


def story_words(link: str, *told: str) -> frozenset[str]:
    """Stems of all that a story says of itself, its address included."""
    said = frozenset(stem for text in told for stem in content_words(text)) | address_words(link)
    # Of a story that says too little, initials make no more.
    return said if len(said) < _ENOUGH_IN_STORY else said | {name for text in told for name in _initials(text)}


def _initials(text: str) -> Iterator[str]:
    """What three and four words after one another may be called for short: "large language model" and LLM."""
    letters = "".join(word[0] for word in words(text))
    for length in (3, 4):
        for at in range(len(letters) - length + 1):
            yield letters[at : at + length]
            # The stem of "LLMs": a word without a vowel keeps its plural.
            yield f"{letters[at : at + length]}s"


def strays(take: str, story: frozenset[str]) -> bool:
    """Whether an English take says nothing that its story says; short ones prove nothing."""
    said = frozenset(content_words(take))
    if len(said) < _ENOUGH_IN_TAKE or len(story) < _ENOUGH_IN_STORY or not is_english(take):
        return False
    return not meet(said, story)


def fits_better(
    take: str, story: frozenset[str], others: Mapping[str, frozenset[str]], terms: TermCounts
) -> tuple[str, tuple[str, ...]] | None:
    """The other story that a take seems to be on, and the words in both; None unless it is far nearer than its own.

    Words that many headlines of the week have in common count for nothing.
    """
    said = frozenset(content_words(take))
    if len(said) < _ENOUGH_IN_TAKE or not is_english(take):
        return None
    own = _rare(said & story, terms)
    found = [(len(_rare(said & other, terms)), name) for name, other in others.items()]
    most, name = max(found, key=lambda one: (one[0], one[1]), default=(0, ""))
    if len(own) > 1 or most < len(own) + _MORE_IN_OTHER:
        return None
    return name, tuple(sorted(_rare(said & others[name], terms)))


def _rare(stems: Iterable[str], terms: TermCounts) -> frozenset[str]:
    """Those that stand in few headlines of the week and are no numbers."""
    most = max(3.0, 0.02 * terms.entries)
    return frozenset(s for s in stems if terms.counts.get(s, 0) <= most and not s.isdigit() and len(s) > 2)


def meet(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sets of stems have one in common, or one begins another, or five letters begin two."""
    return bool(some & others or _begun(some, _BEGINNING) & _begun(others, _BEGINNING) or _begin(some, others))


def _begun(stems: frozenset[str], letters: int) -> frozenset[str]:
    return frozenset(word[:letters] for word in stems if len(word) >= letters)


def _begin(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a short word of either begins a word of the other: "teen" and "teenager"."""
    begun = zip((some, others), (others, some), strict=True)
    return any({word for word in short if len(word) == _INSIDE} & _begun(long, _INSIDE) for short, long in begun)
