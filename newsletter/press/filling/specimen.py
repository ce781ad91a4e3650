"""Made-up issues with one of everything that a template can show: what templates are tried on. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from newsletter.model.issue import (
    Credit,
    Explainer,
    Image,
    Issue,
    PrintedStory,
    PrintedTake,
    Reference,
    Sibling,
    TermLink,
    ToldCorrection,
    Wording,
)
from newsletter.model.theme import Logo, Theme
from newsletter.model.week import Week

_WEEK = Week(2024, 23)
_SITE = "https://pulse.example.com"
_BODY = """## Introduction

A model is a list of numbers, and [the notes](notes.html) say how long it is.

![Two boxes and an arrow](images/flow.png)

## Counting

1. Count what was found.
    - Then what was missed.

| | found | missed |
|---|--:|--:|
| cats | 40 | 10 |

```python
recall = 40 / (40 + 10)
```

> Whoever counts, decides.

## Conclusion

Start small.
"""
_WORDING = Wording(
    name="Tech Pulse",
    tagline="The week, read together",
    base_url=_SITE,
    pulse_intro="What we make of the week.",
    postal_address="Tech Pulse, 1 Harbour Lane, Exampleton",
)


def specimens() -> tuple[Issue, ...]:
    """A full issue, the same in Arabic, and one that holds next to nothing."""
    full = _full()
    return full, _in_arabic(full), _bare()


def _full() -> Issue:
    earlier = Reference(week=_WEEK.after(-1), title="Week #22 2024 - Vectors", link=f"{_SITE}/issues/2024-W22/")
    correction = ToldCorrection(reference=earlier, day=date(2024, 6, 4), text="It was a **Tuesday**.")
    apart = (_take("Dika", "On another note."), replace(_take("Rani", "Still true."), about=earlier))
    return Issue(
        week=_WEEK,
        number=12,
        title="Week #23 2024 - Open-Weight Models",
        subject="Week #23 2024 - Open-Weight Models",
        topic="Open-Weight Models",
        date=date(2024, 6, 7),
        wording=_WORDING,
        preheader="Numbers you may download.",
        intro="A short week, with one [long read](https://news.example.com/long).",
        explainer=_explainer(),
        stories=(_story(), _story_of_a_take()),
        apart=apart,
        headlines=(replace(_story(), id="plain", takes=(), summary="", also_covered=()),),
        previous=earlier,
        corrections=(correction,),
        terms=(TermLink(term="model", link=f"{_SITE}/issues/2024-W20/", title="Models (2024-W20)"),),
        images=(
            Image(
                typed="images/flow.png",
                path="issues/2024-W23/images/flow.png",
                name="images/flow.png",
                width=1200,
                height=600,
                sha256="0" * 64,
            ),
        ),
        theme=Theme(logo=Logo(path="images/logo.png", name="logo.png", width=120, height=40, sha256="0" * 64)),
    )


def _explainer() -> Explainer:
    return Explainer(
        path="issues/explainers/open-weights.md",
        title="Open-Weight Models",
        subtitle="What fits on a laptop",
        body=_BODY,
        tldr="- Numbers you may **download**.\n- And keep.",
        author="Rani",
        level="Beginner",
        tags=("models",),
        aliases=("open weights",),
        series="Models",
        part="2",
        sources=(f"{_SITE}/notes",),
        base_url=f"{_SITE}/e/",
    )


def _story() -> PrintedStory:
    sibling = Sibling(id="twins", headline="Twins in court", link="https://news.example.com/twins", source="Byteline")
    return PrintedStory(
        id="deepfakes",
        headline="Deepfakes attend meetings",
        link="https://news.example.com/deepfakes",
        source="Byteline",
        published=date(2024, 6, 3),
        summary="A founder imagines a twin in every meeting.",
        also_covered=(Credit(source="Coastwire", link="https://coast.example.com/1"), Credit(source="Lab Notes")),
        takes=(
            _take("Yoga", "I would send mine to *status* meetings first."),
            _take("Dika", 'They say "the bot has it".\n\n- Nobody came.\n- `exit 0`'),
        ),
        thread=(sibling, replace(sibling, id="more", link="", source="")),
    )


def _story_of_a_take() -> PrintedStory:
    words = "اجتماعات بلا بشر"
    return PrintedStory(id="own", headline=words, link="", language="ar", takes=(_take("Rani", words, language="ar"),))


def _take(author: str, text: str, *, language: str = "") -> PrintedTake:
    link = f"https://{author.lower()}.example.com/"
    return PrintedTake(author=author, author_link=link, member=author.lower(), text=text, language=language)


def _in_arabic(full: Issue) -> Issue:
    topic = full.explainer
    assert topic is not None
    words = "نماذج مفتوحة الأوزان"
    return replace(
        full,
        title=words,
        subject=words,
        topic=words,
        wording=replace(full.wording, language="ar"),
        explainer=replace(topic, title=words, subtitle="", tldr=words, series="", sources=(), base_url=""),
    )


def _bare() -> Issue:
    """Without a site, an explainer, a take, an earlier issue."""
    return Issue(
        week=Week(2024, 22),
        number=1,
        title="Week #22 2024",
        subject="Week #22 2024",
        topic="",
        date=date(2024, 5, 31),
        wording=Wording(name="Tech Pulse"),
        headlines=(PrintedStory(id="one", headline="One headline", link=""),),
    )
