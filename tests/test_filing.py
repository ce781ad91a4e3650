"""Filing a take from the command line: the editor's file, pipes, several at once, and where each will stand."""

from __future__ import annotations

import io
import json
import resource
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter import filing
from newsletter.__main__ import main
from newsletter.desk.takes.form import filled
from newsletter.desk.takes.standing import ordinal
from newsletter.editorial import skip
from newsletter.errors import CannotWrite, FaultyTemplate, UsageFault
from newsletter.filing import Filed, author, begin_take, file_take, finish_take
from newsletter.newsroom.take_drafts import write_new
from newsletter.pipeline import draft
from tests.room import FREEZE, WEEK, Workspace, wired, workspace

ZOOM = "Zoom CEO envisions AI deepfakes attending meetings in your place"
ID = "#zoom-ceo-envisions"
WORDS = (
    "I would send mine to the status meetings first, since nobody there listens, and keep the long lunch that a "
    "deepfake has earned me; what worries me is the day when all of the others have sent theirs."
)
CARRIED = (ZOOM, "Gemini 1.5 reaches general availability with tuning", "Gemini 1.5 reaches the stage in a theatre")
OPEN = FREEZE - timedelta(hours=3)
NOW = OPEN.isoformat()


@pytest.fixture(scope="module")
def shared() -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory() as folder, workspace(Path(folder), at=OPEN) as space, wired(space, "ars"):
        space.publish_feed("ars", dict.fromkeys(CARRIED, datetime(2024, 6, 4, 12, tzinfo=UTC)))
        space.collect()
        yield space


@pytest.fixture
def space(shared: Workspace) -> Workspace:
    """The workspace with one take, which names no story of the feeds."""
    for path in sorted((shared.root / "issues").rglob("*")) + sorted((shared.root / "var").glob("drafts/*/*")):
        if path.is_file():
            path.unlink()
    shared.take("first", "The first of all takes says what it has to say.")
    return shared


@dataclass
class Terminal:
    """The command as it is typed in the workspace; the editor writes these words where the take goes."""

    space: Workspace
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def take(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        typed = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape")), encoding="utf-8")
        self.monkeypatch.setattr("sys.stdin", typed)
        code = main(["take", *arguments, "--root", str(self.space.root), "--now", NOW])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def edits(self, script: str) -> None:
        """An editor that is this script of the shell; "$1" is the file."""
        editor = self.space.root / "var" / "editor.sh"
        editor.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        self.monkeypatch.setenv("VISUAL", str(editor))


@pytest.fixture
def terminal(space: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("NEWSLETTER_BY", raising=False)
    return Terminal(space, capsys, monkeypatch)


def file(space: Workspace, text: str = WORDS, *, ref: str = ID, by: str = "yoga", dry_run: bool = False) -> Filed:
    return file_take(space.room, space.store, ref=ref, by=author(space.room, by), text=text, dry_run=dry_run)


# Where it stands -----------------------------------------------------------------------------------


def test_the_author_is_told_the_place_the_file_the_week_and_its_end(terminal: Terminal) -> None:
    file(terminal.space, "Dika sees it otherwise, and would rather meet people than deepfakes of them.", by="dika")

    code, said, _ = terminal.take("zoom-ceo-envisions", "--by", "yoga", "--text", WORDS)

    assert code == 0
    assert said.splitlines() == [
        f'filed: under {ID} "{ZOOM}", second of 2',
        f"issues/{WEEK}/takes/yoga-zoom-ceo-envisions.md",
        f"{WEEK} closes Fri 7 Jun 2024 15:00 UTC.",
    ]


PLACES = {
    "a story of its own": (
        "https://elsewhere.example/deepfakes-in-meetings",
        'as a story of its own, #elsewhere-example "elsewhere.example", first of 1',
    ),
    "apart": ("", 'apart, under "Also from the team"'),
    "unknown": ("Nobody ever wrote this", 'held: no story is called "Nobody ever wrote this"'),
    "ambiguous": ("Gemini 1.5 reaches", 'held: "Gemini 1.5 reaches" fits 2 stories'),
}


@pytest.mark.parametrize(("ref", "words"), PLACES.values(), ids=PLACES.keys())
def test_every_outcome_has_its_words(space: Workspace, ref: str, words: str) -> None:
    filed = file(space, ref=ref)

    assert [stand.words for stand in filed.stands] == [words]
    assert (space.root / filed.path).exists()


def test_what_the_author_is_told_is_what_the_draft_says(space: Workspace) -> None:
    filed = file(space)

    composed = draft(space.room, WEEK, space.store)

    placement = next(p for p in composed.draft.placements if p.take.path == filed.path)
    assert (placement.outcome, placement.story) == ("attached", filed.stands[0].story)
    assert WORDS in space.issue_text()
    assert filed.remarks == tuple(remark for remark in composed.remarks if remark.path == filed.path)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (10, "tenth"), (11, "11th"), (13, "13th"), (21, "21st"), (112, "112th")],
)
def test_places_are_words_up_to_ten(number: int, words: str) -> None:
    assert ordinal(number) == words


def test_the_coach_and_every_other_remark_is_shown_to_the_author(terminal: Terminal) -> None:
    code, said, _ = terminal.take(ID, "--by", "yoga", "--text", "I said **meetings.")

    assert code == 0
    assert '[unclosed] "**" opened here is never closed; printed as typed.' in said


def test_a_rehearsal_writes_nothing_and_says_the_same(space: Workspace) -> None:
    rehearsed = file(space, dry_run=True)
    there = (space.root / rehearsed.path).exists()

    filed = file(space)

    assert not there
    assert (rehearsed.path, rehearsed.stands, rehearsed.remarks) == (filed.path, filed.stands, filed.remarks)
    assert next(rehearsed.lines()).startswith("would be filed: under")


def test_a_story_without_words_can_be_asked_about(terminal: Terminal) -> None:
    code, said, _ = terminal.take(ZOOM, "--by", "yoga", "--dry-run")

    assert code == 0
    assert said.startswith(f'would be filed: under {ID} "{ZOOM}", first of 1\n')
    assert not list(terminal.space.root.rglob("takes/yoga*"))


def test_programs_get_the_place_in_parts(terminal: Terminal) -> None:
    _, said, _ = terminal.take(ID, "--by", "yoga", "--text", WORDS, "--json")

    report = json.loads(said)
    assert (report["week"], report["closed"], report["dry_run"]) == ("2024-W23", None, False)
    assert report["takes"] == [
        {
            "author": "Yoga",
            "line": 4,
            "outcome": "attached",
            "stands": f'under {ID} "{ZOOM}", first of 1',
            "story": ID[1:],
            "headline": ZOOM,
            "place": 1,
            "of": 1,
        }
    ]


def test_a_take_for_a_closed_week_goes_to_the_next_and_says_so(tmp_path: Path) -> None:
    with workspace(tmp_path) as closed:
        closed.freeze()

        filed = file(closed, ref="")

    assert list(filed.lines())[1] == "2024-W23 is closed; this take goes to 2024-W24."
    assert filed.path == "issues/2024-W24/takes/yoga.md"


def test_a_take_for_a_week_that_is_left_out_goes_to_the_next_and_says_so(tmp_path: Path) -> None:
    with workspace(tmp_path, at=OPEN) as left_out:
        skip(left_out.room, WEEK, why="holidays")

        filed = file(left_out, ref="")

    assert list(filed.lines())[1] == "2024-W23 is left out; this take goes to 2024-W24."


def test_a_take_that_is_written_while_its_week_closes_stands_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace(tmp_path, at=OPEN) as closing:
        write = filing.write_new

        def just_closed(folder: Path, name: str, content: bytes) -> Path:
            closing.freeze()
            return write(folder, name, content)

        monkeypatch.setattr(filing, "write_new", just_closed)

        filed = file(closing, ref="")

    assert (filed.path, str(filed.week)) == (f"issues/{WEEK}/takes/yoga.md", "2024-W24")
    assert list(filed.lines())[:2] == [
        'filed: apart, under "Also from the team"',
        "2024-W23 is closed; this take goes to 2024-W24.",
    ]


def test_a_full_disk_leaves_no_empty_take(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(CannotWrite):
            write_new(tmp_path / "takes", "yoga", WORDS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    assert not list((tmp_path / "takes").iterdir())


def test_a_week_whose_end_has_passed_takes_takes_until_it_is_frozen(tmp_path: Path) -> None:
    with workspace(tmp_path, at=FREEZE + timedelta(minutes=5)) as late:
        filed = file(late, ref="")

    assert filed.closes == "2024-W23 was to close Fri 7 Jun 2024 15:00 UTC, and is still open."


@pytest.mark.parametrize("place", [f"issues/{WEEK}/takes/yoga.md", "issues/inbox/yoga.md"], ids=["week", "inbox"])
def test_a_plain_file_is_filed_without_any_command(space: Workspace, place: str) -> None:
    space.write(place, f"{ZOOM}\n\n{WORDS}\n")

    composed = draft(space.room, WEEK, space.store)

    placement = next(p for p in composed.draft.placements if p.take.path == place)
    assert (placement.outcome, placement.story) == ("attached", ID[1:])
    assert [remark for remark in composed.remarks if remark.path == place] == []
    assert WORDS in space.issue_text()


# Pipes, and several at once ------------------------------------------------------------------------


CHAT = f"""## {ZOOM}
Yoga: "{WORDS}"

Dika:
“I would rather meet people than deepfakes of them.”

## https://elsewhere.example/paper
Yoga: "A paper of which nobody has heard, and I liked it."
"""


def test_several_takes_out_of_a_chat_become_one_file_and_each_place_is_told(terminal: Terminal) -> None:
    code, said, _ = terminal.take("--stdin", stdin=CHAT)

    assert code == 0
    assert said.splitlines()[:4] == [
        f'filed: Yoga, under {ID} "{ZOOM}", first of 2',
        f'filed: Dika, under {ID} "{ZOOM}", second of 2',
        'filed: Yoga, as a story of its own, #elsewhere-example "elsewhere.example", first of 1',
        f"issues/{WEEK}/takes/team.md",
    ]
    assert (terminal.space.root / f"issues/{WEEK}/takes/team.md").read_text(encoding="utf-8") == CHAT


def test_a_chat_as_it_was_exported_needs_no_name(terminal: Terminal) -> None:
    chat = f"[10:32, 05/06/2024] Yoga: {ZOOM}\n[10:33, 05/06/2024] Yoga: {WORDS}\n[10:35, 05/06/2024] Dika: Not me.\n"

    code, said, _ = terminal.take("--stdin", stdin=chat)

    assert code == 0
    assert said.splitlines()[:2] == [
        f'filed: Yoga, under {ID} "{ZOOM}", first of 1',
        'filed: Dika, apart, under "Also from the team"',
    ]


@pytest.mark.parametrize(("encoding", "guessed"), [("utf-16", False), ("cp1252", True)])
def test_what_comes_in_another_encoding_is_filed_as_utf_8(terminal: Terminal, encoding: str, guessed: bool) -> None:
    typed = f"Café: {WORDS}".encode(encoding).decode("utf-8", "surrogateescape")

    code, said, _ = terminal.take(ID, "--stdin", "--by", "yoga", stdin=typed)

    assert code == 0
    assert ("[encoding] The text came in another encoding" in said) is guessed
    path = terminal.space.folder() / "takes" / "yoga-zoom-ceo-envisions.md"
    assert path.read_text(encoding="utf-8") == f"author: Yoga\nstory: {ID}\n---\nCafé: {WORDS}\n"


def test_a_second_chat_does_not_overwrite_the_first(terminal: Terminal) -> None:
    terminal.take("--stdin", stdin=CHAT)

    terminal.take("--stdin", stdin=CHAT.replace("nobody has heard", "I had not heard"))

    assert (terminal.space.folder() / "takes" / "team-2.md").exists()


@pytest.mark.parametrize("stdin", [WORDS, 'Update: "I would not."', f"Nobody:\n“{WORDS}”"], ids=["bare", "label", "no"])
def test_a_take_that_names_no_member_needs_one_named(terminal: Terminal, stdin: str) -> None:
    code, _, said = terminal.take(ID, "--stdin", stdin=stdin)

    assert code == 2
    assert said == (
        "newsletter: Nobody knows whose take this is; nothing was filed.\n"
        "    Name a member:  --by ID  (yoga, dika), or set NEWSLETTER_BY.\n"
    )
    assert not list((terminal.space.folder() / "takes").glob("[!f]*"))


def test_the_environment_may_say_who_writes(terminal: Terminal) -> None:
    terminal.monkeypatch.setenv("NEWSLETTER_BY", "dika")

    code, _, _ = terminal.take(ID, "--stdin", stdin=WORDS)

    assert code == 0
    assert (terminal.space.folder() / "takes" / "dika-zoom-ceo-envisions.md").exists()


def test_header_lines_of_the_text_are_kept_and_completed(space: Workspace) -> None:
    filed = file(space, f"author: Dika\ntags: work\n---\n{WORDS}\n", by="yoga")

    text = (space.root / filed.path).read_text(encoding="utf-8")
    assert text == f"story: {ID}\nauthor: Dika\ntags: work\n---\n{WORDS}\n"
    assert next(iter(filed.lines())).startswith("filed: Dika, under")


def test_a_story_given_beside_a_text_of_several_stories_is_refused(space: Workspace) -> None:
    with pytest.raises(UsageFault, match="names its stories itself"):
        file(space, CHAT)


def test_nothing_that_is_filed_commands_the_terminal(terminal: Terminal) -> None:
    _, said, _ = terminal.take("\x1b[2J no such story", "--by", "yoga", "--text", WORDS)

    assert "\x1b" not in said


def test_a_take_is_named_though_the_week_cannot_be_composed(space: Workspace) -> None:
    broken = space.write("templates/email.txt.j2", "{{ nothing.of.the.kind }")
    try:
        with pytest.raises(FaultyTemplate, match=f"The take is filed: issues/{WEEK}/takes/yoga-zoom") as fault:
            file(space)
    finally:
        broken.unlink()

    assert fault.value.exit_code == 3
    assert (space.folder() / "takes" / "yoga-zoom-ceo-envisions.md").exists()


# The editor ----------------------------------------------------------------------------------------


def test_the_editor_opens_a_filled_file_and_what_is_written_there_is_filed(terminal: Terminal) -> None:
    shown = terminal.space.root / "var" / "shown.md"
    terminal.edits(
        f'cp "$1" {shown}; echo "{WORDS}" > {shown}.new; cat {shown} >> {shown}.new\n'
        f'head -3 {shown} > "$1"; echo "{WORDS}" >> "$1"; tail -n +4 {shown} >> "$1"'
    )

    code, said, before = terminal.take(ZOOM, "--by", "yoga")

    assert (code, said.splitlines()[0]) == (0, f'filed: under {ID} "{ZOOM}", first of 1')
    assert before == f'It will stand under {ID} "{ZOOM}", first of 1.\n'
    assert shown.read_text(encoding="utf-8") == (
        f"author: Yoga\nstory: {ID}\n---\n\n\n\n"
        "<!-- Write your take above. Nothing between these marks is printed.\n\n"
        f"     {ZOOM}\n     Ars, 4 Jun 2024\n     https://ars.example.com/{ZOOM.replace(' ', '-')}\n\n"
        f'     It will stand under {ID} "{ZOOM}", first of 1.\n\n'
        "     In the first person: what do you make of it? The house runs 30–130 words.\n"
        f"     {WEEK} closes Fri 7 Jun 2024 15:00 UTC. -->\n"
    )
    path = terminal.space.folder() / "takes" / "yoga-zoom-ceo-envisions.md"
    assert path.read_text(encoding="utf-8") == f"author: Yoga\nstory: {ID}\n---\n{WORDS}\n"
    assert not list((terminal.space.root / "var" / "drafts").rglob("*.md"))


def test_without_a_story_the_best_of_the_week_are_listed(space: Workspace) -> None:
    begun = begin_take(space.room, space.store, ref="", by=author(space.room, "yoga"))

    text = begun.path.read_text(encoding="utf-8")
    assert text.startswith("author: Yoga\nstory:\n---\n")
    assert f"     {ID}  {ZOOM} (Ars, 4 Jun 2024)\n" in text


def test_an_uncertain_story_stays_as_typed_and_its_candidates_are_shown(space: Workspace) -> None:
    begun = begin_take(space.room, space.store, ref="Gemini 1.5 reaches", by=author(space.room, "yoga"))

    text = begun.path.read_text(encoding="utf-8")
    assert text.startswith("author: Yoga\nstory: Gemini 1.5 reaches\n---\n")
    assert '     #gemini-1-5 "Gemini 1.5 reaches general availability with tuning" (Ars, 4 Jun)\n' in text
    assert begun.told[0] == 'As it is, it would be held: "Gemini 1.5 reaches" fits 2 stories.'


def test_an_address_that_no_feed_carries_asks_for_a_headline(space: Workspace) -> None:
    begun = begin_take(space.room, space.store, ref="https://elsewhere.example/a", by=author(space.room, "yoga"))

    assert "\nheadline:\n---\n" in begun.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [":", 'echo "" >> "$1"', ': > "$1"', 'rm "$1"'], ids=["as is", "blank", "all", "rm"])
def test_a_file_closed_without_words_files_nothing_and_goes(terminal: Terminal, script: str) -> None:
    terminal.edits(script)

    code, _, said = terminal.take(ID, "--by", "yoga")

    assert code == 2
    assert "newsletter: The take has no words; nothing was filed.\n" in said
    assert not list(terminal.space.root.rglob("yoga-*.md"))


def test_words_are_kept_and_named_when_the_editor_breaks(terminal: Terminal) -> None:
    terminal.edits(f'echo "{WORDS}" >> "$1"; exit 3')

    code, _, said = terminal.take(ID, "--by", "yoga")

    kept = "var/drafts/yoga/yoga-zoom-ceo-envisions.md"
    assert code == 1
    assert f"Nothing was filed.\n    What was written lies in {kept}." in said
    assert WORDS in (terminal.space.root / kept).read_text(encoding="utf-8")
    terminal.edits(":")
    assert f"An unfinished draft of yours lies in {kept}." in terminal.take(ID, "--by", "yoga")[2]
    code, said, _ = terminal.take("--stdin", "--by", "yoga", stdin=(terminal.space.root / kept).read_text("utf-8"))
    assert (code, said.splitlines()[0]) == (0, f'filed: under {ID} "{ZOOM}", first of 1')


def test_without_a_terminal_and_an_editor_nobody_waits(terminal: Terminal) -> None:
    terminal.monkeypatch.delenv("VISUAL", raising=False)
    terminal.monkeypatch.delenv("EDITOR", raising=False)

    code, _, said = terminal.take(ID, "--by", "yoga", stdin=WORDS)

    assert code == 2
    assert said == (
        "newsletter: There is no terminal for an editor; nothing was filed.\n"
        '    Bring the words:  --text "…"   or  --stdin < FILE   or set EDITOR.\n'
    )
    assert not list(terminal.space.root.rglob("yoga-*.md"))


def test_what_an_editor_saves_as_utf_16_is_filed(terminal: Terminal) -> None:
    terminal.edits(f'{{ cat "$1"; echo "{WORDS}"; }} > "$1.8"; iconv -f utf-8 -t utf-16 "$1.8" > "$1"; rm "$1.8"')

    code, said, _ = terminal.take(ID, "--by", "yoga")

    assert (code, said.splitlines()[0]) == (0, f'filed: under {ID} "{ZOOM}", first of 1')
    path = terminal.space.folder() / "takes" / "yoga-zoom-ceo-envisions.md"
    assert path.read_text(encoding="utf-8").endswith(f"{WORDS}\n")


def test_words_are_kept_and_named_when_they_cannot_be_filed(space: Workspace) -> None:
    begun = begin_take(space.room, space.store, ref=ID, by=author(space.room, "yoga"))
    begun.path.write_text(f"author: Yoga\nnote: only a word to you\n---\n{begun.form.help[0]}\n", encoding="utf-8")

    with pytest.raises(UsageFault, match=f"no words.*\n.*What was written lies in {begun.shown}"):
        finish_take(space.room, space.store, begun)

    assert begun.path.exists()


def test_words_typed_inside_of_the_help_are_filed() -> None:
    form = filled(author="Yoga", story=ID, headline=True, about=["A headline --> with an arrow", "", "It closes."])
    lines = form.text.replace("headline:\n", "").splitlines()
    edited = "\n".join([*lines[:-2], WORDS, *lines[-2:]])

    assert form.written(edited).split("\n---\n")[1].strip() == WORDS
    assert not form.is_untouched(edited)
    assert form.is_untouched(form.text.replace("\n", "\r\n"))
