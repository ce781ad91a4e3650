from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.files.sources_toml import read_sources
from newsletter.links import registrable
from newsletter.model.remarks import Remark
from newsletter.model.sources import Sources
from newsletter.text import fold


def sources_of(root: Path, text: str | bytes, topics: str = "") -> tuple[Sources, tuple[Remark, ...]]:
    (root / "sources.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    if topics:
        (root / "topics.txt").write_text(topics, encoding="utf-8")
    return read_sources(root)


def test_without_files_the_programs_own_tables_stand(tmp_path: Path) -> None:
    sources, remarks = read_sources(tmp_path)

    assert remarks == ()
    assert sources.weights["reuters.com"] == 1.0
    assert sources.default == 0.5
    assert "techmeme.com" in sources.aggregators
    assert "msn.com" in sources.syndicators
    assert sources.names["wallstreetjournal"] == "wsj.com"
    assert sources.topics[:2] == ("AI", "artificial intelligence")


def test_every_line_of_the_programs_own_tables_can_match(tmp_path: Path) -> None:
    sources, _ = read_sources(tmp_path)

    assert [d for d in sources.weights if registrable(d, sources.shared) != d and d not in sources.shared] == []
    assert all(0 <= weight <= 1 for weight in sources.weights.values())
    assert [name for name, domain in sources.names.items() if domain not in sources.weights] == []
    assert not sources.aggregators & sources.syndicators


def test_a_workspace_overrides_single_lines_and_adds_others(tmp_path: Path) -> None:
    before, _ = read_sources(tmp_path)
    text = """default = 0.3
[weights]
"Reuters.com" = 0.4
"www.gazette.example" = 1
[aggregators]
hosts = ["votes.example"]
[syndicators]
hosts = ["portal.example"]
[shared]
hosts = ["blogs.example"]
[names]
"The Gazette" = "gazette.example"
"""

    sources, remarks = sources_of(tmp_path, text)

    assert remarks == ()
    assert sources == Sources(
        default=0.3,
        weights={**before.weights, "reuters.com": 0.4, "gazette.example": 1.0},
        aggregators=before.aggregators | {"votes.example"},
        syndicators=before.syndicators | {"portal.example"},
        shared=before.shared | {"blogs.example"},
        names={**before.names, fold("The Gazette"): "gazette.example"},
        topics=before.topics,
    )


def test_a_host_that_the_workspace_gives_a_weight_is_a_publisher(tmp_path: Path) -> None:
    sources, remarks = sources_of(tmp_path, '[weights]\n"producthunt.com" = 0.4\n"yahoo.com" = 0.5\n')

    assert remarks == ()
    assert "producthunt.com" not in sources.aggregators
    assert "yahoo.com" not in sources.syndicators


def test_a_domain_typed_without_quotation_marks_is_understood(tmp_path: Path) -> None:
    sources, remarks = sources_of(tmp_path, "[weights]\ngazette.example = 0.7\nherald.co.uk = 0.6\n")

    assert remarks == ()
    assert (sources.weights["gazette.example"], sources.weights["herald.co.uk"]) == (0.7, 0.6)


def test_an_author_on_a_shared_host_may_have_a_weight(tmp_path: Path) -> None:
    text = '[weights]\n"ann.substack.com" = 0.9\n"bo.blogs.example" = 0.8\n[shared]\nhosts = ["blogs.example"]\n'

    sources, remarks = sources_of(tmp_path, text)

    assert remarks == ()
    assert (sources.weights["ann.substack.com"], sources.weights["bo.blogs.example"]) == (0.9, 0.8)


@pytest.mark.parametrize(
    ("text", "line", "code", "words"),
    [
        ('[weight]\n"a.example" = 1\n', 1, "unknown-key", 'Did you mean "weights"?'),
        ("default = 2\n", 1, "value", "between 0 and 1, not at 2"),
        ('default = "high"\n', 1, "value", '"default" is a number, not "high".'),
        ('[weights]\n"a.example" = 1\n"b.example" = 1.5\n', 3, "value", "between 0 and 1, not at 1.5"),
        ('[weights]\n"a.example" = true\n', 2, "value", '"a.example" is a number, not true.'),
        ('[weights]\n"https://a.example/x" = 1\n', 2, "domain", "without a path"),
        ('[weights]\n"news.a.example" = 1\n', 2, "domain", "pages there count as a.example"),
        ("weights = 3\n", 1, "value", '"weights" is a table:  [weights]'),
        ('[aggregators]\nhost = ["a.example"]\n', 2, "unknown-key", 'Did you mean "hosts"?'),
        ('[syndicators]\nhosts = ["a b"]\n', 2, "domain", '"a b" is no host'),
        ('[names]\n"Gazette" = "The Gazette"\n', 2, "domain", '"The Gazette" is no host'),
        ('[names]\n"Gazette" = 3\n', 2, "value", "one line of text"),
        ('[names]\n"--" = "a.example"\n', 2, "value", "neither letters nor digits"),
        ("[weights\n", 1, "toml", "Expected"),
    ],
)
def test_a_fault_is_named_with_its_line_and_leaves_the_rest_as_it_was(
    tmp_path: Path, text: str, line: int, code: str, words: str
) -> None:
    before, _ = read_sources(tmp_path)

    sources, remarks = sources_of(tmp_path, text)

    (remark,) = remarks
    assert (remark.path, remark.line, remark.level, remark.code) == ("sources.toml", line, "error", code)
    assert words in remark.what
    assert {**sources.weights, "a.example": 1.0} == {**before.weights, "a.example": 1.0}
    assert (sources.default, sources.aggregators, sources.names) == (before.default, before.aggregators, before.names)


def test_a_weight_below_a_domain_names_the_lines_that_would_count(tmp_path: Path) -> None:
    _, (remark,) = sources_of(tmp_path, '[weights]\n"ann.blogs.example" = 0.9\n')

    assert remark.mend == (
        '"blogs.example" = 0.9',
        'Or, if each name before it is another author:  [shared]  hosts = ["blogs.example"]',
    )


def test_topics_replace_the_list_line_by_line(tmp_path: Path) -> None:
    sources, remarks = sources_of(tmp_path, "", "# ours\n\nferry\n  open   water \nC#\n")

    assert remarks == ()
    assert sources.topics == ("ferry", "open water", "C#")


def test_a_file_of_topics_without_any_is_a_list_without_any(tmp_path: Path) -> None:
    sources, remarks = sources_of(tmp_path, "", "# none\n")

    assert (sources.topics, remarks) == ((), ())


def test_topics_that_say_nothing_or_stand_twice_are_named(tmp_path: Path) -> None:
    sources, remarks = sources_of(tmp_path, "", "Ferry\n***\nferry\n")

    assert sources.topics == ("Ferry",)
    assert [(r.path, r.line, r.level, r.code) for r in remarks] == [
        ("topics.txt", 2, "warning", "no-topic"),
        ("topics.txt", 3, "notice", "duplicate"),
    ]
    assert remarks[1].what == '"ferry" stands on line 1 as well.'
