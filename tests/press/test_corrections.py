"""Corrections in every form: led in by what they correct, harmless, and in the direction they are written in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from newsletter.model.issue import Reference, ToldCorrection
from newsletter.model.week import Week
from newsletter.press.render import corrected_page, render
from tests.press.build import FileTemplates, make_issue

LINK = "https://pulse.example.com/issues/2024-W22/"


def make_correction(text: str = "It was the council.", **changes: Any) -> ToldCorrection:
    reference = Reference(week=Week(2024, 22), title="Week #22 2024 - Bees & <Hives>", link=LINK)
    return ToldCorrection(**{"reference": reference, "day": date(2024, 6, 2), "text": text, **changes})


def test_without_corrections_the_page_is_the_same_and_no_form_speaks_of_them() -> None:
    issue = make_issue()

    made = render(issue, templates=FileTemplates())

    assert corrected_page(issue, (), templates=FileTemplates()) == made.page
    assert not [form for form in (made.markdown, made.email_text) if "Correction" in form]
    assert "Correction" not in made.email_html + made.page


def test_its_own_corrections_change_the_page_and_nothing_else() -> None:
    issue = make_issue()

    page = corrected_page(issue, (make_correction(),), templates=FileTemplates())

    box = '<p><strong>Correction, <time datetime="2024-06-02">2 June 2024</time></strong>: It was the council.</p>'
    assert box in page
    assert page.replace(box, "") != page


def test_a_told_correction_names_the_issue_with_its_signs_escaped() -> None:
    made = render(make_issue(corrections=(make_correction(),)), templates=FileTemplates())

    assert f'Correction to <a href="{LINK}">Week #22 2024 - Bees &amp; &lt;Hives&gt;</a></strong>: It was' in made.page
    assert "Week #22 2024 - Bees &amp; &lt;Hives&gt;</a></strong>: It was the council." in made.email_html
    assert "Correction to Week #22 2024 - Bees & <Hives> [1]: It was the council." in made.email_text
    assert f"Correction to [Week #22 2024 - Bees &amp; &lt;Hives&gt;]({LINK}): It was the council." in made.markdown


def test_an_issue_without_an_address_is_named_and_not_linked() -> None:
    reference = replace(make_correction().reference, link="")

    made = render(make_issue(corrections=(make_correction(reference=reference),)), templates=FileTemplates())

    assert "<strong>Correction to Week #22 2024 - Bees" in made.page
    assert "Correction to Week #22 2024 - Bees & <Hives>: It was the council." in made.email_text


def test_a_list_stands_below_its_lead_and_a_heading_one_level_below_that_of_the_corrections() -> None:
    text = "- one\n- two\n\n# Loud"

    made = render(make_issue(corrections=(make_correction(text),)), templates=FileTemplates())

    assert "</strong>:</p>\n<ul>" in made.page
    assert "<h3>Loud</h3>" in made.page


def test_a_correction_in_another_script_has_its_own_direction() -> None:
    page = corrected_page(make_issue(), (make_correction("המועצה החליטה."),), templates=FileTemplates())

    assert '<div dir="rtl">' in page
