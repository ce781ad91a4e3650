"""The picture of an issue: what is written on it, in which letters, lines and colours."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from newsletter.model.contrast import contrast
from newsletter.model.theme import HOUSE, LIGHT, Theme
from newsletter.newsroom.images import picture_font
from newsletter.press.pictures.fitting import Room, fitted
from newsletter.press.pictures.picture import HEIGHT, WIDTH, picture
from newsletter.press.pictures.typeface import signs_of, written

LONG = "The whole first paragraph of a press release about small models on phones, pasted into the title " * 4
DATED = "Week 23, 2024 · 3–9 June 2024"
#: Letters of one width, two and a half of them in a line's height.
ROOM = Room(width=100, height=50, most_lines=4, line_height=1.25, sizes=(20, 10))


def drawn(title: str = "Open-Weight Models", name: str = "Tech Pulse", dated: str = DATED, **theme: str) -> bytes:
    look = Theme(light=replace(LIGHT, **theme)) if theme else HOUSE
    return picture(name=name, title=title, dated=dated, theme=look, font=picture_font())


def opened(raw: bytes) -> Image.Image:
    return Image.open(BytesIO(raw))


def ink(raw: bytes, top: int, bottom: int) -> tuple[int, int, int, int] | None:
    """The box around all that is not ground between two heights, as (left, top, right, bottom); None if nothing is."""
    strip = opened(raw).crop((0, top, WIDTH, bottom))
    return strip.point([0, *[255] * 255], "L").getbbox() if strip.getbbox() else None


def parts(raw: bytes) -> list[bytes]:
    """The kinds of a PNG's chunks (PNG, third edition, 5.3)."""
    found, at = [], 8
    while at < len(raw):
        length, kind = struct.unpack_from(">I4s", raw, at)
        found.append(kind)
        at += 12 + length
    return found


# The file -----------------------------------------------------------------------------------------


def test_a_picture_has_the_size_that_those_who_show_it_ask_for_and_a_palette() -> None:
    image = opened(drawn())

    assert (image.size, image.mode, image.format) == ((1200, 630), "P", "PNG")


@pytest.mark.parametrize("title", ["Open-Weight Models", LONG, "W" * 200, "& " * 150, ""])
def test_a_picture_is_small_whatever_stands_on_it(title: str) -> None:
    assert len(drawn(title)) <= 30_000


def test_a_picture_holds_its_colours_and_its_dots_and_nothing_that_changes() -> None:
    raw = drawn()

    assert set(parts(raw)) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert raw == drawn()
    assert raw != drawn("Open-Weight Model")


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["AI", "Open-Weight Models", LONG, "W" * 200, "ÅÇŞ gjpqy " * 12])
def test_no_word_comes_near_an_edge_or_the_line_below(title: str) -> None:
    found = ink(drawn(title, dated=""), 130, 484)

    assert found is not None
    left, top, right, bottom = found
    assert left >= 78
    assert right <= WIDTH - 60
    assert top > 0
    assert bottom < 480 - 130


def test_a_short_title_stands_in_larger_letters_than_a_long_one() -> None:
    def height(title: str) -> int:
        found = ink(drawn(title), 130, 480)
        assert found is not None
        return found[3] - found[1]

    one_line, four_lines = height("EEE"), height("EEE " * 35)

    assert one_line > 60
    assert four_lines < 4 * one_line


@pytest.mark.parametrize(
    "title",
    ["", "  \n ", "🚀🎉", "日本語の見出し", "عنوان عربي", "כותרת", "हिन्दी", "Tokyo 東京 news", "\u202e\u200b", "---"],
)
def test_without_a_title_that_the_font_can_write_the_name_stands_in_its_place(title: str) -> None:
    assert drawn(title) == drawn("")
    assert ink(drawn(title), 60, 130) is None
    assert ink(drawn(title), 200, 450) is not None


def test_without_any_word_the_ground_and_the_line_remain() -> None:
    raw = drawn("🚀", name="東京", dated="")

    assert ink(raw, 0, 480) is None
    found = ink(raw, 480, HEIGHT)
    assert found is not None
    assert (found[0], found[2]) == (0, WIDTH)


def test_a_name_and_a_date_as_long_as_a_line_stay_inside() -> None:
    raw = drawn(name="A publication of very many words " * 5, dated="A date in very many words " * 5)

    for top, bottom in ((60, 130), (535, 562)):
        found = ink(raw, top, bottom)
        assert found is not None
        assert found[0] >= 78
    head = ink(raw, 60, 130)
    assert head is not None
    assert head[2] <= WIDTH - 60


# Signs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Größe, Đường, Ελλάδα, Ёлка, Łódź — “quoted” 50 €", "Größe, Đường, Ελλάδα, Ёлка, Łódź — “quoted” 50 €"),
        ("Cafe\u0301", "Café"),
        ("🚀 Rockets 👩\u200d🚀 land", "Rockets land"),
        ("🚀 - Rockets", "Rockets"),
        ("Step 1\ufe0f\u20e3", "Step 1"),
        ("ﬁne 𝐁𝐨𝐥𝐝 Ｗｉｄｅ", "fine Bold Wide"),
        ("  two\t words\n", "two words"),
        ("Chips in 東京", ""),
        ("سلام", ""),
        ("!?", ""),
        ("", ""),
    ],
)
def test_words_are_written_whole_or_not_at_all(words: str, shown: str) -> None:
    assert written(words, signs_of(picture_font())) == shown


def test_every_sign_that_the_font_is_said_to_hold_is_drawn_by_it() -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(BytesIO(picture_font()), 20, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask("\U0010fffd"))

    signs = [chr(code) for code in sorted(signs_of(picture_font())) if chr(code).isalnum()]

    assert len(signs) > 900
    assert [sign for sign in signs if bytes(font.getmask(sign)) == missing] == []
    assert not {"中", "ع", "א", "अ"} & set(signs)


# Lines --------------------------------------------------------------------------------------------


def measured(words: str) -> float:
    """As if every sign were as wide as it is high."""
    return float(len(words))


def test_lines_are_of_about_one_width() -> None:
    assert fitted("aa bb cc dd", replace(ROOM, sizes=(10,)), measured).lines == ("aa bb", "cc dd")


def test_the_largest_letters_are_taken_that_need_no_word_broken() -> None:
    assert fitted("aaaaa", ROOM, measured).size == 20
    assert fitted("aaaaaa", ROOM, measured).size == 10
    assert fitted("a a a a a a a", ROOM, measured).size == 10


def test_a_word_is_broken_at_its_hyphen_and_only_then_anywhere() -> None:
    hyphen = fitted("open-weights", replace(ROOM, sizes=(10,)), measured)
    nowhere = fitted("abcdefghijklmno", replace(ROOM, sizes=(10,)), measured)

    assert hyphen.lines == ("open-", "weights")
    assert nowhere.lines == ("abcdefghij", "klmno")


def test_what_has_no_room_is_cut_with_its_mark() -> None:
    found = fitted("aaaa bbbb " * 9, replace(ROOM, sizes=(10,)), measured)

    assert found.lines == ("aaaa bbbb", "aaaa bbbb", "aaaa bbbb", "aaaa bbbb…")
    assert fitted("", ROOM, measured).lines == ()


# Colours ------------------------------------------------------------------------------------------


def colours(raw: bytes) -> set[tuple[int, ...]]:
    found = opened(raw).convert("RGB").getcolors()
    assert found is not None
    return {colour for _, colour in found if isinstance(colour, tuple)}


def test_a_picture_is_in_the_colours_of_the_band() -> None:
    raw = drawn(mast="#204010", on_mast="#fafaf0", mast_muted="#d0e0c0")

    assert {(0x20, 0x40, 0x10), (0xFA, 0xFA, 0xF0), (0xD0, 0xE0, 0xC0)} <= colours(raw)
    assert opened(raw).convert("RGB").getpixel((5, 5)) == (0x20, 0x40, 0x10)


def test_the_line_is_seen_on_a_light_band_too() -> None:
    pale = {"mast": "#ffe08a", "on_mast": "#1c2128", "mast_muted": "#3a3a3a"}

    raw = drawn(accent="#0b57b0", **pale)
    fallback = drawn(accent="#ffe9a0", **pale)

    assert contrast(HOUSE.dark.accent, pale["mast"]) < 3
    assert opened(raw).convert("RGB").getpixel((WIDTH - 2, 544)) == (0x0B, 0x57, 0xB0)
    assert opened(fallback).convert("RGB").getpixel((WIDTH - 2, 544)) == (0x3A, 0x3A, 0x3A)
