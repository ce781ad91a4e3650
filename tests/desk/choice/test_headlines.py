"""Headlines below the takes: threads, bounds, repeats, and the fate of every story."""

from __future__ import annotations

from dataclasses import replace

from newsletter.desk.compose import compose, proved
from newsletter.model.issue import Draft
from newsletter.model.news import News, Ranked, Telling
from newsletter.model.settings import Limits
from tests.desk.builders import make_desk, make_entry, make_printed, make_ranked, make_story, make_take

ZOOM, TWIN, STOCK, LAW = (
    "Zoom sends digital twins into meetings",
    "Works council asks what a digital twin may promise",
    "Zoom shares rise after the twin is shown",
    "Parliament weighs a law on digital doubles",
)
OTHER = "Foundry in Dresden delays its second line"


def _thread(*headlines: str) -> tuple[Ranked, ...]:
    """Stories of one thread, the best first, each of a publisher of its own, and one story beside them."""
    stories = [
        make_story(headline, thread="zoom", entries=(make_entry(headline, feed=f"paper{n}"),))
        for n, headline in enumerate(headlines)
    ]
    return tuple(
        replace(
            ranked,
            tellings=tuple(
                Telling(feed=e.feed, name=e.feed, publisher=f"{e.feed}.example", weight=0.5)
                for e in ranked.story.entries
            ),
        )
        for ranked in make_ranked(*stories, OTHER)
    )


def _of_one_publisher(*headlines: str) -> tuple[Ranked, ...]:
    telling = Telling(feed="ars", name="The ars", publisher="ars.example", weight=0.5)
    return tuple(replace(ranked, tellings=(telling,)) for ranked in make_ranked(*headlines))


def _fates(draft: Draft) -> dict[str, str]:
    return {r.story.headline: draft.fates[r.story.id].rule for r in draft.ranked}


def test_a_thread_is_one_headline_with_its_other_stories_below_it() -> None:
    draft = compose(make_desk(_thread(ZOOM, TWIN, STOCK)))

    assert [(s.headline, [one.headline for one in s.thread]) for s in draft.issue.headlines] == [
        (ZOOM, [TWIN, STOCK]),
        (OTHER, []),
    ]
    assert _fates(draft) == {ZOOM: "headline", TWIN: "thread", STOCK: "thread", OTHER: "headline"}


def test_a_story_with_a_take_stands_for_its_thread_with_the_others_below_it() -> None:
    draft = compose(make_desk(_thread(ZOOM, TWIN, STOCK), [make_take(STOCK)]))

    assert [(s.headline, [one.headline for one in s.thread]) for s in draft.issue.stories] == [(STOCK, [ZOOM, TWIN])]
    assert [(s.headline, [one.headline for one in s.thread]) for s in draft.issue.headlines] == [(OTHER, [])]
    assert _fates(draft) == {ZOOM: "thread", TWIN: "thread", STOCK: "told", OTHER: "headline"}


def test_a_dropped_story_is_in_no_thread_that_is_printed() -> None:
    draft = compose(make_desk(_thread(ZOOM, TWIN, STOCK), wishes={"drop": (TWIN,)}))

    assert [one.headline for s in draft.issue.headlines for one in s.thread] == [STOCK]
    assert _fates(draft)[TWIN] == "dropped"


def test_what_an_earlier_issue_printed_below_a_thread_is_not_printed_again() -> None:
    stories = _thread(ZOOM, TWIN)
    memory = [make_printed(stories=((TWIN, (stories[1].story.link,)),))]

    draft = compose(make_desk(stories, memory=memory))

    assert [one.headline for s in draft.issue.headlines for one in s.thread] == []
    assert _fates(draft)[TWIN] == "repeat"


def test_the_fifth_story_below_a_thread_is_left_out_and_told_why() -> None:
    headlines = (ZOOM, TWIN, STOCK, LAW, "A fifth paper on twins", "A sixth paper on twins", "A seventh paper on twins")

    draft = compose(make_desk(_thread(*headlines)))

    assert [len(s.thread) for s in draft.issue.headlines] == [4, 0]
    assert _fates(draft)["A sixth paper on twins"] == "same-thread"
    assert "stands for" in draft.fates["sixth-paper-twins"].because


def test_a_third_headline_of_one_publisher_waits_and_says_which_two_stand_before_it() -> None:
    draft = compose(make_desk(_of_one_publisher(ZOOM, TWIN, OTHER), limits=Limits(per_publisher=2)))

    fate = draft.fates["foundry-dresden-delays"]
    assert [s.headline for s in draft.issue.headlines] == [ZOOM, TWIN]
    assert fate.rule == "publisher"
    assert ZOOM in fate.because
    assert TWIN in fate.because
    assert "limits.per_publisher" in fate.change


def test_stories_of_an_older_record_that_does_not_tell_their_publishers_know_no_bound() -> None:
    draft = compose(make_desk([ZOOM, TWIN, OTHER], limits=Limits(per_publisher=2)))

    assert [s.headline for s in draft.issue.headlines] == [ZOOM, TWIN, OTHER]


def test_with_no_places_left_the_score_of_the_last_headline_is_named() -> None:
    draft = compose(make_desk([ZOOM, TWIN], limits=Limits(headlines=1)))

    assert draft.fates["works-council-asks"].because == "its score is 1.0; the last of 1 headline has 2.0."


def test_where_the_house_prints_no_headlines_the_key_is_named() -> None:
    draft = compose(make_desk([ZOOM, TWIN], [make_take(ZOOM)], limits=Limits(headlines=0)))

    assert draft.fates["works-council-asks"].because.startswith("limits.headlines is 0")


def test_a_take_on_a_story_much_like_an_earlier_one_is_printed_with_a_warning() -> None:
    earlier = "Zoom is sending digital twins into meetings now"
    memory = [make_printed(stories=((earlier, ("https://elsewhere.example/zoom",)),))]

    draft = compose(make_desk([ZOOM, OTHER], [make_take(ZOOM)], memory=memory))

    assert [s.headline for s in draft.issue.stories] == [ZOOM]
    assert [(r.level, r.code) for r in draft.remarks if r.code == "repeat"] == [("warning", "repeat")]


def test_a_thread_comes_out_the_same_from_what_the_freeze_keeps() -> None:
    desk = make_desk(_thread(ZOOM, TWIN, STOCK), limits=Limits(headlines=1))
    draft = proved(desk, compose(desk))

    again = compose(replace(desk, news=draft.kept))

    assert again.issue == draft.issue
    assert draft.issue.headlines[0].thread


def test_wishes_to_merge_and_split_come_out_the_same_from_what_the_freeze_keeps() -> None:
    joined = make_story(ZOOM, entries=(make_entry(ZOOM), make_entry(OTHER, feed="lab")))
    desk = make_desk(
        [joined, make_story(TWIN), make_story(STOCK)],
        [make_take(OTHER), make_take(STOCK, "Nobody bought them for their meetings, I believe.", author="dika")],
        wishes={"split": (OTHER,), "merge": ((ZOOM, TWIN),)},
        limits=Limits(headlines=0),
    )
    draft = proved(desk, compose(desk))

    again = compose(replace(desk, news=draft.kept))

    assert [s.headline for s in draft.issue.stories] == [OTHER, STOCK]
    assert again.issue == draft.issue
    assert again.remarks == draft.remarks


def test_the_counts_of_the_whole_week_are_kept_for_the_words_that_matter() -> None:
    from newsletter.desk.vectors import count_titles

    week = [ZOOM, TWIN, *(f"Rare words number {n}" for n in range(40))]
    desk = replace(
        make_desk([ZOOM, TWIN, OTHER], [make_take(ZOOM)], limits=Limits(headlines=0)),
        news=News(ranked=make_ranked(ZOOM, TWIN, OTHER), terms=count_titles(week)),
    )

    kept = compose(desk).kept.terms

    assert kept.entries == 42
    assert kept.counts["zoom"] == 1
    assert kept.counts["rare"] == 40
    assert "7" not in kept.counts
