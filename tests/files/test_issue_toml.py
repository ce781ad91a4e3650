from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.files.issue_toml import KINDS, read_wishes
from newsletter.model.issue import Wishes
from newsletter.model.remarks import Remark
from newsletter.model.week import Week

WEEK = Week(2024, 23)


def wished(root: Path, text: str) -> tuple[Wishes, tuple[Remark, ...]]:
    folder = root / "issues" / "2024-W23"
    folder.mkdir(parents=True)
    (folder / "issue.toml").write_text(text, encoding="utf-8")
    return read_wishes(root, WEEK)


def test_without_a_file_there_are_no_wishes(tmp_path: Path) -> None:
    assert read_wishes(tmp_path, WEEK) == (Wishes(path="issues/2024-W23/issue.toml"), ())


def test_every_wish_finds_its_field_and_its_line(tmp_path: Path) -> None:
    wishes, remarks = wished(
        tmp_path,
        """week = "2024-W23"
explainer = "open-weights"
subject = "Weights"
preheader = "Four stories"
intro = \"\"\"
Hello,
all\"\"\"
pin = ["#zoom-ceo"]
drop = ["https://example.com/a", "A headline"]
order = []
sample = true
[retitle]
"#gemini-ga" = "Gemini leaves preview"
""",
    )

    assert remarks == ()
    assert len(wishes.sha256) == 64
    assert (wishes.explainer, wishes.subject, wishes.preheader) == ("open-weights", "Weights", "Four stories")
    assert (wishes.intro, wishes.sample) == ("Hello,\nall", True)
    assert (wishes.pin, wishes.drop) == (("#zoom-ceo",), ("https://example.com/a", "A headline"))
    assert wishes.retitle == {"#gemini-ga": "Gemini leaves preview"}
    assert (wishes.lines["explainer"], wishes.lines["drop"], wishes.lines["retitle.#gemini-ga"]) == (2, 9, 13)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (
            'subjct = "x"',
            '1: error [unknown-key] "subjct" is not a key. Did you mean "subject"? Keys: ' + ", ".join(KINDS) + ".",
        ),
        ("\npin = 5", '2: error [value] "pin" is a list of texts, ["…", "…"], not 5.'),
        ('pin = "#a"', '1: error [value] "pin" is a list of texts, ["…", "…"], not "#a".'),
        ('sample = "yes"', '1: error [value] "sample" is true or false, not "yes".'),
        (
            'subject = """a\nb"""',
            '1: error [value] "subject" is one line of text in quotation marks, "…", not several lines.',
        ),
        (
            'week = "2024-W22"',
            """1: error [week] The file names the week 2024-W22 and lies in the folder of 2024-W23.
    A leftover from an earlier week? Write  week = "2024-W23\"""",
        ),
        (
            'week = "23"',
            '1: error [week] "23" is not a week such as 2024-W23.\n    Write  week = "2024-W23"',
        ),
        (
            'pin = ["#a"]\ndrop = ["#a"]',
            '2: error [contradiction] "#a" is pinned and dropped.\n    Keep one of the two.',
        ),
        ("subject = Weights", None),
        ('[retitle]\n"#a" = ""', '2: error [value] The new headline of "#a" is one line of text, not "".'),
    ],
)
def test_a_fault_is_named_with_its_line_and_its_mend(tmp_path: Path, text: str, remark: str | None) -> None:
    _, remarks = wished(tmp_path, text)

    if remark is None:
        assert [(found.line, found.level, found.code) for found in remarks] == [(1, "error", "toml")]
        assert remarks[0].mend
    else:
        assert [str(found) for found in remarks] == [f"issues/2024-W23/issue.toml:{remark}"]


def test_all_faults_are_named_at_once_and_the_good_wishes_kept(tmp_path: Path) -> None:
    wishes, remarks = wished(tmp_path, 'pin = 5\nsubject = "Weights"\nfoo = 1\nsample = 0\n')

    assert wishes.subject == "Weights"
    assert [remark.line for remark in remarks] == [1, 3, 4]
