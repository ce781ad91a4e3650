"""Which terms past explainers explain, and which nobody did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from newsletter.desk.terms import in_use, term_links, unexplained
from newsletter.model.issue import Issue, Printed, PrintedStory, PrintedTake, Reference, Wording
from newsletter.model.week import Week
from tests.desk.builders import make_explainer, make_printed


def explained(topic: str, *aliases: str, week: int = 10, link: str | None = None) -> Printed:
    page = f"https://pulse.example.com/issues/2024-W{week}/" if link is None else link
    reference = Reference(week=Week(2024, week), title=f"Week #{week} 2024 - {topic}", link=page)
    return make_printed(reference=reference, topic=topic, aliases=aliases)


def names(*memory: Printed, own: Sequence[str] = (), unlinked: Sequence[str] = ()) -> list[str]:
    return [link.term for link in term_links(memory, own=own, unlinked=unlinked)]


def make_issue(intro: str = "", **changes: Any) -> Issue:
    given: dict[str, Any] = {
        "week": Week(2024, 23), "number": 1, "title": "", "subject": "", "topic": "", "date": date(2024, 6, 7),
        "wording": Wording(name="Tech Pulse"), "intro": intro,
    }  # fmt: skip
    return Issue(**given | changes)


def test_topic_and_other_names_lead_to_the_page_longest_first() -> None:
    made = term_links([explained("Mixture of Experts", "MoE", "sparse models")], own=(), unlinked=())

    assert [link.term for link in made] == ["Mixture of Experts", "sparse models", "MoE"]
    assert {link.link for link in made} == {"https://pulse.example.com/issues/2024-W10/"}
    assert {link.title for link in made} == {"Mixture of Experts, Week #10 2024"}


def test_terms_of_one_length_stand_by_the_alphabet_whatever_issue_explained_them() -> None:
    assert names(explained("MCP", week=3), explained("DPO", week=4), explained("RAG", week=5)) == ["DPO", "MCP", "RAG"]


def test_the_newest_explainer_of_a_term_wins() -> None:
    made = term_links([explained("AI Agents", week=3), explained("AI agent", week=9)], own=(), unlinked=())

    assert [(link.term, link.link) for link in made] == [("AI agent", "https://pulse.example.com/issues/2024-W9/")]


def test_a_publication_without_a_site_links_no_term() -> None:
    assert names(explained("RAG", link="")) == []


def test_what_this_issue_explains_is_not_linked_away() -> None:
    memory = (explained("Vector Databases"), explained("RAG", "retrieval-augmented generation"))

    assert names(*memory, own=["Understanding vector databases", "rag"]) == ["retrieval-augmented generation"]


@pytest.mark.parametrize("typed", ["vector databases", "Vector-Database", " VECTOR DATABASE "])
def test_a_veto_takes_the_term_it_names_in_any_form_and_no_other(typed: str) -> None:
    memory = (explained("Vector Databases", "vector stores", "databases"),)

    assert names(*memory, unlinked=[typed]) == ["vector stores", "databases"]


@pytest.mark.parametrize(
    ("topic", "core"),
    [
        ("Understanding Open-Weight AI Models", ["Open-Weight AI Models"]),
        ("An Introduction to Federated Learning", ["Federated Learning"]),
        ("What Is a Vector Database?", ["Vector Database"]),
        ("A Beginner's Guide to Prompt Injection", ["Prompt Injection"]),
        ("Understanding the Basics of Prompt Injection", ["Prompt Injection"]),
        ("What is RAG?", ["RAG"]),
        ("Introduction to Mixture of Experts (MoE)", ["Mixture of Experts", "MoE"]),
        ("Neural Radiance Fields (NeRFs)", ["Neural Radiance Fields", "NeRFs"]),
        ("Understanding Attention", []),
        ("How Quantization Shrinks a Model", []),
        ("Fine-Tuning Open-Weight Models", []),
        ("Small Models (again)", []),
        ("Whatever Understanding Means", []),
    ],
)
def test_a_title_lends_its_core_and_nothing_looser(topic: str, core: list[str]) -> None:
    assert names(explained(topic)) == [topic, *core]


@pytest.mark.parametrize("name", ["Go", "R", "what", "To Be", "", "!"])
def test_everyday_words_are_no_terms(name: str) -> None:
    assert names(explained(name)) == []


def test_words_with_a_sign_of_their_own_are_told_apart() -> None:
    assert names(explained("C++"), explained("C#"), unlinked=["C#"]) == ["C++"]


def test_only_terms_that_the_issue_may_mention_are_kept_with_it() -> None:
    terms = term_links([explained("Open-Weight Models", "RAG", "policies")], own=(), unlinked=())

    kept = in_use(terms, make_issue("One open weight model, one policy."))

    assert [term.term for term in kept] == ["Open-Weight Models", "policies"]


def test_acronyms_and_technical_names_that_nobody_explained_are_named_most_used_first() -> None:
    issue = make_issue("LoRA, then MCP.", explainer=make_explainer(body="MCPs and an H100. MCP again, RLHF-based."))

    assert unexplained(issue, [], topics=()) == ("MCP", "LoRA", "H100", "RLHF")


def test_takes_are_looked_at_and_headlines_from_feeds_are_not() -> None:
    take = PrintedTake(author="Yoga", member="yoga", text="I like SFT.")
    story = PrintedStory(id="a", headline="DPO arrives", link="", summary="DPO", takes=(take,))
    apart = PrintedTake(author="Dika", member="dika", text="And GRPO.")

    assert unexplained(make_issue(stories=(story,), apart=(apart,)), [], topics=()) == ("SFT", "GRPO")


@pytest.mark.parametrize(
    "text",
    [
        "The CEO of OpenAI met the US on AI and the API as PDF.",
        "retrieval-augmented generation (RAG) and then RAG",
        "RAG (retrieval-augmented generation) and then RAG",
        "neural radiance fields (NeRFs)",
        "RAG, short for retrieval-augmented generation",
        "`RAG` and https://a.example/RAG and [x](https://a.example/ROPE) and me@RAG.example",
        "```\nRAG\n```",
        "We did NOT do that. Not at all, not once.",
        "LeCun and McCarthy spoke",
        "AT&T and Node.JS",
        "GPT, as always",
        "YoGa and Tech PULSE",
    ],
)
def test_what_needs_no_explaining_is_not_named(text: str) -> None:
    take = PrintedTake(author="YoGa", member="yoga", text=text)
    issue = make_issue(apart=(take,), wording=Wording(name="Tech PULSE"))

    assert unexplained(issue, [], topics=["GPT"]) == ()


def test_a_bracket_that_is_no_explanation_explains_nothing() -> None:
    assert unexplained(make_issue("The usual suspects (RAG) came late."), [], topics=()) == ("RAG",)
    assert unexplained(make_issue("RAG (see below) came."), [], topics=()) == ("RAG",)


def test_a_bracket_after_the_first_use_comes_too_late() -> None:
    text = "RAG it is. Later: retrieval-augmented generation (RAG)."

    assert unexplained(make_issue(text), [], topics=()) == ("RAG",)


def test_past_explainers_and_this_one_explain() -> None:
    issue = make_issue("RAG, MoE and SFT", explainer=make_explainer(title="How MoE Works"))

    assert unexplained(issue, [explained("Retrieval", "RAG")], topics=()) == ("SFT",)


def test_at_most_ten_are_named() -> None:
    issue = make_issue(" ".join(f"X{letter}Q" for letter in "ABCDEFGHIJKLMN"))

    assert len(unexplained(issue, [], topics=())) == 10
