"""The archive put in order: what comes before and after, and what members, sources and terms have in it."""

from __future__ import annotations

import random
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.archive.lists.shelves import around, shelves
from newsletter.archive.lists.slugs import slug_of, unique_slugs
from newsletter.model.issue import Explainer, Issue, PrintedStory, PrintedTake, Sibling, TermLink
from newsletter.model.members import Member
from newsletter.model.shelf import Shelf, Shelves
from newsletter.model.week import Week
from newsletter.press.linking.mentions import known_terms, mentioned
from tests.press.build import make_explainer, make_issue, make_story

YOGA = Member(id="yoga", name="Yoga", link="https://yoga.example.com/", aka=("Yoga F.",))


def make_dated(week: Week, slug: str = "", *, weekday: int = 4, **changes: object) -> Issue:
    given: dict[str, object] = {
        "week": week,
        "date": week.monday + timedelta(days=weekday),
        "title": slug or str(week),
        "slug": slug,
        "imported": slug,
        "explainer": None,
        "stories": (),
    }
    return make_issue(**given | changes)


def take(author: str, member: str = "", text: str = "I would wait.", **more: object) -> PrintedTake:
    return PrintedTake(author=author, member=member, text=text, **more)  # type: ignore[arg-type]


def story(name: str, *takes: PrintedTake, **more: object) -> PrintedStory:
    return make_story(**{"headline": f"About {name}", "id": name, "takes": takes, **more})


def topic(title: str, **more: object) -> Explainer:
    return make_explainer(**{"title": title, "author": "", **more})


def shelved(*issues: Issue, members: tuple[Member, ...] = (), known: bool = False) -> Shelves:
    terms = known_terms(issues) if known else ()
    mentions = {issue.place: mentioned(issue, terms) for issue in issues}
    return shelves(issues, members=members, corrected=(), mentions=mentions)


def one(found: tuple[Shelf, ...], name: str) -> Shelf:
    return next(shelf for shelf in found if shelf.name == name)


def told(shelf: Shelf) -> list[tuple[str, str, int]]:
    """Place, anchor and number of takes of each story."""
    return [(story.reference.place, story.anchor, len(story.takes)) for story in shelf.stories]


# Issues --------------------------------------------------------------------------------------------


def test_two_issues_of_one_week_stand_in_the_order_of_their_days_then_of_their_names() -> None:
    week = Week(2022, 7)
    issues = [
        make_dated(week),
        make_dated(week, "b-post"),
        make_dated(week, "a-post"),
        make_dated(week, "early", weekday=1),
    ]

    found = shelved(*issues)

    assert [issue.reference.place for issue in found.issues] == ["b-post", "a-post", "2022-W07", "early"]


def test_an_issue_knows_those_beside_it_across_months_without_any() -> None:
    issues = [make_dated(Week(2021, 3)), make_dated(Week(2021, 40)), make_dated(Week(2023, 1))]
    found = shelved(*issues)

    here = around(issues[1], found)

    assert here.previous is not None
    assert here.following is not None
    assert (here.previous.place, here.following.place) == ("2021-W03", "2023-W01")
    assert (around(issues[0], found).previous, around(issues[2], found).following) == (None, None)


def test_past_years_are_those_of_the_same_iso_week_newest_first() -> None:
    weeks = [Week(2020, 53), Week(2021, 1), Week(2021, 52), Week(2026, 1), Week(2026, 52), Week(2026, 53)]
    issues = [make_dated(week) for week in weeks] + [make_dated(Week(2021, 1), "a-post", weekday=0)]
    found = shelved(*issues)

    past = {issue.place: [held.place for held in around(issue, found).past_years] for issue in issues}

    assert past == {
        "2020-W53": [],
        "2021-W01": [],
        "a-post": [],
        "2021-W52": [],
        "2026-W01": ["2021-W01", "a-post"],
        "2026-W52": ["2021-W52"],
        "2026-W53": ["2020-W53"],
    }


def test_an_issue_that_the_archive_lacks_stands_nowhere() -> None:
    with pytest.raises(ValueError, match="2024-W23"):
        around(make_issue(), shelved())


def test_the_order_in_which_issues_are_given_changes_nothing() -> None:
    issues = [
        make_dated(Week(2024, n), stories=(story("a", take("Yoga", "yoga"), source=f"Source {n % 3}"),))
        for n in range(1, 9)
    ]
    mixed = issues.copy()
    random.Random(3).shuffle(mixed)

    assert repr(shelved(*mixed)) == repr(shelved(*issues))


def test_an_issue_is_summed_up_by_its_preheader_or_by_what_its_tldr_says() -> None:
    spoken = make_dated(Week(2024, 1), preheader="Said in a line.")
    imported = make_dated(
        Week(2024, 2),
        "x",
        preheader="",
        explainer=topic("T", tldr="- **Numbers** you [may](https://a.example.com) _load_."),
    )

    found = shelved(spoken, imported)

    assert [issue.summary for issue in found.issues] == ["Numbers you may load.", "Said in a line."]


def test_places_are_the_issues_of_the_archive_that_an_issue_links_to() -> None:
    base = "https://pulse.example.com/issues"
    term = TermLink(term="RAG", link=f"{base}/2023-W10/", title="RAG")
    intro = f"See [there]({base}/2023-W11/#story), [gone]({base}/1999-W01/) and {base}/2023-W12."
    issues = [make_dated(Week(2023, n)) for n in (10, 11, 12, 13)]
    linking = make_dated(Week(2024, 1), intro=intro, terms=(term,))

    here = around(linking, shelved(*issues, linking))

    assert here.places == ("2023-W10", "2023-W11")


# Members -------------------------------------------------------------------------------------------


def test_a_member_is_found_by_id_by_name_and_by_other_names() -> None:
    issue = make_dated(
        Week(2024, 1),
        stories=(story("a", take("Y.", "yoga"), take("YOGA")), story("b", take("Yoga F."))),
        apart=(take("yoga"),),
    )

    found = shelved(issue, members=(YOGA,))

    assert [(shelf.name, shelf.slug, shelf.link) for shelf in found.members] == [("Yoga", "yoga", YOGA.link)]
    assert told(found.members[0]) == [("2024-W01", "a", 2), ("2024-W01", "b", 1), ("2024-W01", "_apart--yoga", 1)]
    assert set(around(issue, found).members.values()) == {"yoga"}


def test_someone_who_left_has_a_page_of_their_own_under_one_address() -> None:
    old = make_dated(Week(2022, 1), "old", stories=(story("a", take("Nia", author_link="https://nia.example.com/")),))
    own = make_dated(Week(2024, 1), stories=(story("b", take("Nia", "nia-r")),))

    found = shelved(old, own, members=(YOGA,))

    (nia,) = found.members
    assert (nia.name, nia.slug, nia.link) == ("Nia", "nia-r", "https://nia.example.com/")
    assert [place for place, *_ in told(nia)] == ["2024-W01", "old"]


def test_two_people_of_one_name_have_two_pages_and_the_name_leads_to_neither() -> None:
    issue = make_dated(Week(2024, 1), stories=(story("a", take("Anna", "anna-b"), take("Anna", "anna-k")),))

    found = shelved(
        issue, members=(Member(id="anna-b", name="Anna"), Member(id="anna-k", name="Anna K.", aka=("Anna",)))
    )

    assert [shelf.slug for shelf in found.members] == ["anna-b", "anna-k"]
    assert around(issue, found).members == {}


def test_a_member_without_takes_has_no_page() -> None:
    assert shelved(make_dated(Week(2024, 1), explainer=topic("T", author="Yoga")), members=(YOGA,)).members == ()


def test_a_member_s_page_names_the_explainers_that_they_wrote() -> None:
    issues = [
        make_dated(Week(2024, 1), stories=(story("a", take("Yoga", "yoga")),)),
        make_dated(Week(2024, 2), explainer=topic("T", author="Yoga F.")),
    ]

    found = shelved(*issues, members=(YOGA,))

    assert [held.place for held in found.members[0].explained] == ["2024-W02"]
    assert around(issues[1], found).members == {"Yoga F.": "yoga"}


# Sources -------------------------------------------------------------------------------------------


def test_a_source_stands_under_its_most_frequent_spelling() -> None:
    spellings = ["lab notes", "Lab Notes", "LAB-NOTES", "Lab Notes"]
    issues = [make_dated(Week(2024, n), stories=(story("a", source=said),)) for n, said in enumerate(spellings, 1)]

    found = shelved(*issues)

    assert [(shelf.name, shelf.slug) for shelf in found.sources] == [("Lab Notes", "lab-notes")]
    assert [place for place, *_ in told(found.sources[0])] == ["2024-W04", "2024-W03", "2024-W02", "2024-W01"]
    assert around(issues[2], found).sources == {"LAB-NOTES": "lab-notes"}


def test_of_spellings_that_are_as_frequent_the_newest_counts() -> None:
    issues = [
        make_dated(Week(2024, n), stories=(story("a", source=said),)) for n, said in enumerate(["wire", "Wire"], 1)
    ]

    assert [shelf.name for shelf in shelved(*issues).sources] == ["Wire"]


def test_a_source_has_headlines_and_the_lines_of_threads_too() -> None:
    thread = (Sibling(id="line", headline="A line", link="https://a.example.com/l", source="Wire"),)
    headline = story("head", source="Wire", thread=thread)

    found = shelved(make_dated(Week(2024, 1), headlines=(headline,)))

    assert told(one(found.sources, "Wire")) == [("2024-W01", "head", 0), ("2024-W01", "line", 0)]


# Terms ---------------------------------------------------------------------------------------------


def test_a_term_has_its_explainers_its_other_names_and_what_mentions_it() -> None:
    first = make_dated(Week(2024, 1), explainer=topic("Retrieval-Augmented Generation (RAG)", aliases=("grounding",)))
    later = make_dated(
        Week(2024, 9),
        stories=(
            story("a", take("Yoga", text="RAG is old."), take("Dika", text="So what."), summary="On grounding."),
            story(
                "b", take("Rani", text="The word `RAG` and https://a.example.com/RAG count for nothing."), summary=""
            ),
        ),
        apart=(take("Yoga", text="More RAG."),),
    )

    found = shelved(first, later, known=True)

    term = one(found.terms, "Retrieval-Augmented Generation (RAG)")
    assert ([held.place for held in term.explained], term.also) == (["2024-W01"], ("grounding",))
    assert told(term) == [("2024-W09", "a", 1), ("2024-W09", "_apart--Yoga", 1)]
    assert around(later, found).terms == {term.name: term.slug}


def test_a_tag_and_a_topic_that_differ_in_case_and_number_are_one_term() -> None:
    tagged = make_dated(Week(2024, 1), stories=(story("a", take("Yoga", tags=("ai-agent", "c++"))),))
    explained = make_dated(Week(2024, 2), explainer=topic("AI Agents", tags=("C#",)))

    found = shelved(tagged, explained)

    assert [(term.name, term.slug) for term in found.terms] == [
        ("AI Agents", "ai-agent"),
        ("C#", "c-sharp"),
        ("c++", "c-plus-plus"),
    ]
    assert told(found.terms[0]) == [("2024-W01", "a", 1)]


def test_a_name_of_two_explainers_leads_to_the_newer_and_a_title_keeps_its_page() -> None:
    older = make_dated(Week(2024, 1), explainer=topic("Transformers", aliases=("attention", "RAG")))
    newer = make_dated(Week(2024, 2), explainer=topic("Attention Heads", aliases=("attention",)))
    titled = make_dated(Week(2023, 1), explainer=topic("RAG"))
    tag = make_dated(Week(2024, 3), stories=(story("a", take("Yoga", tags=("Attention",))),))

    found = shelved(older, newer, titled, tag)

    assert {term.name: [held.place for held in term.explained] for term in found.terms} == {
        "Attention Heads": ["2024-W02", "2024-W01"],
        "RAG": ["2024-W01", "2023-W01"],
        "Transformers": ["2024-W01"],
    }
    assert told(one(found.terms, "Attention Heads")) == [("2024-W03", "a", 1)]


@pytest.mark.parametrize(
    ("title", "said", "counts"),
    [
        ("Introduction to Federated Learning", "We tried federated learning.", True),
        ("What Are Vector Databases?", "A vector database, again.", True),
        ("Understanding Attention", "Pay attention.", False),
        ("Go", "Let it go.", False),
        ("大規模言語モデル", "今週の大規模言語モデル。", True),
    ],
)
def test_a_topic_is_mentioned_by_its_name_without_its_opener(title: str, said: str, counts: bool) -> None:
    explained = make_dated(Week(2024, 1), explainer=topic(title))
    later = make_dated(Week(2024, 2), stories=(story("a", take("Yoga", text=said), summary=""),))

    found = mentioned(later, known_terms([explained, later]))

    assert found == (((title, "a--Yoga"),) if counts else ())


# Slugs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café Données", "cafe-donnees"),
        ("C++", "c-plus-plus"),
        ("Q&A", "q-and-a"),
        ("Node.js", "node-js"),
        ("O'Neill’s", "oneills"),
        ("مجلة التقنية", "مجلة-التقنية"),
        ("日本 技術", "日本-技術"),
        ("हिन्दी", "हिन्दी"),
        ("../../etc", "etc"),
        ("CON", "con-x"),
        ("İstanbul", "istanbul"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_slug_is_readable_and_safe(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_names_without_letters_have_slugs_of_their_own() -> None:
    assert slug_of("🧨") != slug_of("🔥") != slug_of("")


@given(
    st.lists(st.text(max_size=12) | st.sampled_from(["Yoga", "yoga", "YOGA 2", "yoga-2", "con", "Straße", "STRASSE"]))
)
def test_no_two_names_share_a_folder_on_any_file_system(names: list[str]) -> None:
    slugs = unique_slugs(names)

    alike = {unicodedata.normalize("NFD", slug.casefold()) for slug in slugs}
    assert len(alike) == len(names)
    assert not [slug for slug in slugs if not slug or set(slug) & set('./\\:*?"<>| ') or slug.startswith("-")]
    assert unique_slugs(names[:-1]) == slugs[: len(names[:-1])]


def test_a_day_is_that_of_the_issue() -> None:
    found = shelved(make_dated(Week(2024, 23), stories=(story("a", published=date(2024, 1, 1)),)))

    assert found.sources[0].stories[0].day == date(2024, 6, 7)


def test_a_topic_and_a_tag_that_nobody_sees_are_no_terms() -> None:
    issue = make_dated(
        Week(2024, 23),
        explainer=topic("\u200b", aliases=("\u2060",), tags=("\u200b", "models")),
        stories=(story("One", take("Yoga", tags=("\u200b",))),),
    )

    found = shelved(issue)

    assert [shelf.name for shelf in found.terms] == ["models"]
