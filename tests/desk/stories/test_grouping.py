"""Headlines that differ are one story if they tell one thing; near misses are named, affairs become threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from newsletter.desk.stories.cluster import Grouped, stories
from newsletter.links import Link
from newsletter.model.news import Entry, Story
from tests.desk.builders import NOON, make_entry

_WHO = "Orbita Halcyon Fennel Quarry Tessera Bramble Lumen Cobalt Pinnace Saffron Dorado Juniper".split()
_DOES = (
    "opens an office in {} to hire engineers",
    "reports higher quarterly revenue from {} customers",
    "faces questions over {} privacy practices",
    "patches a flaw that exposed {} servers",
    "teams up with {} for cheaper storage",
)
_WHERE = "Lisbon Nairobi Osaka Quito Bergen Medan Tartu Perth Cork Lyon Accra Hanoi".split()


def _background() -> list[Entry]:
    """A quiet week, so that some words are rarer than others."""
    return [
        _entry(f"{who} {does.format(_WHERE[(a + 3 * b) % 12])}", f"quiet{(a + b) % 9}", hours=(7 * a + 13 * b) % 150)
        for a, who in enumerate(_WHO)
        for b, does in enumerate(_DOES)
    ]


def _entry(title: str, feed: str, *, hours: float = 0.0, summary: str = "") -> Entry:
    return make_entry(title, feed=feed, published=NOON + timedelta(hours=hours), summary=summary)


def _grouped(*told: Entry) -> Grouped:
    entries = [*told, *_background()]
    return stories(entries, {}, proposed=frozenset((e.feed, e.id) for e in entries))


def _telling(grouped: Grouped, told: Sequence[Entry]) -> dict[str, Story]:
    """Headline → the story that holds it."""
    titles = {e.title for e in told}
    return {e.title: s for s in grouped.stories for e in s.entries if e.title in titles}


def _count(*told: Entry) -> int:
    return len({story.id for story in _telling(_grouped(*told), told).values()})


ONE: Mapping[str, Sequence[tuple[str, float]]] = {
    "three ways to say it": (
        ("Nimbus unveils the Kestrel 3, a headset for surgeons", 0),
        ("Kestrel 3 headset from Nimbus helps surgeons see", 2),
        ("Surgeons get a headset of their own: Nimbus shows Kestrel 3", 5),
    ),
    "initials with points": (
        ("New York bans A.I. landlords from setting rents", 0),
        ("AI landlords may no longer set rents in New York", 3),
    ),
    "one sum in three spellings": (
        ("Vantage raises $30bn for fusion plants", 0),
        ("Fusion firm Vantage has raised $30 billion", 1),
        ("Vantage's fusion plants draw 30B dollars", 2),
    ),
    "a bare name at once": (("Vantage Kestrel", 0), ("Vantage Kestrel", 1)),
    "a version glued to its name": (
        ("Marrow3.8 weights are out", 0),
        ("Marrow 3.8 weights released under an open licence", 4),
    ),
}


@pytest.mark.parametrize("told", ONE.values(), ids=ONE.keys())
def test_one_thing_told_by_several_sites_is_one_story(told: Sequence[tuple[str, float]]) -> None:
    assert _count(*(_entry(title, f"feed{n}", hours=hours) for n, (title, hours) in enumerate(told))) == 1


TWO: Mapping[str, Sequence[tuple[str, float]]] = {
    "a launch and its recall": (
        ("Nimbus launches the Kestrel 3 headset for surgeons", 0),
        ("Nimbus recalls the Kestrel 3 headset after burns", 90),
    ),
    "two layoffs of one company": (
        ("Vantage cuts 4,000 jobs in its cloud business", 0),
        ("Vantage lays off reactor staff in Wales", 70),
    ),
    "two versions": (("Marrow 5.1 arrives with longer memory", 0), ("Marrow 5.2 brings voices to phones", 30)),
    "one form, two subjects": (
        ("Nimbus prepares IPO", 0),
        ("Vantage prepares IPO", 4),
    ),
    "two quarters in one form": (
        ("Nimbus forecasts upbeat quarterly revenue on demand for kilns", 0),
        ("Vantage forecasts upbeat quarterly revenue on demand for kilns", 3),
    ),
    "a variant": (("Introducing Marrow 6", 0), ("Introducing Marrow 6 mini", 20)),
    "two counts": (("Nimbus to cut 6,000 jobs in Wales", 0), ("Nimbus cuts 9,000 jobs in Wales", 1)),
    "two models": (("Nimbus unveils vPhone 17 for surgeons", 0), ("Nimbus unveils vPhone 16 for surgeons", 2)),
    "two languages": (("Nimbus asks C++ users about kilns", 0), ("Nimbus asks C# users about kilns", 1)),
    "two parts": (("How we built our kiln, part 1", 0), ("How we built our kiln, part 2", 40)),
    "a bare name a day apart": (("Vantage Kestrel", 0), ("Vantage Kestrel", 25)),
    "one headline of rubric words": (("Here's the latest", 0), ("Here's the latest", 1)),
    "one word": (("Googly", 0), ("Googly!", 1)),
    "one sign of another script": (("新", 0), ("新", 1)),
    "nothing but a picture": (("🎉🎉🎉🎉🎉", 0), ("🎉🎉🎉🎉🎉", 1)),
    "the same half a month later": (
        ("Nimbus unveils the Kestrel 3, a headset for surgeons", 0),
        ("Kestrel 3 headset from Nimbus helps surgeons see", 15 * 24),
    ),
}


@pytest.mark.parametrize("told", TWO.values(), ids=TWO.keys())
def test_two_things_are_two_stories(told: Sequence[tuple[str, float]]) -> None:
    entries = [_entry(title, f"feed{n}", hours=hours) for n, (title, hours) in enumerate(told)]

    grouped = _grouped(*entries)

    assert len([s for s in grouped.stories if {(e.feed, e.id) for e in s.entries} & _names(entries)]) == 2


def _names(entries: Sequence[Entry]) -> set[tuple[str, str]]:
    return {(e.feed, e.id) for e in entries}


def test_two_pages_of_one_site_need_more_than_pages_of_two_sites() -> None:
    titles = ("Save 300 dollars on the Dusty robot vacuum", "The Sweeper robot vacuum is 200 dollars off")

    by_two = _count(_entry(titles[0], "deals"), _entry(titles[1], "bargains", hours=20))
    by_one = _count(_entry(titles[0], "deals"), _entry(titles[1], "deals", hours=20))

    assert (by_two, by_one) == (1, 2)


def test_pages_without_address_in_one_file_are_compared_by_their_words() -> None:
    told = [
        make_entry(title, feed="clippings", link=Link(""), published=NOON + timedelta(hours=n))
        for n, title in enumerate(title for title, _ in ONE["three ways to say it"])
    ]

    assert _count(*told) == 1


def test_two_stories_in_one_form_stay_apart_where_each_is_told_by_several() -> None:
    told = [
        _entry(f"{who} {does}", f"paper{n}", hours=n)
        for who in ("Nimbus", "Vantage")
        for n, does in enumerate(("prepares IPO", "is preparing an IPO, sources say", "prepares IPO for autumn"))
    ]

    found = _telling(_grouped(*told), told)

    assert {tuple(sorted({e.title.split()[0] for e in story.entries})) for story in found.values()} == {
        ("Nimbus",),
        ("Vantage",),
    }


def test_sixty_headlines_with_one_name_are_no_story() -> None:
    sounds = [f"{a}{b}" for a in "bdfgklmnprtvz" for b in ("ano", "ilu", "ore", "ube", "ext", "amp", "ond")]
    told = [
        _entry(f"Marrow 3.8 {one} {other}", f"forum{n % 7}", hours=n)
        for n, (one, other) in enumerate(zip(sounds[:60], sounds[30:90], strict=True))
    ]

    grouped = _grouped(*told)

    found = _telling(grouped, told)
    assert max(len(story.entries) for story in found.values()) <= 3


def test_the_summary_helps_to_tell_what_a_headline_hides() -> None:
    summary = "Nimbus recalls its Kestrel headset: the battery of the Kestrel burns surgeons."
    told = (
        _entry("Kestrel recalled: surgeons hurt", "one", summary=summary),
        _entry("Nimbus takes the Kestrel back", "two", hours=20, summary=summary),
    )
    bare = (_entry(told[0].title, "one"), _entry(told[1].title, "two", hours=20))

    assert (_count(*told), _count(*bare)) == (1, 2)


def test_what_was_nearly_joined_is_named_with_its_words_rarest_first() -> None:
    told = (
        _entry("Nimbus launches the Kestrel 3 headset for surgeons", "one"),
        _entry("Surgeons burnt: Nimbus recalls the Kestrels", "two", hours=10),
    )

    grouped = _grouped(*told)

    found = _telling(grouped, told)
    pair = {found[e.title].id for e in told}
    (near,) = [one for one in grouped.near if {one.one, one.other} == pair]
    assert 0.2 < near.likeness < 0.31
    assert {word.lower() for word in near.shared} == {"nimbus", "kestrel", "surgeons"}


TRIAL = [
    "Harrow takes the stand in the trial of Ostler against Meridian",
    "Ostler v. Meridian: Harrow testifies at the trial for six hours",
    "Harrow testifies that Ostler wanted control of Meridian",
    "On the stand, Harrow says Ostler wanted Meridian for his children",
    "Harrow on the stand: Ostler wanted control of Meridian",
    "Meridian trial: Harrow testifies against Ostler",
]
AROUND = [
    ("Jurors weigh what Ostler told Meridian", 50),
    ("Ostler and Meridian: a friendship ends", 80),
]


def _trial() -> list[Entry]:
    told = [_entry(title, f"paper{n}", hours=n) for n, title in enumerate(TRIAL)]
    return told + [_entry(title, f"daily{n}", hours=hours) for n, (title, hours) in enumerate(AROUND)]


def test_an_affair_is_one_thread_with_its_stories_and_the_largest_leads() -> None:
    told = _trial()

    found = _telling(_grouped(*told), told)

    largest = max(found.values(), key=lambda story: len(story.entries))
    assert len(largest.entries) == len(TRIAL)
    assert len({story.id for story in found.values()}) == 3
    assert {story.thread for story in found.values()} == {largest.id}


def test_stories_of_no_affair_have_no_thread() -> None:
    told = _trial()

    grouped = _grouped(*told)

    affair = _names(told)
    assert {s.thread for s in grouped.stories if not _names(s.entries) & affair} == {""}


def test_what_the_window_does_not_propose_is_in_no_thread_and_no_near_miss() -> None:
    told = _trial()
    entries = [*told, *_background()]

    grouped = stories(entries, {}, proposed=_names(told) and frozenset(_names(told[-2:])))

    assert {s.thread for s in grouped.stories} == {""}
    assert grouped.near == ()


def test_history_makes_its_words_common() -> None:
    told = (
        _entry("Ostler sues over the dog tax", "one"),
        _entry("Dog tax: what Ostler says", "two", hours=30),
    )
    before = [
        make_entry(
            f"Dog tax {n}: Ostler again",
            feed="old",
            published=NOON - timedelta(days=20),
            link=Link(f"https://o.example/{n}"),
        )
        for n in range(200)
    ]
    proposed = frozenset(_names(told))

    alone = stories([*told, *_background()], {}, proposed=proposed)
    after = stories([*told, *_background(), *before], {}, proposed=proposed, since=NOON - timedelta(days=7))

    assert len([s for s in alone.stories if s.proposed]) == 1
    assert len([s for s in after.stories if s.proposed]) == 2


def test_a_short_name_does_not_draw_in_all_that_its_makers_log_says_of_it() -> None:
    log = (
        "Heron App billing and plans change",
        "Heron App for Eclipse gains chat",
        "Heron App code review for Azure",
        "Heron App sandboxes in preview",
        "Heron App availability expanded",
        "Heron App models and agents",
    )
    hubs = ("The Heron App", "Heron App", "Heron App unveiled for desktops")

    found = _grouped(
        *(_entry(title, "log", hours=n) for n, title in enumerate(log)),
        *(_entry(title, f"paper{n}", hours=n) for n, title in enumerate(hubs)),
    )

    largest = max(found.stories, key=lambda story: len(story.entries))
    assert {"paper0", "paper1"} <= {entry.feed for entry in largest.entries}
    assert sum(entry.feed == "log" for entry in largest.entries) <= 3


def test_the_halves_of_dont_join_nothing() -> None:
    titles = (
        "If you need the money, don't take the job",
        "You don't have to",
        "Layoffs don't work",
        "I don’t like yams",
    )

    found = _grouped(*(_entry(title, f"blog{n}", hours=n) for n, title in enumerate(titles)))

    told = [[entry.title for entry in story.entries] for story in found.stories]
    assert [group for group in told if set(group) & set(titles)] == [[title] for title in titles]
