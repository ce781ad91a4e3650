"""What memory keeps of an issue besides its stories and takes."""

from __future__ import annotations

from datetime import date

from newsletter.files.record import printed_of
from newsletter.model.issue import Explainer, Issue, PrintedStory, Sibling, Wording
from newsletter.model.week import Week

SIBLING = Sibling(id="b", headline="A sibling", link="https://b.example/1", addresses=("https://b.example/2",))
ISSUE = Issue(
    week=Week(2024, 23),
    number=7,
    title="Week #23",
    subject="A subject of its own",
    topic="Weights",
    date=date(2024, 6, 7),
    wording=Wording(name="Tech Pulse"),
    intro="A word before.",
    explainer=Explainer(
        path="issues/explainers/w.md", title="Weights", body="What they are.", tldr="They are numbers."
    ),
    stories=(PrintedStory(id="a", headline="Told", link="https://a.example/1", titles=("Told otherwise", "Retold")),),
    headlines=(PrintedStory(id="c", headline="Leads", link="https://c.example/1", thread=(SIBLING,)),),
)


def test_memory_holds_every_headline_that_a_story_had() -> None:
    assert printed_of(ISSUE).also_called == (("Told otherwise", "Told"), ("Retold", "Told"))


def test_a_line_of_a_thread_is_a_printed_story_with_its_addresses() -> None:
    assert printed_of(ISSUE).stories == (
        ("Told", ("https://a.example/1",)),
        ("Leads", ("https://c.example/1",)),
        ("A sibling", ("https://b.example/1", "https://b.example/2")),
    )


def test_memory_holds_the_words_that_are_copied_forward() -> None:
    printed = printed_of(ISSUE)

    assert (printed.intro, printed.tldr, printed.subject) == (
        "A word before.",
        "They are numbers.",
        "A subject of its own",
    )
