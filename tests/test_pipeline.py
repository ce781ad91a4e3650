"""The six verbs of the week: each may run twice, and says no where it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.editorial import report_on, skip
from newsletter.errors import CannotSend, FaultyFiles, FaultyTemplate, NotReady
from newsletter.files.record import read_record
from newsletter.files.state import read_seal
from newsletter.filing import author, file_take
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.settings import NO_SECRET, Smtp
from newsletter.newsroom.calendar import current_week
from newsletter.newsroom.letters.mailings import readers_secret
from newsletter.pipeline import approve, collect, draft, freeze, publish
from tests.room import FREEZE, HOST, SEND, WEEK, Workspace, over, wired, workspace

NEXT = WEEK.after()


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        space.add("ada")
        yield space


def files(space: Workspace) -> dict[str, bytes]:
    issues = space.root / "issues"
    return {path.relative_to(issues).as_posix(): path.read_bytes() for path in issues.rglob("*") if path.is_file()}


def test_each_verb_may_run_twice_and_the_second_run_changes_nothing(space: Workspace) -> None:
    with wired(space, "alpha"):
        space.publish_feed("alpha", {"A headline that is carried by alpha": FREEZE - timedelta(days=1)})
        verbs = [
            lambda: collect(space.room, space.store),
            lambda: draft(space.room, WEEK, space.store),
            lambda: freeze(space.room, WEEK, space.store),
            lambda: approve(space.room, WEEK, by="yoga"),
            lambda: publish(space.room, WEEK),
            lambda: space.deliver(),
        ]
        for verb in verbs:
            verb()
            before = files(space)
            letters = len(space.post.tried)

            verb()

            assert files(space) == before
            assert len(space.post.tried) == letters


def test_what_people_wrote_is_never_rewritten(space: Workspace) -> None:
    typed = {
        f"issues/{WEEK}/issue.toml": f'week="{WEEK}"   # as we like it\r\nintro   = "Good day."\r\n',
        f"issues/{WEEK}/takes/odd.md": "\ufeffauthor:Yoga\r\n---\r\n  An oddly typed take.   \r\n\r\n",
        f"issues/{WEEK}/explainer.md": "title:Weights\n\n---\n\n\nWhat weights are.   ",
    }
    for path, text in typed.items():
        (space.root / path).write_bytes(text.encode())

    space.send()
    publish(space.room)

    assert {path: (space.root / path).read_bytes().decode() for path in typed} == typed


def test_collecting_says_one_thing_of_each_feed_in_the_order_of_the_file(space: Workspace) -> None:
    with wired(space, "alpha", "beta", "delta", "gamma"):
        space.publish_feed("alpha", {"A headline that is carried by alpha": FREEZE})
        space.write("var/wire/beta.xml", "<html>no feed</html>")
        (space.root / "var" / "wire" / "gamma.xml").write_text("", encoding="utf-8")
        off = space.root / "feeds.toml"
        off.write_text(
            f'[[feed]]\nid = "off"\nname = "Off"\nurl = "https://{HOST}/off"\nenabled = false\n\n'
            + off.read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        seen: list[str] = []

        found = collect(space.room, space.store, on_feed=lambda outcome: seen.append(outcome.feed))
        again = collect(space.room, space.store)

    assert [(one.feed, one.state) for one in found[:4]] == [
        ("off", "off"),
        ("alpha", "new"),
        ("beta", "not-feed"),
        ("delta", "new"),
    ]
    assert seen[0] == "off"
    assert sorted(seen) == ["alpha", "beta", "delta", "gamma", "off"]
    assert [(one.state, one.status) for one in again if one.feed == "alpha"] == [("same", 304)]


def test_a_feed_that_is_down_does_not_stop_the_others(space: Workspace) -> None:
    with wired(space, "alpha"):
        space.publish_feed("alpha", {"A headline that is carried by alpha": FREEZE})
        feeds = space.root / "feeds.toml"
        feeds.write_text(
            '[[feed]]\nid = "down"\nname = "Down"\nurl = "https://down.example.com/feed"\n\n' + feeds.read_text(),
            encoding="utf-8",
        )
        space.room = replace(space.room, hosts={HOST: space.base, "down.example.com": "http://127.0.0.1:9"})

        found = collect(space.room, space.store)

    assert [(one.feed, one.state, one.new_entries) for one in found] == [("down", "failed", 0), ("alpha", "new", 1)]
    assert found[0].problem


def test_before_its_slot_a_week_closes_only_early(space: Workspace) -> None:
    space.clock.instant = FREEZE - timedelta(hours=3)
    with pytest.raises(NotReady, match="stays open until Fri 7 Jun 2024 15:00"):
        freeze(space.room, WEEK, space.store)
    open_still = space.state().frozen

    freeze(space.room, WEEK, space.store, early=True)

    assert open_still is None
    assert space.state().frozen is not None
    assert space.state().frozen.at == FREEZE - timedelta(hours=3)


def test_a_freeze_that_is_done_late_counts_from_its_slot(space: Workspace) -> None:
    space.clock.instant = FREEZE + timedelta(hours=9)

    freeze(space.room, WEEK, space.store)

    frozen = space.state().frozen
    assert frozen is not None
    assert (frozen.at, frozen.run_at) == (FREEZE, FREEZE + timedelta(hours=9))


def test_a_frozen_week_needs_no_database(space: Workspace) -> None:
    first = space.freeze()

    again = draft(space.room, WEEK, None)

    assert again.draft.issue == first.draft.issue


def test_an_open_week_cannot_be_approved(space: Workspace) -> None:
    draft(space.room, WEEK, space.store)

    with pytest.raises(NotReady, match="not frozen"):
        approve(space.room, WEEK, by="yoga")


def test_what_was_changed_since_it_was_drafted_is_drafted_and_looked_at_first(space: Workspace) -> None:
    space.freeze()
    space.write(f"issues/{WEEK}/issue.toml", f'week = "{WEEK}"\nintro = "Good day."\n')

    with pytest.raises(NotReady, match="was not drafted since"):
        approve(space.room, WEEK, by="yoga")
    not_yet = read_seal(space.root, WEEK)
    approve(space.room, WEEK, by="yoga")

    assert not_yet is None
    assert "Good day." in space.issue_text()
    assert space.deliver().accepted == 1


def test_an_issue_with_errors_cannot_be_approved(space: Workspace) -> None:
    (space.folder() / "takes" / "binary.md").write_bytes(b"\x00\x01")
    space.freeze()
    space.write(f"issues/{WEEK}/issue.toml", f'week = "{WEEK}"\nexplainer = "there-is-none"\n')
    draft(space.room, WEEK, None)

    with pytest.raises(NotReady, match="holds errors"):
        approve(space.room, WEEK, by="yoga")


@pytest.mark.parametrize("verb", ["publish", "deliver"])
def test_without_an_approval_nothing_leaves_the_house(space: Workspace, verb: str) -> None:
    space.freeze()

    with pytest.raises(NotReady, match="not approved"):
        publish(space.room, WEEK) if verb == "publish" else space.deliver()

    assert space.post.tried == []
    assert not space.room.site.exists()


def test_the_archive_holds_what_was_sent_and_what_is_approved_now(space: Workspace) -> None:
    space.send()
    space.take("next", "The next week says something else again.", week=NEXT)
    space.clock.instant = FREEZE + timedelta(days=7)
    space.freeze(NEXT)
    publish(space.room)
    without = (space.room.site / "issues" / str(NEXT)).exists()
    approve(space.room, NEXT, by="yoga")

    publish(space.room, NEXT)

    assert not without
    assert (space.room.site / "issues" / str(WEEK)).exists()
    assert (space.room.site / "issues" / str(NEXT)).exists()


def test_faults_of_a_file_stop_the_draft_and_leave_the_last_one_standing(space: Workspace) -> None:
    draft(space.room, WEEK, space.store)
    before = files(space)
    wishes = space.write(f"issues/{WEEK}/issue.toml", 'weak = "2024-W23"\ndorp = []\n')

    with pytest.raises(FaultyFiles) as faults:
        draft(space.room, WEEK, space.store)

    assert len(faults.value.faults) >= 2
    wishes.unlink()
    assert files(space) == before


def test_a_template_with_a_mistake_stops_the_draft_and_leaves_the_last_one_standing(space: Workspace) -> None:
    draft(space.room, WEEK, space.store)
    before = files(space)
    space.write("templates/issue.md.j2", "{{ issue.titel }}")

    with pytest.raises(FaultyTemplate, match=r"issue\.md\.j2"):
        draft(space.room, WEEK, space.store)

    assert files(space) == before


def test_a_relay_that_was_away_at_the_slot_gets_the_letters_when_it_is_back(space: Workspace) -> None:
    space.seal()
    kept = space.room
    nobody = Smtp(host="127.0.0.1", port=9, security="none", timeout=timedelta(seconds=2))
    space.room = replace(kept, open_transport=over(SmtpRelay(nobody, sender="pulse@pulse.example.com")))
    away = space.run_at(SEND)
    with pytest.raises(CannotSend):
        space.deliver()
    space.room = kept

    back = space.run_at(SEND + timedelta(hours=2))

    assert ("deliver", "failed") in away
    assert back == [("deliver", "done")]
    assert space.post.readers == ["ada"]


def test_a_relay_that_was_away_too_long_leaves_the_decision_to_a_person(space: Workspace) -> None:
    space.seal()
    kept = space.room
    nobody = Smtp(host="127.0.0.1", port=9, security="none", timeout=timedelta(seconds=2))
    space.room = replace(kept, open_transport=over(SmtpRelay(nobody, sender="pulse@pulse.example.com")))
    space.run_at(SEND)
    space.room = kept

    asked = space.run_at(SEND + timedelta(hours=7))
    nobody_has_it = list(space.post.readers)
    by_hand = space.deliver()

    assert asked == [("deliver", "ask")]
    assert nobody_has_it == []
    assert by_hand.accepted == 1


def test_the_week_meant_is_the_oldest_that_waits(space: Workspace) -> None:
    first = current_week(space.room)
    space.seal()
    space.take("next", "The next week says something else again.", week=NEXT)
    space.clock.instant = FREEZE + timedelta(days=7)
    waiting = current_week(space.room)
    space.deliver()
    after = current_week(space.room)
    skip(space.room, NEXT, why="holidays")

    assert (first, waiting, after) == (WEEK, WEEK, NEXT)
    assert current_week(space.room) == NEXT.after()


def test_an_empty_week_goes_out_with_headlines_if_the_settings_say_so(tmp_path: Path) -> None:
    with workspace(tmp_path, settings={"EMPTY__NO_TAKES": "headlines"}) as space, wired(space, "alpha"):
        space.add("ada")
        (space.folder() / "takes" / "first.md").unlink()
        space.publish_feed("alpha", {"A headline that is carried by alpha": FREEZE - timedelta(days=1)})
        space.collect()

        space.send()

        assert "A headline that is carried by alpha" in space.issue_text()
        assert space.post.readers == ["ada"]


def test_a_title_with_quotes_colons_and_emoji_goes_through_every_form(space: Workspace) -> None:
    title = 'Weights: "open", <free> & 🎈 — or: {{ not }}?'
    space.write(f"issues/{WEEK}/explainer.md", f"title: {title}\n---\nWhat weights are.\n")

    composed = space.send()

    record = read_record(space.root, WEEK)
    assert record is not None
    assert record.topic == title
    assert title in record.title
    assert "&lt;free&gt; &amp; 🎈" in (space.folder() / "email.html").read_text(encoding="utf-8")
    assert title in (space.folder() / "email.txt").read_text(encoding="utf-8")
    assert report_on(composed.draft, composed.remarks).title == record.title


def test_a_recorded_number_counts_issues_that_were_sent_alone(space: Workspace) -> None:
    space.freeze()
    skip(space.room, WEEK, why="holidays")
    space.take("next", "The next week says something else again.", week=NEXT)
    space.clock.instant = FREEZE + timedelta(days=7)

    composed = space.send(NEXT)

    assert composed.draft.issue.number == 1
    assert composed.draft.issue.previous is None


def test_the_key_that_is_made_for_the_outbox_is_for_this_account_alone(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        room = replace(space.room, settings=replace(space.room.settings, secret=NO_SECRET))

        first, second = readers_secret(room), readers_secret(room)

        assert len(first) >= 32
        assert second == first
        assert (room.var / "secret").stat().st_mode & 0o777 == 0o600


def test_two_takes_by_one_author_on_one_story_become_two_files(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        by = author(space.room, "yoga")

        filed = [
            file_take(space.room, space.store, ref="https://elsewhere.example/a", by=by, text=words).path
            for words in ("First words.", "Second words.")
        ]

        assert filed[0] != filed[1]
        assert "First words." in (space.root / filed[0]).read_text()
        assert "Second words." in (space.root / filed[1]).read_text()
