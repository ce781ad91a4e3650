"""Corrections: on the page, in the feed, at the next issue's foot; what was sent stays as it was sent."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.correcting import correct, listed, withdraw
from newsletter.editorial import bring_back, rebuild, skip
from newsletter.errors import NotReady, UsageFault
from newsletter.files.record import parse_record, read_record
from newsletter.files.state import dump_state, parse_state, read_seal, write_state
from newsletter.model.week import Week
from newsletter.model.week_state import WeekState
from newsletter.newsroom.records import seal_holds
from newsletter.pipeline import approve, draft, publish
from tests.room import FREEZE, WEEK, Workspace, workspace

ATOM = "{http://www.w3.org/2005/Atom}"
SUNDAY = datetime(2024, 6, 9, 10, tzinfo=UTC)
WORDS = "It was the *council*, not the [mayor](https://town.example.com/minutes)."
NEXT, LATER = WEEK.after(), WEEK.after(2)


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        space.add("ada")
        yield space


@pytest.fixture(scope="module")
def sent_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose week was sent; not to be changed."""
    root = tmp_path_factory.mktemp("sent")
    with workspace(root) as space:
        space.add("ada")
        space.send()
        publish(space.room)
    return root


@pytest.fixture
def sent(sent_once: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The week was sent, and it is the Sunday after."""
    with workspace(shutil.copytree(sent_once, tmp_path, dirs_exist_ok=True), at=SUNDAY) as space:
        yield space


def page(space: Workspace) -> str:
    return (space.room.site / "issues" / str(WEEK) / "index.html").read_text(encoding="utf-8")


def feed(space: Workspace) -> ET.Element:
    return ET.fromstring((space.room.site / "feed.xml").read_text(encoding="utf-8"))


def close(space: Workspace, weeks: int) -> None:
    """Freeze the week that comes so many after the first, a take in it."""
    space.take(f"take-{weeks}", f"Week {weeks} says something else again.", week=WEEK.after(weeks))
    space.clock.instant = FREEZE + timedelta(days=7 * weeks)
    space.freeze(WEEK.after(weeks))


def test_an_issue_that_no_reader_has_seen_is_mended_and_not_corrected(space: Workspace) -> None:
    space.seal()

    with pytest.raises(NotReady, match="no reader has seen it yet") as fault:
        correct(space.room, WEEK, WORDS, by="rani")

    assert fault.value.mend == "Mend the file itself, then draft it again:  newsletter draft 2024-W23"
    assert space.state().corrections == ()


def test_a_correction_stands_dated_at_the_top_of_the_page(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani")

    box = re.search(
        r'<section class="corrected" aria-label="Corrections of this issue">(.*?)</section>', page(sent), re.S
    )
    assert box is not None
    assert 'Correction, <time datetime="2024-06-09">9 June 2024</time></strong>: It was the <em>council</em>' in box[1]
    assert page(sent).index("<h1") < box.start() < page(sent).index('class="news"')


def test_the_newest_correction_stands_first(sent: Workspace) -> None:
    correct(sent.room, WEEK, "The first.", by="rani")
    sent.clock.instant += timedelta(days=1)
    correct(sent.room, WEEK, "The second.", by="rani")

    assert page(sent).index("The second.") < page(sent).index("The first.")


def test_the_day_is_that_of_the_publications_zone(tmp_path: Path) -> None:
    with workspace(tmp_path, settings={"WEEK__TIMEZONE": "Pacific/Auckland"}) as space:
        space.add("ada")
        space.send()
        space.clock.instant = datetime(2024, 6, 9, 13, tzinfo=UTC)

        report = correct(space.room, WEEK, WORDS, by="rani")

    assert report.page[0].day.isoformat() == "2024-06-10"


def test_what_was_sent_stays_byte_for_byte_and_can_still_be_proved(sent: Workspace) -> None:
    names = ("email.html", "email.txt", "issue.md", "issue.json", "news.jsonl", "seal.json")
    before = {name: (sent.folder() / name).read_bytes() for name in names}

    correct(sent.room, WEEK, WORDS, by="rani", tell=True)

    assert {name: (sent.folder() / name).read_bytes() for name in names} == before
    assert rebuild(sent.room, WEEK, verify=True).differing == ()
    assert seal_holds(sent.room, WEEK)


def test_the_feed_says_when_an_issue_was_put_right_and_how(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani")

    found = feed(sent)
    entry = found.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}published") == "2024-06-07T00:00:00Z"
    assert entry.findtext(f"{ATOM}updated") == found.findtext(f"{ATOM}updated") == "2024-06-09T10:00:00Z"
    assert "It was the <em>council</em>" in (entry.findtext(f"{ATOM}content") or "")


def test_a_corrected_issue_stays_in_its_place_in_the_feed_and_is_marked_in_the_list(sent: Workspace) -> None:
    close(sent, 1)
    approve(sent.room, NEXT, by="rani")
    sent.deliver(NEXT)

    correct(sent.room, WEEK, WORDS, by="rani")

    ids = [entry.findtext(f"{ATOM}id") for entry in feed(sent).findall(f"{ATOM}entry")]
    index = (sent.room.site / "index.html").read_text(encoding="utf-8")
    assert ids == [f"https://pulse.example.com/issues/{week}/" for week in (NEXT, WEEK)]
    assert re.findall(r"issues/(\S+)/index.html[^<]*</a> <span class=\"mark\">corrected", index) == [str(WEEK)]


def test_one_that_is_told_stands_at_the_foot_of_the_next_issue_in_every_form(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    correct(sent.room, WEEK, "One that nobody needs to hear of.", by="rani")

    close(sent, 1)

    folder = sent.folder(NEXT)
    lead = 'Correction to <a href="https://pulse.example.com/issues/2024-W23/"'
    assert lead in (folder / "email.html").read_text(encoding="utf-8")
    assert "Correction to Week #23 2024 [1]: It was the" in (folder / "email.txt").read_text(encoding="utf-8")
    assert "Correction to [Week #23 2024](https://pulse.example.com/issues/2024-W23/): It was the" in sent.issue_text(
        NEXT
    )
    assert "nobody needs" not in sent.issue_text(NEXT)
    approve(sent.room, NEXT, by="rani")
    publish(sent.room, NEXT)
    told = (sent.room.site / "issues" / str(NEXT) / "index.html").read_text(encoding="utf-8")
    assert 'Correction to <a href="../../issues/2024-W23/index.html"' in told
    assert told.index('class="news"') < told.index('<section class="corrections"') < told.index("</main>")


def test_what_is_told_is_fixed_at_the_freeze_and_told_once(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    correct(sent.room, WEEK, "Told a week later.", by="rani", tell=True)
    draft(sent.room, NEXT, None)
    first = read_record(sent.root, NEXT)
    approve(sent.room, NEXT, by="rani")
    sent.deliver(NEXT)

    close(sent, 2)

    second = read_record(sent.root, LATER)
    assert first is not None
    assert second is not None
    assert [one.text for one in first.corrections] == [WORDS]
    assert [one.text for one in second.corrections] == ["Told a week later."]
    assert [rebuild(sent.room, week, verify=True).differing for week in (NEXT, LATER)] == [(), ()]


def test_a_week_that_is_left_out_loses_no_correction(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    main(["skip", str(NEXT), "--why", "holidays", "--root", str(sent.root)])

    close(sent, 2)

    issue = read_record(sent.root, LATER)
    assert issue is not None
    assert [one.text for one in issue.corrections] == [WORDS]


def test_of_two_weeks_that_are_closed_at_a_time_one_tells_it(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    close(sent, 2)

    assert [len(sent.state(week).frozen.corrections) for week in (NEXT, LATER)] == [1, 0]  # type: ignore[union-attr]


def test_a_left_out_week_that_is_brought_back_tells_nothing_that_another_tells(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    skip(sent.room, NEXT, why="holidays")
    before = listed(sent.room, WEEK).shown()
    close(sent, 2)

    bring_back(sent.room, NEXT)

    assert "(the next issue tells it)" in before[-1]
    assert [len(sent.state(week).frozen.corrections) for week in (NEXT, LATER)] == [0, 1]  # type: ignore[union-attr]


def test_one_that_was_taken_back_does_not_come_back_with_a_left_out_week(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    skip(sent.room, NEXT, why="holidays")

    report = withdraw(sent.room, WEEK, 1)
    bring_back(sent.room, NEXT)

    assert report.made_again == ()
    assert sent.state(NEXT).frozen.corrections == ()  # type: ignore[union-attr]


def test_a_correction_made_after_the_freezes_slot_waits_for_the_next_issue(sent: Workspace) -> None:
    sent.clock.instant = FREEZE + timedelta(days=7, minutes=5)
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    sent.take("next", "The next week says something else again.", week=NEXT)
    sent.clock.instant += timedelta(minutes=5)

    sent.freeze(NEXT)

    issue = read_record(sent.root, NEXT)
    assert issue is not None
    assert issue.corrections == ()


def test_the_same_correction_is_not_made_twice(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani")

    with pytest.raises(UsageFault, match="has that very correction"):
        correct(sent.room, WEEK, f"\n{WORDS}  ", by="yoga")

    assert len(sent.state().corrections) == 1


@pytest.mark.parametrize(("text", "by"), [("  \n", "rani"), ("Words.", " "), ("a\0b", "rani")])
def test_a_correction_needs_words_and_a_name(sent: Workspace, text: str, by: str) -> None:
    with pytest.raises(UsageFault):
        correct(sent.room, WEEK, text, by=by)

    assert sent.state().corrections == ()


def test_one_that_was_mistyped_can_be_taken_back(sent: Workspace) -> None:
    before = page(sent)
    correct(sent.room, WEEK, "Misyped.", by="rani")
    correct(sent.room, WEEK, WORDS, by="rani")

    withdraw(sent.room, WEEK, 1)
    between = page(sent)
    withdraw(sent.room, WEEK, 1)

    assert "Misyped" not in between
    assert "council" in between
    assert page(sent) == before
    with pytest.raises(UsageFault, match="has no corrections, and no number 1"):
        withdraw(sent.room, WEEK, 1)


def test_one_that_readers_were_told_cannot_be_taken_back(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    approve(sent.room, NEXT, by="rani")
    sent.deliver(NEXT)

    with pytest.raises(NotReady, match="2024-W24 has told it"):
        withdraw(sent.room, WEEK, 1)

    assert listed(sent.room, WEEK).corrections[0].told_in == (NEXT,)


def test_one_that_a_closed_week_would_tell_is_taken_off_its_foot_and_voids_its_approval(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    approve(sent.room, NEXT, by="rani")

    report = withdraw(sent.room, WEEK, 1)

    assert report.made_again == (NEXT,)
    assert "council" not in sent.issue_text(NEXT)
    assert read_seal(sent.root, NEXT) is not None
    assert not seal_holds(sent.room, NEXT)


def test_a_rehearsal_says_what_would_stand_where_and_writes_nothing(
    sent: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in sent.root.rglob("*.*") if path.is_file() and "var" not in path.parts}
    asked = [
        "correct",
        str(WEEK),
        "It was the council.",
        "--by",
        "rani",
        "--tell",
        "--dry-run",
        "--root",
        str(sent.root),
    ]

    code = main([*asked, "--now", "2024-06-09T10:00:00+00:00"])

    assert code == 0
    assert capsys.readouterr().out == (
        "Nothing was written. It would say:\n"
        "On its page, at the top, and in the feed:\n"
        "    Correction, 9 June 2024: It was the council.\n"
        "At the foot of the next issue:\n"
        "    Correction to Week #23 2024: It was the council.\n"
    )
    now = {path: path.read_bytes() for path in sent.root.rglob("*.*") if path.is_file() and "var" not in path.parts}
    assert now == before


def test_what_the_archive_lacks_is_told_with_the_correction(
    sent: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = Week(2024, 20)
    write_state(sent.root, lost, WeekState(sent=sent.state().sent))

    code = main(["correct", str(WEEK), WORDS, "--by", "rani", "--root", str(sent.root)])

    assert code == 4
    assert "issues/2024-W20/issue.json: error [record]" in capsys.readouterr().err
    assert "It was the" in page(sent)


def test_the_list_numbers_them_and_says_who_was_told(sent: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    correct(sent.room, WEEK, "One.", by="rani", tell=True)
    correct(sent.room, WEEK, "Two.", by="yoga")

    main(["correct", str(WEEK), "--list", "--root", str(sent.root)])
    told = capsys.readouterr().out
    main(["correct", str(WEEK), "--list", "--json", "--root", str(sent.root)])

    assert told == (
        "2024-W23 Week #23 2024\n"
        "  1. 9 June 2024, rani: One.  (the next issue tells it)\n"
        "  2. 9 June 2024, yoga: Two.\n"
    )
    assert [one["number"] for one in json.loads(capsys.readouterr().out)["corrections"]] == [1, 2]


def test_neither_words_nor_a_command_is_a_question_of_usage(sent: Workspace) -> None:
    asked = [[], ["--list", "--dry-run"], ["Words."], ["--list", "--by", "rani"], ["--withdraw", "1", "--tell"]]

    codes = [main(["correct", str(WEEK), *words, "--root", str(sent.root)]) for words in asked]

    assert codes == [2] * len(asked)


def test_records_and_states_from_before_there_were_corrections_are_still_read(sent: Workspace) -> None:
    correct(sent.room, WEEK, WORDS, by="rani", tell=True)
    close(sent, 1)
    record = json.loads((sent.folder(NEXT) / "issue.json").read_text(encoding="utf-8"))
    state = json.loads((sent.folder(NEXT) / "state.json").read_text(encoding="utf-8"))
    again = parse_record(json.dumps(record))
    del record["corrections"], state["corrections"], state["frozen"]["corrections"], state["pause"]

    older = parse_record(json.dumps(record))

    assert again == read_record(sent.root, NEXT)
    assert [one.text for one in again.corrections] == [WORDS]
    assert older.corrections == ()
    assert parse_state(json.dumps(state)).frozen is not None
    assert parse_state(dump_state(sent.state())) == sent.state()


def test_a_correction_commands_no_printer_and_no_browser(sent: Workspace) -> None:
    correct(sent.room, WEEK, "Not \x1b[31mred\x07 <script>alert(1)</script> @@UNSUBSCRIBE@@", by="rani", tell=True)

    close(sent, 1)

    made = page(sent) + (sent.folder(NEXT) / "email.html").read_text(encoding="utf-8")
    assert "\x1b" not in sent.state().corrections[0].text
    assert "<script>alert" not in made
    assert (sent.folder(NEXT) / "email.html").read_text(encoding="utf-8").count("@@UNSUBSCRIBE@@") == 1
