"""issue.json, state.json, seal.json, news.jsonl: what goes in comes out, and damage is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.errors import NewsletterError
from newsletter.files.news import dump_news, parse_news, read_news, write_news
from newsletter.files.record import (
    dump_record,
    parse_record,
    printed_of,
    read_memory,
    read_record,
    record_path,
    write_record,
)
from newsletter.files.state import (
    dump_seal,
    dump_state,
    parse_seal,
    parse_state,
    read_seal,
    read_state,
    state_path,
    write_seal,
    write_state,
)
from newsletter.model.issue import Issue, PrintedStory, PrintedTake, Wording
from newsletter.model.news import News, Ranked
from newsletter.model.week import Week
from newsletter.model.week_state import Seal, Sent, WeekState
from tests.files.values import whole

WEEK = Week(2024, 23)
NOON = datetime(2024, 6, 7, 12, tzinfo=UTC)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def an_issue(week: Week = WEEK) -> Issue:
    take = PrintedTake(author="Yoga", member="yoga", text="I would.")
    story = PrintedStory(
        id="zoom", headline="Zoom", link="https://z.example/a", takes=(take,), addresses=("https://y.example/b",)
    )
    told = PrintedStory(id="other", headline="Other", link="https://o.example/a", addresses=("https://o.example/a",))
    return Issue(
        week=week,
        number=7,
        title="Week",
        subject="Week",
        topic="Weights",
        date=date(2024, 6, 7),
        wording=Wording(name="Tech Pulse", base_url="https://pulse.example.com"),
        stories=(story,),
        headlines=(told,),
        apart=(replace(take, author="Dika", text="Apart."),),
    )


def sent(root: Path, week: Week) -> None:
    write_record(root, an_issue(week))
    write_state(root, week, WeekState(sent=Sent(started=NOON)))


# Round trips ---------------------------------------------------------------------------------------


@FEW
@given(whole(Issue))
def test_a_record_read_back_is_the_issue(issue: Issue) -> None:
    assert parse_record(dump_record(issue)) == issue
    assert dump_record(parse_record(dump_record(issue))) == dump_record(issue)


@FEW
@given(whole(WeekState), whole(Seal))
def test_a_state_and_a_seal_read_back_are_equal(state: WeekState, seal: Seal) -> None:
    assert parse_state(dump_state(state)) == state
    assert parse_seal(dump_seal(seal)) == seal


@FEW
@given(st.lists(whole(Ranked), max_size=2).map(tuple))
def test_news_read_back_are_equal_and_one_line_a_story(stories: tuple[Ranked, ...]) -> None:
    text = dump_news(WEEK, News(ranked=stories))

    assert parse_news(text, WEEK) == News(ranked=stories)
    assert text.count("\n") == len(stories) + 1


def test_the_record_is_made_for_people_and_git() -> None:
    text = dump_record(an_issue())

    assert text.startswith('{\n "apart": [')
    assert text.endswith("\n}\n")
    assert json.loads(text)["format"] == "tech-pulse-issue/1"


def test_the_order_of_digests_does_not_change_a_byte() -> None:
    one = Seal(by="rani", at=NOON, digests={"a": "1", "b": "2"})

    assert dump_seal(one) == dump_seal(replace(one, digests={"b": "2", "a": "1"}))


# Files ---------------------------------------------------------------------------------------------


def test_files_that_are_not_there_say_that_nothing_happened(tmp_path: Path) -> None:
    assert read_record(tmp_path, WEEK) is None
    assert read_state(tmp_path, WEEK) == WeekState()
    assert read_seal(tmp_path, WEEK) is None
    assert read_news(tmp_path, WEEK) is None


def test_what_is_written_is_read_and_not_written_twice(tmp_path: Path) -> None:
    seal = Seal(by="rani", at=NOON, digests={"issue.md": "0"})
    state = WeekState(held="no takes")

    assert write_record(tmp_path, an_issue())
    assert not write_record(tmp_path, an_issue())
    assert write_state(tmp_path, WEEK, state)
    assert write_seal(tmp_path, WEEK, seal)
    assert write_news(tmp_path, WEEK, News())
    assert read_record(tmp_path, WEEK) == an_issue()
    assert read_state(tmp_path, WEEK) == state
    assert read_seal(tmp_path, WEEK) == seal
    assert read_news(tmp_path, WEEK) == News()


def test_while_nothing_happened_there_is_no_state_file(tmp_path: Path) -> None:
    write_state(tmp_path, WEEK, WeekState(held="no takes"))

    assert write_state(tmp_path, WEEK, WeekState())
    assert not state_path(tmp_path, WEEK).exists()
    assert not write_state(tmp_path, WEEK, WeekState())


READERS: dict[str, Callable[[Path, Week], object]] = {
    "issue.json": read_record,
    "state.json": read_state,
    "seal.json": read_seal,
    "news.jsonl": read_news,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"null",
        b'{"format": "x"}',
        b'{"format": "tech-pulse-issue/x"}',
        b"<<<<<<< HEAD\n",
        b'{"at": "today"}',
        b'{"frozen": []}',
        b'{"sent": {"started": 5}}',
        b'{"by": NaN}',
        b"[" * 20000,
    ],
    ids=lambda raw: raw[:20].decode("latin-1"),
)
def test_a_damaged_file_is_named_with_its_mend(tmp_path: Path, name: str, raw: bytes) -> None:
    path = tmp_path / "issues" / "2024-W23" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)

    with pytest.raises(NewsletterError) as caught:
        READERS[name](tmp_path, WEEK)

    assert name in caught.value.what
    assert "git checkout" in caught.value.mend


@pytest.mark.parametrize(
    "broken", ['"number": "7"', '"number": true', '"numbr": 7', '"week": "2024-W60"', '"date": "June"']
)
def test_a_record_that_does_not_fit_is_damaged(tmp_path: Path, broken: str) -> None:
    key = broken.split('"')[1].replace("numbr", "number")
    text = "\n".join(
        f" {broken}," if line.startswith(f' "{key}"') else line for line in dump_record(an_issue()).split("\n")
    )
    record_path(tmp_path, WEEK).parent.mkdir(parents=True)
    record_path(tmp_path, WEEK).write_text(text)

    with pytest.raises(NewsletterError, match="is damaged"):
        read_record(tmp_path, WEEK)


def test_a_record_of_a_later_version_is_not_guessed_at(tmp_path: Path) -> None:
    write_record(tmp_path, an_issue())
    path = record_path(tmp_path, WEEK)
    path.write_text(path.read_text().replace("tech-pulse-issue/1", "tech-pulse-issue/2"))

    with pytest.raises(NewsletterError, match="newer than this program"):
        read_record(tmp_path, WEEK)


def test_news_of_another_week_are_not_taken() -> None:
    with pytest.raises(ValueError, match="2024-W22"):
        parse_news(dump_news(Week(2024, 22), News()), WEEK)


# Memory --------------------------------------------------------------------------------------------


def test_memory_holds_every_address_and_every_take() -> None:
    printed = printed_of(an_issue())

    assert printed.stories == (
        ("Zoom", ("https://z.example/a", "https://y.example/b")),
        ("Other", ("https://o.example/a",)),
    )
    assert printed.takes == (("Yoga", "I would.", "Zoom"), ("Dika", "Apart.", ""))
    assert printed.reference.link == "https://pulse.example.com/issues/2024-W23/"


def test_memory_is_of_issues_sent_before_the_week_oldest_first(tmp_path: Path) -> None:
    for week in (Week(2024, 24), Week(2024, 22), Week(2023, 52), Week(2024, 21)):
        sent(tmp_path, week)
    write_state(tmp_path, Week(2024, 21), WeekState(held="no takes"))
    (tmp_path / "issues" / "2023-W52" / "issue.toml").write_text("sample = true\n")
    sent(tmp_path, Week(2023, 51))

    printed, remarks = read_memory(tmp_path, before=WEEK)

    assert remarks == ()
    assert [issue.reference.week for issue in printed] == [Week(2023, 51), Week(2024, 22)]


def test_memory_names_every_record_that_is_gone_or_damaged(tmp_path: Path) -> None:
    for week in (Week(2024, 20), Week(2024, 21), Week(2024, 22)):
        sent(tmp_path, week)
    record_path(tmp_path, Week(2024, 20)).unlink()
    record_path(tmp_path, Week(2024, 21)).write_text("{")

    printed, remarks = read_memory(tmp_path, before=WEEK)

    assert len(printed) == 1
    assert [(remark.level, remark.code) for remark in remarks] == [("error", "record"), ("error", "record")]
    assert str(tmp_path) not in "".join(str(remark) for remark in remarks)
