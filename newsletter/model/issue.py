"""One week's newsletter: what people filed for it, what is printed, and its record. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from newsletter.model.audience import Variant
from newsletter.model.fates import Continued, Fate
from newsletter.model.news import NearMiss, News, Ranked, Story
from newsletter.model.remarks import Remark
from newsletter.model.theme import HOUSE, Theme
from newsletter.model.week import Week

# What people file --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A team member's comment on a story, as filed."""

    #: Relative to the workspace, forward slashes; `line` is where this take starts in it.
    path: str
    line: int
    #: As typed, or read off the file's or folder's name; "" if neither tells.
    author: str
    #: What names the story, as typed: "#id", an address, or words of its headline; "" if nothing does.
    ref: str
    #: The line that `ref` stands on; 0 if none.
    ref_line: int = 0
    #: For a story that no feed carries; "" if not given.
    headline: str = ""
    link: str = ""
    #: Markdown as typed, NFC, without quotation marks around the whole; never empty.
    text: str
    #: SHA-256 of the whole file as it lies on disk, hexadecimal.
    sha256: str
    tags: tuple[str, ...] = ()
    #: To the chief editor; never printed.
    note: str = ""
    #: Printed although the same text was printed before.
    again: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """The featured topic, as filed or as printed."""

    path: str
    title: str
    #: Markdown as typed, without the first-level heading and without the TL;DR; never empty.
    body: str
    subtitle: str = ""
    #: Markdown; "" if none.
    tldr: str = ""
    author: str = ""
    level: str = ""
    tags: tuple[str, ...] = ()
    #: Terms that it explains, besides its title.
    aliases: tuple[str, ...] = ()
    #: Of several on one topic: the name of the series, and which part this is.
    series: str = ""
    part: str = ""
    sources: tuple[str, ...] = ()
    #: What relative addresses in the body are relative to; "" if they are not to be resolved.
    base_url: str = ""
    language: str = ""
    #: May be used in an issue that does not name it.
    ready: bool = False
    week: Week | None = None
    sha256: str = ""
    #: The line of the file on which `body` begins.
    body_line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What issue.toml says. Stories are named as in a take: "#id", address, or headline."""

    path: str
    #: SHA-256 of the file; "" if there is none.
    sha256: str = ""
    explainer: str = ""
    subject: str = ""
    preheader: str = ""
    intro: str = ""
    pin: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    retitle: Mapping[str, str] = field(default_factory=dict)
    #: Stories that are one; the first of each group leads.
    merge: tuple[tuple[str, ...], ...] = ()
    #: Entries, by address or headline, that are stories of their own; a "#id" parts all that its story holds.
    split: tuple[str, ...] = ()
    #: Terms that are not linked to their explainer in this issue.
    unlinked: tuple[str, ...] = ()
    #: The sample week of the repository: never in the owner's archive, memory or windows.
    sample: bool = False
    #: Line of each key, for remarks.
    lines: Mapping[str, int] = field(default_factory=dict)


# What is printed -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another issue: its week, its title, its address ("" if it has none)."""

    week: Week
    title: str
    link: str = ""
    #: As `Issue.slug`.
    slug: str = ""

    @property
    def place(self) -> str:
        """Its folder in the archive."""
        return self.slug or str(self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTake:
    """A take as printed. `text` is Markdown; the marks around it are the template's."""

    author: str
    #: The member's page; "" if none.
    author_link: str = ""
    member: str
    text: str
    language: str = ""
    tags: tuple[str, ...] = ()
    #: Where it was filed, for the record.
    path: str = ""
    #: The earlier issue that printed its story; None for a take on this week's news.
    about: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One publisher's telling of a story: the source's name and the address of its entry ("" if none)."""

    source: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A story of the same thread, printed as one line below its leading story."""

    id: str
    headline: str
    link: str
    source: str = ""
    language: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLink:
    """A term that a past explainer explains: its first mention in the issue leads there."""

    #: As the explainer writes it.
    term: str
    #: The explainer's page in the archive.
    link: str
    #: The explainer's topic and week, for the link's title.
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedStory:
    """A story as printed. `link` is "" only for a headline that nobody linked."""

    id: str
    headline: str
    link: str
    #: The lead's name; "" for a story that only a take tells.
    source: str = ""
    #: In the publication's zone; None if not known.
    published: date | None = None
    summary: str = ""
    language: str = ""
    also_covered: tuple[Credit, ...] = ()
    takes: tuple[PrintedTake, ...] = ()
    #: Every address that told it, as published, for memory; the printed one first.
    addresses: tuple[str, ...] = ()
    #: Every other headline that it had, for memory.
    titles: tuple[str, ...] = ()
    #: Other stories of the same thread, best first, each with its own headline.
    thread: tuple[Sibling, ...] = ()
    #: Feed ids and entry ids that told it, for the record.
    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The publication's fixed words, as printed in one issue."""

    name: str
    tagline: str = ""
    language: str = "en"
    #: Without a final slash; "" if the publication has no site.
    base_url: str = ""
    news_heading: str = "Tech News"
    pulse_heading: str = "Current Tech Pulse: Our Team's Take:"
    pulse_intro: str = ""
    apart_heading: str = "Also from the team"
    headlines_heading: str = "Also in the news"
    postal_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCorrection:
    """A correction of an earlier issue, as a later one tells it."""

    reference: Reference
    day: date
    #: Markdown.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the workspace that the explainer shows."""

    #: The address as it stands in the text.
    typed: str
    #: The file, relative to the workspace, forward slashes.
    path: str
    #: In the archive, relative to the issue's page: "images/flow.png".
    name: str
    #: Pixels.
    width: int
    height: int
    #: Of the file, hexadecimal.
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One week's newsletter, complete: everything a rendition shows, and nothing that depends on when it is made."""

    week: Week
    #: Running number; counts issues sent.
    number: int
    title: str
    subject: str
    #: The explainer's title; "" if there is none.
    topic: str
    date: date
    wording: Wording
    preheader: str = ""
    #: Markdown; "" if none.
    intro: str = ""
    explainer: Explainer | None = None
    #: Stories with takes, in printed order.
    stories: tuple[PrintedStory, ...] = ()
    #: Takes that name no story that can be told.
    apart: tuple[PrintedTake, ...] = ()
    #: Headlines without takes.
    headlines: tuple[PrintedStory, ...] = ()
    previous: Reference | None = None
    #: What earlier issues got wrong, told at the foot; oldest first.
    corrections: tuple[ToldCorrection, ...] = ()
    #: Terms that past explainers explain and this issue may link, longest first.
    terms: tuple[TermLink, ...] = ()
    #: Pictures of the explainer that lie in the workspace.
    images: tuple[Image, ...] = ()
    theme: Theme = HOUSE
    #: The cuts in which it goes out; the first is that of whoever chose none of them.
    variants: tuple[Variant, ...] = ("full",)
    #: Of an issue that was printed before this program was there: its folder in the archive; "" means the week.
    slug: str = ""
    #: What it was read from: a path as the importer was given it; "" for an issue made here.
    imported: str = ""
    #: Names and versions of what rendered it, so that a later rebuild can tell why bytes differ.
    renderer: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Its folder in the archive; no two issues share one."""
        return self.slug or str(self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renditions:
    """One variant of an issue in each form. The e-mail parts hold the marks that each letter fills in."""

    markdown: str
    email_html: str
    email_text: str
    page: str
    variant: Variant = "full"
    #: What the HTML part holds in part only, and the page whole, each in words: it would have been too large.
    shortened: tuple[str, ...] = ()


# How it came to be ---------------------------------------------------------------------------------

Outcome = Literal["attached", "own", "apart", "held"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a take stands, or why it does not."""

    take: Take
    outcome: Outcome
    #: The story's id; "" unless attached or own.
    story: str = ""
    #: Why held, in words; "" otherwise.
    reason: str = ""
    #: Ids of the stories it may have meant, likeliest first.
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What memory keeps of an earlier issue: it must not be printed again as new."""

    reference: Reference
    number: int
    topic: str
    #: Other names of what it explained.
    aliases: tuple[str, ...] = ()
    subtitle: str = ""
    #: Every address of every story, as published, with its headline.
    stories: tuple[tuple[str, tuple[str, ...]], ...] = ()
    #: The other headlines of the stories, each with the one it was printed under.
    also_called: tuple[tuple[str, str], ...] = ()
    #: Every take as printed: author, text, headline it stood under ("" if apart).
    takes: tuple[tuple[str, str, str], ...] = ()
    explainer_path: str = ""
    #: The chief editor's words, the TL;DR and the subject; each "" if there was none.
    intro: str = ""
    tldr: str = ""
    subject: str = ""
    #: Printed before this program was there: it has no running number of ours.
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A composed issue with all that an editor should know.

    `ranked` holds every story as the wishes left it: those the week proposes, best first, then those that only a take
    brings in. `own` are stories that only a take tells.
    """

    issue: Issue
    placements: tuple[Placement, ...]
    ranked: tuple[Ranked, ...]
    own: tuple[Story, ...]
    #: What must be kept so that this issue can be composed again: stories printed, candidates of held takes, and the
    #: counts and resolved links that they were weighed with.
    kept: News
    remarks: tuple[Remark, ...]
    #: What became of each story that the wire brought, by id, and why.
    fates: Mapping[str, Fate] = field(default_factory=dict)
    #: Stories that may continue one of an earlier issue, best first.
    continued: tuple[Continued, ...] = ()
    #: Pairs of stories that may be one, likeliest first.
    near: tuple[NearMiss, ...] = ()
    #: Whether there is enough to send, by the rules of newsletter.toml; the reasons if not.
    held: tuple[str, ...] = ()
