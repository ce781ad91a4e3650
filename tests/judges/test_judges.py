"""The judges that need no other program, on the stress issues; and the list that the others are held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judges.counts import mime, sizes, words
from tests.judges.findings import Finding, Subjects
from tests.judges.requests import requests
from tests.judges.subjects import stressed_letters
from tests.judges.support import CLIENTS, LIST, listed


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Subjects:
    return Subjects(letters=tuple(stressed_letters(tmp_path_factory.mktemp("letters"))), sites=())


def faults(found: list[Finding]) -> list[str]:
    return [f"{one.subject}: {fault}" for one in found for fault in one.faults]


def test_letters_at_the_limits_are_strict_mime(subjects: Subjects) -> None:
    assert faults([*mime(subjects)]) == []


def test_letters_at_the_limits_keep_to_their_size(subjects: Subjects) -> None:
    assert faults([*sizes(subjects)]) == []


def test_letters_at_the_limits_fetch_pictures_of_their_own_site_alone_and_nothing_in_them_acts(
    subjects: Subjects,
) -> None:
    assert faults([*requests(subjects)]) == []


def test_the_text_part_holds_every_headline_link_and_take(subjects: Subjects) -> None:
    assert faults([*words(subjects)]) == []


def test_the_stress_issue_is_as_large_as_it_says(subjects: Subjects) -> None:
    issue = next(letter.issue for letter in subjects.letters if letter.name == "stress")

    assert len(issue.stories) == 24
    assert sum(len(story.takes) for story in issue.stories) == 40
    assert issue.explainer is not None
    assert len(issue.explainer.body.split()) > 1_000


def test_the_list_of_what_programs_leave_out_names_known_programs_once_and_says_why() -> None:
    text = LIST.read_text(encoding="utf-8")
    rows = listed(text)

    assert len(rows) == sum(1 for line in text.splitlines() if line.startswith("| `")) > 5
    for feature, (families, reason) in rows.items():
        assert set(families) <= set(CLIENTS), feature
        assert len(reason.split()) >= 4, feature


def test_no_registry_is_named_where_the_judges_packages_are_listed() -> None:
    lock = (Path(__file__).parent / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert '"integrity"' in lock
