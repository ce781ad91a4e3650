"""What a typed reference names: exactly one story, or a question, never a guess."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from newsletter.desk.takes.match import StoryFinder, meant
from newsletter.desk.vectors import count_titles
from newsletter.links import Link
from newsletter.model.news import Story
from tests.desk.builders import make_entry, make_story

ZOOM = make_story("Zoom CEO envisions deepfakes attending meetings", aliases=("digital-doubles",))
SUMMARY = make_story("Measuring what a summary leaves out", link="https://lab.example/measuring")
GEMINI = make_story("Gemini 1.5 Pro leaves the preview at last", id="gemini-leaves")
STAGE = make_story("Gemini 1.5 Pro shown on a stage in California", id="gemini-shown")
CAFE = make_story("Café “Déjà Vu” opens: robots’ first restaurant")
STORY = make_story("Codestral: Hello, World!", link="https://codes.example/news/codestral")
KEA = make_story(
    "Kea sues its landlord (Ann Lark/Kea Times)",
    entries=(
        make_entry(
            "Kea sues its landlord (Ann Lark/Kea Times)",
            link=Link("https://kea.example/a?x=1&y=2"),
            discussion=Link("https://talk.example/item?id=7"),
        ),
    ),
)
WEEK_OF = (ZOOM, SUMMARY, GEMINI, STAGE, CAFE, STORY, KEA)
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
    "without the aggregator's credit": ("Kea sues its landlord", KEA, "headline"),
    "as a browser shows it": ("Codestral: Hello, World! - Codes Weekly", STORY, "headline"),
    "in bold": ("<b>Codestral: Hello, World!</b>", STORY, "headline"),
    "a talk about it": ("https://talk.example/item?id=7", KEA, "address"),
    "address with an entity": ("https://kea.example/a?x=1&amp;y=2", KEA, "address"),
    "address and another page": ("https://kea.example/a?x=1&y=2 or https://nowhere.example/b", KEA, "address"),
    "bare address among words": ("on lab.example/measuring, again", SUMMARY, "address"),
    "an unknown address after a headline": ("Codestral: Hello, World! https://nowhere.example/b", STORY, "headline"),
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
    "the pages of two": ("https://lab.example/measuring https://codes.example/news/codestral", {SUMMARY.id, STORY.id}),
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

    wrong, right, first = [], 0, []
    for case in _lines(corpus, ""):
        url, title = case["typed_url"] or "", case["typed_title"] or ""
        match = meant(pools[case["pool"]], ref=str(url or title), headline=str(title if url else "")).match
        if match.story is not None and match.story.id == case["expect"]:
            right += 1
        elif match.story is not None:
            wrong.append((case["id"], match.story.id))
        if title and case["expect"] not in ("none", "ambiguous"):
            first.append(match.candidates[0].id == case["expect"])

    assert wrong == []
    assert right >= 28
    assert all(first)


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
    "another count": ("Foundry to cut 600 jobs in overhaul", "Foundry to cut 400 jobs in its overhaul"),
    "another sum": ("Moa raises $30B at a $95B valuation", "Moa raises $30 billion at a $90 billion valuation"),
}


@pytest.mark.parametrize(("ref", "headline"), OTHER_NUMBERS.values(), ids=OTHER_NUMBERS.keys())
def test_another_number_is_another_story(ref: str, headline: str) -> None:
    match = StoryFinder((make_story(headline),)).find(ref)

    assert (match.story, [s.headline for s in match.candidates]) == (None, [headline])


SAME_NUMBERS = {
    "written with a comma": ("City counts 1200 bycicles a day", "City counts 1,200 bicycles a day"),
    "of a version with its mark": ("Pukeko 1.0", "Pukeko v1.0 is here"),
    "a sum in words": ("Moa raises $30B for its foundry", "Moa raises 30 billion for a foundry"),
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


def test_a_discussion_that_is_itself_a_story_is_that_story() -> None:
    talk = make_story("How we talk about landlords", link="https://talk.example/item?id=7")

    assert StoryFinder((KEA, talk)).find("https://talk.example/item?id=7").story == talk


NOT_THE_ONE = {
    "another subject": ("Ironworks to cut jobs in its overhaul", "Foundry to cut jobs in its overhaul"),
    "another name": ("Foundry fires the head of Kestrel", "Foundry fires the head of its northern branch"),
    "another thing of one owner": ("Kea gets an app for Ostrich", "Kea gets an app for Swallow"),
    "a new thing of one that is known": (
        "Kestrel launches a picture model",
        "Foundry launches Daylight, a plan for old ships in cold northern seas: joins models, pilots, guards, Kestrel",
    ),
    "one word that was used once": ("accelerate", "Networking to accelerate large foundries in the north"),
    "a name with its number": (
        "Pasar 2",
        "Pasar 2 and two hundred other models, compared by a foundry in the north on power, price, speed and taste",
    ),
    "two words of a long headline": (
        "foundry north",
        "Networking to accelerate large foundries of many kinds, far away in the cold and windy north",
    ),
}


SAID_ELSE = {
    "a credit behind it": "Foundry fires the head of its northern branch (The Kestrel)",
    "a site behind it": "The foundry fires the head of its northern branch - Kestrel",
    "capitals throughout": "Foundry Fires the Boss of Its Northern Branch",
    "somebody's first name": "Foundry fires Ada Lark, head of its northern branch",
}


@pytest.mark.parametrize("ref", SAID_ELSE.values(), ids=SAID_ELSE.keys())
def test_a_name_that_proves_nothing_hinders_nothing(ref: str) -> None:
    lark = make_story("Foundry fires Lark, the head of its northern branch")

    assert StoryFinder((lark, *WEEK_OF)).find(ref).story == lark


@pytest.mark.parametrize("typed", ["1" * 9000, "Zoom CEO envisions" + " " * 9000 + "deepfakes", "A.B." * 9000])
def test_a_reference_of_any_length_is_answered(typed: str) -> None:
    assert FINDER.find(typed).story in (None, ZOOM)
    assert FINDER.likely(typed) in ((), (ZOOM,))


@pytest.mark.parametrize(("ref", "headline"), NOT_THE_ONE.values(), ids=NOT_THE_ONE.keys())
def test_what_a_story_only_touches_is_asked_about(ref: str, headline: str) -> None:
    match = StoryFinder((make_story(headline), *WEEK_OF)).find(ref)

    assert match.outcome == "ask"
    assert match.candidates[0].headline == headline


def test_one_word_that_most_titles_of_a_story_have_names_it() -> None:
    entries = tuple(make_entry(title) for title in ("Takahe launches a shield", "What Takahe costs", "Prices fall"))
    story = make_story("Takahe launches a shield", entries=entries)

    assert StoryFinder((story, *WEEK_OF)).find("takahe").story == story


def test_a_reference_to_two_stories_is_asked_with_both_first() -> None:
    cuts = make_story("Foundry to cut four hundred jobs in its overhaul of the north")
    booed = make_story("Minister booed at graduation")

    match = StoryFinder((*WEEK_OF, booed, cuts)).find("Foundry to cut jobs in its overhaul, and a minister booed")

    assert match.outcome == "ask"
    assert {story.id for story in match.candidates[:2]} == {cuts.id, booed.id}


def test_the_beginning_of_one_headline_that_others_are_about_is_asked() -> None:
    trial = make_story("Kakapo v. Wekas: the judge has heard enough")
    others = (make_story("Kakapo and Wekas settle"), make_story("Wekas against Kakapo"))

    match = StoryFinder((trial, *others)).find("Kakapo v. Wekas")

    assert (match.outcome, match.how) == ("ask", "beginning")
    assert {story.id for story in match.candidates} == {trial.id, *(story.id for story in others)}


def test_a_beginning_that_tells_its_headline_from_a_twin_names_it() -> None:
    one, other = (make_story(f"Moa 5.{n} fixes the memory leak in the scheduler") for n in (1, 2))

    assert StoryFinder((one, other)).find("moa 5.1 fixes the memory leak").story == one


def test_half_of_one_title_and_half_of_another_of_its_titles_are_one_story() -> None:
    titles = ("Moa foundry shuts its oldest furnace", "Hundreds march as the last smelter in town goes cold")
    story = make_story(titles[0], entries=tuple(make_entry(title) for title in titles))

    assert StoryFinder((story, *WEEK_OF)).find("Hundreds march as Moa foundry shuts furnace").story == story


def test_a_short_link_is_read_as_the_page_it_leads_to() -> None:
    finder = StoryFinder(WEEK_OF, resolved={"https://t.co/Ab12": "https://lab.example/measuring?utm_source=x"})

    assert finder.find("https://t.co/Ab12").story == SUMMARY
    assert finder.find("t.co/Ab12").story == SUMMARY


def test_the_page_behind_a_published_short_link_names_its_story() -> None:
    story = make_story("Kiwi hatches in the office", link="https://t.co/Kiwi")
    finder = StoryFinder((story,), resolved={"https://t.co/Kiwi": "https://nest.example/kiwi"})

    assert finder.find("https://nest.example/kiwi").story == story
    assert finder.find("https://t.co/Kiwi").story == story


def test_a_short_link_that_nobody_could_ask_is_told_from_an_unknown_page() -> None:
    short, page = FINDER.find("https://t.co/Cd34"), FINDER.find("https://nowhere.example/b")

    assert (short.outcome, short.unresolved) == ("reject", True)
    assert (page.outcome, page.unresolved) == ("reject", False)


def test_an_unknown_address_among_words_is_handed_back_as_typed() -> None:
    match = FINDER.find("Steel results, see https://nowhere.example/b?x=1.")

    assert (match.outcome, match.address) == ("reject", "https://nowhere.example/b?x=1")


def test_the_stories_a_freeze_keeps_are_found_by_the_words_of_the_whole_week() -> None:
    common = tuple(make_story(f"Foundry news: number {n} from the north", id=f"n{n}") for n in range(60))
    kept = make_story("Heron eats a fish")
    terms = count_titles(story.headline for story in (*common, kept))
    ref = "Heron eats fish up north at a foundry, reads news, counts a number"

    assert StoryFinder((*common, kept), terms).find(ref).story == kept
    assert StoryFinder((kept,), terms).find(ref).story == kept
    assert StoryFinder((kept,)).find(ref).story is None


def test_a_headline_beside_an_address_that_no_feed_carries_finds_the_story() -> None:
    found = meant(FINDER, ref="https://nowhere.example/b", headline="Codestral: Hello, World")

    assert (found.match.story, found.typed) == (STORY, "Codestral: Hello, World")


def test_a_headline_that_only_may_fit_is_a_suggestion_beside_an_address_of_its_own() -> None:
    found = meant(FINDER, ref="https://nowhere.example/b", headline="Gemini 1.5 Pro")

    assert found.match.outcome == "reject"
    assert found.match.address == "https://nowhere.example/b"
    assert {story.id for story in found.match.candidates} >= {GEMINI.id, STAGE.id}


def test_a_headline_chooses_between_the_stories_of_one_page() -> None:
    one = make_story("Version one is out", link="https://log.example/#v1")
    two = make_story("Version two is out", link="https://log.example/#v2")
    finder = StoryFinder((one, two))

    assert meant(finder, ref="https://log.example/", headline="Version two is out").match.story == two
    assert meant(finder, ref="https://log.example/", headline="Codestral").match.candidates == (one, two)


def test_an_address_of_its_own_mends_a_reference_that_names_nothing() -> None:
    found = meant(FINDER, ref="the heron", link="https://lab.example/measuring")

    assert (found.match.story, found.typed) == (SUMMARY, "https://lab.example/measuring")


def test_a_short_link_on_a_line_of_its_own_is_told_too() -> None:
    found = meant(FINDER, ref="the heron", link="https://t.co/Cd34")

    assert (found.match.outcome, found.match.unresolved) == ("reject", True)


def test_a_take_with_a_headline_alone_is_found_by_it() -> None:
    assert meant(FINDER, ref="", headline="Codestral: Hello, World!").match.story == STORY


SAID_OTHERWISE = {
    "the contrary": ("Kestrel shares fall after export ban", "Kestrel shares rise after export ban"),
    "the contrary of a vote": ("Senate rejects tidal power bill", "Senate Passes Tidal Power Bill After Long Debate"),
    "the contrary without capitals": ("senate rejects tidal power bill", "Senate Passes Tidal Power Bill"),
    "an end": ("Kestrel delays Heron browser for schools", "Kestrel launches Heron browser for schools"),
    "taken back": ("Kestrel delays launch of Heron for schools", "Kestrel launches Heron for schools"),
    "denied": ("Kestrel will not sell Heron to rivals", "Kestrel will sell Heron to rivals"),
    "a denial left out": ("Kestrel will sell Heron to rivals", "Kestrel won't sell Heron to rivals"),
    "another model": ("Foundry releases Pasar Opal 4 for all", "Foundry releases Pasar Sonata 4 for all"),
    "a smaller model": ("Pasar 4 mini beats rivals at chess", "Pasar 4 beats rivals at chess"),
    "another place": ("Kestrel opens research lab in Italy", "Kestrel opens research lab in France"),
    "another place without capitals": ("kestrel opens lab in italy", "Kestrel opens lab in France"),
    "a place spelt almost so": ("Kestrel opens lab in Niger for banks", "Kestrel opens lab in Nigeria for banks"),
    "another verb": ("Judge forbids Kestrel to read books", "Judge allows Kestrel to read books"),
    "the parts exchanged": ("Kea sues Moa over the names of maps", "Moa sues Kea over the names of maps"),
    "another number": ("Kea unveils Moa 16 with brighter screen", "Kea unveils Moa 17 with brighter screen"),
    "another sum": ("Kea raises $15bn in new funding round", "Kea raises $1.5bn in new funding round"),
    "another version": ("Heron 3.11 is out with a faster core", "Heron 3.1.1 is out with a faster core"),
    "other signs": ("A survey of C# developers and their tools", "A survey of C++ developers and their tools"),
    "no signs": ("A long survey of all the users of C", "A long survey of all the users of C++"),
    "another part": ("How we built our engine - Part 2", "How we built our engine"),
    "another variant": ("Kestrel ships Heron 4 | Mini", "Kestrel ships Heron 4"),
    "another year": ("How we built our engine (2019)", "How we built our engine (2014)"),
    "half of it other news": (
        "Kestrel learns to play chess by reading books",
        "Kestrel learned blackmail by reading stories of evil robots, says its maker",
    ),
}


@pytest.mark.parametrize(("ref", "headline"), SAID_OTHERWISE.values(), ids=SAID_OTHERWISE.keys())
def test_a_headline_that_differs_in_what_matters_is_asked_about(ref: str, headline: str) -> None:
    match = StoryFinder((make_story(headline), *WEEK_OF)).find(ref)

    assert (match.outcome, match.candidates[0].headline) == ("ask", headline)


SAID_THE_SAME = {
    "slips": ("kestral shares rise after exprot ban", "Kestrel shares rise after export ban"),
    "a word spelt as elsewhere": ("Kestrel opens data center in Oslo", "Kestrel opens data centre in Oslo"),
    "turned round": ("Moa sued by Kea over the names of maps", "Kea sues Moa over the names of maps"),
    "shortened": ("Kestrel raises prices for agents", "Kestrel Raises Prices of Its Agents for Firms"),
    "a denial in other words": ("Kestrel won't sell Heron to rivals", "Kestrel will not sell Heron to rivals"),
    "the same signs": ("Survey of C++ developers and tools", "A survey of C++ developers and their tools"),
    "a year left out": ("How we built our engine", "How we built our engine (2014)"),
    "a year added": ("How we built our engine (2014)", "How we built our engine"),
}


@pytest.mark.parametrize(("ref", "headline"), SAID_THE_SAME.values(), ids=SAID_THE_SAME.keys())
def test_a_headline_that_differs_in_words_alone_names_its_story(ref: str, headline: str) -> None:
    story = make_story(headline)

    assert StoryFinder((story, *WEEK_OF)).find(ref).story == story


def test_a_headline_unlike_one_title_of_a_story_names_it_where_another_title_says_the_same() -> None:
    titles = (
        "Kestrel shares rise after export ban",
        "After the export ban, shares of Kestrel first fall and then rise",
    )
    story = make_story(titles[0], entries=tuple(make_entry(title) for title in titles))

    assert StoryFinder((story, *WEEK_OF)).find("Kestrel shares fall after export ban").story == story
    assert StoryFinder((make_story(titles[0]), *WEEK_OF)).find("Kestrel shares fall after export ban").story is None


def test_headlines_that_signs_or_points_tell_apart_name_two_stories() -> None:
    week = tuple(
        make_story(f"A survey of {name} users", id=f"s{n}") for n, name in enumerate(("C++", "C#", "1.5", "15"))
    )

    found = [StoryFinder(week).find(story.headline.upper()).story for story in week]

    assert found == list(week)
