"""Readers may choose a cut of the issue: each gets theirs, as it was approved, and nobody two or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.desk.sealing import digest
from newsletter.editorial import rebuild
from newsletter.errors import NotReady, UsageFault
from newsletter.files.state import read_seal
from newsletter.model.audience import Address, Tally, Variant
from newsletter.pipeline import draft
from newsletter.rehearsal import rehearse
from newsletter.subscriptions import add, choose
from tests.room import WEEK, Workspace, workspace

CUTS: tuple[Variant, ...] = ("full", "news", "explainer")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        yield space


def offer(space: Workspace, *variants: Variant) -> None:
    settings = space.room.settings
    space.room = replace(space.room, settings=replace(settings, mail=replace(settings.mail, variants=variants)))


def join(space: Workspace, name: str, variant: str) -> None:
    space.store.subscribers.add(Address(f"{name}@example.org"), now=space.clock.instant, variant=variant)


def letters(space: Workspace) -> dict[str, bytes]:
    return {letter.recipient.partition("@")[0]: letter.data for letter in space.post.taken if letter.subscriber}


def test_each_reader_gets_the_cut_they_chose_and_everybody_else_the_first(space: Workspace) -> None:
    offer(space, "full", "news")
    for name, variant in (("ada", "full"), ("bo", "news"), ("cy", "explainer"), ("di", "of another day")):
        join(space, name, variant)

    space.seal()
    tally = space.deliver()

    found = letters(space)
    assert tally == Tally(audience=4, accepted=4)
    assert sorted(found) == ["ada", "bo", "cy", "di"]
    assert {name for name, data in found.items() if b":news:" in data} == {"bo"}
    assert all(space.post.readers.count(name) == 1 for name in found)


def test_a_second_run_and_a_change_of_mind_between_send_nobody_a_second_letter(space: Workspace) -> None:
    offer(space, "full", "news")
    join(space, "ada", "full")
    join(space, "bo", "news")
    space.seal()
    space.deliver()

    space.store.subscribers.choose(Address("ada@example.org"), "news")
    tally = space.deliver()

    assert tally == Tally(audience=2, accepted=2)
    assert space.post.readers == ["ada", "bo"]


def test_a_cut_of_which_the_week_holds_nothing_goes_out_whole(space: Workspace) -> None:
    offer(space, *CUTS)
    join(space, "ada", "explainer")
    has_explainer = space.seal().draft.issue.explainer is not None

    space.deliver()

    assert not has_explainer
    assert b":full:" in letters(space)["ada"]
    assert not (space.folder() / "email.explainer.html").exists()


def test_the_approval_stands_for_the_files_of_every_cut(space: Workspace) -> None:
    offer(space, "full", "news")
    join(space, "ada", "news")
    space.seal()
    path = space.folder() / "email.news.html"
    seal = read_seal(space.root, WEEK)

    assert seal is not None
    assert seal.digests[f"issues/{WEEK}/email.news.html"] == digest(path.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"</body>", b"<!-- --></body>"))
    with pytest.raises(NotReady, match=r"email\.news\.html"):
        space.deliver()


def test_a_cut_that_is_not_offered_any_more_leaves_no_files(space: Workspace) -> None:
    offer(space, "full", "news")
    draft(space.room, WEEK, space.store)
    before = sorted(path.name for path in space.folder().glob("email*"))
    offer(space, "full")

    draft(space.room, WEEK, space.store)

    assert before == ["email.html", "email.news.html", "email.news.txt", "email.txt"]
    assert sorted(path.name for path in space.folder().glob("email*")) == ["email.html", "email.txt"]


def test_every_cut_can_be_made_again_from_the_folder(space: Workspace) -> None:
    offer(space, "full", "news")
    space.seal()

    verified = rebuild(space.room, WEEK, verify=True)
    (space.folder() / "email.news.txt").unlink()
    broken = rebuild(space.room, WEEK, verify=True)
    rebuild(space.room, WEEK, verify=False)

    assert verified.differing == ()
    assert broken.differing == (f"issues/{WEEK}/email.news.txt",)
    assert rebuild(space.room, WEEK, verify=True).differing == ()


def test_the_rehearsal_writes_the_letters_of_every_cut(space: Workspace, tmp_path: Path) -> None:
    offer(space, "full", "news")
    join(space, "ada", "full")
    join(space, "bo", "news")
    space.seal()

    count = rehearse(space.room, WEEK, space.store, tmp_path / "out")
    space.deliver()

    rehearsed = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert count == 2
    assert rehearsed == sorted(letters(space).values())


def test_a_reader_can_be_given_another_cut_if_it_is_offered(space: Workspace) -> None:
    offer(space, "full", "news")

    add(space.room, space.store, "ada@example.org", variant="news")
    before = space.store.subscribers.by_address(Address("ada@example.org"))
    known = choose(space.room, space.store, "Ada@example.org", "full")
    after = space.store.subscribers.by_address(Address("ada@example.org"))

    assert before is not None
    assert after is not None
    assert (before.variant, known, after.variant) == ("news", True, "full")
    assert not choose(space.room, space.store, "nobody@example.org", "news")
    with pytest.raises(UsageFault, match='"explainer" is not offered: full, news') as fault:
        choose(space.room, space.store, "ada@example.org", "explainer")
    assert "variants =" in fault.value.mend
