"""Terms that past explainers explain, and terms that nobody explained yet. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from newsletter.model.issue import Issue, Printed, TermLink
from newsletter.model.topics import is_short_for, is_technical, names_alone, names_of
from newsletter.text import fold, one_line, stem, words

#: So many unexplained terms are named; an editor explains one a week.
_NAMED_MOST = 10
_SIGNS = re.compile(r"[+#]")

# What is explained -----------------------------------------------------------------------------------


def term_links(memory: Sequence[Printed], *, own: Collection[str], unlinked: Collection[str]) -> tuple[TermLink, ...]:
    """Every term that an explainer of `memory`, oldest first, explains; longest first, then by the alphabet.

    The newest explainer of a term wins. Left out are the terms of this issue's explainer, `own`: its title and other
    names; those that `unlinked` names, in any case or number, and only those; and explainers without a page.
    """
    closed = {_form(name) for typed in own for name in names_of(typed)} | {_form(typed) for typed in unlinked}
    found: dict[tuple[str, ...], TermLink] = {}
    for issue in memory:
        if not issue.reference.link:
            continue
        week = issue.reference.week
        title = f"{one_line(issue.topic)}, Week #{week.number} {week.year}"
        if issue.imported:
            # It bears a number of its own.
            title = one_line(issue.reference.title)
        newest = [name for typed in (issue.topic, *issue.aliases) for name in names_of(typed) if names_alone(name)]
        found |= {_form(name): TermLink(term=name, link=issue.reference.link, title=title) for name in reversed(newest)}
    return tuple(
        sorted(
            (link for form, link in found.items() if form not in closed),
            key=lambda link: (-len(link.term), link.term),
        )
    )


def in_use(terms: Sequence[TermLink], issue: Issue) -> tuple[TermLink, ...]:
    """Those of the terms that the issue may mention, in their order: the others need not be kept with it."""
    told = fold(" ".join(_texts(issue)))
    return tuple(term for term in terms if re.sub(r"(?:ies|es|s|y)$", "", fold(term.term)) in told)


def _form(name: str) -> tuple[str, ...]:
    """What the forms of one term have in common: "AI agents", "AI-Agent"; but C, C++ and C# are three."""
    return (*map(stem, words(name)), *_SIGNS.findall(name))


# What is not ---------------------------------------------------------------------------------------

#: What every reader of such a newsletter knows, in lower case, and names of companies, products and places.
_KNOWN = frozenset(
    """ai a.i ml it us usa uk eu un uae ceo cto cfo coo cio ciso vp hr pr pm am tv pc os id ip ui ux qa vr ar xr ok diy
    faq url uri www http https html css js json xml yaml csv pdf png jpg jpeg gif svg mp3 mp4 usb ssd hdd ram rom cpu
    gpu gpus tpu npu wifi gps sms pin vpn dns api apis sdk cli gui ide sql nosql app apps saas ios ipados macos iphone
    ipad ipados imac macbook airpods android webos chromeos playstation xbox vs tl dr tldr eur usd gbp gdp ipo roi kpi
    b2b b2c r&d rd phd ba bsc msc mba q1 q2 q3 q4 h1 h2 1d 2d 3d 4d 4k 8k 3g 4g 5g 6g ii iii iv vi vii viii ix xi xii
    covid nda llc inc ltd plc gmbh ag nyc la sf dc ny ca uc mit cmu ucla ucl eth nasa esa fbi cia nsa ftc fcc sec doj
    fda nhs nist nato who opec imf gdpr dma cet cest est edt pst pdt utc gmt ibm amd arm asml tsmc smic sap hp hpe lg
    bmw vw gm ge att aws gcp bbc cnn nbc abc cbs nyt wsj ft ap afp npr pbs zdnet techcrunch theverge venturebeat
    openai deepmind xai chatgpt github gitlab youtube linkedin tiktok whatsapp facebook paypal ebay airbnb doordash
    deepseek huggingface bytedance softbank coreweave mistralai stackoverflow wikipedia wordpress javascript typescript
    powerpoint onenote onedrive sharepoint icloud imessage facetime spacex nvidia pytorch postgresql mysql sqlite
    mongodb vscode bitcoin todo nb ps re eg ie asap aka imho lol tba tbd rsvp""".split()
)
_TERM = re.compile(r"(?<![\w@#/.&])[^\W\d_][^\W_]*(?![\w@]|[.&]\w)")
#: "McCarthy", "LeCun", "DeMarco": people.
_PERSON = re.compile(r"(?:Mc|Mac|Le|La|De|Di|Du|Da|Van|Von|Fitz|O)[A-Z][a-z]+")
_UNREAD = re.compile(
    r"^ *(```|~~~).*?^ *\1[^\n]*$|`[^`\n]+`|(?<=\])\([^()\s]*(?:\s[^()]*)?\)|https?://\S+|www\.\S+|[\w.+-]{1,64}@\S+|<[^<>\n]*>",
    re.M | re.S,
)


def unexplained(issue: Issue, memory: Sequence[Printed], *, topics: Collection[str]) -> tuple[str, ...]:
    """Acronyms and technical names that the issue's own words use and nobody explained; most used first, 10 at most.

    Explained is what a past explainer or this one is about, and what a bracket explains where it is first used:
    "mixture of experts (MoE)", "MoE (mixture of experts)". `topics` are further words that need no explaining, such
    as those that the newsletter is about. Headlines and summaries from feeds are not looked at.
    """
    text = "\n\n".join(_UNREAD.sub(" ", told) for told in _texts(issue))
    said = {word for word in _TERM.findall(text) if word.islower()}
    known = _known(issue, memory, topics)
    count: Counter[str] = Counter()
    first: dict[str, re.Match[str]] = {}
    for match in _TERM.finditer(text):
        term = match[0][:-1] if match[0].endswith("s") and len(match[0]) > 2 and is_technical(match[0]) else match[0]
        # A word that also stands in small letters was only said loudly.
        if is_technical(term) and term.lower() not in known | said and not _PERSON.fullmatch(term):
            count[term] += 1
            first.setdefault(term, match)
    open_ones = [term for term in first if not _is_explained_at(first[term], term, text)]
    return tuple(sorted(open_ones, key=lambda term: (-count[term], first[term].start()))[:_NAMED_MOST])


def _known(issue: Issue, memory: Sequence[Printed], topics: Collection[str]) -> set[str]:
    """In lower case: what every reader knows, what was explained, and the names of who writes and who is quoted."""
    topic = issue.explainer
    told = (*issue.stories, *issue.headlines)
    takes = (*(take for story in issue.stories for take in story.takes), *issue.apart)
    names = (
        *topics,
        *(name for past in memory for name in (past.topic, *past.aliases)),
        *((topic.title, *topic.aliases, topic.author) if topic else ()),
        *(name for take in takes for name in (take.author, take.member)),
        *(name for story in told for name in (story.source, *(credit.source for credit in story.also_covered))),
        issue.wording.name,
    )
    return {word for name in names for typed in name.split() for word in (*words(typed), typed.lower())} | _KNOWN


def _is_explained_at(place: re.Match[str], term: str, text: str) -> bool:
    """Whether the words around the first use say what the term is short for."""
    behind = text[place.end() : place.end() + 120]
    if re.match(r",? (?:is |was )?(?:short for|stands for|stood for|standing for)\b", behind):
        return True
    if (bracket := re.match(r" ?\(([^()\n]+)\)", behind)) is not None:
        return is_short_for(term, bracket[1])
    before = text[max(0, place.start() - 120) : place.start()]
    return before.endswith("(") and behind.startswith((")", ",", ";")) and is_short_for(term, before)


def _texts(issue: Issue) -> Iterator[str]:
    """What the team wrote, in reading order."""
    yield issue.intro
    if issue.explainer is not None:
        yield issue.explainer.tldr
        yield issue.explainer.body
    yield from (take.text for story in issue.stories for take in story.takes)
    yield from (take.text for take in issue.apart)
