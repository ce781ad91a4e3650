"""Whole weeks: every check of every pack holds."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.packs.play import check

HERE = Path(__file__).parent / "packs" / "weeks"
PACKS = sorted(path.parent for path in HERE.glob("*/pack.json"))


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_every_check_of_the_pack_holds(folder: Path, tmp_path: Path) -> None:
    verdict = check(folder, tmp_path / "week")

    assert verdict.all_held, verdict.said


def test_a_check_that_does_not_hold_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "packs" / PACKS[0].name
    shutil.copytree(PACKS[0], folder)
    shutil.copy(HERE / "check_issue.py", folder.parent)
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    wanted["absent"].append({"text": "a", "why": "no issue goes without this letter"})
    (folder / "expected.json").write_text(json.dumps(wanted), encoding="utf-8")

    verdict = check(folder, tmp_path / "week")

    assert not verdict.all_held
    assert "shows 'a': no issue goes without this letter" in verdict.said


@pytest.mark.skipif("NEWSLETTER_CORPUS" not in os.environ, reason="NEWSLETTER_CORPUS is not set")
def test_packs_beside_the_corpus_hold_as_well(tmp_path: Path) -> None:
    beside = Path(os.environ["NEWSLETTER_CORPUS"]).parent / "packs"
    further = sorted(path.parent for path in beside.glob("*/pack.json"))

    verdicts = {folder.name: check(folder, tmp_path / folder.name) for folder in further}

    assert verdicts
    assert [name for name, verdict in verdicts.items() if not verdict.all_held] == []
