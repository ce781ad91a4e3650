"""What platforms do to entries, undone: threads around stories, redirectors, names in headlines, revisions. Pure.

Each habit is known by signs in the entry's own address, id or words, never by the feed it came from: entries of
these platforms travel through planets and aggregators, and other sites' entries lead to these platforms.
"""

from __future__ import annotations

import binascii
import html
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace

from newsletter.link_rules import redirect_target
from newsletter.links import host_of, same
from newsletter.model.news import RawEntry
from newsletter.wire.markup import plain

#: Where a click is counted before it goes on. Archives are left out: what they keep may be gone elsewhere.
_REDIRECTOR = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/(?:url\?|amp/)|lm?\.facebook\.com/|out\.reddit\.com/"
    r"|steamcommunity\.com/linkfilter|(?:www\.)?bing\.com/news/apiclick|(?:www\.)?linkedin\.com/redir"
    r"|[\w.-]+\.safelinks\.protection\.outlook\.com/|[\w-]+\.cdn\.ampproject\.org/)",
    re.I,
)
_NEWS_ARTICLE = re.compile(r"https?://news\.google\.com/(?:[^?#]{0,40}/)?articles/([\w-]{20,4000})={0,2}(?:[?#]|\Z)")
#: The encoded article: a type, then the address in field 4 of a protocol buffer.
_NEWS_ADDRESS = b"\x08\x13\x22"
_ARXIV_ID = re.compile(r"(?:oai:arXiv\.org:|https?://(?:export\.)?arxiv\.org/abs/)\S+?(v\d{1,3})", re.I)
_ARXIV_WORDS = re.compile(r"arXiv:\S{4,40} Announce Type: ([a-z-]{1,20})(?: Abstract:)? *", re.I)
#: As its headlines ended until 2024: "(arXiv:2107.12345v2 [cs.AI] UPDATED)".
_ARXIV_TAIL = re.compile(r" \(arXiv:\S{4,30}(?: \[[\w.-]{2,20}\])?( UPDATED)?\)\Z", re.I)
_ARXIV_REVISIONS = frozenset(("replace", "replace-cross"))
_VIDEO_ID = re.compile(r"yt:video:([\w-]{5,20})")
_PLAYER = re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/(?:v|embed)/([\w-]{5,20})(?:[?#&]|\Z)")
_RELEASE = re.compile(r"https?://github\.com/[^/?#]+/([^/?#]+)/releases/tag/")
_COMMIT = re.compile(r"https?://github\.com/[^/?#]+/[^/?#]+/commit/")
_VERSION = re.compile(r"v?\d[\w.+-]*|release|version|stable|beta|alpha|rc|preview|nightly|final|hotfix", re.I)
#: What tools add under a message; holds mailboxes.
_TRAILER = re.compile(r"(?:^| )(?:(?:Co-authored|Signed-off|Reviewed|Acked|Tested|Reported)-by|Change-Id): .*", re.I)
_LINK_AND_COMMENTS = re.compile(r"\[link\] ?\[(?:\d{1,9} )?comments?\]\Z")
_SIGN = "Comments URL: "
_LIST = re.compile(
    r"(?:(?:Article|Link) URL: (\S{1,2000}) )?Comments URL: (\S{1,2000})"
    r"(?: (?:Points|Votes|Score): (-?[0-9]{1,9}))?(?: #? ?Comments: [0-9]{1,9})?\Z"
)
#: Of its markup, in characters: each address stands there twice.
_LONGEST_LIST = 6000
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
#: Farther back than this no tag begins whose end we see.
_LONGEST_TAG = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one entry says, in plain words."""

    id: str
    title: str
    #: Absolute; "" if there is none.
    link: str
    #: The words of its text, or their beginning; may be empty.
    words: str
    #: Where readers talk about it, as published; "" if nowhere.
    discussion: str = ""
    #: Votes of an aggregator's readers; None if nobody tells.
    points: int | None = None


def unwrapped(link: str) -> str:
    """The address that a redirector carries in its own, at most three layers down; the link itself elsewhere."""
    for _ in range(3):
        target = redirect_target(link) if _REDIRECTOR.match(link) else None
        if not target or not _is_address(target):
            return link
        link = target
    return link


def as_story(told: Told, one: RawEntry) -> Told | None:
    """What an entry says once its platform's habits are undone; None if it brings no news at all."""
    told = _without_list(told, one)
    host = told.link.partition("://")[2].partition("/")[0].lower().removeprefix("www.")
    undone = _BY_HOST.get(host) or (_by_id(told.id) if told.id.startswith(_SIGNS) else None)
    return undone(told, one) if undone else told


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and "." in host_of(text)


def _without_list(told: Told, one: RawEntry) -> Told:
    """The list of addresses and votes that aggregators put below the text, or in its place, read and taken off.

    Where the entry links to its own discussion, the story is what the list calls the article.
    """
    markup = next((text for text in (one.summary, one.content) if _SIGN in text), "")
    if not markup and _SIGN not in told.words:
        return told
    # The words may be but the beginning of the text, or an excerpt; the list is its end.
    whole = _LIST.search(told.words)
    if (listed := _LIST.search(plain(markup[-_LONGEST_LIST:])) or whole) is None:
        return told
    article, discussion, votes = listed.groups()
    leads_to_talk = article and _is_address(article) and same(told.link, discussion)
    return replace(
        told,
        link=article if leads_to_talk else told.link,
        words=told.words[: whole.start()].strip() if whole else told.words,
        discussion=told.discussion or discussion,
        points=max(0, int(votes)) if votes else told.points,
    )


def _by_id(own: str) -> _Undone:
    return next(undone for sign, undone in _BY_ID.items() if own.startswith(sign))


def _reddit(told: Told, one: RawEntry) -> Told:
    """The entry stands for a thread; the story is where its "[link]" leads, unless that is Reddit again."""
    words = told.words
    if (at := words.rfind("submitted by")) >= 0 and "[link]" in words[at : at + 300]:
        words = words[:at]
    words = _LINK_AND_COMMENTS.sub("", words).strip()
    told = replace(told, words=words)
    outside = unwrapped(_linked(one.content or one.summary))
    return replace(told, link=outside, discussion=told.link) if outside and not _is_reddit(outside) else told


def _linked(markup: str) -> str:
    """Where the last "[link]" leads; "" if there is none, or nowhere on the web."""
    at = markup.rfind("[link]")
    opening = markup.rfind("<a ", max(0, at - _LONGEST_TAG), at) if at > 0 else -1
    href = _HREF.search(markup, opening, at) if opening >= 0 else None
    address = html.unescape(href[1] or href[2] or "").strip() if href else ""
    return address if address.startswith(("http://", "https://")) else ""


def _is_reddit(address: str) -> bool:
    host = host_of(address)
    return any(host == name or host.endswith(f".{name}") for name in ("reddit.com", "redd.it", "redditmedia.com"))


def _arxiv(told: Told, one: RawEntry) -> Told | None:
    """A new version of a paper is no news; the id of a paper has no version, its words no catalogue entry."""
    said = _ARXIV_WORDS.match(told.words)
    tail = _ARXIV_TAIL.search(told.title)
    kind = one.kind.lower() or (said[1].lower() if said else "")
    if kind in _ARXIV_REVISIONS or (tail is not None and tail[1]):
        return None
    version = _ARXIV_ID.fullmatch(told.id)
    return replace(
        told,
        id=told.id[: version.start(1)] if version else told.id,
        title=(told.title[: tail.start()] if tail else "") or told.title,
        words=told.words[said.end() :] if said else told.words,
    )


def _youtube(told: Told, _: RawEntry) -> Told:
    """Players and bare ids lead to the page of the video."""
    video = (_PLAYER.match(told.link) if told.link else None) or _VIDEO_ID.fullmatch("" if told.link else told.id)
    return replace(told, link=f"https://www.youtube.com/watch?v={video[1]}") if video else told


def _google_news(told: Told, _: RawEntry) -> Told:
    """Headlines end in the source's name, which the words repeat; those list links and are no text."""
    link = encoded_address(told.link)
    told, words = replace(told, link=link if _is_address(link) else told.link, words=""), told.words
    title, source = told.title, ""
    # A source may have a dash in its own name.
    for _dash in range(3):
        title, dash, last = title.rpartition(" - ")
        source = f"{last} - {source}" if source else last
        if not dash:
            break
        if title and words.startswith(f"{title} {source}"):
            return replace(told, title=title)
    return told


def encoded_address(link: str) -> str:
    """What the name of an article of Google News holds: its address, or in newer names a sign of none; "" elsewhere."""
    article = _NEWS_ARTICLE.match(link)
    try:
        data = urlsafe_b64decode(article[1] + "=" * (-len(article[1]) % 4)) if article else b""
    except (binascii.Error, ValueError):
        return ""
    if not data.startswith(_NEWS_ADDRESS):
        return ""
    length, at = data[3], 4
    if length >= 0x80:
        length, at = (length & 0x7F) | data[4] << 7, 5
    return data[at : at + length].decode("ascii", "ignore")


def _github(told: Told, _: RawEntry) -> Told:
    """A release called by its number gets the name of what is released; a commit's words begin below its headline."""
    if release := _RELEASE.match(told.link):
        bare = all(_VERSION.fullmatch(word) for word in told.title.split())
        return replace(told, title=f"{release[1]} {told.title}") if bare else told
    if _COMMIT.match(told.link):
        return replace(told, words=_TRAILER.sub("", told.words.removeprefix(told.title)).strip())
    return told


def _medium(told: Told, _: RawEntry) -> Told:
    """Full texts end by saying where they stood first."""
    at = told.words.rfind(f"{told.title} was originally published in ")
    return replace(told, words=told.words[:at].strip()) if at >= 0 else told


_Undone = Callable[[Told, RawEntry], Told | None]
_BY_HOST: dict[str, _Undone] = {
    "reddit.com": _reddit,
    "old.reddit.com": _reddit,
    "new.reddit.com": _reddit,
    "arxiv.org": _arxiv,
    "export.arxiv.org": _arxiv,
    "youtube.com": _youtube,
    "youtube-nocookie.com": _youtube,
    "news.google.com": _google_news,
    "github.com": _github,
}
_BY_ID: dict[str, _Undone] = {
    "https://medium.com/p/": _medium,
    "yt:video:": _youtube,
    "oai:arXiv.org:": _arxiv,
}
_SIGNS = tuple(_BY_ID)
