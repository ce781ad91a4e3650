"""The headline that a take's author saw stays what it was."""

from __future__ import annotations

from dataclasses import replace

from newsletter.store.anchors import Anchor
from newsletter.store.engine import Store
from tests.store.builders import NOW, later

SEEN = Anchor(path="issues/2024-W23/takes/ann.md", sha256="ab" * 32, feed="gazette", entry="1", title="“Seen”", at=NOW)


def test_an_anchor_comes_back_as_it_was_laid(store: Store) -> None:
    added = store.anchors.add([SEEN])

    assert added == 1
    assert store.anchors.all() == {(SEEN.path, SEEN.sha256): SEEN}


def test_an_anchor_is_never_moved(store: Store) -> None:
    store.anchors.add([SEEN])
    other = replace(SEEN, path="issues/inbox/bob.md")

    added = store.anchors.add([replace(SEEN, title="Changed since", at=later(days=1)), other])

    assert added == 1
    assert set(store.anchors.all().values()) == {SEEN, other}


def test_of_two_anchors_for_one_text_the_first_counts(store: Store) -> None:
    assert store.anchors.add([SEEN, replace(SEEN, title="Another")]) == 1
    assert store.anchors.all()[SEEN.path, SEEN.sha256].title == "“Seen”"


def test_other_words_in_the_same_file_have_an_anchor_of_their_own(store: Store) -> None:
    rewritten = replace(SEEN, sha256="cd" * 32, title="Changed since", at=later(days=1))

    store.anchors.add([SEEN])
    store.anchors.add([rewritten])

    assert set(store.anchors.all().values()) == {SEEN, rewritten}


def test_laying_no_anchor_is_no_fault(store: Store) -> None:
    assert store.anchors.add([]) == 0
    assert store.anchors.all() == {}
