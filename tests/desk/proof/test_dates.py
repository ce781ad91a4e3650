"""Weeks, dates and years that are another issue's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model.issue import Wording
from newsletter.model.settings import Publication
from tests.desk.builders import make_desk, make_explainer, make_settings
from tests.desk.proof.builders import EXPLAINER_PATH, HEADLINE, desk_with, on_body, on_take, on_wishes, remarks_on


def test_a_subject_that_names_another_week_must_not_go_out() -> None:
    (found,) = on_wishes("week", subject="Week #34 2024 - Smaller models")

    assert str(found) == (
        "issues/2024-W23/issue.toml:2: error [week] 7 June 2024 lies in ISO week 23, the subject says 34.\n"
        '    "Week #34 2024" is left over? Write  Week #23 2024'
    )


def test_the_right_week_of_another_year_is_named() -> None:
    (found,) = on_wishes("week", subject="Week #23 2023 - Smaller models")

    assert (found.level, found.what) == ("error", "7 June 2024 lies in the ISO year 2024, the subject says 2023.")


@pytest.mark.parametrize(
    "subject",
    [
        "Week #23 2024 - Smaller models",
        "Week 23: smaller models",
        "2024-W23: smaller models",
        "What changed since Week #34",
        "A week 3 times as long",
        "Weekend of 34 models",
        "Dry January, week 2",
        "The six-week 2024 plan",
    ],
)
def test_its_own_week_and_weeks_spoken_of_are_left_alone(subject: str) -> None:
    assert on_wishes("week", subject=subject) == ()


@pytest.mark.parametrize("subject", ["Week 34: smaller models", "2024-W34: smaller models", "Pulse, week no. 34"])
def test_other_forms_of_a_week_are_read(subject: str) -> None:
    assert [remark.level for remark in on_wishes("week", subject=subject)] == ["error"]


def test_a_house_that_counts_its_issues_as_weeks_may_do_so() -> None:
    publication = Publication(wording=Wording(name="Tech Pulse"), title="Week #{number} - {topic}", first_number=51)
    desk = make_desk([HEADLINE], wishes={"subject": "Week #51 - Smaller models"})
    desk = replace(desk, settings=make_settings(publication=publication))

    assert remarks_on(desk, "week") == ()


def test_the_explainers_header_must_not_name_another_week() -> None:
    explainer = make_explainer(path=EXPLAINER_PATH, subtitle="Week #22 2024 - Many-Shot Learning")

    (found,) = remarks_on(desk_with(explainer=explainer), "week")

    assert (found.path, found.level) == (EXPLAINER_PATH, "error")


def test_a_course_may_number_its_weeks() -> None:
    assert remarks_on(desk_with(explainer=make_explainer("Week 3: Attention")), "week") == ()


def test_running_text_may_speak_of_any_week() -> None:
    assert on_take("As we wrote in Week #19 2024, it was a matter of time.", "week") == ()
    assert on_wishes("week", intro="We are back. In Week #19 2024 we promised a list.") == ()


def test_an_intro_that_begins_with_another_week_is_named() -> None:
    (found,) = on_wishes("week", intro="Week #22 2024 was long.")

    assert (found.level, found.line) == ("warning", 4)


@pytest.mark.parametrize(
    "subject", ["Tech Pulse, 30 August 2024", "2024-08-30: smaller models", "Smaller models (August 30, 2024)"]
)
def test_a_dateline_with_another_day_is_named(subject: str) -> None:
    (found,) = on_wishes("week", subject=subject)

    assert found.what == ("The subject says 30 August 2024, which lies in ISO week 35; the issue is of 7 June 2024.")
    assert found.level == "warning"


@pytest.mark.parametrize(
    "subject",
    [
        "Tech Pulse, 7 June 2024",
        "What changes on 1 August 2024",
        "The outage of 30 May 2024, hour by hour",
        "All you can do until Friday, 14 June 2024",
        "Tech Pulse, 31 June 2024",
    ],
)
def test_the_issues_own_day_and_days_it_tells_of_are_left_alone(subject: str) -> None:
    assert on_wishes("week", subject=subject) == ()


@pytest.mark.parametrize(
    "line",
    ["© 2023 Tech Pulse", "Copyright 2023 Tech Pulse", "Copyright © 2019–2023, the editors", "(c) Tech Pulse 2022"],
)
def test_a_line_of_rights_with_a_year_that_is_over_is_named(line: str) -> None:
    desk = make_desk([HEADLINE])
    house = replace(desk.settings.publication, wording=Wording(name="Tech Pulse", postal_address=line))

    in_address = remarks_on(replace(desk, settings=replace(desk.settings, publication=house)), "stale-year")

    assert [(remark.path, remark.level) for remark in in_address] == [("newsletter.toml", "warning")]
    assert [remark.line for remark in on_body(f"One.\n\n{line}", "stale-year")] == [7]


@pytest.mark.parametrize(
    "text",
    [
        "© 2024 Tech Pulse",
        "© 2019–2024 Tech Pulse",
        "The Copyright Act of 1976 did not foresee this.",
        "In 2019 copyright was simpler.",
        "Its footer says © 2011, which tells you when somebody last looked.",
    ],
)
def test_years_that_are_told_of_are_left_alone(text: str) -> None:
    assert on_take(text, "stale-year") == ()


def test_a_greeting_to_a_year_that_is_over_is_named() -> None:
    assert len(on_wishes("stale-year", subject="Happy New Year 2023!")) == 1
    assert on_wishes("stale-year", subject="Happy 2024, and smaller models") == ()
