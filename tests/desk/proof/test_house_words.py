"""The house's own list of words."""

from __future__ import annotations

import pytest

from newsletter.model.settings import Checking
from tests.desk.builders import make_explainer, make_take
from tests.desk.proof.builders import HEADLINE, TAKE_PATH, desk_with, remarks_on


def named(text: str, code: str, **checking: tuple[str, ...]) -> list[str]:
    """What the remarks on a take with this text quote first."""
    desk = desk_with(make_take(HEADLINE, text), checking=Checking(**checking))
    return [remark.what.split('"')[1] for remark in remarks_on(desk, code)]


def test_a_word_that_the_house_does_not_print_is_named_by_its_line() -> None:
    take = make_take(HEADLINE, "Well.\n\nThis is a\nGame changer for us.")
    desk = desk_with(take, checking=Checking(avoid=("game changer",)))

    (found,) = remarks_on(desk, "avoid")

    assert str(found) == (
        f'{TAKE_PATH}:4: warning [avoid] "Game changer" is a word that the house does not print.\n'
        '    Another word? The list is  avoid  under [check] in newsletter.toml ("game changer").'
    )


def test_whole_words_and_phrases_count_in_any_case_and_across_lines() -> None:
    found = named("A game\nchanger, GAME CHANGER, gamechanger, game changers.", "avoid", avoid=("game changer",))

    assert found == ["game changer", "GAME CHANGER"]


@pytest.mark.parametrize(
    "text", ["`synergy` is a function.", "[The page](https://a.example/synergy)", "synergy.example"]
)
def test_code_and_addresses_are_not_the_houses(text: str) -> None:
    assert named(text, "avoid", avoid=("synergy",)) == []


def test_every_text_that_is_printed_is_read() -> None:
    explainer = make_explainer("synergy", subtitle="Synergy", tldr="SYNERGY", body="sYnergy")
    wishes = {"subject": "syNergy at last", "preheader": "synErgy", "intro": "synerGy"}

    found = remarks_on(desk_with(explainer=explainer, wishes=wishes, checking=Checking(avoid=("synergy",))), "avoid")

    assert len({remark.what for remark in found}) == 7


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("We keep it on Github.", ["Github"]),
        ("GITHUB, github and GitHub.", ["GITHUB", "github"]),
        ("GitHub's own page.", []),
        ("Look at `github` and https://github.com/x or github.com.", []),
        ("See [Github tricks](https://a.example/).", []),
        ("pip installs rust-github-thing.", []),
    ],
)
def test_names_are_spelt_as_the_house_does(text: str, typed: list[str]) -> None:
    assert named(text, "spelling", spelling=("GitHub",)) == typed


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("There is rust on the gate, and Rust in the kernel.", []),
        ("RUST in the kernel.", ["RUST"]),
        ("Npm failed. NPM failed. I like npm.", ["NPM"]),
        ("Iphone and IPhone.", ["IPhone", "Iphone"]),
    ],
)
def test_a_name_that_is_a_word_as_well_is_left_alone(text: str, typed: list[str]) -> None:
    assert named(text, "spelling", spelling=("Rust", "npm", "iPhone")) == typed
