"""The archive as it is built: made anew only where something changed, and the same bytes whatever was at hand."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from newsletter.__main__ import main
from newsletter.errors import FaultyTemplate
from newsletter.files.record import dump_record, past_folder, record_path, write_record
from newsletter.files.state import write_state
from newsletter.model.issue import Image, Issue, TermLink
from newsletter.model.week import Week
from newsletter.model.week_state import Correction, Frozen, Sent, WeekState
from newsletter.newsroom.room import Newsroom, open_newsroom
from newsletter.newsroom.site.build import Built, build_site
from tests.press.build import make_explainer, make_issue, make_story, make_take, make_wording
from tests.room import in_a_process, lay_out

FIRST = Week(2024, 22)
AT = datetime(2024, 6, 9, 10, tzinfo=UTC)
_SETTINGS = """[publication]
name = "Tech Pulse"
base_url = "{base}"
[schedule]
freeze = "fri 15:00"
send = "fri 20:00"
[mail]
from = "Pulse <pulse@pulse.example.com>"
[[member]]
id = "yoga"
name = "Yoga"
[[member]]
id = "dika"
name = "Dika"
"""


def room_at(root: Path, base: str = "") -> Newsroom:
    lay_out(root, _SETTINGS.format(base=base))
    return open_newsroom(root, environ={})


def issue_of(week: Week, name: str, base: str = "", **changes: Any) -> Issue:
    stories = (make_story(f"News of {name}", id=name, takes=(make_take(name, f"What {name} says of it."),)),)
    given = {
        "week": week,
        "number": week.number,
        "title": f"Week #{week.number} {week.year} - {name}",
        "topic": f"{name} explained",
        "date": week.monday,
        "wording": make_wording(base_url=base),
        "explainer": make_explainer(f"## Introduction\n\n{name} is a thing.", title=f"{name} explained"),
        "stories": stories,
    }
    return make_issue(**given | changes)


def send(root: Path, issue: Issue, *corrections: str) -> None:
    """The folder of an issue after it was sent."""
    write_record(root, issue)
    frozen = Frozen(at=AT, run_at=AT, window_start=AT, window_end=AT)
    told = tuple(Correction(at=AT, by="Rani", text=text) for text in corrections)
    write_state(root, issue.week, WeekState(frozen=frozen, sent=Sent(started=AT, finished=AT), corrections=told))


def keep_past(root: Path, slug: str, issue: Issue) -> None:
    path = past_folder(root) / slug / "issue.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_record(replace(issue, slug=slug, imported="posts/old.md")), encoding="utf-8")


def files_of(room: Newsroom) -> dict[str, bytes]:
    return {
        path.relative_to(room.site).as_posix(): path.read_bytes()
        for path in sorted(room.site.rglob("*"))
        if path.is_file()
    }


def cold(room: Newsroom) -> tuple[Built, dict[str, bytes]]:
    """Built with nothing at hand."""
    shutil.rmtree(room.site, ignore_errors=True)
    shutil.rmtree(room.var / "cache", ignore_errors=True)
    built = build_site(room)
    return built, files_of(room)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without an address whose archive of two issues, a member's take in each, is built."""
    root = tmp_path_factory.mktemp("built") / "desk"
    found = room_at(root)
    send(root, issue_of(FIRST, "Yoga"))
    send(root, issue_of(FIRST.after(), "Dika"))
    build_site(found)
    return root


@pytest.fixture
def room(built: Path, tmp_path: Path) -> Newsroom:
    """The same in a folder of its own."""
    shutil.copytree(built, tmp_path / "desk")
    return room_at(tmp_path / "desk")


def test_what_did_not_change_is_neither_made_nor_written_again(room: Newsroom) -> None:
    built = build_site(room)

    assert (built.changed, built.issues, built.made_anew) == (False, 2, 0)


def test_an_issue_that_changed_is_made_anew_with_what_shows_it_and_nothing_else(room: Newsroom) -> None:
    before = files_of(room)
    send(room.root, issue_of(FIRST, "Yoga", intro="A word of the editor."))

    built = build_site(room)

    after = files_of(room)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed >= {"issues/2024-W22/index.html", "issues/2024-W22/issue.md"}
    assert not any(name.startswith(("issues/2024-W23", "members/", "years/", "index")) for name in changed)
    assert built.made_anew == 1


def test_an_archive_built_step_by_step_has_the_bytes_of_one_built_at_once(room: Newsroom) -> None:
    send(room.root, issue_of(FIRST, "Yoga"), "It was the *council*.")
    build_site(room)
    send(room.root, issue_of(FIRST.after(2), "Yoga", topic="Yoga explained"))
    build_site(room)
    shutil.rmtree(record_path(room.root, FIRST.after()).parent)
    step_by_step = build_site(room), files_of(room)

    at_once, files = cold(room)

    assert step_by_step[1] == files
    assert step_by_step[0].made_anew < at_once.made_anew


def test_a_template_of_the_workspace_makes_every_page_anew(room: Newsroom) -> None:
    mine = room.root / "templates" / "parts" / "page.css.j2"
    mine.parent.mkdir(parents=True)
    mine.write_text("body{color:#123456}", encoding="utf-8")

    built = build_site(room)

    pages = [content for name, content in files_of(room).items() if name.endswith(".html")]
    assert built.made_anew == built.pages
    assert all(b"#123456" in page for page in pages)


def test_a_template_with_a_mistake_leaves_the_archive_as_it_was(room: Newsroom) -> None:
    before = files_of(room)
    (room.root / "templates" / "pages").mkdir(parents=True)
    (room.root / "templates" / "pages" / "index.html.j2").write_text("\n{{ nothing.of.that }}", encoding="utf-8")

    with pytest.raises(FaultyTemplate, match=r"templates/pages/index\.html\.j2:2"):
        build_site(room)

    assert files_of(room) == before


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _other_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9] + b"</script>")


@pytest.mark.parametrize("damage", [_emptied, _cut_off, _other_bytes, Path.unlink])
def test_what_was_kept_and_is_damaged_is_not_believed(room: Newsroom, damage: Callable[[Path], object]) -> None:
    before = files_of(room)
    for kept in (room.var / "cache" / "site").iterdir():
        damage(kept)

    built = build_site(room)

    assert (built.changed, built.made_anew) == (False, built.pages)
    assert files_of(room) == before


def test_what_nobody_asks_for_any_more_is_swept_away(room: Newsroom) -> None:
    cache = room.var / "cache" / "site"
    before = {path.name for path in cache.iterdir()}
    send(room.root, issue_of(FIRST, "Yoga", intro="Other words."))
    build_site(room)
    send(room.root, issue_of(FIRST, "Yoga"))

    build_site(room)

    assert {path.name for path in cache.iterdir()} == before


def test_where_nothing_can_be_kept_the_archive_is_built_all_the_same(room: Newsroom) -> None:
    before = files_of(room)
    shutil.rmtree(room.var / "cache")
    (room.var / "cache").write_text("a file where a folder belongs")

    built = build_site(room)

    assert (built.changed, built.made_anew) == (False, built.pages)
    assert files_of(room) == before


def test_two_issues_of_one_week_have_a_page_each(room: Newsroom) -> None:
    keep_past(room.root, "2024-05-29-special", issue_of(FIRST, "Dika", date=date(2024, 5, 29)))

    built = build_site(room)

    files = files_of(room)
    assert built.issues == 3
    assert b"What Yoga says" in files["issues/2024-W22/index.html"]
    assert b"What Dika says" in files["issues/2024-05-29-special/index.html"]
    assert [one["place"] for one in json.loads(files["issues.json"])["issues"]] == [
        "2024-W23",
        "2024-05-29-special",
        "2024-W22",
    ]


def test_an_imported_issue_in_the_place_of_one_that_was_sent_is_named_and_left_out(room: Newsroom) -> None:
    keep_past(room.root, "2024-W22", issue_of(FIRST, "Dika"))

    built = build_site(room)

    assert [(one.path, one.code) for one in built.remarks] == [("issues/past/2024-W22/issue.json", "place")]
    assert b"What Yoga says" in files_of(room)["issues/2024-W22/index.html"]


def test_an_issue_whose_record_is_gone_is_named(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    record_path(room.root, FIRST).unlink()

    code = main(["publish", "--root", str(room.root)])

    assert code == 4
    assert "issues/2024-W22/issue.json: error [record]" in capsys.readouterr().err


def test_a_picture_that_is_gone_is_told_and_its_words_stand_in_its_place(
    room: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path, name = "issues/explainers/flow.png", "images/flow.png"
    image = Image(typed="flow.png", path=path, name=name, width=10, height=10, sha256="0" * 64)
    topic = make_explainer("![How it flows](flow.png)")
    send(room.root, issue_of(FIRST, "Yoga", explainer=topic, images=(image,)))

    code = main(["publish", "--root", str(room.root)])

    assert code == 4
    assert f"{path}: error [image-gone]" in capsys.readouterr().err
    assert b"<p>How it flows</p>" in files_of(room)["issues/2024-W22/index.html"]


def test_publish_tells_programs_what_it_came_to(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    send(room.root, issue_of(FIRST, "Yoga", intro="A word of the editor."))

    first, second = (main(["publish", "--json", "--root", str(room.root)]) for _ in range(2))

    said = json.loads(capsys.readouterr().out.partition("}\n")[0] + "}")
    assert (first, second) == (0, 0)
    assert (said["changed"], said["issues"], said["made_anew"], said["remarks"]) == (True, 2, 1, [])


def test_publishing_asks_no_database(room: Newsroom) -> None:
    assert main(["publish", "--root", str(room.root)]) == 0

    assert not (room.var / "newsletter.db").exists()


def test_nobody_publishes_while_another_run_is_at_work(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    with room.open_store() as store, room.lock(store):
        code = main(["publish", "--root", str(room.root)])

    assert code == 75
    assert "Another run is at work" in capsys.readouterr().err


def test_every_link_within_the_site_leads_to_a_file_and_an_anchor_of_it(tmp_path: Path) -> None:
    base = "https://pulse.example.com"
    found = room_at(tmp_path, base)
    send(tmp_path, issue_of(FIRST, "Yoga", base), "See [the other one](https://pulse.example.com/issues/2024-W23/).")
    term = TermLink(term="thing", link=f"{base}/issues/2024-W22/#_explainer", title="Yoga explained (2024-W22)")
    send(tmp_path, issue_of(FIRST.after(), "Dika", base, terms=(term,)))
    keep_past(tmp_path, "été & co", issue_of(FIRST.after(-52), "Yoga", base))
    build_site(found)

    files = files_of(found)
    lost = [
        (name, link)
        for name, content in files.items()
        if name.endswith(".html") and name != "404.html"
        for link in re.findall(r'<[^>]* (?:href|src)="([^"]*)"', content.decode())
        if not re.match(r"https?:|mailto:|data:", link) and not _resolves(files, name, link)
    ]

    assert lost == []
    assert b'href="../../issues/2024-W22/index.html#_explainer"' in files["issues/2024-W23/index.html"]
    assert b"<loc>https://pulse.example.com/issues/%C3%A9t%C3%A9%20%26%20co/</loc>" in files["sitemap.xml"]


def test_an_issue_keeps_its_id_in_the_feeds_when_the_site_moves(tmp_path: Path) -> None:
    found = room_at(tmp_path, "https://new.example.com")
    send(tmp_path, issue_of(FIRST, "Yoga", "https://old.example.com"))

    build_site(found)

    feed = (found.site / "feed.xml").read_text(encoding="utf-8")
    assert "<id>https://old.example.com/issues/2024-W22/</id>" in feed
    assert '<link rel="alternate" type="text/html" href="https://new.example.com/issues/2024-W22/"/>' in feed
    assert "old.example.com" not in (found.site / "sitemap.xml").read_text(encoding="utf-8")


def test_when_the_site_moves_issues_that_left_before_link_each_other_where_they_are_now(tmp_path: Path) -> None:
    old, new = "https://old.example.com", "https://example.com/news"
    found = room_at(tmp_path, new)
    said = f"See [last week]({old}/issues/2024-W22/#Yoga) and [what is not here]({old}/issues/2020-W01/)."
    story = make_story("News", id="Dika", takes=(make_take("Dika", said),))
    send(tmp_path, issue_of(FIRST, "Yoga", old), f"Here it is [right]({new}/issues/2024-W23/).")
    send(tmp_path, issue_of(FIRST.after(), "Dika", new, stories=(story,)))

    build_site(found)

    files = {name: content.decode() for name, content in files_of(found).items() if not name.endswith(".png")}
    assert 'href="../../issues/2024-W22/index.html#Yoga"' in files["members/dika/index.html"]
    assert 'href="../../issues/2024-W23/index.html"' in files["issues/2024-W22/index.html"]
    assert f"{new}/issues/2024-W22/#Yoga" in files["feed.xml"]
    assert {name for name, text in files.items() if f"{old}/issues/2024-W22/#Y" in text} == set()
    assert f"{old}/issues/2020-W01/" in files["members/dika/index.html"]


def test_a_name_with_signs_that_nobody_sees_can_be_linked_to(room: Newsroom) -> None:
    takes = (make_take("\u202eYoga\u200b", "What she says."),)
    takes = tuple(replace(take, member="") for take in takes)
    send(room.root, issue_of(FIRST, "Yoga", stories=(make_story("News", id="news", takes=takes),)))

    build_site(room)

    page = files_of(room)["issues/2024-W22/index.html"].decode()
    assert re.findall(r'class="take" id="([^"]*)"', page) == ["news--Yoga"]
    assert 'href="#news--Yoga"' in page


def test_years_that_mix_at_their_turn_stand_once_each_on_a_page(room: Newsroom) -> None:
    turn = Week(2024, 52)
    send(room.root, issue_of(turn, "Yoga", date=date(2025, 1, 2)))
    keep_past(room.root, "2024-12-31-extra", issue_of(turn.after(), "Yoga", date=date(2024, 12, 31)))

    build_site(room)

    page = files_of(room)["members/yoga/index.html"].decode()
    assert re.findall(r'<h2 id="(_\d+)"', page) == ["_2024", "_2025"]


def test_a_folder_whose_name_gives_no_address_is_named_and_left_out(room: Newsroom) -> None:
    keep_past(room.root, "cafe", issue_of(FIRST, "Dika"))
    try:
        (past_folder(room.root) / "cafe").rename(past_folder(room.root) / "caf\udce9")
    except (OSError, UnicodeError):
        pytest.skip("this disk knows no such names")

    built = build_site(room)

    assert [(one.path, one.code) for one in built.remarks] == [("issues/past/caf?", "place")]
    assert built.issues == 2


def test_who_publishes_the_sample_week_is_told_that_it_stays_out(
    room: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    (record_path(room.root, FIRST).parent / "issue.toml").write_text("sample = true\n", encoding="utf-8")

    code = main(["publish", str(FIRST), "--root", str(room.root)])

    assert code == 0
    assert "issues/2024-W22: notice [sample]" in capsys.readouterr().err


def test_what_workers_leave_undone_that_die_is_done_by_the_program_that_runs_once(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    # A job that ends every process but this one; what it is handed stands where templates do.
    program.write_text(
        "import signal\n"
        "from newsletter.newsroom.site.workers import Workers\n"
        "signal.signal(signal.SIGUSR1, lambda *_: None)\n"
        "print('begun')\n"
        "with Workers(signal.SIGUSR1) as workers:\n"
        "    print(len(list(workers.made([signal.raise_signal] * 90))))\n"
    )

    with in_a_process(str(program)) as process:
        out, _ = process.communicate(timeout=60)

    assert out == "begun\n90\n"


def _resolves(files: dict[str, bytes], page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path))) if path else page
    return target in files and (not anchor or f'id="{unquote(anchor)}"'.encode() in files[target])
