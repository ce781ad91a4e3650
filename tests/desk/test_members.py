"""Whose take it is, from what was typed or from the file's name."""

from __future__ import annotations

import pytest

from newsletter.desk.members import closest, member_named, sharing
from newsletter.model.members import Member
from tests.desk.builders import DIKA, MEMBERS, YOGA

NAMED = {
    "id": ("yoga", YOGA),
    "name": ("Yoga", YOGA),
    "capitals": ("YOGA", YOGA),
    "other name": ("dika p.", DIKA),
    "file with a number": ("yoga-2", YOGA),
    "file with a subject": ("zoom_yoga", YOGA),
    "two members": ("yoga-dika", None),
    "nobody": ("firman", None),
    "part of a name": ("yog", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("typed", "expected"), NAMED.values(), ids=NAMED.keys())
def test_a_member_is_named(typed: str, expected: Member | None) -> None:
    assert member_named(typed, MEMBERS) == expected


def test_accents_do_not_hide_a_member() -> None:
    jose = Member(id="jose", name="José María")

    assert member_named("jose maria", [jose]) == jose


def test_the_member_spelt_most_like_it_is_offered() -> None:
    assert closest("Yogi", MEMBERS) == YOGA
    assert closest("Xerxes", MEMBERS) is None


def test_two_who_share_a_name_are_both_offered() -> None:
    annas = (Member(id="annab", name="Anna Berg"), Member(id="annas", name="Anna Schmidt"))

    assert sharing("anna", annas) == annas
    assert sharing("Anna Berg", annas) == sharing("Berg", annas) == ()
