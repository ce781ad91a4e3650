"""The preview: what it shows is what readers get, it writes nothing, and it survives every mistake."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.editorial import skip
from newsletter.errors import FaultyFiles, FaultyTemplate, NotReady
from newsletter.files.folder import week_folder
from newsletter.files.state import write_state
from newsletter.model.remarks import Remark
from newsletter.model.week_state import Correction, Pause
from newsletter.newsroom.collection import week_news
from newsletter.newsroom.week_remarks import remarks_of
from newsletter.pipeline import draft
from newsletter.previewing import PREVIEW_READER, opened, preview, shown_file
from newsletter.rehearsal import rehearse
from newsletter.web.live import Live
from newsletter.web.looking import Previewer
from newsletter.web.preview import make_preview
from newsletter.web.preview_door import is_loopback
from newsletter.web.watching import is_typed
from tests.room import FREEZE, SEND, WEEK, Workspace, lay_out, workspace

SECOND = "A second take says something else."


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "space") as space:
        space.add("ada")
        yield space


def previewer(space: Workspace) -> Previewer:
    return Previewer(space.room, WEEK, environ={})


@pytest.fixture
def page(space: Workspace) -> Iterator[TestClient]:
    with closing(Live(previewer(space))) as live:
        yield TestClient(make_preview(live, hosts=None))


def rehearsed(space: Workspace) -> bytes:
    """The letter of the one reader, as `deliver --outbox` writes it."""
    folder = space.root / "rehearsal"
    rehearse(space.room, WEEK, space.store, folder)
    (file,) = folder.glob("*.eml")
    return file.read_bytes()


def letter_of_the_reader(space: Workspace) -> bytes:
    (reader,) = space.store.subscribers.readers()
    return preview(space.room, WEEK, space.store, reader=reader).letter


def everything(folder: Path) -> dict[str, bytes]:
    """Every file by path; an SQLite file's helpers, which come and go with its readers, are left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# The truth -----------------------------------------------------------------------------------------


def test_a_week_that_is_drafted_is_shown_as_the_letter_that_would_leave(space: Workspace) -> None:
    draft(space.room, WEEK, space.store)

    assert letter_of_the_reader(space) == rehearsed(space)


def test_a_week_that_is_approved_is_shown_as_the_letter_that_would_leave(space: Workspace) -> None:
    space.seal()

    assert letter_of_the_reader(space) == rehearsed(space)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"PUBLICATION__BASE_URL": ""},
        {"MAIL__TRANSPORT": "smtp", "SMTP__HOST": "smtp.example.com", "SMTP__SECURITY": "none"},
        {"MAIL__REPLY_TO": "chief@example.com", "MAIL__LIST_ID": "weekly.example.com", "PUBLICATION__LANGUAGE": "ar"},
    ],
    ids=["as usual", "without a site", "over SMTP", "with every header"],
)
def test_at_every_stage_it_is_the_letter_that_leaves_in_the_end(tmp_path: Path, settings: dict[str, str]) -> None:
    with workspace(tmp_path, settings=settings) as space:
        space.add("ada")

        shown = [letter_of_the_reader(space)]
        space.freeze()
        shown.append(letter_of_the_reader(space))
        space.seal()
        shown.append(letter_of_the_reader(space))
        space.deliver()
        shown.append(letter_of_the_reader(space))

        assert [letter.data for letter in space.post.taken] == shown[:1]
        assert set(shown) == set(shown[:1])


def test_a_week_that_was_sent_is_shown_as_the_letter_that_left(space: Workspace) -> None:
    space.clock.instant = SEND
    space.send()
    space.clock.instant = SEND.replace(day=9)

    assert letter_of_the_reader(space) == space.post.taken[0].data


def test_the_e_mail_view_is_the_letters_html_part_byte_for_byte(space: Workspace, page: TestClient) -> None:
    draft(space.room, WEEK, space.store)

    letter = page.get("/letter.eml").content

    assert page.get("/view/mail").content == opened(letter).html
    assert (
        opened(letter).html.replace(b"\r\n", b"\n").count(b"/unsubscribe/preview")
        == (week_folder(space.root, WEEK) / "email.html").read_bytes().count(b"@@UNSUBSCRIBE@@")
        > 0
    )


def test_bytes_that_were_approved_are_shown_though_templates_would_make_others(space: Workspace) -> None:
    space.seal()
    before = preview(space.room, WEEK, space.store)

    space.write("templates/email.txt.j2", "Quite another letter. @@UNSUBSCRIBE@@\n")
    after = preview(space.room, WEEK, space.store)

    assert after.letter == before.letter
    assert after.about == ("As it lies in the folder, approved by Yoga on Fri 7 Jun 2024 15:00 UTC.",)


def test_a_change_after_the_approval_is_shown_and_said(space: Workspace) -> None:
    space.seal()
    space.take("first", "The first take, written anew.")

    found = preview(space.room, WEEK, space.store)

    assert b"written anew" in opened(found.letter).text
    assert found.about == (
        "As it would be drafted now; the folder's files differ until  newsletter draft 2024-W23.",
        "Changed since Yoga approved it: issues/2024-W23/takes/first.md.",
    )


def test_a_week_that_nobody_drafted_is_shown_as_it_would_be(space: Workspace) -> None:
    found = preview(space.room, WEEK, space.store)

    assert found.about == ("As it would be drafted now; the folder holds none of it yet.",)
    assert [(s.headline, [(t.author, t.path, t.line) for t in s.takes]) for s in found.stories] == [
        ("News about first", [("Yoga", "issues/2024-W23/takes/first.md", 5)])
    ]


def test_why_a_week_would_be_held_and_that_it_is_left_out_are_said(space: Workspace) -> None:
    (space.root / "issues/2024-W23/takes/first.md").unlink()
    skip(space.room, WEEK, why="holidays")

    said = " ".join(preview(space.room, WEEK, space.store).about)

    assert "Left out: holidays." in said
    assert "Would be held: " in said


def test_a_week_on_hold_is_shown_as_it_lies_and_the_hold_is_said(space: Workspace) -> None:
    space.seal()
    pause = Pause(why="a source called", by="Rani", at=FREEZE)
    write_state(space.root, WEEK, replace(space.state(), pause=pause))

    found = preview(space.room, WEEK, space.store)

    assert [words.split(" ")[0] for words in found.about] == ["As", "It"]
    assert "a source called" in found.about[1]


def test_a_correction_stands_on_the_page_and_not_in_the_letter(space: Workspace) -> None:
    space.send()
    correction = Correction(at=SEND, by="Rani", text="It was a Tuesday.")
    write_state(space.root, WEEK, replace(space.state(), corrections=(correction,)))

    found = preview(space.room, WEEK, space.store)

    assert "It was a Tuesday." in found.page
    assert b"Tuesday" not in found.letter
    assert found.state == "corrected"


def test_a_take_that_is_held_stands_among_the_stories_with_its_reason(space: Workspace) -> None:
    space.take("second", SECOND, author="Nobody We Know")

    last = preview(space.room, WEEK, space.store).stories[-1]

    assert last.headline == "Held, and not printed"
    assert [(take.author, bool(take.why)) for take in last.takes] == [("Nobody We Know", True)]


# No side effects -----------------------------------------------------------------------------------


def test_looking_writes_nothing(space: Workspace) -> None:
    space.room = replace(space.room, settings=replace(space.room.settings, secret=type(space.room.settings.secret)("")))
    before = everything(space.root)

    with closing(previewer(space)) as looking:
        for _ in range(2):
            assert not looking.look().stale

    assert everything(space.root) == before


def test_where_nothing_was_ever_collected_no_database_is_made(space: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    lay_out(other)
    room = replace(space.room, root=other)
    before = everything(other)

    with closing(Previewer(room, WEEK, environ={})) as looking:
        found = looking.look()

    assert found.preview is not None
    assert everything(other) == before
    assert not (other / "var").exists()


def test_where_the_database_that_was_named_is_not_none_is_made(space: Workspace, tmp_path: Path) -> None:
    missing = tmp_path / "elsewhere.db"

    with closing(Previewer(space.room, WEEK, environ={"DATABASE_URL": f"sqlite:///{missing}"})) as looking:
        found = looking.look()

    assert [remark.what for remark in found.remarks] == [f"The database {missing} cannot be opened."]
    assert not missing.exists()


def test_a_database_that_comes_later_is_used(space: Workspace) -> None:
    database = space.root / "var" / "newsletter.db"
    away = database.rename(database.with_name("away"))

    with closing(previewer(space)) as looking:
        looking.look()
        before = looking.news_mark()
        away.rename(database)
        looking.look()

        assert looking.news_mark() != before
        assert looking._store is not None
        assert looking._store.database.path == database


def test_a_week_of_many_entries_leaves_no_file_behind(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(week_news.week_news, "__kwdefaults__", {"worth": 0})
    before = everything(space.root)

    with closing(previewer(space)) as looking:
        assert not looking.look().stale

    assert everything(space.root) == before


def test_a_database_of_an_earlier_version_is_left_as_it_is(space: Workspace) -> None:
    database = space.root / "var" / "newsletter.db"
    with closing(sqlite3.connect(database)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0003'")
    before = everything(space.root)

    with closing(previewer(space)) as looking:
        found = looking.look()

    assert [(remark.what, remark.mend) for remark in found.remarks] == [
        (
            f"The database {database} was written by another version of this program.",
            ("An older one is brought up to date by:  newsletter status",),
        )
    ]
    assert everything(space.root) == before


def test_a_database_laid_in_the_place_of_another_is_used(space: Workspace) -> None:
    database = space.root / "var" / "newsletter.db"
    good = database.with_name("good")
    space.store.close()
    shutil.copy(database, good)

    with closing(previewer(space)) as looking:
        looking.look()
        database.write_bytes(b"no database" * 500)
        database.rename(database.with_name("away"))
        shutil.copy(database.with_name("away"), database)
        broken = looking.look()
        good.replace(database)
        mended = looking.look()

    assert broken.stale
    assert [remark.code for remark in broken.remarks] == ["fault"]
    assert not mended.stale


@pytest.mark.parametrize("in_use", [True, False])
def test_where_nothing_may_be_written_the_week_is_shown(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, *, in_use: bool
) -> None:
    if not in_use:
        space.store.close()
    monkeypatch.setattr(os, "access", lambda path, _: "var" not in Path(path).parts)

    with closing(previewer(space)) as looking:
        found = looking.look()

    assert found.preview is not None
    assert (found.stale, [remark.code for remark in found.remarks if remark.level == "error"]) == (False, [])


# Mistakes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "place", "code"),
    [
        ("issues/2024-W23/issue.toml", "pin = [", ("issues/2024-W23/issue.toml", 1), "toml"),
        ("newsletter.toml", "[publication\n", ("newsletter.toml", 1), "toml"),
        ("templates/email.html.j2", "a\n{% if %}", ("templates/email.html.j2", 2), "template"),
    ],
)
def test_a_mistake_is_a_remark_beside_the_last_good_view(
    space: Workspace, path: str, text: str, place: tuple[str, int], code: str
) -> None:
    file = space.root / path
    good = file.read_bytes() if file.exists() else None
    with closing(previewer(space)) as looking:
        before = looking.look()

        space.write(path, text)
        broken = looking.look()
        file.write_bytes(good) if good else file.unlink()
        mended = looking.look()

    assert [((r.path, r.line), r.level, r.code) for r in broken.remarks] == [(place, "error", code)]
    assert broken.stale
    assert broken.preview == before.preview
    assert place[0] in broken.files
    assert (mended.stale, mended.revision) == (False, before.revision)
    assert broken.revision != before.revision


def test_before_anything_can_be_shown_the_mistake_is_and_every_view_says_so(space: Workspace) -> None:
    space.write("issues/2024-W23/issue.toml", "pin = [")

    with closing(Live(previewer(space))) as live:
        page = TestClient(make_preview(live, hosts=None))

        assert 'href="/file/issues/2024-W23/issue.toml#L1"' in page.get("/").text
        assert "Nothing can be shown yet." in page.get("/").text
        assert page.get("/view/mail").status_code == 404
        assert page.get("/letter.eml").status_code == 404


def test_a_fault_of_ours_is_shown_and_ends_nothing(space: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def source(self, name: str) -> tuple[str, str] | None:
            raise RuntimeError("nobody thought of this")

    room = replace(space.room, templates=Broken())

    with closing(Previewer(room, WEEK, environ={})) as looking:
        found = looking.look()

    assert [remark.code for remark in found.remarks] == ["our-fault"]
    assert "nobody thought of this" in caplog.text


@pytest.mark.parametrize(
    ("fault", "remark"),
    [
        (
            FaultyFiles((Remark("issues/2024-W23/a b.md", 3, "error", "unknown-key", '"x" is no key.', ("Go.",)),)),
            Remark("issues/2024-W23/a b.md", 3, "error", "unknown-key", '"x" is no key.', ("Go.",)),
        ),
        (
            FaultyTemplate("templates/issue.md.j2:7: no such thing", mend="Mend the line."),
            Remark("templates/issue.md.j2", 7, "error", "template", "no such thing", ("Mend the line.",)),
        ),
        (
            NotReady("2024-W23 has no record: strange.", mend="Bring it back."),
            Remark("issues/2024-W23", 0, "error", "fault", "2024-W23 has no record: strange.", ("Bring it back.",)),
        ),
    ],
    ids=["a file", "a template", "the week"],
)
def test_an_error_becomes_remarks_on_the_lines_it_names(fault: FaultyFiles | NotReady, remark: Remark) -> None:
    assert remarks_of(fault, f"issues/{WEEK}") == (remark,)


# Pages ---------------------------------------------------------------------------------------------


def test_the_page_leads_to_every_view_without_a_script(page: TestClient) -> None:
    text = page.get("/?view=dark&width=phone").text

    for name in ("mail", "light", "dark", "images-off", "unstyled", "text", "markdown", "page", "source"):
        assert f'href="/?view={name}&amp;width=phone"' in text
        assert page.get(f"/view/{name}").status_code == 200
    assert 'src="/view/dark?' in text
    assert page.get("/?view=nonsense&width=3").status_code == 200


def test_a_remark_leads_to_its_line_and_the_file_shows_it_there(space: Workspace, page: TestClient) -> None:
    (remark,) = (r for r in preview(space.room, WEEK, space.store).remarks if r.code == "own-story")

    address = f"/file/{remark.path}#L{remark.line}"

    assert f'href="{address}"' in page.get("/").text
    shown = page.get(address).text
    assert f'<tr id="L{remark.line}" class="notice">' in shown
    assert "own-story" in shown


def test_what_a_take_says_is_never_markup_of_the_page(space: Workspace) -> None:
    space.take("second", "<script>alert(1)</script> & <b>bold</b>")
    with closing(Live(previewer(space))) as live:
        page = TestClient(make_preview(live, hosts=None))

        answers = [page.get(f"/view/{name}").text for name in ("mail", "page", "text", "markdown", "source")]
        answers += [page.get("/").text, page.get("/file/issues/2024-W23/takes/second.md").text]

    assert not any("<script>alert" in answer for answer in answers)


def test_nothing_is_kept_and_nothing_runs_in_a_view(page: TestClient) -> None:
    shell, view = page.get("/").headers, page.get("/view/mail").headers

    assert shell["cache-control"] == view["cache-control"] == "no-store"
    assert "script-src 'self'" in shell["content-security-policy"]
    assert "frame-ancestors 'none'" in shell["content-security-policy"]
    assert "script-src" not in view["content-security-policy"]
    assert "default-src 'none'" in view["content-security-policy"]
    assert "sandbox allow-same-origin" in view["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/view/mail", "/letter.eml", "/file/newsletter.toml", "/events"])
def test_nothing_can_be_changed_through_it(page: TestClient, path: str) -> None:
    assert page.post(path).status_code == 405


def test_a_borrowed_name_for_this_address_is_not_answered(space: Workspace) -> None:
    with closing(Live(previewer(space))) as live:
        app = make_preview(live, hosts={"127.0.0.1:8765", "localhost:8765"})

        answers = {
            host: TestClient(app, base_url=f"http://{host}").get("/").status_code
            for host in ("127.0.0.1:8765", "LOCALHOST:8765", "rebound.example.com:8765", "127.0.0.1:80", "127.0.0.1")
        }

    assert list(answers.values()) == [200, 200, 421, 421, 421]


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("pulse.lan", False)],
)
def test_which_addresses_only_this_machine_reaches(host: str, *, only_here: bool) -> None:
    assert is_loopback(host) is only_here


# Files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "../outside.md",
        "issues/../../outside.md",
        "issues/2024-W23/takes/../../../var/secret",
        "issues/2024-W23/takes/abroad.md",
        "issues/2024-W23/takes/within.md",
        "issues/2024-W23/takes/.hidden.md",
        "issues/2024-W23/takes",
        "issues/2024-W23/takes/none.md",
        "issues//2024-W23/takes/first.md",
        "issues\\..\\var\\secret",
        "issues/\0",
        "/etc/hostname",
        "var/secret",
        "var/addresses.toml",
        ".env",
        "notes.md",
        "",
    ],
)
def test_no_other_file_is_shown(space: Workspace, path: str) -> None:
    takes = space.root / "issues/2024-W23/takes"
    (space.root.parent / "outside.md").write_text("outside")
    for name in ("var/secret", "var/addresses.toml", ".env", "notes.md", "issues/2024-W23/takes/.hidden.md"):
        space.write(name, "not for a page")
    (takes / "abroad.md").symlink_to(space.root.parent / "outside.md")
    (takes / "within.md").symlink_to(space.root / "var/secret")

    assert shown_file(space.root, path, {"var/addresses.toml", ".env"}) is None


def test_the_files_that_editors_write_and_those_that_remarks_name_are_shown(space: Workspace) -> None:
    space.write("notes.md", "named")

    shown = [
        shown_file(space.root, path, {"notes.md"})
        for path in ("issues/2024-W23/takes/first.md", "newsletter.toml", "feeds.toml", "notes.md")
    ]

    assert None not in shown


# As files are saved --------------------------------------------------------------------------------


def test_a_take_that_is_filed_is_shown_and_told_to_every_page(space: Workspace) -> None:
    async def two_revisions(live: Live) -> list[str]:
        told = live.revisions()
        first = await anext(told)
        space.take("second", SECOND)
        second = await asyncio.wait_for(anext(told), 10)
        live.end()
        assert [revision async for revision in told] == []
        return [first, second]

    with closing(Live(previewer(space))) as live:
        before, after = asyncio.run(two_revisions(live))

        assert before != after == live.look.revision
        assert live.look.letter is not None
        assert SECOND in live.look.letter.text.decode()


def test_a_folder_that_comes_later_and_files_renamed_into_place_are_seen(space: Workspace) -> None:
    async def seen(live: Live) -> None:
        told = live.revisions()
        for words in ("One", "Two"):
            space.write("templates/email.txt.j2", f"{words}. @@UNSUBSCRIBE@@\n")
            async with asyncio.timeout(10):
                while not (live.look.letter and live.look.letter.text.startswith(words.encode())):
                    await anext(told)
        for words in ("Three", "Four"):
            waiting = space.write(".newsletter.toml.tmp", settings.replace("Pulse of the Tests", words))
            waiting.replace(space.root / "newsletter.toml")
            async with asyncio.timeout(10):
                while live.room.settings.publication.wording.name != words:
                    await anext(told)

    settings = (space.root / "newsletter.toml").read_text()
    with closing(Live(previewer(space))) as live:
        asyncio.run(seen(live))

        assert live.look.preview is not None
        assert live.look.preview.issue.wording.name == "Four"


def test_a_change_that_shows_nowhere_is_told_to_nobody(space: Workspace) -> None:
    with closing(previewer(space)) as looking:
        before = looking.look()
        space.clock.instant = SEND
        space.write("issues/notes.txt", "nobody reads this")

        assert looking.look().revision == before.revision


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("yoga.md", True),
        ("issue.toml", True),
        ("email.html.j2", True),
        (".yoga.md.swp", False),
        ("yoga.md~", False),
        ("4913", False),
        ("#yoga.md#", False),
        (".#yoga.md", False),
        (".issue.json.17-23.tmp", False),
    ],
)
def test_which_files_are_an_editors_own(name: str, *, typed: bool) -> None:
    assert is_typed(name) is typed


def test_the_reader_of_previews_is_on_no_list(space: Workspace) -> None:
    assert PREVIEW_READER.address.endswith(".invalid")
    assert space.store.subscribers.by_key(PREVIEW_READER.key) is None
