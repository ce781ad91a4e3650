"""What a typed reference names: exactly one story, or a question, never a guess."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsletter.desk.match import StoryFinder
from newsletter.links import Link
from newsletter.model.news import Story
from tests.desk.builders import make_entry, make_story

ZOOM = make_story("Zoom CEO envisions deepfakes attending meetings", aliases=("digital-doubles",))
SUMMARY = make_story("Measuring what a summary leaves out", link="https://lab.example/measuring")
GEMINI = make_story("Gemini 1.5 Pro leaves the preview at last", id="gemini-leaves")
STAGE = make_story("Gemini 1.5 Pro shown on a stage in California", id="gemini-shown")
CAFE = make_story("Café “Déjà Vu” opens: robots’ first restaurant")
STORY = make_story("Codestral: Hello, World!", link="https://codes.example/news/codestral")
WEEK_OF = (ZOOM, SUMMARY, GEMINI, STAGE, CAFE, STORY)
FINDER = StoryFinder(WEEK_OF)

CERTAIN = {
    "id": ("#zoom-ceo-envisions", ZOOM, "id"),
    "id in capitals": ("#Zoom-CEO-envisions", ZOOM, "id"),
    "another name": ("#digital-doubles", ZOOM, "id"),
    "address": ("https://lab.example/measuring", SUMMARY, "address"),
    "address with tracking": ("http://www.lab.example/measuring/?utm_source=x", SUMMARY, "address"),
    "address among words": ("see (https://lab.example/measuring), please", SUMMARY, "address"),
    "address typed bare": ("lab.example/measuring", SUMMARY, "address"),
    "headline": ("Codestral: Hello, World!", STORY, "headline"),
    "headline in capitals": ("CODESTRAL HELLO WORLD", STORY, "headline"),
    "without accents": ("cafe deja vu opens robots' first restaurant", CAFE, "headline"),
    "with other quotes": ("Café 'Déjà Vu' opens: robots' first restaurant", CAFE, "headline"),
    "with blanks": ("  Measuring  what a summary leaves out ", SUMMARY, "headline"),
    "beginning": ("Measuring what", SUMMARY, "beginning"),
    "beginning of twelve letters": ("Zoom CEO envis", ZOOM, "beginning"),
    "typing mistakes": ("Measurng what a sumary leaves out", SUMMARY, "near"),
    "some of the words": ("Zoom envisions deepfakes in meetings", ZOOM, "near"),
}


@pytest.mark.parametrize(("ref", "expected", "how"), CERTAIN.values(), ids=CERTAIN.keys())
def test_a_reference_names_one_story(ref: str, expected: Story, how: str) -> None:
    match = FINDER.find(ref)

    assert match.story == expected
    assert match.how == how


ASKED = {
    "a beginning that fits two": ("Gemini 1.5 Pro", {GEMINI.id, STAGE.id}),
    "likeness to two": ("the Gemini 1.5 Pro of a stage and preview", {GEMINI.id, STAGE.id}),
}


@pytest.mark.parametrize(("ref", "candidates"), ASKED.values(), ids=ASKED.keys())
def test_what_fits_two_stories_is_asked(ref: str, candidates: set[str]) -> None:
    match = FINDER.find(ref)

    assert match.story is None
    assert {s.id for s in match.candidates} >= candidates


ONLY_LIKE = {
    "name and number of the one that is there": "Gemini 1.5 in the kitchen",
    "two words of three": "Cisco workforce reductions",
}


@pytest.mark.parametrize("ref", ONLY_LIKE.values(), ids=ONLY_LIKE.keys())
def test_a_title_of_a_story_that_is_not_there_is_asked_about(ref: str) -> None:
    week = (
        make_story("Gemini 1.5 Pro and 1.5 Flash, with tuning"),
        make_story("Layoffs: workforce reductions at a forge"),
    )

    match = StoryFinder(week).find(ref)

    assert (match.story, match.how) == (None, "near")
    assert len(match.candidates) == 1


NOTHING = {
    "unknown words": "Quarterly results of a steel works",
    "unknown id": "#steel-works",
    "a lone mark": "#",
    "no letters": "!?!",
    "nothing": "",
    "stop words": "of the and",
    "emoji": "🎉",
}


@pytest.mark.parametrize("ref", NOTHING.values(), ids=NOTHING.keys())
def test_what_names_nothing_is_not_guessed(ref: str) -> None:
    assert FINDER.find(ref).story is None


def test_a_beginning_of_eleven_letters_is_not_enough() -> None:
    assert FINDER.find("Measuring w").how != "beginning"


def test_an_unknown_address_is_known_to_be_an_address() -> None:
    match = FINDER.find("https://elsewhere.example/quiet-paper")

    assert (match.story, match.is_address, match.candidates) == (None, True, ())


def test_a_misspelt_id_offers_the_nearest_and_takes_none() -> None:
    match = FINDER.find("#zoom-ceo-envisons")

    assert match.story is None
    assert match.candidates[0] == ZOOM


def test_a_short_name_that_two_stories_bear_is_asked() -> None:
    two = (make_story("Zoom rises", aliases=("zoom",)), make_story("Zoom falls", aliases=("zoom",)))

    match = StoryFinder(two).find("#zoom")

    assert (match.story, match.how, match.candidates) == (None, "id", two)


def test_an_id_wins_over_another_storys_alias() -> None:
    two = (make_story("Zoom one", id="zoom"), make_story("Zoom falls", aliases=("zoom",)))

    assert StoryFinder(two).find("#zoom").story == two[0]


def test_one_headline_on_two_stories_is_asked() -> None:
    two = (make_story("Here's the latest", id="a"), make_story("Here's the latest", id="b"))

    match = StoryFinder(two).find("here's the latest")

    assert (match.story, match.how, len(match.candidates)) == (None, "headline", 2)


def test_a_page_with_two_stories_is_asked_and_a_fragment_tells_them_apart() -> None:
    one = make_story("Version one is out", link="https://log.example/#v1")
    two = make_story("Version two is out", link="https://log.example/#v2")
    finder = StoryFinder((one, two))

    assert finder.find("https://log.example/#v2").story == two
    assert finder.find("https://log.example/").candidates == (one, two)
    assert finder.find("https://log.example/#v3").story is None


def test_every_title_and_address_of_a_story_names_it() -> None:
    entries = (make_entry("Zoom sends a twin"), make_entry("Digital doubles for meetings", feed="lab"))
    story = make_story("Zoom sends a twin", entries=entries)
    finder = StoryFinder((story, *WEEK_OF))

    assert finder.find("digital doubles for meetings").story == story
    assert finder.find(entries[1].link).story == story


def test_a_week_without_stories_answers_everything_with_none() -> None:
    finder = StoryFinder(())

    assert {finder.find(ref).story for ref in ("#a", "https://x.example/a", "some long headline here", "")} == {None}
    assert finder.likely("anything at all") == ()


def test_the_order_of_the_stories_makes_no_difference() -> None:
    turned = StoryFinder(WEEK_OF[::-1])

    for ref, _, _ in CERTAIN.values():
        assert turned.find(ref).story == FINDER.find(ref).story


def test_typed_references_of_the_corpus_are_never_put_on_a_wrong_story() -> None:
    corpus = os.environ.get("NEWSLETTER_CORPUS")
    if not corpus:
        pytest.skip("NEWSLETTER_CORPUS names no folder with commentary.jsonl")
    pools = {pool["pool"]: StoryFinder(tuple(map(_of_pool, pool["stories"]))) for pool in _lines(corpus, "-pools")}

    wrong, right, one_of_several = [], 0, 0
    for case in _lines(corpus, ""):
        finder = pools[case["pool"]]
        match = finder.find(case["typed_url"] or case["typed_title"])
        if match.story is None and case["typed_url"] and case["typed_title"]:
            match = finder.find(case["typed_title"])
        got = match.story.id if match.story else "none"
        if got == case["expect"]:
            right += got != "none"
        elif case["expect"] == "ambiguous" and got in case["among"]:
            one_of_several += 1
        elif got != "none":
            wrong.append((case["id"], got))

    assert wrong == []
    assert one_of_several <= 1
    assert right >= 28


def _lines(corpus: str, kind: str) -> list[dict[str, object]]:
    text = (Path(corpus) / f"commentary{kind}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def _of_pool(story: dict[str, list[str]]) -> Story:
    titles, urls = story["titles"], story["urls"]
    entries = [make_entry(title, id=title, link=Link("")) for title in titles]
    entries += [make_entry(str(story["title"]), id=url, link=Link(url)) for url in urls]
    return make_story(str(story["title"]), id=str(story["id"]), link=urls[0], entries=tuple(entries))


OTHER_NUMBERS = {
    "another version": ("Moa 5.1 fixes the leak in the scheduler", "Moa 5.2 fixes the leak in the scheduler"),
    "another size": ("Pasar 7B released with its recipe", "Pasar 2B released with its recipe"),
    "a number cut short": ("Takahe releases model 4", "Takahē releases model 4o-mini"),
    "a version cut short": ("Moa fixes the leak in 5.1", "Moa fixes the leak in 5.1.2, again"),
}


@pytest.mark.parametrize(("ref", "headline"), OTHER_NUMBERS.values(), ids=OTHER_NUMBERS.keys())
def test_another_number_is_another_story(ref: str, headline: str) -> None:
    match = StoryFinder((make_story(headline),)).find(ref)

    assert (match.story, [s.headline for s in match.candidates]) == (None, [headline])


SAME_NUMBERS = {
    "written with a comma": ("City counts 1200 bycicles a day", "City counts 1,200 bicycles a day"),
    "left out": ("Moa fixes the leak in the scheduler", "Moa 5.2 fixes the leak in the scheduler"),
    "between signs": ("翻訳モデル4を公開し無料で", "翻訳モデル4を公開し無料で配布"),
}


@pytest.mark.parametrize(("ref", "headline"), SAME_NUMBERS.values(), ids=SAME_NUMBERS.keys())
def test_a_number_that_agrees_or_is_left_out_hinders_nothing(ref: str, headline: str) -> None:
    match = StoryFinder((make_story(headline),)).find(ref)

    assert match.story is not None


def test_a_headline_copied_from_a_page_source_is_the_headline() -> None:
    story = make_story('R&D budget "doubles" at Nordwind')

    match = StoryFinder((story,)).find("R&amp;D budget &quot;doubles&quot; at Nordwind")

    assert (match.story, match.how) == (story, "headline")
