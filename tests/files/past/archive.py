"""An archive of old issues as real ones are: eras with habits of their own, every slip in it, and the truth beside.

Everything is made of a seed: people, hosts and stories are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

TEAM = ("Yoga", "Dika", "Firman", "Rani")
FORMER = ("Brigita Adams", "Rizqun van Dijk", "O'Neill", "Zoë")

_SUBJECTS = (
    "Quillon", "Marrow", "Tindra", "Halvard", "Osprey", "Brontide", "Cassel", "Ferrule", "Larkspur", "Vantir",
    "Wexford", "Yarrow", "Ondine", "Pellucid", "Sorrel", "Grommet",
)  # fmt: skip
_DEEDS = (
    "opens its weights to everyone", "cuts prices for small teams", "ships a tiny vision model",
    "promises watermarks on pictures", "moves inference to phones", "publishes an audit of its training data",
    "hires the author of a famous paper", "says its robot can fold laundry", "explains: how we test, and why",
    "is sued over scraped recipes", "turns ten, and retires its first model", '"never again" after an outage',
)  # fmt: skip
_SAID = (
    "I tried {0} on our oldest repository and it found the dead branch before I did.",
    "What {0} does not say is who pays when the answer is wrong, and we should ask.",
    "We could use {0} tomorrow: the licence allows it and the price is fair.",
    "My worry with {0} is the lock-in, since every export ends in a picture.",
    "For a team of our size {0} is a toy, and toys are how good habits start.",
)
_MORE = (
    "A colleague called it {o}progress{c}, and I am not sure that he meant it kindly.",
    "Let us look at it again in a year.",
    "The demo took four minutes; the waiting list takes four weeks.",
    "If {0} keeps this promise I owe the desk a cake.",
)
_TOPICS = (
    "Federated Learning", "Mixture of Experts", "Vector Databases", "Prompt Caching", "Small Language Models",
    "Retrieval: When to Search", "Speech Synthesis", "Model Cards & Licences", "Distillation", "Edge Inference",
    "Synthetic Data", "Graph Networks", "Evaluation by Hand", "Attention, Briefly", "Tokenizers", "Guardrails",
)  # fmt: skip
_SENTENCES = (
    "The idea is older than the name, which helps when somebody sells it as new.",
    "Each part learns a little, and a small program decides whom to ask.",
    "Nothing of this works without measuring on your own tasks first.",
    "The cost lies in the memory, not in the sums, as so often.",
    "Two teams may read the same number and draw opposite conclusions.",
    "Keep the file next to its licence, with the date on which you tested it.",
)


@dataclass
class TrueStory:
    headline: str
    #: As printed; "" if nobody linked it.
    link: str
    #: Author and words of each take.
    takes: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Truth:
    """One issue as it was meant."""

    name: str
    text: str
    raw: bytes
    title: str
    day: date
    number: int
    topic: str
    tldr: str
    #: Sentences that the explainer's body has to hold, none of the news.
    body: list[str]
    stories: list[TrueStory]
    apart: list[tuple[str, str]]


@dataclass
class _Era:
    """What an issue looks like."""

    title: str
    front: str
    heading: str
    tldr: str
    parts: str
    news: str
    pulse: str
    fixed: bool
    headline: str
    name: str
    marks: tuple[str, str]
    inner: tuple[str, str]
    slips: tuple[str, ...]


_TITLES = (
    "Week #{week} {year} - {topic}", "Week #{week} {year} – {topic}", "Week #{week} {year}: {topic}",
    "AI Insider #{number} {year} - {topic}", "AI Insider #{number} {year} – {topic}", "Week #{week} {year}",
)  # fmt: skip
_NEWS = (
    "## Tech News",
    "**Tech News**",
    "# Tech News",
    "### Tech News:",
    "Tech News",
    "## Tec News",
    "<h2>Tech News</h2>",
)
_PULSE = (
    "### Current Tech Pulse: Our Team's Take:", "**Current Tech Pulse: Our Team’s Take:**",
    "## Current Tech Puls: Our Teams Take", "Current Tech Pulse: Our Team's Take:", "#### Our Team's Take", "",
)  # fmt: skip
_FIXED = "We build software all week, and these are the stories that we kept talking about."
_HEADLINES = (
    "h2-link", "italic-link", "icon-link", "emoji-link", "bold", "plain", "url", "numbered", "list", "heading",
    "bold-link", "html-link", "tracker", "url-below", "target", "reference",
)  # fmt: skip
_NAMES = ("plain", "link", "bold", "bold-colon", "own-line", "own-line-link", "html", "bold-link")
_MARKS = (("“", "”"), ('"', '"'), ("„", "“"), ("«", "»"), ("”", "”"), ("「", "」"))
_INNER = (("“", "”"), ("‘", "’"), ('"', '"'), ("«", "»"))
_SLIPS = (
    "unclosed", "paragraphs", "two-takes", "no-headline", "crlf", "bom", "nbsp", "zero-width", "latin-1", "liquid",
    "broken-list", "setext", "tail", "leftover", "colon-title", "html", "comment", "no-date", "include", "entities",
    "date-differs", "rules", "greeting", "code",
)  # fmt: skip


def archive(seed: int = 6, issues: int = 200) -> Iterator[Truth]:
    """So many issues, oldest first: an era changes its habits now and then, and every issue has slips of its own."""
    dice = Random(seed)
    day, era = date(2021, 12, 31), _era(dice)
    for at in range(issues):
        day += timedelta(days=dice.choice((7, 7, 7, 7, 7, 7, 14, 3, 0, 90 if at % 40 == 39 else 7)))
        if at % 4 == 0:
            era = _era(dice)
        yield _Press(dice, era, at, day).issue()


def _era(dice: Random) -> _Era:
    marks = dice.choice(_MARKS)
    inner = dice.choice([pair for pair in _INNER if pair != marks or marks == ("“", "”")])
    return _Era(
        title=dice.choice(_TITLES),
        front=dice.choice(("quoted", "quoted", "plain", "single", "none")),
        heading=dice.choice(("# {}", "## {}", "**{}**", "", "<h1>{}</h1>")),
        tldr=dice.choice(("**TL;DR:** {}", "TL;DR: {}", "## TL;DR\n\n{}", "TLDR - {}", "**TL;DR**\n\n{}", "")),
        parts=dice.choice(("## {}", "### {}", "**{}**", "{}\n-------")),
        news=dice.choice(_NEWS),
        pulse=dice.choice(_PULSE),
        fixed=dice.random() < 0.7,
        headline=dice.choice(_HEADLINES),
        name=dice.choice(_NAMES),
        marks=marks,
        inner=inner,
        slips=tuple(slip for slip in _SLIPS if dice.random() < 0.12),
    )


class _Press:
    def __init__(self, dice: Random, era: _Era, at: int, day: date) -> None:
        self.dice, self.era, self.at, self.day = dice, era, at, day
        slips = set(era.slips) | {slip for slip in _SLIPS if dice.random() < 0.04}
        if era.front == "none":
            slips.discard("colon-title")
        if "latin-1" in slips:
            slips -= {"bom", "zero-width"}
        self.slips = slips
        self.references: list[str] = []

    def issue(self) -> Truth:
        dice, era, day = self.dice, self.era, self.day
        topic = _TOPICS[self.at % len(_TOPICS)] + ("" if self.at < len(_TOPICS) else f" {self.at // len(_TOPICS) + 1}")
        week = day.isocalendar()[1] + (1 if dice.random() < 0.1 else 0)
        title = era.title.format(week=week, year=day.year, number=self.at + 1, topic=topic)
        explained = dice.random() < 0.95
        in_title = topic in title
        self.latin = "latin-1" in self.slips
        tldr = dice.choice(_SENTENCES) + " " + dice.choice(_SENTENCES) if era.tldr and explained else ""
        body, sentences = self._body() if explained else ("", [])
        stories, apart, news = self._news()
        parts = [self._front(title)]
        if era.front == "none":
            parts.append(f"# {title}")
        heading = "" if not explained else era.heading.format(topic) if era.heading else ""
        if not in_title and explained and not heading:
            heading = f"# {topic}"
        parts.append(heading)
        if "leftover" in self.slips and explained and tldr and in_title:
            parts.append("Many-Shot Learning what to know")
        if "greeting" in self.slips and tldr:
            parts.append("Hello everyone, thank you for reading us this week.")
        parts += [era.tldr.format(tldr) if tldr else "", body]
        if "tail" in self.slips and explained:
            parts.append("Previous:Navigating Caregiving Challeng\n\nIntermediate\n\nLLMs")
        parts += [era.news, era.pulse, f"*{_FIXED}*" if era.fixed else "", news]
        if "tail" in self.slips and not explained:
            parts.append("Next:A look at what comes\n\nShare")
        if self.references:
            parts.append("\n".join(self.references))
        text = "\n\n".join(part for part in parts if part) + "\n"
        name, raw = self._name(), self._raw(text)
        return Truth(
            name=name,
            text=text,
            raw=raw,
            title=title,
            day=day,
            number=week if "Week" in title else self.at + 1,
            topic=topic if in_title or explained else "",
            tldr=tldr if explained else "",
            body=sentences,
            stories=stories,
            apart=apart,
        )

    # The file --------------------------------------------------------------------------------------

    def _name(self) -> str:
        day = self.day + timedelta(days=1) if "date-differs" in self.slips and self.era.front != "none" else self.day
        return f"{day}-issue{self.at}-{self.day.year}.{'markdown' if self.at % 7 == 3 else 'md'}"

    def _front(self, title: str) -> str:
        kind = self.era.front
        if kind == "none":
            return ""
        typed = {"quoted": f'"{title}"', "single": "'" + title.replace("'", "''") + "'", "plain": title}[kind]
        if "colon-title" in self.slips and kind == "plain":
            typed = title
        at = (
            "" if "no-date" in self.slips and "date-differs" not in self.slips else f"\ndate: {self.day} 20:00:00 +0700"
        )
        return f"---\nlayout: post\ntitle: {typed}{at}\n---"

    def _raw(self, text: str) -> bytes:
        if "nbsp" in self.slips:
            text = text.replace(": ", ":\u00a0")
        if "zero-width" in self.slips:
            text = text.replace(" and ", " \u200band ")
        if "crlf" in self.slips:
            text = text.replace("\n", "\r\n")
        if self.latin:
            try:
                return text.encode("cp1252")
            except UnicodeEncodeError:
                pass
        return (b"\xef\xbb\xbf" if "bom" in self.slips else b"") + text.encode()

    # The explainer ---------------------------------------------------------------------------------

    def _body(self) -> tuple[str, list[str]]:
        dice, era = self.dice, self.era
        out, kept = [], []
        for name in ("Introduction", "How It Works", "Conclusion"):
            first, second = dice.sample(_SENTENCES, 2)
            out += [era.parts.format(name), first]
            kept += [first, second]
            if name == "How It Works":
                if "broken-list" in self.slips:
                    out.append(f"-\n**Parts:** {second}\n-\n**Rest:** Ask whoever built it.")
                elif "setext" in self.slips:
                    out.append(f"{second}\n-\n**Rest:** Ask whoever built it.")
                else:
                    out.append(f"- **Parts:** {second}\n- **Rest:** Ask whoever built it.")
                if "code" in self.slips:
                    out.append("```python\n# Tech News\nprint('Yoga: \"no take\"')\n```")
                if "include" in self.slips:
                    out.append('{% include figure.html src="/assets/flow.png" alt="The flow of parts" %}')
                if "comment" in self.slips:
                    out.append("<!-- hidden remark of the writer -->")
                if "html" in self.slips:
                    out.append('<p align="justify">A paragraph in <u>tags</u>.<br></p>')
            else:
                out.append(second)
        return "\n\n".join(out), kept

    # The news --------------------------------------------------------------------------------------

    def _news(self) -> tuple[list[TrueStory], list[tuple[str, str]], str]:
        dice = self.dice
        names = dice.sample(_SUBJECTS, dice.choice((2, 2, 3, 4, 5)))
        stories, apart, out = [], [], []
        for number, subject in enumerate(names, 1):
            deed = dice.choice(_DEEDS)
            headline = f"{subject} {deed}"
            head, link = self._headline(headline, subject, deed, number)
            story = TrueStory(headline if link != headline else link, link)
            if self.era.headline == "url":
                story.headline = link
            out.append(head)
            authors = [dice.choice(TEAM)]
            if "two-takes" in self.slips and number == 1:
                authors.append(next(name for name in TEAM if name not in authors))
            if dice.random() < 0.08:
                authors[0] = dice.choice(FORMER if not self.latin else FORMER[:3])
            for author in authors:
                words, typed = self._take(author, subject, last=number == len(names))
                story.takes.append((author, words))
                out.append(typed)
            if "rules" in self.slips:
                out.append("---")
            stories.append(story)
        if "no-headline" in self.slips:
            other = next(name for name in _SUBJECTS if name not in names)
            author = next(name for name in TEAM if name not in [name for name, _ in stories[-1].takes])
            words, typed = self._take(author, other, last=True)
            apart.append((author, words))
            out.append(typed)
        return stories, apart, "\n\n".join(out)

    def _headline(self, headline: str, subject: str, deed: str, number: int) -> tuple[str, str]:
        slug = f"{subject}-{deed}".lower().replace(" ", "-").replace('"', "").replace(",", "").replace(":", "")
        link = f"https://news{number}.example.com/{self.day.year}/{slug}"
        form = self.era.headline
        if form == "tracker":
            link += "?utm_source=rss&utm_medium=feed"
            return f"*[{headline}]({link})*", link
        if form == "reference":
            self.references.append(f"[s{number}]: {link}")
        if form in ("bold", "plain", "heading"):
            return {"bold": f"**{headline}**", "plain": headline, "heading": f"### {headline}"}[form], ""
        shapes: dict[str, Callable[[], str]] = {
            "h2-link": lambda: f"## [{headline}]({link})",
            "italic-link": lambda: f"*[{headline}]({link})*",
            "icon-link": lambda: f"![icon]({{{{ site.baseurl }}}}/assets/news.png) *[{headline}]({link})*",
            "emoji-link": lambda: f"📰 *[{headline}]({link})*" if not self.latin else f"» *[{headline}]({link})*",
            "url": lambda: link,
            "numbered": lambda: f"{number}. [{headline}]({link})",
            "list": lambda: f"- [{headline}]({link})",
            "bold-link": lambda: f"**[{headline}]({link})**",
            "html-link": lambda: f'<a href="{link}" target="_blank">{headline}</a>',
            "url-below": lambda: f"**{headline}**\n{link}",
            "target": lambda: f'*[{headline}]({link}){{:target="_blank"}}*',
            "reference": lambda: f"### [{headline}][s{number}]",
        }
        return shapes[form](), link

    def _take(self, author: str, subject: str, *, last: bool) -> tuple[str, str]:
        dice, era = self.dice, self.era
        opening, closing = era.marks
        inner = era.inner
        if self.latin:
            opening, closing = ('"', '"') if opening in "„「" else (opening, closing)
        words = dice.choice(_SAID).format(subject)
        more = dice.choice(_MORE).format(subject, o=inner[0], c=inner[1])
        if inner[0] == opening == '"':
            more = _MORE[1]
        both = f"{words} {more}"
        if "paragraphs" in self.slips:
            both = f"{words}\n\n{more}"
        shut = closing
        if "unclosed" in self.slips and "paragraphs" not in self.slips and not last:
            shut = ""
            both = f"{words} {_MORE[1]}"
        typed = f"{opening}{both}{shut}"
        if "entities" in self.slips and (opening, shut) == ("“", "”"):
            typed = f"&ldquo;{both}&rdquo;"
        page = f"https://people.example.com/{author.split()[0].lower().replace(chr(39), '')}"
        indent = "  - " if era.headline == "list" and era.name == "plain" else ""
        shapes = {
            "plain": f"{indent}{author}: {typed}",
            "link": f"[{author}]({page}): {typed}",
            "bold": f"**{author}**: {typed}",
            "bold-colon": f"**{author}:** {typed}",
            "own-line": f"**{author}:**\n\n{typed}",
            "own-line-link": f"[{author}]({page}):\n{typed}",
            "html": f"<b>{author}</b>: {typed}",
            "bold-link": f"**[{author}]({page})**: {typed}",
        }
        return both, shapes[era.name]
