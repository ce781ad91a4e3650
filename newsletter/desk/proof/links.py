"""Links as readers would get them: followed, shortened, relative, without words, twice in one paragraph. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from newsletter.desk.proof.addresses import Address, addresses_in
from newsletter.desk.proof.passages import Passage
from newsletter.desk.proof.prose import paragraphs, without_code
from newsletter.link_rules import redirect_target
from newsletter.links import host_of, identity, is_redirector, looks_like_address, printed, same, with_scheme
from newsletter.model.issue import Issue, Placement
from newsletter.model.remarks import Remark
from newsletter.text import clip, fold, one_line

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
#: Folded words that say nothing about the page behind them.
_EMPTY_WORDS = frozenset(
    """here clickhere click thislink link thelink this readmore more learnmore readhere seehere seethis page thispage
    readon moreinfo moreinformation findoutmore checkitout checkthisout thisarticle thispost thissite thiswebsite tap
    taphere linkhere""".split()
)
#: The same with a few more: "Click here to read it", "Read the full article here".
_CLICK = re.compile(
    r"(?:click|tap)\s+here\b.*|(?:read|see|find|get|learn|watch|download|look|check)\b.{0,40}\bhere", re.I
)
#: Words that lead nowhere by themselves, before an address that stands bare.
_CLICK_BARE = re.compile(r"\b(?:click|tap)\s+here\b(?=[ \t]*[:–—-]?[ \t]*\(?(?:https?://|www\.))", re.I)
#: Marks of a link that some reader of Markdown misses one of: a blank between, or the last bracket.
_APART = re.compile(r"(?<![\\\]])\[[^\[\]\n]{1,200}\][ \t]+\(https?://[^\s()]+\)")
_OPEN = re.compile(r"\[[^\[\]\n]{1,200}\]\(https?://[^\s()<>]+(?=\s|$)(?![ \t]+[\"'(])(?=[^()\n]*$)", re.M)
#: Names of one's own machine and network.
_OWN = re.compile(r"localhost|(?:.*\.)?(?:local|localhost|internal|intranet|lan|home\.arpa)|https?", re.I)
#: Whose pages stand inside another address for a reason: archives, readers, translations.
_HOLDERS = re.compile(
    r"(?:^|\.)(?:archive|web\.archive|webcache|translate|ampproject|bing-amp|r\.jina|\d+ft|freedium|removepaywall"
    r"|smry|txtify|hypothes|outline|elk|sci-hub|getpocket|flipboard)\."
)
#: A path of one short word, and no query: that is made for being typed, not for counting clicks.
_SHORT_PATH = re.compile(r"/[\w~.-]{1,24}/?")
_SHOWN = 90


def about_links(texts: Sequence[Passage], resolved: Mapping[str, str]) -> Iterator[Remark]:
    """What is wrong with each link in these texts; `resolved` says where short links lead, as far as that is known."""
    for text in texts:
        if text.kind == "source":
            if _SCHEME.match(text.text) or looks_like_address(text.text):
                yield from _of_one(text, Address(typed=text.text, words=None, at=0), resolved)
        elif text.is_markdown:
            for address in addresses_in(text.text):
                if not address.is_image:
                    yield from _of_one(text, address, resolved)
            yield from _badly_marked(text)
            yield from _twice(text)
    yield from _twice_among_sources([text for text in texts if text.kind == "source"])


def about_story_links(issue: Issue, placements: Sequence[Placement], resolved: Mapping[str, str]) -> Iterator[Remark]:
    """Stories that are printed with a link that only leads on to their page."""
    for story in (*issue.stories, *issue.headlines):
        if story.link and (found := _detour(story.link, resolved)) is not None:
            code, what, mend = found
            what = f'"{clip(story.headline, 60)}": {what}'
            take = next((p.take for p in placements if p.story == story.id and p.outcome == "own"), None)
            path, line = (take.path, take.ref_line or take.line) if take else (f"issues/{issue.week}", 0)
            yield Remark(path, line, "warning", code, what, (mend,))


def _of_one(text: Passage, address: Address, resolved: Mapping[str, str]) -> Iterator[Remark]:
    shown = clip(address.typed, _SHOWN)
    if address.words is not None and not (_has_words(address.words) and address.typed.strip("#")):
        yield _empty(text, address)
        return
    if address.is_split:
        what = f'"{shown}" has a blank in it, so it is printed as words, not as a link.'
        yield text.remark("warning", "address", address.at, what, "A blank in an address is written  %20")
        return
    if (said := _unprintable(text, address)) is not None:
        yield said
        return
    if address.words is not None and _is_empty(address.words):
        what = f'The link\'s words "{one_line(address.words)}" do not say where it leads.'
        mend = "Link words that name the page: many readers hear only the links."
        yield text.remark("warning", "click-here", address.at, what, mend)
    if (found := _detour(address.typed, resolved) or _tracked(address.typed)) is not None:
        code, what, mend = found
        yield text.remark("warning", code, address.at, what, mend)


def _is_empty(words: str) -> bool:
    plain = one_line(re.sub(r"[*_`]", "", words)).strip(" .:!»›>→…")
    return fold(plain) in _EMPTY_WORDS or bool(_CLICK.fullmatch(plain))


def _badly_marked(text: Passage) -> Iterator[Remark]:
    """What was meant as a link and is printed as it is typed."""
    plain = without_code(text.text)
    for match in _APART.finditer(plain):
        what = f'"{clip(match[0], _SHOWN)}" has a blank between its brackets, so it is printed as words, not as a link.'
        yield text.remark("warning", "address", match.start(), what, "Take the blank out:  [words](https://…)")
    for match in _OPEN.finditer(plain):
        what = f'"{clip(match[0], _SHOWN)}" lacks its last bracket, so it is printed as words, not as a link.'
        yield text.remark("warning", "address", match.start(), what, "Write  )  behind the address.")
    for match in _CLICK_BARE.finditer(plain) if text.is_english else ():
        what = f'"{one_line(match[0])}" does not say where the address behind it leads.'
        mend = "Link words that name the page: many readers hear only the links."
        yield text.remark("warning", "click-here", match.start(), what, mend)


def _empty(text: Passage, address: Address) -> Remark:
    if address.words and _has_words(address.words):
        what = f'"{clip(one_line(address.words), 60)}" is typed as a link and has no address.'
        return text.remark("warning", "empty-link", address.at, what, "Put the page's address between the brackets.")
    shown = clip(address.typed, _SHOWN)
    what = (
        f"The link to {shown} has no words, so nobody can see it." if shown else "A link has no words and no address."
    )
    return text.remark("warning", "empty-link", address.at, what, f"[what it is about]({shown or 'https://…'})")


def _has_words(words: str) -> bool:
    return bool(re.search(r"[^\W_]", words)) or not words.isascii()


def _unprintable(text: Passage, address: Address) -> Remark | None:
    """What keeps the address from being printed as a link; None if nothing does."""
    typed = address.typed.strip()
    shown = clip(typed, _SHOWN)
    scheme = _SCHEME.match(typed)
    if scheme is None and (address.words is None or looks_like_address(typed)):
        if address.words is None:
            # Words of the text that only look like an address, and stay words.
            return None
        what = f'"{shown}" has no https:// before it, so it leads nowhere in a letter; its words are printed alone.'
        return text.remark("warning", "relative-link", address.at, what, f"Write  {with_scheme(typed)}")
    if scheme is None and not text.base_url:
        what = f'"{shown}" leads nowhere in a letter: it is relative to a page. Its words are printed without a link.'
        base = ", or give the explainer a  base_url: …" if text.kind in ("body", "tldr") else "."
        return text.remark("warning", "relative-link", address.at, what, f"Put the whole address{base}")
    if scheme is not None and scheme[0].lower() == "data:":
        what = "A link holds its page in itself (data:). Mail programs open none of these; its words are printed alone."
        return text.remark("warning", "data-uri", address.at, what, "Put the page on the web and link it there.")
    if address.words is not None and (host := _own_host(typed)):
        what = f'"{shown}" leads to {host}, which no reader\'s machine can find.'
        return text.remark("warning", "address", address.at, what, "Put the address that readers open.")
    if scheme is not None and printed(typed) is None:
        what = f'"{shown}" is not an address that can be printed; its words are printed without a link.'
        return text.remark("warning", "address", address.at, what, "A whole one reads  https://example.org/page")
    return None


def _own_host(typed: str) -> str:
    """The host of an address that only one's own machine or network knows; "" for any other."""
    if not re.match(r"https?:", typed, re.I):
        return ""
    host = host_of(typed).strip("[]")
    try:
        is_own = not ip_address(host).is_global
    except ValueError:
        is_own = ("." not in host and host.isascii()) or bool(_OWN.fullmatch(host))
    return host if is_own and host else ""


def _detour(link: str, resolved: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Code, finding and mend for an address that only leads on to a page; None for a page's own."""
    shown = clip(link, _SHOWN)
    target = resolved.get(link)
    if (inside := redirect_target(link)) is not None and not _HOLDERS.search(f".{host_of(link)}."):
        what = f"{shown} passes the reader through {host_of(link)}, which notes who follows."
        return "tracked-link", what, f"The page itself:  {printed(target or inside) or inside}"
    if not is_redirector(link) or _HOLDERS.search(f".{host_of(link)}."):
        return None
    parts = _parts(link)
    mend = f"It leads to  {printed(target) or target}" if target else "Open it, and put the address it ends at."
    if parts is not None and _SHORT_PATH.fullmatch(parts.path) and not parts.query:
        return (
            "shortener",
            f"{shown} is a short link: nobody sees where it leads, and it may lead nowhere one day.",
            mend,
        )
    return "tracked-link", f"{shown} is the address of a counted click, not of a page.", mend


def _tracked(link: str) -> tuple[str, str, str] | None:
    """The same for a page's address with parameters that follow the reader."""
    clean, parts = printed(link), _parts(link)
    if clean is None or parts is None:
        return None
    left = urlsplit(clean)
    kept = left.query.split("&")
    names = [unquote(pair.partition("=")[0]) for pair in parts.query.split("&") if pair and pair not in kept]
    if "=" in parts.fragment and not left.fragment:
        names.append(f"#{parts.fragment.partition('=')[0]}")
    if not names:
        return None
    what = f"{clip(link, _SHOWN)} tells the page where its reader came from ({', '.join(dict.fromkeys(names))})."
    return "tracked-link", what, f"Without that:  {clean}"


def _parts(link: str) -> SplitResult | None:
    try:
        return urlsplit(link)
    except ValueError:
        return None


def _twice(text: Passage) -> Iterator[Remark]:
    """One page linked twice in one paragraph: mostly the second was to be another."""
    links = [one for one in addresses_in(text.text) if not one.is_image and one.words is not None and one.typed]
    if len(links) < 2:
        return
    for start, end in paragraphs(text.text):
        seen: list[Address] = []
        for link in (one for one in links if start <= one.at < end and identity(one.typed) is not None):
            first = next((one for one in seen if same(one.typed, link.typed)), None)
            if first is not None:
                words = " and ".join(f'"{clip(one_line(one.words or ""), 40)}"' for one in (first, link))
                what = f"{words} lead to one page: {clip(link.typed, _SHOWN)}."
                yield text.remark("notice", "duplicate-link", link.at, what, "Was the second to lead elsewhere?")
            seen.append(link)


def _twice_among_sources(sources: Sequence[Passage]) -> Iterator[Remark]:
    for place, source in enumerate(sources):
        if any(same(source.text, other.text) for other in sources[:place]):
            what = f"The sources name one page twice: {clip(source.text, _SHOWN)}."
            yield source.remark("notice", "duplicate-link", 0, what, "Keep one of the two.")
