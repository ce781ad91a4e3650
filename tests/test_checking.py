"""What `newsletter check` says of a week, in every form, and what it leaves as it was."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.__main__ import main
from newsletter.checking import Checked, check
from newsletter.cli.remark_formats import MOST, Place, comment, counts, workflow_commands
from newsletter.editorial import skip
from newsletter.files.state import read_state, write_state
from newsletter.links import Link
from newsletter.model.remarks import Remark
from newsletter.model.week_state import Pause
from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from newsletter.pipeline import approve, draft
from newsletter.store.link_checks import LinkCheck
from newsletter.web.looking import Previewer
from tests.pictures import drawn_png
from tests.room import ENVIRON, FREEZE, WEEK, Workspace, workspace
from tests.store.builders import keep, make_entry
from tests.wire.server import Server, reply, running

NEWS = "https://news.example.com"
FEEDS = (("good", f"{NEWS}/feed"), ("bad", "nowhere"))
TAKE = f"issues/{WEEK}/takes/first.md"


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as one:
        yield one


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(
        tmp_path, at=FREEZE - timedelta(hours=5), settings={"COLLECT__TIMEOUT": "2s", "LIMITS__HEADLINES": "5"}
    ) as space:
        yield space


@pytest.fixture
def online(space: Workspace, server: Server) -> Workspace:
    """The workspace with the site of its one story on loopback."""
    space.room = replace(space.room, hosts={"news.example.com": server.address})
    return space


def checked(space: Workspace, *, online: bool = False) -> Checked:
    return check(space.room, WEEK, space.store, online=online)


def codes(found: Checked) -> list[str]:
    return [remark.code for remark in found.remarks]


def said(found: Checked, code: str) -> Remark:
    (one,) = (remark for remark in found.remarks if remark.code == code)
    return one


def said_by_check(space: Workspace) -> tuple[Remark, ...]:
    return checked(space).remarks


def said_by_preview(space: Workspace) -> tuple[Remark, ...]:
    looking = Previewer(space.room, WEEK, environ=ENVIRON)
    try:
        return looking.look().remarks
    finally:
        looking.close()


def with_a_feed(space: Workspace, *, title: str = "What a feed tells") -> None:
    """A story that a feed brought and somebody wrote about."""
    feeds = f'[[feed]]\nid = "gazette"\nname = "Gazette"\nurl = "{NEWS}/feed"\n'
    space.write("feeds.toml", f'{feeds}[[feed]]\nid = "bad"\nname = "Bad"\nurl = "nowhere"\n')
    space.write(f"issues/{WEEK}/takes/b.md", f"author: Dika\nstory: {NEWS}/e\n---\nA feed tells, and I listen.\n")
    entry = make_entry("e", link=Link(f"{NEWS}/e"), title=title, first_seen=space.clock.now() - timedelta(hours=1))
    keep(space.store, entry, now=space.clock.now())


def rows(space: Workspace) -> list[str]:
    """Everything that the database holds."""
    with closing(sqlite3.connect(space.root / "var" / "newsletter.db")) as connection:
        return list(connection.iterdump())


def files(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}


def run(space: Workspace, *words: str) -> int:
    return main(["check", str(WEEK), "--root", str(space.root), "--now", space.clock.now().isoformat(), *words])


# What is said --------------------------------------------------------------------------------------


def test_checking_changes_no_file_of_the_workspace_and_writes_nothing_to_the_database(space: Workspace) -> None:
    with_a_feed(space)
    before = (files(space.root / "issues"), rows(space))

    found = checked(space)

    assert (files(space.root / "issues"), rows(space)) == before
    assert found.is_sound
    assert "own-story" in codes(found)


def test_the_preview_has_the_remarks_of_the_check(space: Workspace) -> None:
    with_a_feed(space)
    draft(space.room, WEEK, space.store)
    # Its headline changes after the take was drafted.
    with_a_feed(space, title="What a feed tells otherwise")

    open_week = (said_by_check(space), said_by_preview(space))
    space.freeze()
    approve(space.room, WEEK, by="yoga")
    approved = (said_by_check(space), said_by_preview(space))
    (space.root / TAKE).write_text("author: Yoga\n\nOther words than those that were approved.\n", encoding="utf-8")
    changed = (said_by_check(space), said_by_preview(space))

    assert open_week[0] == open_week[1]
    assert {"headline-changed", "address"} <= {remark.code for remark in open_week[1]}
    assert approved[0] == approved[1]
    assert changed[0] == changed[1]
    assert "not-approved" in {remark.code for remark in changed[1]}


@pytest.mark.parametrize(
    ("path", "text"),
    [(f"issues/{WEEK}/issue.toml", 'subjct = "x"\n'), ("templates/issue.md.j2", "{{ nothing.of.this }\n")],
    ids=["wishes", "a template"],
)
def test_the_preview_has_the_remarks_of_the_check_where_nothing_can_be_made(
    space: Workspace, path: str, text: str
) -> None:
    space.write(path, text)

    shown, found = said_by_preview(space), said_by_check(space)

    assert shown == found
    assert path in {remark.path for remark in found if remark.level == "error"}


def test_every_fault_of_the_files_is_a_remark_although_nothing_can_be_composed(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/issue.toml", 'subjct = "x"\npin = 3\n')
    space.write("sources.toml", "default = 7\n")

    space.write(f"issues/{WEEK}/takes/b.md", "author: Yoga\n\n")

    found = checked(space)

    assert not found.is_sound
    wrong = {f"issues/{WEEK}/issue.toml", f"issues/{WEEK}/takes/b.md", "sources.toml"}
    assert {remark.path for remark in found.remarks} == wrong
    assert {"unknown-key", "value"} <= set(codes(found))
    assert all(remark.mend or remark.what for remark in found.remarks)


def test_remarks_on_takes_on_the_issue_and_on_feeds_stand_in_one_list(space: Workspace) -> None:
    space.write(f"issues/{WEEK}/takes/b.md", "author: Nobody\n\nWhat will become of this?\n")
    space.write("feeds.toml", "".join(f'[[feed]]\nid = "{n}"\nname = "{n}"\nurl = "{url}"\n' for n, url in FEEDS))

    found = checked(space)

    assert {"unknown-author", "no-explainer"} <= set(codes(found))
    assert any(remark.path == "feeds.toml" for remark in found.remarks)
    assert [r.path for r in found.remarks] == sorted(r.path for r in found.remarks)


def test_a_week_that_would_be_held_says_so_before_it_closes(space: Workspace) -> None:
    (space.root / TAKE).unlink()

    before = said(checked(space), "would-be-held")

    assert str(before) == (
        "issues/2024-W23: warning [would-be-held] Closed now, it would be held: 0 takes can be printed, min_takes is 1."
        "\n    File what is missing before it closes, or leave the week out:  newsletter skip 2024-W23 --why …"
    )


def test_an_approval_that_holds_is_no_remark_and_a_change_after_it_is_an_error(space: Workspace) -> None:
    space.freeze()
    approve(space.room, WEEK, by="yoga")
    sound = checked(space)
    with (space.root / TAKE).open("a", encoding="utf-8") as file:
        file.write("One more word.\n")

    changed = checked(space)

    assert "not-approved" not in codes(sound)
    assert str(said(changed, "not-approved")) == (
        f"issues/2024-W23: error [not-approved] Changed since Yoga approved it ({TAKE}).\n"
        "    Look again:  newsletter diff 2024-W23 --since-approval"
    )


def test_a_week_that_was_sent_is_checked_by_what_was_frozen(space: Workspace) -> None:
    space.add("ann")
    space.send()
    space.write(f"issues/{WEEK}/takes/late.md", "author: Dika\n\nToo late for this one.\n")
    space.write("feeds.toml", '[[feed]]\nid = "a"\nname = "A"\nurl = "nowhere"\n')

    found = checked(space)

    assert found.is_sound
    assert "own-story" in codes(found)
    assert not {"late.md", "feeds.toml"} & {Path(remark.path).name for remark in found.remarks}


def test_a_week_that_is_held_or_left_out_says_why(space: Workspace) -> None:
    pause = Pause(why="a source called", by="Yoga", at=space.clock.now())
    write_state(space.root, WEEK, replace(read_state(space.root, WEEK), pause=pause))
    held = said(checked(space), "held")
    write_state(space.root, WEEK, replace(read_state(space.root, WEEK), pause=None))
    skip(space.room, WEEK, why="holidays")

    left_out = said(checked(space), "left-out")

    assert "by Yoga: a source called." in held.what
    assert held.mend == ("To let it go on:  newsletter hold 2024-W23 --release",)
    assert left_out.what == "The week is left out: holidays."


# Images --------------------------------------------------------------------------------------------


def test_an_image_of_the_workspace_is_weighed_and_one_that_is_missing_is_named(space: Workspace) -> None:
    body = "![A curve that rises]({})\n\nWords around it.\n"
    big = space.write("issues/explainers/images/big.png", "")
    # Behind the end of a picture nobody reads; it is fetched all the same.
    big.write_bytes(drawn_png() + bytes(300_000))
    space.write("secret.png", "x")
    texts = [
        body.format(name)
        for name in ("images/big.png", "images/none.png", "../../../secret.png", "https://images.example.com/a.png")
    ]
    space.write("issues/explainers/one.md", "title: One\nready: yes\n\n" + "\n".join(texts))

    found = checked(space)

    assert {"image-size", "no-image"} <= set(codes(found))
    missing = [remark.what for remark in found.remarks if remark.code == "no-image"]
    assert any("images/none.png" in what for what in missing)
    assert any("secret.png" in what for what in missing)
    assert not any("images.example.com" in what for what in missing)


# Links ---------------------------------------------------------------------------------------------


def test_links_are_asked_only_on_request_and_a_page_that_is_gone_is_named_where_it_was_typed(
    online: Workspace, server: Server
) -> None:
    online.write(
        f"issues/{WEEK}/takes/first.md", f"author: Yoga\nlink: {NEWS}/a\nheadline: A\n---\nSee {NEWS}/b too.\n"
    )
    server.answers["/a"] = reply(b"here")

    offline, asked = checked(online), checked(online, online=True)

    assert "dead-link" not in codes(offline)
    assert str(said(asked, "dead-link")) == (
        f"{TAKE}:5: warning [dead-link] {NEWS}/b leads nowhere (HTTP 404: the page is not there).\n"
        "    Open it. Gone? Put another page's address in its place, or that of a copy in an archive."
    )


def test_what_was_found_out_is_told_offline_and_in_the_preview_and_not_asked_again(
    online: Workspace, server: Server
) -> None:
    first = checked(online, online=True)
    asked = len(server.asked)

    again, offline = checked(online, online=True), checked(online)
    preview = composed(online.room, week_inputs(online.room, WEEK, online.store), store=online.store)

    assert len(server.asked) == asked
    assert said(first, "dead-link") == said(again, "dead-link") == said(offline, "dead-link")
    assert "dead-link" in {remark.code for remark in preview.remarks}


def test_a_page_that_refuses_programs_is_at_most_a_notice(online: Workspace, server: Server) -> None:
    online.take("second", f"Two more: {NEWS}/x and {NEWS}/y.")
    server.answers |= {path: reply(status="403 Forbidden") for path in ("/first", "/second", "/x", "/y")}

    found = checked(online, online=True)

    one = said(found, "link-unsure")
    assert found.is_sound
    assert one.level == "notice"
    assert one.what.startswith("4 links could not be looked at")
    assert f"{NEWS}/x  (HTTP 403)" in one.mend


def test_a_page_that_was_sent_to_its_sites_home_page_is_a_notice(online: Workspace, server: Server) -> None:
    server.answers |= {"/first": reply(status="301 Moved", Location=f"{NEWS}/"), "/": reply(b"home")}

    one = said(checked(online, online=True), "moved-link")

    assert one.level == "notice"
    assert one.what == f"{NEWS}/first now leads to its site's home page ({NEWS}/)."


def test_without_a_network_there_is_one_notice_and_nothing_is_remembered(space: Workspace, server: Server) -> None:
    server.answers |= {"/first": reply(b"here"), "/second": reply(b"here")}
    space.take("second", "Another story.")
    # Nobody listens there.
    space.room = replace(space.room, hosts={"news.example.com": "http://127.0.0.1:1"})
    down = checked(space, online=True)
    space.room = replace(space.room, hosts={"news.example.com": server.address})

    up = checked(space, online=True)

    one = said(down, "links-not-asked")
    assert (one.level, one.what[:34]) == ("notice", "None of 2 links could be asked: th")
    assert not {"dead-link", "link-unsure"} & set(codes(down))
    assert not {"dead-link", "link-unsure", "links-not-asked"} & set(codes(up))
    assert len(server.asked) == 2


def test_links_of_stories_of_feeds_and_of_the_explainer_are_looked_at_too(online: Workspace, server: Server) -> None:
    entry = make_entry("e", link=Link(f"{NEWS}/of-a-feed"), title="What a feed tells")
    keep(online.store, replace(entry, first_seen=online.clock.now()), now=online.clock.now())
    online.write(
        "issues/explainers/one.md",
        f"title: One\nready: yes\nbase_url: {NEWS}/docs/\nsources: {NEWS}/source\n\n[There](there.html) and back.\n",
    )
    server.answers["/first"] = reply(b"here")

    found = checked(online, online=True)

    dead = [remark for remark in found.remarks if remark.code == "dead-link"]
    places = {(remark.path, remark.what.split()[0].removeprefix(NEWS)) for remark in dead}
    assert {("issues/explainers/one.md", "/source"), ("issues/explainers/one.md", "/docs/there.html")} <= places
    assert f'{NEWS}/of-a-feed, the link of "What a feed tells", leads nowhere' in "\n".join(r.what for r in dead)


def test_a_verdict_that_is_too_old_is_not_told(space: Workspace) -> None:
    old = LinkCheck(link=f"{NEWS}/first", at=space.clock.now() - timedelta(hours=2), verdict="gone", what="HTTP 404")
    space.store.link_checks.keep([old], space.clock.now())

    assert "dead-link" not in codes(checked(space))


# Forms ---------------------------------------------------------------------------------------------


def test_people_read_every_remark_and_a_last_line_that_counts_them(
    space: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    space.write(f"issues/{WEEK}/takes/b.md", "author: Nobody\n\nWhat will become of this?\n")

    code = run(space)

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert any(line.startswith(f"issues/{WEEK}/takes/b.md") and "[unknown-author]" in line for line in lines)
    assert re.fullmatch(r"2024-W23: \d+ warnings?, \d+ notices?\.", lines[-1])


def test_errors_end_with_their_own_exit_code(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    space.write(f"issues/{WEEK}/issue.toml", 'subjct = "x"\n')

    code = run(space, "--json")

    found = json.loads(capsys.readouterr().out)
    assert code == 3
    assert (found["week"], found["errors"]) == ("2024-W23", 1)
    assert found["remarks"][0]["code"] == "unknown-key"


@pytest.mark.parametrize("form", ["text", "json", "github", "markdown"])
def test_settings_that_cannot_be_used_come_out_in_the_form_asked_for(
    space: Workspace, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    settings = (space.root / "newsletter.toml").read_text(encoding="utf-8")
    space.write("newsletter.toml", settings.replace("[publication]\n", '[publication]\nnam = "Pulse"\n'))

    code = run(space, "--format", form)

    out, err = capsys.readouterr()
    begins = {
        "text": "newsletter.toml:2: error [unknown-key]",
        "json": '{\n "week": null,\n "errors": 1,',
        "github": "::error file=newsletter.toml,line=2,title=unknown-key::",
        "markdown": "### newsletter.toml: 1 error\n",
    }
    assert (code, err) == (3, "")
    assert out.startswith(begins[form])


def test_nothing_to_mend_is_one_line() -> None:
    assert counts(()) == "nothing to mend"


ODD = Remark("a,b:c.md", 7, "error", "unclosed", "50% of\r\nit: ::stop::", ("Do this,", "then that."))


def test_an_annotation_is_one_line_whatever_stands_in_it() -> None:
    (line,) = workflow_commands([ODD], Place(prefix="news/"))

    assert line == (
        "::error file=news/a%2Cb%3Ac.md,line=7,title=unclosed::50%25 of%0D%0Ait: ::stop::%0ADo this,%0Athen that."
    )


def test_an_annotation_on_a_whole_file_names_no_line() -> None:
    (line,) = workflow_commands([Remark("feeds.toml", 0, "notice", "feed-health", "A moved.")], Place())

    assert line == "::notice file=feeds.toml,title=feed-health::A moved."


def test_a_comment_calls_nobody_and_opens_no_tag() -> None:
    hostile = "<b>@team</b> `x` [y](z) see #12, GH-7 and https://example.com/a_b. <!-- --> | * _"
    remarks = [Remark("a`b.md", 0, "warning", "no-story", hostile, ("```\n@team <script>",))]

    shown = comment("2024-W23", remarks, Place())

    assert shown == (
        "### 2024-W23: 1 warning\n"
        "\n"
        "**`a'b.md`**\n"
        "- **warning** `no-story`: &lt;b&gt;@\u200bteam&lt;/b&gt; \\`x\\` \\[y\\](z) see \\#\u200b12, GH-\u200b7 and "
        "`https://example.com/a_b`. &lt;\\!-- --&gt; \\| \\* \\_\n"
        "  <details><summary>Mend</summary>\n\n"
        "  ````text\n  ```\n  @team <script>\n  ````\n\n"
        "  </details>\n"
    )


def test_a_comment_leads_to_the_line_and_to_the_page_on_the_code() -> None:
    place = Place(prefix="news/", files="https://github.com/t/n/blob/0f1e/", codes="https://github.com/t/n/c.md")

    shown = comment("2024-W23", [Remark("a b.md", 3, "error", "unknown-key", "No.")], place)

    assert "**`news/a b.md`**" in shown
    assert "[line 3](https://github.com/t/n/blob/0f1e/news/a%20b.md#L3)" in shown
    assert "[`unknown-key`](https://github.com/t/n/c.md#unknown-key): No." in shown


def test_a_comment_is_bounded_and_leaves_out_notices_first() -> None:
    warnings = [Remark(f"{n}.md", n + 1, "warning", "no-story", "Words. " * 40, ("Mend it.",)) for n in range(40)]
    notices = [Remark(f"{n}.md", n + 1, "notice", "summary", "Words. " * 40) for n in range(400)]

    shown = comment("2024-W23", [*warnings, *notices], Place())

    missing = re.search(r"\n(\d+) more remarks are not shown here\.\n$", shown)
    assert len(shown) <= MOST
    assert shown.count("`no-story`") == 40
    assert missing is not None
    assert shown.count("`summary`") + int(missing[1]) == 400
    assert shown.count("<details>") == shown.count("</details>") == 41


def test_the_workspace_may_lie_below_the_root_of_its_repository(
    space: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "team/news")
    monkeypatch.setenv("GITHUB_SHA", "0f1e2d")
    outer = tmp_path.parent
    (outer / ".git").mkdir(exist_ok=True)
    space.write(f"issues/{WEEK}/issue.toml", 'subjct = "x"\n')

    run(space, "--format", "markdown")

    link = f"https://github.com/team/news/blob/0f1e2d/{tmp_path.name}/issues/2024-W23/issue.toml#L1"
    assert link in capsys.readouterr().out
