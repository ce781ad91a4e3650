"""Old issues become records: every form and slip of a real archive, with nothing lost and nothing guessed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from time import process_time

import pytest

from newsletter.files.folder import decode
from newsletter.files.past.accounting import words_in, words_of_record
from newsletter.files.past.reader import House, Past, Source, read_issue
from newsletter.model.issue import Issue, Wording
from newsletter.model.members import Member
from newsletter.model.week import Week
from newsletter.press.render import render
from tests.files.past.archive import TEAM, Truth, archive
from tests.press.build import FileTemplates, make_issue, make_story, make_take

DAY = date(2024, 6, 7)
HOUSE = House(
    wording=Wording(name="Tech Pulse"),
    members=tuple(Member(id=name.lower(), name=name, aka=(f"{name} F.",)) for name in TEAM),
    pattern="Week #{week} {year} - {topic}",
)


def past(text: str, *, day: date | None = DAY, html: bool = False) -> Past:
    return read_issue(Source(path="old/issue.md", text=text, slug="issue", day=day, html=html, name="issue"), HOUSE)


def issue_of(text: str, *, html: bool = False) -> Issue:
    found = past(text, html=html).issue
    assert found is not None
    return found


def codes(found: Past) -> list[str]:
    return [remark.code for remark in found.remarks]


def news(text: str) -> Issue:
    return issue_of(f"# Week #23 2024\n\n## Tech News\n\n{text}")


def takes(issue: Issue) -> list[tuple[str, str, str]]:
    """Headline, author and words of every take, "" for one apart."""
    told = [(story.headline, take.author, take.text) for story in issue.stories for take in story.takes]
    return told + [("", take.author, take.text) for take in issue.apart]


# A whole archive -----------------------------------------------------------------------------------


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u200b", "").split())


def read(truth: Truth) -> Past:
    text, _ = decode(truth.raw, truth.name)
    assert text is not None
    day = date.fromisoformat(truth.name[:10])
    return read_issue(Source(path=truth.name, text=text, slug="issue", day=day, name=truth.name[:-3]), HOUSE)


def marks(truth: Truth, issue: Issue) -> dict[str, bool]:
    """What of an issue was read right."""
    body = plain(issue.explainer.body) if issue.explainer else ""
    headlines = [(plain(story.headline), story.link) for story in issue.stories]
    true_takes = [(story.headline, *take) for story in truth.stories for take in story.takes]
    true_takes += [("", *take) for take in truth.apart]
    found = [(plain(headline), author, plain(text)) for headline, author, text in takes(issue)]
    return {
        "title": plain(issue.title) == truth.title,
        "date": issue.date == truth.day,
        "number": issue.number == truth.number,
        "topic": plain(issue.topic) == truth.topic,
        "tldr": plain(issue.explainer.tldr if issue.explainer else "") == truth.tldr,
        "explainer": all(sentence in body for sentence in truth.body) and bool(body) == bool(truth.body),
        "stories": headlines == [(story.headline, story.link) for story in truth.stories],
        "takes": sorted(found) == sorted((headline, author, plain(text)) for headline, author, text in true_takes),
    }


def test_of_an_archive_in_all_its_eras_hardly_anything_is_misread() -> None:
    right: Counter[str] = Counter()
    issues = list(archive(issues=60))

    for truth in issues:
        found = read(truth)
        assert found.issue is not None
        right.update(key for key, ok in marks(truth, found.issue).items() if ok)

    assert {key: count / len(issues) >= 0.99 for key, count in right.items()} == dict.fromkeys(right, True)
    assert len(right) == 8


def test_every_word_of_an_archive_is_in_a_record_or_in_a_remark() -> None:
    for truth in archive(seed=11, issues=40):
        found = read(truth)
        assert found.issue is not None

        text, _ = decode(truth.raw, truth.name)
        kept = words_of_record(found.issue) | {"tl", "dr", "tldr", "title", "date"}
        kept |= {word for remark in found.remarks for word in words_in(remark.what)}
        body = "\n".join(line for line in (text or "").split("\n") if not line.startswith("date:"))
        lost = {word for word in words_in(body.replace("\u200b", "")) if word not in kept}

        # Numbers before items, names of reference links.
        assert not {word for word in lost if not (word.isdigit() and len(word) < 3) and not word.startswith("s")}


def broken(text: str, dice: Random) -> str:
    """The text with a line deleted, doubled, moved, joined to the next or made another thing, and perhaps cut."""
    lines = text.split("\n")
    for _ in range(3):
        at = dice.randrange(len(lines))
        match dice.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                part = lines[at : at + 6]
                dice.shuffle(part)
                lines[at : at + 6] = part
            case 3:
                lines[at : at + 2] = [" ".join(lines[at : at + 2])]
            case 4:
                lines.insert(at, dice.choice(("Yoga:", "> ", "- — Dika", "```", "<!--", "Our take:", "TL;DR", "---")))
            case _:
                lines = [*lines[:at], lines[at][: len(lines[at]) // 2]] if at > 9 else lines
    return "\n".join(lines)


def test_of_a_broken_post_no_word_is_lost_either() -> None:
    dice = Random(7)
    for truth in archive(seed=12, issues=60):
        text = broken(decode(truth.raw, truth.name)[0] or "", dice).replace("\u200b", "")

        found = past(text)

        if found.issue is not None:
            kept = words_of_record(found.issue) | {"tl", "dr", "tldr", "title", "date"}
            kept |= {word for remark in found.remarks for word in words_in(remark.what)}
            lines = (line for line in text.split("\n") if not line.startswith("date:"))
            lost = {word for line in lines for word in words_in(line) if word not in kept}
            assert not {word for word in lost if not (word.isdigit() and len(word) < 3) and not word.startswith("s")}


# Titles, numbers, days -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "number", "topic"),
    [
        ("Week #23 2024 - Open Weights", 23, "Open Weights"),
        ("AI Insider #51 2025 - Agents: What Now", 51, "Agents: What Now"),
        ("AI Insider #51 2025 – Agents", 51, "Agents"),
        ("Week 23, 2024: Agents", 23, "Agents"),
        ("Week #23 2024", 23, ""),
        ("A title of another kind", 0, ""),
    ],
)
def test_titles_keep_their_number_and_their_topic(title: str, number: int, topic: str) -> None:
    plain_one = news('[A b](https://example.com/a)\n\nYoga: "x"').title
    found = issue_of(f'---\ntitle: "{title}"\n---\n\n## Tech News\n\n[A b](https://example.com/a)\n\nYoga: "x"\n')

    assert plain_one == "Week #23 2024"
    assert (found.title, found.number, found.topic) == (title, number, topic)


def test_a_title_that_breaks_yaml_is_read_as_it_is_typed() -> None:
    found = past("---\ntitle: Week #23 2024 - Retrieval: when to search\ndate: 2024-06-07\n---\n\nWords here.\n")

    assert found.issue is not None
    assert found.issue.title == "Week #23 2024 - Retrieval: when to search"
    assert "front-matter" in codes(found)


def test_front_matter_that_never_ends_is_read_as_far_as_it_goes() -> None:
    found = past("---\ntitle: Week #23 2024 - Topic\ndate: 2024-06-07\n\nSome words of the text.\n")

    assert found.issue is not None
    assert found.issue.title == "Week #23 2024 - Topic"
    assert found.issue.explainer is not None
    assert found.issue.explainer.body == "Some words of the text."


def test_the_day_is_the_one_written_in_its_own_zone() -> None:
    found = past("---\ntitle: A\ndate: 2024-06-08 00:30:00 +0700\n---\nWords.\n")

    assert found.issue is not None
    assert found.issue.date == date(2024, 6, 8)
    assert "dates-differ" in codes(found)


def test_a_wrong_week_number_stays_and_is_told() -> None:
    found = past("# Week #34 2024\n\nWords.\n", day=date(2024, 8, 30))

    assert found.issue is not None
    assert (found.issue.title, found.issue.week) == ("Week #34 2024", Week(2024, 35))
    assert "week-number" in codes(found)


def test_without_a_day_nothing_is_guessed_but_the_friday_of_the_week_in_the_title() -> None:
    dated, undated = past("# Week #23 2024\n\nWords.\n", day=None), past("# Something\n\nWords.\n", day=None)

    assert dated.issue is not None
    assert dated.issue.date == DAY
    assert undated.issue is None
    assert codes(undated) == ["no-date"]


# The page around it --------------------------------------------------------------------------------


def test_a_copied_page_gives_level_and_tags_and_its_tails_are_no_body() -> None:
    text = (
        "Week #23 2024 - Open Weights\nMany-Shot Learning what to know\nTL;DR: Weights are numbers.\nIntroduction\n"
        "Every model ends as a list.\nConclusion\nIt ends.\nPrevious:Navigating Caregiving Challeng\n"
        "Intermediate\nLLMs\n"
        "Tech News\nCurrent Tech Pulse: Our Team's Take:\nWhat we make of it.\nZoom CEO sends a twin to your meetings\n"
        "Yoga: “I would send mine.”\nGemini leaves preview\nDika: “Gemini is cheaper now.”\n"
        "Firman: “Codestral speaks eighty languages.”\n"
    )

    issue = issue_of(text)

    assert issue.explainer is not None
    assert issue.explainer.subtitle == "Many-Shot Learning what to know"
    assert issue.explainer.tldr == "Weights are numbers."
    assert issue.explainer.body == "Introduction\nEvery model ends as a list.\nConclusion\nIt ends."
    assert (issue.explainer.level, issue.explainer.tags) == ("Intermediate", ("LLMs",))
    assert issue.wording.pulse_intro == "What we make of it."
    assert takes(issue) == [
        ("Zoom CEO sends a twin to your meetings", "Yoga", "I would send mine."),
        ("Gemini leaves preview", "Dika", "Gemini is cheaper now."),
        ("", "Firman", "Codestral speaks eighty languages."),
    ]


def test_html_says_the_same_as_markdown() -> None:
    html = (
        "<h1>Week #23 2024 - Caches</h1><script>spy()</script><p><b>TL;DR:</b> Keep it.</p><h2>Introduction</h2>"
        "<ul><li>One</li><li>Two</li></ul><h2>Tech News</h2>"
        "<p><em><a href='https://example.com/a'>Kea ships</a></em></p>"
        "<p><a href='https://y.example.com/'>Yoga</a>: &ldquo;Kea is <b>fast</b>.&rdquo;</p>"
    )

    found = past(html, html=True)

    assert found.issue is not None
    assert found.issue.explainer is not None
    assert found.issue.explainer.body == "## Introduction\n\n- One\n- Two"
    assert found.issue.explainer.tldr == "Keep it."
    assert takes(found.issue) == [("Kea ships", "Yoga", "Kea is **fast**.")]
    assert "unseen" in codes(found)


def test_an_explainer_below_the_news_is_the_explainer() -> None:
    text = (
        'Hi team.\n\n## Tech News\n\n[Kea ships](https://example.com/a)\n\nYoga: "Kea!"\n\n## Caches\n\n' + "word " * 80
    )

    issue = issue_of(text)

    assert issue.explainer is not None
    assert issue.explainer.body == ("word " * 80).rstrip()
    assert [story.headline for story in issue.stories] == ["Kea ships"]


def test_what_this_program_prints_it_reads_again() -> None:
    issue = make_issue(
        stories=(
            make_story(),
            make_story("Gemini leaves preview", id="gemini", takes=(make_take("Dika", 'Gemini is "fine", they say.'),)),
        )
    )

    again = issue_of(render(issue, templates=FileTemplates()).markdown)

    assert (again.title, again.date, again.topic) == (issue.title, issue.date, issue.topic)
    assert issue.explainer is not None
    assert again.explainer is not None
    assert again.explainer.tldr == issue.explainer.tldr
    assert (again.explainer.level, again.explainer.author) == (issue.explainer.level, issue.explainer.author)
    assert takes(again) == takes(issue)
    assert [(s.link, s.source, s.published, s.summary) for s in again.stories] == [
        (s.link, s.source, s.published, s.summary) for s in issue.stories
    ]


# Takes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('"It says "no" twice."', 'It says "no" twice.'),
        ("“It says “no” twice.”", "It says “no” twice."),
        ("„Es sagt „nein“.“", "Es sagt „nein“."),
        ("«Il dit “non”.»", "Il dit “non”."),
        ("”Den säger ”nej”.”", "Den säger ”nej”."),
        ("「いいえ」", "いいえ"),
        ("*“All of it slanted.”*", "All of it slanted."),
        ("“Never closed.", "Never closed."),
        ('"Yes" and "no" are words.', '"Yes" and "no" are words.'),
        ("“With thanks.” 🙂", "With thanks. 🙂"),
        ("&ldquo;By name.&rdquo;", "By name."),
    ],
)
def test_marks_around_a_take_go_and_marks_inside_stay(typed: str, words: str) -> None:
    issue = news(f"*[Kea ships](https://example.com/a)*\n\nYoga: {typed}\n")

    assert takes(issue) == [("Kea ships", "Yoga", words)]


@pytest.mark.parametrize(
    "name",
    ["Yoga:", "**Yoga**:", "**Yoga:**", "[Yoga](https://y.example.com/):", "Yoga F. :", "- Yoga:", "Yoga (Editor):",
     "<b>Yoga</b>:", "**Yoga**\n\n", "Yoga –", "> Yoga:"],
)  # fmt: skip
def test_a_name_is_found_in_whatever_it_is_dressed(name: str) -> None:
    issue = news(f'[Kea ships](https://example.com/a)\n\n{name} "Kea is fast."\n')

    assert [(take.member, take.text) for story in issue.stories for take in story.takes] == [("yoga", "Kea is fast.")]


@pytest.mark.parametrize(
    "line",
    [
        "## [Kea ships](https://example.com/a)", "*[Kea ships](https://example.com/a)*", "1. [Kea ships](https://example.com/a)",
        "![i](/i.png) *[Kea ships](https://example.com/a)*", "📰 [Kea ships](https://example.com/a)",
        '<a href="https://example.com/a">Kea ships</a>', "**Kea ships**\nhttps://example.com/a",
        "Kea ships: https://example.com/a", "Kea ships ([Link](https://example.com/a))",
        "[Kea ships](https://example.com/a) (Byteline, 3 June 2024)", "### Kea ships\n\n[Read more](https://example.com/a)",
    ],
)  # fmt: skip
def test_a_headline_is_found_with_its_address(line: str) -> None:
    issue = news(f'{line}\n\nYoga: "Kea is fast."\n')

    assert [(story.headline, story.link) for story in issue.stories] == [("Kea ships", "https://example.com/a")]


def test_a_plain_headline_is_known_above_its_summary() -> None:
    text = (
        'Kea ships\n\nA summary of what it is. It has two sentences.\n\nYoga: "Kea is fast."\n\n'
        'Moa stays\nhttps://example.com/moa\n\nIt was asked to leave.\n\nDika: "One.\n\nA lone bit\n\nTwo."\n'
    )

    issue = news(text)

    assert [(story.headline, story.link) for story in issue.stories] == [
        ("Kea ships", ""),
        ("Moa stays", "https://example.com/moa"),
    ]
    assert issue.stories[1].takes[0].text == "One.\n\nA lone bit\n\nTwo."


def test_a_headline_with_a_quotation_is_no_take() -> None:
    issue = news('Altman: "we will see"\n\nYoga: "Will we?"\n\nKea ships\n\nDika: "Kea it is."\n')

    assert takes(issue) == [('Altman: "we will see"', "Yoga", "Will we?"), ("Kea ships", "Dika", "Kea it is.")]


def test_paragraphs_of_one_quotation_are_one_take() -> None:
    issue = news('**Kea ships**\n\nYoga: "First.\n\nSecond."\n\n**Moa stays**\n\nDika: "Moa."\n')

    assert takes(issue) == [("Kea ships", "Yoga", "First.\n\nSecond."), ("Moa stays", "Dika", "Moa.")]


def test_two_voices_on_one_story_stay_together_and_one_on_another_story_stands_apart() -> None:
    head = '*[Kea cuts prices](https://example.com/a)*\n\nYoga: "Kea is cheap at last."\n\n'

    together = news(f'{head}Dika: "I do not trust Kea with my data, whatever it costs."\n')
    apart = news(f'{head}Dika: "Moa has a licence that we can live with on our own machines."\n')

    assert [headline for headline, *_ in takes(together)] == ["Kea cuts prices", "Kea cuts prices"]
    assert [headline for headline, *_ in takes(apart)] == ["Kea cuts prices", ""]


def test_what_must_be_no_link_is_none_and_a_click_address_is_kept_as_printed() -> None:
    click = "https://click.example.com/?u=abc&utm_source=mail"
    text = f'[Kea ships](javascript:alert(1))\n\nYoga: "Kea."\n\n[Moa stays]({click})\n\nDika: "Moa."\n'

    found = past(f"# Week #23 2024\n\n## Tech News\n\n{text}")

    assert found.issue is not None
    assert [story.link for story in found.issue.stories] == ["", click]
    assert "link" in codes(found)


def test_words_that_belong_to_nobody_are_kept_and_told() -> None:
    found = past('# Week #23 2024\n\n## Tech News\n\n**Kea ships**\n\nYoga: "Kea."\n\nSee you next week!\n')

    assert found.issue is not None
    assert found.issue.intro == "See you next week!"
    assert "unplaced" in codes(found)


def test_code_is_never_read_as_news() -> None:
    issue = issue_of('# Week #23 2024 - Code\n\nWords.\n\n```\n## Tech News\nYoga: "no take"\n```\n')

    assert takes(issue) == []
    assert issue.explainer is not None
    assert "no take" in issue.explainer.body


# Hostile -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["[", "*", '"', "“", "\u00a0", "{", "<", "<!--", "Yoga: ", "→"])
def test_a_line_of_a_hundred_thousand_signs_takes_no_time(sign: str) -> None:
    line = sign * (100_000 // len(sign))
    text = f'# Week #23 2024\n\n## Tech News\n\n**Kea ships**\n\nYoga: "{line}\n\nDika: "Kea."\n'

    start = process_time()
    found = past(text, html=sign.startswith("<"))

    assert found.issue is not None
    assert process_time() - start < 1.0


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---\n", "***", "---\ntitle: x\n---\n\n<br>\n"])
def test_a_text_without_words_is_no_issue(text: str) -> None:
    found = past(text)

    assert found.issue is None
    assert codes(found)[-1] == "empty-issue"


# Forms of other teams ------------------------------------------------------------------------------

HEAD = "*[Kea cuts its prices](https://example.com/kea)*"
EXPLAINED = "## Introduction\n\nA cache keeps what was asked before.\n\n## Conclusion\n\nKeep it.\n"
WORDS = "Cheap at last: we tried it for a week, and we kept it."


@pytest.mark.parametrize(
    "typed",
    [
        f"Wren - “{WORDS}”",
        f"**Wren** (Backend): “{WORDS}”",
        f"**Wren, data engineer:** “{WORDS}”",
        f"**Our take (Wren):** “{WORDS}”",
        f"“{WORDS}” — Wren",
        f"“{WORDS}”\n— Wren",
        f"[Wren](https://people.example.com/wren):\n\n> “{WORDS}”",
        f'Wren: *"{WORDS}*',
    ],
)
def test_a_take_is_known_however_its_author_is_named(typed: str) -> None:
    found = news(f"{HEAD}\n\n{typed}\n")

    assert takes(found) == [("Kea cuts its prices", "Wren", WORDS)]


def test_a_member_needs_no_marks_behind_a_dash() -> None:
    found = news(f"{HEAD}\n\n**{TEAM[0]}** – {WORDS}\n")

    assert takes(found) == [("Kea cuts its prices", TEAM[0], WORDS)]


def test_a_take_in_a_block_quotation_loses_its_marks_in_every_paragraph() -> None:
    found = news(f"{HEAD}\n\n> Wren: “{WORDS}\n>\n> And we tell you why.”\n")

    assert takes(found) == [("Kea cuts its prices", "Wren", f"{WORDS}\n\nAnd we tell you why.")]


def test_icons_called_by_a_name_and_tags_of_emphasis_are_no_part_of_a_headline() -> None:
    found = past(
        "# Week #23 2024\n\n## Tech News\n\n"
        f"[*Kea at 10:30*](https://example.com/kea) :newspaper:\n\nWren: “{WORDS}”\n\n"
        f'<a href="https://example.com/moa"><em>Moa</em></a>\n\nWren: “{WORDS}”\n'
    )

    assert found.issue is not None
    assert [story.headline for story in found.issue.stories] == ["Kea at 10:30", "Moa"]
    assert "icon" in codes(found)


def test_two_takes_below_every_story_belong_to_it_and_a_third_proves_itself() -> None:
    two = "".join(
        f"*[{name} opens a shop](https://example.com/{name})*\n\nWren: “It opened on a rainy day.”\n\n"
        f"Ruru: “Prices elsewhere will fall because of this, surely.”\n\n"
        for name in ("Kea", "Moa", "Tui")
    )

    found = news(f"{two}Pita: “Quartz clocks of Norvania stand still on Sundays, I am told.”\n")

    assert [len(story.takes) for story in found.stories] == [2, 2, 2]
    assert [take.author for take in found.apart] == ["Pita"]


def test_plain_headlines_with_addresses_stand_for_each_other() -> None:
    found = issue_of(
        "# Week #23 2024\n\n## Tech News\n\n#### Voices from the desk\n\n"
        f"1. Kea cuts its prices (https://example.com/kea)\nWren: “{WORDS}”\n\n"
        f"2. Moa opens a shop (https://example.com/moa)\nWren: “{WORDS}”\n\n"
        "3. Tui closes its doors (https://example.com/tui)\n"
    )

    assert [story.headline for story in found.stories] == ["Kea cuts its prices", "Moa opens a shop"]
    assert [(story.headline, story.link) for story in found.headlines] == [
        ("Tui closes its doors", "https://example.com/tui")
    ]


def test_a_quotation_without_a_headline_is_no_headline_of_the_next() -> None:
    found = news(f"{HEAD}\n\nWren: “{WORDS}”\n\nRuru: “It is late now. I like Norvania.”\n\nPita: “I like Norvania.”\n")

    assert [story.headline for story in found.stories] == ["Kea cuts its prices"]


def test_a_label_before_every_take_is_no_part_of_the_issue() -> None:
    text = "".join(
        f"### [{name} opens a shop](https://example.com/{name})\n\n**Our Take:**\n\nWren: “It opened.”\n\n"
        for name in ("Kea", "Moa")
    )

    found = news(text)

    assert [(story.headline, len(story.takes)) for story in found.stories] == [
        ("Kea opens a shop", 1),
        ("Moa opens a shop", 1),
    ]


def test_read_more_below_a_take_is_its_story_s_address() -> None:
    found = past(
        f"# Week #23 2024\n\n## Tech News\n\n**Kea**\n\nWren: “{WORDS}”\n\n[Read more](https://example.com/kea)\n"
    )

    assert found.issue is not None
    assert found.issue.stories[0].link == "https://example.com/kea"
    assert "label" in codes(found)


@pytest.mark.parametrize("name", ["AI Pulse: What Our Team Says", "The team weighs in", "What the team thinks"])
def test_a_team_may_call_its_part_as_it_likes(name: str) -> None:
    found = issue_of(f"# Week #23 2024\n\n## {name}\n\nKea cuts its prices\nWren: “{WORDS}”\n")

    assert found.wording.pulse_heading == name
    assert [story.headline for story in found.stories] == ["Kea cuts its prices"]


def test_a_tldr_in_bold_needs_no_colon() -> None:
    found = issue_of(
        f"# Week #23 2024 - Caches\n\n**TLDR** Keep it.\n\n{EXPLAINED}\n## Tech News\n\n{HEAD}\n\nWren: “{WORDS}”\n"
    )

    assert found.explainer is not None
    assert found.explainer.tldr == "Keep it."


def test_a_rule_alone_is_no_explainer_and_introduction_no_title() -> None:
    ruled = issue_of(f"# Week #23 2024\n\n---\n\n## Tech News\n\n{HEAD}\n\nWren: “{WORDS}”\n")
    untitled = issue_of(f"{EXPLAINED}\n---\n\n## Tech News\n\n{HEAD}\n\nWren: “{WORDS}”\n")

    assert ruled.explainer is None
    assert untitled.title == "issue"
    assert untitled.explainer is not None
    assert untitled.explainer.body == EXPLAINED.strip()


# What is told --------------------------------------------------------------------------------------


def test_front_matter_that_never_ends_does_not_swallow_the_text() -> None:
    found = past(f"---\ntitle: Caches\ndate: 2024-06-07\n\n{EXPLAINED}\n---\n\n{HEAD}\n\nWren: “{WORDS}”\n")

    assert found.issue is not None
    assert found.issue.explainer is not None
    assert "Introduction" in found.issue.explainer.body
    assert "front-matter" in codes(found)


def test_what_front_matter_says_beside_its_keys_is_listed() -> None:
    found = past(
        f"---\ntitle: Caches\n# a note to Rani\nauthor: Tane\ntags: [clocks]\n---\n\n{HEAD}\n\nWren: “{WORDS}”\n"
    )

    told = " ".join(remark.what for remark in found.remarks)
    assert found.issue is not None
    assert found.issue.title == "Caches"
    assert all(word in told for word in ("a note to Rani", "Tane", "clocks"))


def test_what_may_be_a_stranger_s_take_is_told_with_its_mend() -> None:
    found = past(f"# Week #23 2024\n\n## Tech News\n\n*Wren*: {WORDS}\n\n{HEAD}\n\nWren: “{WORDS}”\n")

    stranger = next(remark for remark in found.remarks if remark.code == "stranger")
    assert "Wren" in stranger.what
    assert "[[member]]" in stranger.mend[0]


def test_news_without_a_take_or_a_story_are_told() -> None:
    bare = past(f"# Week #23 2024\n\n## Tech News\n\n{HEAD}\n\nIt was cheap.\n")
    table = past("# Week #23 2024\n\n## Tech News\n\n| Story | Take |\n|---|---|\n| Kea | cheap |\n")

    assert "no-takes" in codes(bare)
    assert "no-takes" in codes(table)
