"""The mistakes that people make in a file of takes: where each take stands, and all that its author is told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.newsroom.composing import composed
from newsletter.newsroom.inputs import week_inputs
from tests.room import FREEZE, WEEK, Workspace, wired, workspace

ZOOM = "Zoom CEO envisions AI deepfakes attending meetings in your place"
ID = "#zoom-ceo-envisions"
#: A take that nothing is to be said of: long enough, in the first person, on its story.
WORDS = (
    "I would send mine to the status meetings first, since nobody there listens, and keep the long lunch that a "
    "deepfake has earned me; what worries me is the day when all of the others have sent theirs."
)
CODESTRAL = "I like that Codestral writes what I meant and not what I typed, which nobody else here has managed so far."
GARDEN = (
    "In my garden the tomatoes were so many this summer that our neighbours began to lock the door when they saw me "
    "carry another basket, and I could not blame them."
)
OLD = "What the meetings of last week taught me is that a deepfake listens better than I do, and looks awake as well."
CARRIED = (
    ZOOM,
    "Codestral: Hello, World!",
    "Gemini 1.5 reaches general availability with tuning",
    "Gemini 1.5 reaches the stage in a small theatre",
)


@dataclass(frozen=True)
class Found:
    """What became of one file: (outcome, story, text) of each take, and all that is said of the file."""

    takes: list[tuple[str, str, str]]
    said: list[str]
    printed: str


@pytest.fixture(scope="module")
def space() -> Iterator[Workspace]:
    with (
        tempfile.TemporaryDirectory() as folder,
        workspace(Path(folder), at=FREEZE - timedelta(days=7)) as space,
        wired(space, "ars"),
    ):
        space.add("ada")
        space.take("before", OLD, week=WEEK.after(-1))
        (space.folder() / "takes" / "first.md").unlink()
        space.send(WEEK.after(-1))
        space.clock.instant = FREEZE - timedelta(hours=3)
        space.publish_feed("ars", dict.fromkeys(CARRIED, datetime(2024, 6, 4, 12, tzinfo=UTC)))
        space.collect()
        yield space


def filed(space: Workspace, content: str | bytes, name: str = "yoga.md") -> Found:
    """What becomes of a file of this name with this content, as the only one of its week."""
    path = space.write(f"issues/{WEEK}/takes/{name}", "")
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    try:
        done = composed(space.room, week_inputs(space.room, WEEK, space.store))
        assert path.exists()
    finally:
        path.unlink()
    shown = f"issues/{WEEK}/takes/{name}"
    return Found(
        takes=[(p.outcome, p.story, p.take.text) for p in done.draft.placements],
        said=[str(remark).replace(shown, name) for remark in done.remarks if remark.path == shown],
        printed=done.renditions.markdown,
    )


ATTACHED = ("attached", "zoom-ceo-envisions", WORDS)
MISTAKES: dict[str, tuple[str, str | bytes, tuple[str, str, str] | None, list[str]]] = {
    "a wrong key": (
        "dika.md",
        f"author: Dika\nstroy: {ID}\n---\n{WORDS}",
        ("apart", "", WORDS),
        [
            (
                'dika.md:2: error [unknown-key] "stroy" is not a key. Did you mean "story"? '
                "Keys: author, story, headline, week, tags, link, note, again, lang.\n"
                f'    Used nowhere: "{ID}".'
            ),
            (
                "dika.md:4: warning [no-story] Dika's take names no story. "
                'It stands apart, under "Also from the team".\n'
                f'    Likely: {ID} "{ZOOM}" ("deepfakes", "meetings" in both). To attach it: first line  story: {ID}'
            ),
        ],
    ),
    "a wrong name": (
        "yogi.md",
        f"{ID}\n\n{WORDS}",
        ("held", "", WORDS),
        [
            (
                'yogi.md: warning [unknown-author] "yogi" is not in newsletter.toml. The take is held. '
                "Closest: Yoga (yoga).\n"
                "    Add a line  author: NAME  or add the member to newsletter.toml."
            )
        ],
    ),
    "a wrong name in the header": (
        "take.md",
        f"author: Yogi\nstory: {ID}\n---\n{WORDS}",
        ("held", "", WORDS),
        [
            (
                'take.md:4: warning [unknown-author] "Yogi" is not in newsletter.toml. The take is held. '
                "Closest: Yoga (yoga).\n"
                "    Add a line  author: NAME  or add the member to newsletter.toml."
            )
        ],
    ),
    "a wrong story": (
        "yoga.md",
        f"Zoom boss sends a twin\n\n{WORDS}",
        ("held", "", WORDS),
        [
            (
                'yoga.md:1: warning [unknown-story] No story is called "Zoom boss sends a twin". The take is held.\n'
                f'    Did you mean  {ID} "{ZOOM}" (Ars, 4 Jun)?  Put the id, that line or its address on line 1.\n'
                "    A story of its own? Add a line  headline: …"
            )
        ],
    ),
    "an ambiguous story": (
        "yoga.md",
        f"story: Gemini 1.5 reaches\n---\n{WORDS}",
        ("held", "", WORDS),
        [
            (
                'yoga.md:1: warning [ambiguous-story] "Gemini 1.5 reaches" fits 2 stories. The take is held. '
                "Say which:\n"
                '    #gemini-1-5 "Gemini 1.5 reaches general availability with tuning" (Ars, 4 Jun)\n'
                '    #gemini-1-5-reaches "Gemini 1.5 reaches the stage in a small theatre" (Ars, 4 Jun)'
            )
        ],
    ),
    "a story nearly right": (
        "yoga.md",
        f"Zoom CEO envisons deepfakes atending meetings\n\n{WORDS}",
        ATTACHED,
        [
            (
                f'yoga.md:1: notice [near-match] "Zoom CEO envisons deepfakes atending meetings" read as "{ZOOM}" '
                "(Ars).\n"
                "    Not that? Put the address on line 1."
            )
        ],
    ),
    "no story": (
        "dika.md",
        CODESTRAL,
        (
            "apart",
            "",
            CODESTRAL,
        ),
        [
            (
                "dika.md:1: warning [no-story] Dika's take names no story. "
                'It stands apart, under "Also from the team".\n'
                '    Likely: #codestral-hello-world "Codestral: Hello, World!" ("codestral" in both). '
                "To attach it: first line  story: #codestral-hello-world"
            )
        ],
    ),
    "a story that no feed carries": (
        "yoga.md",
        f"https://elsewhere.example.org/deepfakes-in-meetings\nheadline\n\n{WORDS}",
        ("own", "elsewhere-example-org", f"headline\n\n{WORDS}"),
        [
            (
                "yoga.md:1: notice [own-story] No feed carries https://elsewhere.example.org/deepfakes-in-meetings. "
                "It becomes a story of its own.\n"
                '    Add a line  headline: …  (now shown as "elsewhere.example.org").'
            )
        ],
    ),
    "words on another story": (
        "yoga.md",
        f"{ID}\n\n{GARDEN}",
        (
            "attached",
            "zoom-ceo-envisions",
            GARDEN,
        ),
        [
            (
                'yoga.md:1: warning [pairing] The take and "Zoom CEO envisions AI deepfakes attending meetings in your '
                'place" share no word. Wrong story?\n'
                "    Look whether line 1 names the story that was meant."
            )
        ],
    ),
    "an empty take": (
        "dika.md",
        f"author: Dika\nstory: {ID}\n---\n\n",
        None,
        ["dika.md: warning [empty-take] No text after the header. Nothing is printed for Dika."],
    ),
    "an empty file": (
        "dika.md",
        "",
        None,
        ["dika.md: warning [empty-take] There is no text in the file. Nothing is printed for Dika."],
    ),
    "words printed before": (
        "yoga.md",
        f"{ID}\n\n{OLD}",
        ("held", "", OLD),
        [
            (
                'yoga.md:1: warning [printed-before] This text went out in "Week #22 2024" (2024-W22) '
                'under "News about before". Held.\n'
                "    A leftover? Delete the file. On purpose? Add  again: yes"
            )
        ],
    ),
    "markup never closed": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\nMine is **bold.",
        ("attached", "zoom-ceo-envisions", f"{WORDS}\n\nMine is **bold."),
        ['yoga.md:5: warning [unclosed] "**" opened here is never closed; printed as typed.'],
    ),
    "Windows-1252": (
        "yoga.md",
        f"{ID}\n\n“Café – {WORDS}”".encode("cp1252"),
        ("attached", "zoom-ceo-envisions", f"Café – {WORDS}"),
        [
            (
                "yoga.md:3: warning [encoding] The file is saved as Windows-1252 and was read as such.\n"
                "    Save it as UTF-8."
            )
        ],
    ),
    "a byte order mark": ("yoga.md", b"\xef\xbb\xbf" + f"{ID}\n\n{WORDS}".encode(), ATTACHED, []),
    "CRLF": ("yoga.md", f"author: Yoga\r\nstory: {ID}\r\n---\r\n{WORDS}\r\n", ATTACHED, []),
    "quotation marks around all of it": ("yoga.md", f"{ID}\n\n“{WORDS}”\n", ATTACHED, []),
    "a table": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\n| me | it |\n|---|---|\n| 1 | 2 |",
        ("attached", "zoom-ceo-envisions", f"{WORDS}\n\n| me | it |\n|---|---|\n| 1 | 2 |"),
        [
            (
                "yoga.md:5: notice [table] A table in a take is squeezed on phones.\n"
                "    Two or three sentences? Tables suit an explainer."
            )
        ],
    ),
    "an id without its mark": ("yoga.md", f"{ID[1:]}\n\n{WORDS}", ATTACHED, []),
    "an id in quotation marks": ("yoga.md", f"story: “{ID}”\n---\n{WORDS}", ATTACHED, []),
    "a dash for the rule below the header": ("yoga.md", f"author: Yoga\nstory: {ID}\n—\n{WORDS}", ATTACHED, []),
    "the author's name above it": ("yoga.md", f"Yoga:\n\n{ZOOM}\n\n{WORDS}", ATTACHED, []),
    "the author's name above it, without a colon": ("yoga.md", f"Yoga\n\n{ID}\n\n{WORDS}", ATTACHED, []),
    "the author's name before it": ("yoga.md", f"{ID}\n\n**Yoga:** {WORDS}", ATTACHED, []),
    "the author's name above a quotation": ("yoga.md", f"{ID}\n\nYoga:\n“{WORDS}”", ATTACHED, []),
    "a mail's signature": ("yoga.md", f"{ID}\n\n{WORDS}\n\n-- \nYoga\n", ATTACHED, []),
    "a name below a German greeting": ("yoga.md", f"{ID}\n\n{WORDS}\n\nViele Grüße\nYoga", ATTACHED, []),
    "a name below": ("yoga.md", f"{ID}\n\n“{WORDS}”\n\nBest,\n— Yoga", ATTACHED, []),
    "a mail's signature of more lines": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\n-- \nYoga\nHead of Meetings\n",
        ATTACHED,
        [
            (
                'yoga.md:5: notice [signature] What stands below "--" was read as a signature and is not printed: '
                '"Head of Meetings".\n'
                '    Part of the take? Take out the line "--".'
            )
        ],
    ),
    "a headline without a blank line below": ("yoga.md", f"{ZOOM}\n{WORDS}", ATTACHED, []),
    "a key's line without a blank line below": ("yoga.md", f"Story: {ZOOM}\n{WORDS}", ATTACHED, []),
    "a headline with its address below": (
        "yoga.md",
        f"{ZOOM}\n\nhttps://ars.example.com/{ZOOM.replace(' ', '-')}\n\n{WORDS}",
        ATTACHED,
        [],
    ),
    "a headline cut by three dots": ("yoga.md", f"{ZOOM[:42]}...\n\n{WORDS}", ATTACHED, []),
    "a mail's subject for the headline": ("yoga.md", f"Re: {ZOOM}\n{WORDS}", ATTACHED, []),
    "front matter": (
        "yoga.md",
        f'---\nauthor: "Yoga"\nstory: "{ZOOM}"\ntags:\n  - work\n  - "deep fakes"\n---\n\n{WORDS}',
        ATTACHED,
        [],
    ),
    "a mail with its head and the one that it answers": (
        "yoga.md",
        (
            f"From: Yoga <yoga@example.com>\nTo: Rani\nSubject: takes\n\n{ZOOM}\n\n{WORDS}\n\n"
            "Sent from my phone\n\nOn Tue, Jun 4, 2024 at 9:12 AM Rani wrote:\n\n> Send your takes.\n"
        ),
        ATTACHED,
        [
            (
                'yoga.md:1: notice [mail] Read as lines of a mail program and not printed: "From: Yoga '
                "<yoga@example.com> / To: Rani / Subject: takes / Sent from my phone / On Tue, Jun 4, 2024 at 9:12 AM "
                'Rani wrote: / > Send your takes.".\n'
                "    Part of the take? Put it between two other paragraphs, or in other words."
            )
        ],
    ),
    "UTF-16, as Notepad saves it": ("yoga.md", f"{ZOOM}\r\n\r\n{WORDS}\r\n".encode("utf-16"), ATTACHED, []),
    "a sign cut off": (
        "yoga.md",
        f"{ID}\n\n“Café” – {WORDS} …".encode()[:-1],
        ("attached", "zoom-ceo-envisions", f"“Café” – {WORDS} \ufffd"),
        [
            (
                "yoga.md:3: warning [encoding] The file is UTF-8 but for 1 sign; \ufffd stands there.\n"
                "    Look for \ufffd, type there what was meant, and save it as UTF-8."
            )
        ],
    ),
    "rich text": (
        "yoga.txt",
        f"{{\\rtf1\\ansi {ZOOM}\\par {WORDS}\\par }}",
        None,
        [
            (
                "yoga.txt:1: error [encoding] The file is rich text (RTF), not plain text; it is not read.\n"
                "    In the program it comes from: Format > Make Plain Text, or Save as > Plain text (.txt), UTF-8."
            )
        ],
    ),
    "a colleague's paragraph inside": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\nDika: I would not.",
        ("attached", "zoom-ceo-envisions", f"{WORDS}\n\nDika: I would not."),
        [
            (
                'yoga.md:5: warning [other-voice] "Dika:" begins a paragraph of Yoga\'s take; it is printed as words '
                "of Yoga's.\n"
                "    Dika's own take? Put it into a file of its own, with  author: Dika  on line 1."
            )
        ],
    ),
    "an agenda": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\n[10:30] Opening: a nap\n[11:00] Closing: lunch",
        ("attached", "zoom-ceo-envisions", f"{WORDS}\n\n[10:30] Opening: a nap\n[11:00] Closing: lunch"),
        [],
    ),
    "pasted twice": (
        "yoga.md",
        f"{ID}\n\n{WORDS}\n\n{WORDS}\n",
        ATTACHED,
        [
            (
                "yoga.md:5: notice [same-take] The same words stand here again. They are printed once.\n"
                "    Pasted twice? Delete one copy."
            )
        ],
    ),
    "pasted twice with its header": (
        "yoga.md",
        f"author: Yoga\nstory: {ID}\n---\n{WORDS}\n" * 2,
        ATTACHED,
        [
            (
                "yoga.md:5: notice [same-take] The same words stand here again. They are printed once.\n"
                "    Pasted twice? Delete one copy."
            )
        ],
    ),
    "a file named after its story": (
        "zoom-ceo-envisions.md",
        WORDS,
        ("held", "", WORDS),
        [
            (
                f"zoom-ceo-envisions.md: warning [unknown-author] The file is named after {ID} and does not say who "
                "wrote it. The take is held.\n"
                f"    Put at the top  author: NAME  and  story: {ID}  (yoga, dika)."
            )
        ],
    ),
    "a file named after its story, with the author's name in it": (
        "zoom-ceo-envisions.md",
        f"{ID}\n\nYoga: {WORDS}",
        ATTACHED,
        [],
    ),
}


@pytest.mark.parametrize(("name", "content", "stands", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_loses_no_take_and_its_author_is_told(
    space: Workspace, name: str, content: str | bytes, stands: tuple[str, str, str] | None, said: list[str]
) -> None:
    found = filed(space, content, name)

    assert found.said == said
    assert found.takes == ([stands] if stands else [])


MEET = "I would rather meet people than deepfakes of them in meetings, on most days at least, and so would my cat."
ROWS = {
    "names": f"{ZOOM}\n\nYoga: {WORDS}\n\nDika: {MEET}\n",
    "bold names below a heading": f"## {ZOOM}\n\n**Yoga:** {WORDS}\n\n**Dika**: {MEET}\n",
    "a list of names": f"## {ZOOM}\n\n- Yoga: {WORDS}\n- @dika: {MEET}\n",
    "one in quotation marks": f"{ZOOM}\n\nYoga: “{WORDS}”\n\nDika: {MEET}\n",
    "stamps before": f"## {ZOOM}\n[10:32, 05/06/2024] Yoga: {WORDS}\n[10:35, 05/06/2024] Dika: {MEET}\n",
    "stamps above": f"## {ZOOM}\n\nYoga  10:32 AM\n{WORDS}\n\nDika  10:40 AM\n{MEET}\n",
    "dates and dashes": f"{ZOOM}\n\n05/06/2024, 10:32 - Yoga: {WORDS}\n05/06/2024, 10:33 - Dika: {MEET}\n",
}


@pytest.mark.parametrize("content", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("name", ["team.md", "yoga.md"])
def test_nobody_s_words_are_printed_under_another_s_name(space: Workspace, content: str, name: str) -> None:
    found = filed(space, content, name)

    assert found.takes == [ATTACHED, ("attached", "zoom-ceo-envisions", MEET)]
    assert f'Yoga: "{WORDS}"' in found.printed
    assert f'Dika: "{MEET}"' in found.printed
    assert found.said == []


SAID = "I would rather go to the meetings myself."
#: What one member wrote, though it looks like several people's words, a mail or a signature.
HONEST = {
    "a dialogue": "Me: “I would like a deepfake.”\nMy boss: “I already have one.”\nMe: “Then who is this?”",
    "questions and answers": f"Q: “A deepfake?”\n\nA: “I have.”\n\n{WORDS}",
    "somebody quoted": f"{WORDS}\n\nAltman: “We will all have deepfakes.”\n\nI doubt it.",
    "somebody quoted first": f"Altman: “We will all have deepfakes.” I doubt it. {WORDS}",
    "a quotation below a link": f"{WORDS}\n\n[A blog](https://example.org/)\n\nAltman: “We will.”\n\nI doubt it.",
    "a colleague quoted": f"{WORDS}\n\nDika: “I sent a deepfake.”\n\nWell, Dika, so did I.",
    "a colleague spoken to": f"Dika: you were right about deepfakes in meetings. {WORDS}",
    "a quotation of names": f"> Dika: I sent a deepfake.\n> Yoga: so did I, I am afraid.\n\n{WORDS}",
    "scores": f"- Dika: 3\n- Yoga: 5\n\nThat is who sent a deepfake to how many meetings. {WORDS}",
    "an interview": "Yoga: Would you send one to meetings?\nDika: I have sent two.\nYoga: And then?\nDika: They met.",
    "a chat quoted": f"{WORDS}\n\n[10:32, 05/06/2024] Dika: there?\n[10:33, 05/06/2024] Yoga: no.\n\nThat was it.",
    "a diary": f"05/06/2024, 10:32 - Opening: a nap.\n05/06/2024, 10:45 - Closing: another.\n\n{WORDS}",
    "a log": f"[2024-06-05 10:32] ERROR: meeting not found\n\n{WORDS}",
    "a protocol": f"{WORDS}\n\n10:32 - Dika: asleep.\n\nThat is my whole protocol.",
    "a blog quoted": f"{WORDS}\n\nOn Monday, Zoom wrote:\n\n> We will send deepfakes.",
    "a blog quoted in German": f"{WORDS}\n\nAm Montag schrieb Zoom:\n\n> Wir schicken Deepfakes.",
    "a blog quoted in French": f"{WORDS}\n\nLe patron de Zoom a écrit :\n\n> Nous enverrons des deepfakes.",
    "an advertisement quoted": f"{WORDS}\n\nAnd below each of them stood:\n\nSent from my iPhone",
    "a joke on it": f"{WORDS}\n\nSent from my deepfake, which attends the meetings",
    "a heading of mails": f"{WORDS}\n\n--- Original Message ---\n\nThat is what stood above the deepfake.",
    "a dash and a last line": f"{WORDS}\n\n--\n\nOr so I think",
    "a dash in code": f"{WORDS}\n\n```\nselect 1\n--\nfrom dual\n```",
    "a dash and a name in code": f"{WORDS}\n\n```\n-- \nYoga\n```",
    "a sentence that ends with the name": f"{WORDS}\n\nThe question is who does it best: Dika or\nYoga",
    "three words": "Three words on meetings with deepfakes:\n\nlunch\n\nnap\n\nyoga",
    "a poem that begins with the name": "yoga\nno meetings\nno deepfakes\nno mail",
    "a poem that ends with the name": "no meetings\nno deepfakes\nno mail\nyoga",
    "a quotation of the author's own": f"As I said last year: {WORDS}\n\n“Nobody came to the meetings.”\n— Yoga",
    "a sentence twice": "Nobody here listens to me in meetings with deepfakes.\n\n" * 2 + SAID,
    "nothing but a sentence twice": "I will not send a deepfake to any of the meetings.\n" * 2,
}


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST.keys())
@pytest.mark.parametrize("head", [f"{ID}\n\n", f"author: Yoga\nstory: {ID}\n---\n"], ids=["line", "header"])
def test_what_one_member_wrote_stays_whole_and_that_member_s(space: Workspace, head: str, text: str) -> None:
    found = filed(space, f"{head}{text}")

    assert found.takes == [("attached", "zoom-ceo-envisions", text.strip())]
    assert "\nYoga:" in found.printed
    assert "\nDika:" not in found.printed.replace(text.strip(), "")


BARE = {
    "a take in the form of a mail": f"From: the department of bad ideas\nTo: everyone in meetings\n\n{WORDS}",
    "an invitation": f"Subject: standup\nFrom: 10:00\nTo: 10:15\n\n{WORDS}",
    "a quoted sentence first": f"Altman: “We will have deepfakes in meetings.”\n\nI doubt it. {WORDS}",
    "a footnote": f"{WORDS}[^1]\n\n[^1]: As Dika said.",
    "a rule first": f"---\n\n{WORDS}",
    "a sentence near a headline": f"The Zoom CEO envisions AI deepfakes attending meetings for me.\n\n{WORDS}",
}


@pytest.mark.parametrize("text", BARE.values(), ids=BARE.keys())
def test_the_first_words_of_a_take_without_a_story_are_part_of_it(space: Workspace, text: str) -> None:
    assert filed(space, text).takes == [("apart", "", text)]


@pytest.mark.parametrize(
    "text",
    [f"Pros: I sleep in meetings.\nCons: so do they.\n\n{WORDS}", f"{WORDS}\n\nUpdate: they have withdrawn it."],
    ids=["labels first", "a label behind"],
)
def test_a_label_below_a_heading_in_a_member_s_own_file_is_no_name(space: Workspace, text: str) -> None:
    assert filed(space, f"## {ZOOM}\n\n{text}").takes == [("attached", "zoom-ceo-envisions", text)]


def test_a_colleague_s_chat_in_a_member_s_file_is_the_colleague_s(space: Workspace) -> None:
    found = filed(space, f"{ID}\n\n[10:32, 05/06/2024] Dika: {WORDS}\n")

    assert found.takes == [ATTACHED]
    assert f'Dika: "{WORDS}"' in found.printed


def test_the_same_few_words_of_two_people_are_printed_twice(space: Workspace) -> None:
    found = filed(space, f'## {ZOOM}\n\nYoga: "Agreed."\n\nDika: "Agreed."\n', "team.md")

    assert 'Yoga: "Agreed."' in found.printed
    assert 'Dika: "Agreed."' in found.printed


def test_names_below_the_headings_of_a_member_s_file_are_those_of_several(space: Workspace) -> None:
    found = filed(space, f"## {ZOOM}\nYoga: {WORDS}\n\n## Codestral: Hello, World!\nDika: {CODESTRAL}\n")

    assert found.takes == [ATTACHED, ("attached", "codestral-hello-world", CODESTRAL)]
    assert f'Dika: "{CODESTRAL}"' in found.printed


def test_a_chat_that_names_its_story_in_one_message_names_it_for_its_author_alone(space: Workspace) -> None:
    chat = (
        f"[10:32, 05/06/2024] Yoga: {ZOOM}\n[10:33, 05/06/2024] Yoga: {WORDS}\n"
        f"[10:35, 05/06/2024] Dika: {CODESTRAL}\n[10:36, 05/06/2024] Budi: Who goes to lunch?\n"
    )

    found = filed(space, chat, "chat.txt")

    assert found.takes == [ATTACHED, ("apart", "", CODESTRAL), ("held", "", "Who goes to lunch?")]
    assert found.said[0].startswith("chat.txt:3: warning [no-story]")
    assert found.said[0].endswith("To attach it: a file of its own, first line  story: #codestral-hello-world")


def test_a_second_story_in_one_person_s_chat_is_not_printed_under_the_first(space: Workspace) -> None:
    chat = (
        f"[10:32, 05/06/2024] Yoga: {ID}\n[10:33, 05/06/2024] Yoga: {WORDS}\n[10:33, 05/06/2024] Yoga: So there.\n"
        f"[10:34, 05/06/2024] Yoga: Codestral: Hello, World!\n[10:35, 05/06/2024] Yoga: {CODESTRAL}\n"
    )

    found = filed(space, chat, "chat.txt")

    assert found.takes[0] == ("attached", "zoom-ceo-envisions", f"{WORDS}\n\nSo there.")
    assert [text for _, _, text in found.takes][1:] == [CODESTRAL]
    assert found.takes[1][1] == "codestral-hello-world"


def test_four_thousand_words_are_printed_whole_and_counted(space: Workspace) -> None:
    long = f"{WORDS} " + " ".join(f"meetings{n}" for n in range(4000 - len(WORDS.split())))

    found = filed(space, f"{ID}\n\n{long}")

    assert found.said == ["yoga.md:3: notice [long-take] 4000 words; the house runs 30–130."]
    assert "meetings3900" in found.printed


def test_what_a_word_processor_pastes_is_read_as_it_was_meant(space: Workspace) -> None:
    pasted = (
        f"author:\u00a0Yoga\u00a0\u00a0\nstory\u00a0:\u00a0{ID}\u00a0\n\u2014\n"
        "“I send my deep\u00adfake first\u00a0– to 3\u00a0km of\u00a0meetings, and\u202f«\u00a0listen\u00a0».\u00a0\n"
        "\u00a0\n"
        "•\tFirst\u00a0the “status” meetings\n"
        "o\tthe Monday\u200b one\n"
        "•\u00a0\u00a0\u00a0 Then those in which nobody listens to me and I to nobody, which is most of them”\u00a0\n"
    )

    found = filed(space, pasted)

    assert found.said == []
    assert found.takes == [
        (
            "attached",
            "zoom-ceo-envisions",
            (
                "I send my deepfake first – to 3\u00a0km of meetings, and «\u00a0listen\u00a0».\n\n"
                "- First the “status” meetings\n"
                "  - the Monday one\n"
                "- Then those in which nobody listens to me and I to nobody, which is most of them"
            ),
        )
    ]


def test_two_takes_by_one_person_on_one_story_are_both_printed_and_named(space: Workspace) -> None:
    second = (
        "On second thoughts I would rather go to the meetings myself, and send the deepfake of me to lunch instead."
    )

    found = filed(space, f'## {ID}\n\nYoga: "{WORDS}"\n\nYoga: "{second}"\n', "team.md")

    assert found.said == [
        (
            f'team.md:5: notice [two-takes] A second take by Yoga on "{ZOOM}"; the first is in team.md:3. '
            "Both are printed.\n"
            "    Make one of the two, or delete the one that is left over."
        )
    ]
    assert [outcome for outcome, _, _ in found.takes] == ["attached", "attached"]


def test_the_same_take_twice_in_one_file_of_several_is_printed_once(space: Workspace) -> None:
    found = filed(space, f'## {ID}\nYoga: "{WORDS}"\n\n## Codestral: Hello, World!\nYoga: "{WORDS}"\n', "team.md")

    assert [outcome for outcome, _, _ in found.takes] == ["attached", "held"]
    assert found.said == [
        (
            "team.md:4: warning [same-take] The same text stands on line 2. Printed once; this copy is held.\n"
            "    Delete one of the two."
        )
    ]


@settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([content for _, content, _, _ in MISTAKES.values() if isinstance(content, str)]),
    st.sampled_from([lambda text: text, lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.sampled_from(["yoga.md", "nobody.txt", "yoga/zoom.md", "notes.rtf"]),
)
def test_whatever_goes_wrong_the_words_are_printed_or_the_file_is_named(
    space: Workspace, content: str, changed: object, encoding: str, name: str
) -> None:
    text = changed(content)  # type: ignore[operator]

    found = filed(space, text.encode(encoding, "replace"), name)

    words = WORDS.partition(";")[0]
    assert words not in text or words in found.printed or found.said
