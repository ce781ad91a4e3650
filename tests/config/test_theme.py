"""[theme]: colours held to the contrast of WCAG 2.2, fonts that stay inside their value, a logo that can be shown."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from newsletter.config.load import load_settings
from newsletter.model.contrast import LEAST, WORDS_ON, contrast, faint_words, luminance, nearest_passing
from newsletter.model.remarks import Remark
from newsletter.model.theme import DARK, HOUSE, LIGHT, Palette, Theme
from newsletter.press.pictures.image_size import image_size

HEAD = '[publication]\nname = "Pulse"\n[mail]\nfrom = "pulse@example.com"\n'
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def loaded(root: Path, theme: str, environ: Mapping[str, str] | None = None) -> tuple[Theme | None, tuple[Remark, ...]]:
    """The theme of a file whose line 5 is the first of `theme`."""
    (root / "newsletter.toml").write_text(HEAD + theme, encoding="utf-8")
    found, remarks = load_settings(root, environ or {}, image_size=image_size)
    return found.publication.theme if found else None, remarks


def picture(root: Path, path: str, size: tuple[int, int], kind: str = "PNG") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    kept = io.BytesIO()
    Image.new("RGB", size).save(kept, kind)
    (root / path).write_bytes(kept.getvalue())


# The arithmetic ------------------------------------------------------------------------------------


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    # The two greys on white between which AA lies, as every checker has them.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert luminance("#ff0000") == pytest.approx(0.2126)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_houses_own_colours_pass(palette: Palette) -> None:
    assert list(faint_words(palette)) == []


def test_every_colour_of_words_is_held_against_what_it_stands_on() -> None:
    names = {one.name for one in fields(Palette)}

    assert set(WORDS_ON) | {ground for grounds in WORDS_ON.values() for ground in grounds} == names - {
        "hair",
        "underline",
    }


@settings(max_examples=50)
@given(colour=COLOURS, grounds=st.lists(COLOURS, min_size=1, max_size=3))
def test_the_nearest_colour_that_passes_passes_and_is_the_colour_itself_if_that_does(
    colour: str, grounds: list[str]
) -> None:
    found = nearest_passing(colour, grounds)

    if all(contrast(colour, ground) >= LEAST for ground in grounds):
        assert found == colour
    elif found:
        assert all(contrast(found, ground) >= LEAST for ground in grounds)
    else:
        # Only grounds that lie far apart leave no room; on one alone, black or white can always be read.
        assert len(set(grounds)) > 1


# Colours -------------------------------------------------------------------------------------------


def test_without_a_theme_it_is_the_houses(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == (HOUSE, ())


def test_colours_fonts_and_their_short_forms_are_taken(tmp_path: Path) -> None:
    theme, remarks = loaded(
        tmp_path,
        '[theme]\nfont = "Inter, \'Segoe UI\' , Noto Sans, sans-serif"\ncode_font = ["Fira Code", "monospace"]\n'
        '[theme.light]\naccent = "#70B"\n[theme.dark]\naccent = "#C9F"\n',
    )

    assert remarks == ()
    assert theme is not None
    assert (theme.light.accent, theme.dark.accent) == ("#7700bb", "#cc99ff")
    assert theme.light.text == LIGHT.text
    assert theme.font == "Inter,'Segoe UI','Noto Sans',sans-serif"
    assert theme.code_font == "'Fira Code',monospace"


def test_a_colour_that_cannot_be_read_is_refused_where_it_stands_with_one_that_can(tmp_path: Path) -> None:
    theme, (remark,) = loaded(tmp_path, '[theme.light]\npage = "#ffffff"\nmuted = "#999999"\n')

    assert theme is None
    assert (remark.path, remark.line, remark.level, remark.code) == ("newsletter.toml", 7, "error", "contrast")
    assert 'muted "#999999" is too faint on card "#ffffff" (2.84:1)' in remark.what
    assert "words need 4.5:1" in remark.what
    (mend,) = re.findall(r'muted = "(#[0-9a-f]{6})"', remark.mend[0])
    assert loaded(tmp_path, f'[theme.light]\npage = "#ffffff"\nmuted = "{mend}"\n')[1] == ()


def test_a_ground_is_at_fault_where_it_alone_was_changed(tmp_path: Path) -> None:
    _, remarks = loaded(tmp_path, '[theme.dark]\nmast = "#ffffff"\n')

    assert [(remark.line, remark.code) for remark in remarks] == [(6, "contrast"), (6, "contrast")]
    assert {remark.mend for remark in remarks} == {('The nearest colour that passes:  mast = "#5c5c5c"',)}
    assert loaded(tmp_path, '[theme.dark]\nmast = "#5c5c5c"\n')[1] == ()


def test_what_is_a_hair_too_faint_does_not_read_as_enough(tmp_path: Path) -> None:
    _, (remark,) = loaded(tmp_path, '[theme.light]\non_mast = "#84708b"\nmast = "#ffffff"\nmast_muted = "#000000"\n')

    assert "(4.49:1)" in remark.what


def test_every_fault_of_both_palettes_is_told_at_once(tmp_path: Path) -> None:
    _, remarks = loaded(
        tmp_path, '[theme.light]\ntext = "#eeeeee"\non_accent = "#0b57b1"\n[theme.dark]\ntext = "#222222"\n'
    )

    assert [(remark.line, remark.what.split()[2]) for remark in remarks] == [
        (6, "text"),
        (7, "on_accent"),
        (9, "text"),
    ]


def test_a_variable_sets_a_colour_and_is_named_where_it_is_too_faint(tmp_path: Path) -> None:
    theme, _ = loaded(tmp_path, "", {"NEWSLETTER__THEME__LIGHT__ACCENT": "#7700bb"})
    _, (remark,) = loaded(tmp_path, "", {"NEWSLETTER__THEME__DARK__TEXT": "#333"})
    _, (unknown,) = loaded(tmp_path, "", {"NEWSLETTER__THEME__DARK__TEX": "#fff"})

    assert theme is not None
    assert theme.light.accent == "#7700bb"
    assert (remark.path, remark.code) == ("NEWSLETTER__THEME__DARK__TEXT", "contrast")
    assert "NEWSLETTER__THEME__DARK__TEXT?" in unknown.what


@pytest.mark.parametrize(
    ("typed", "line", "words"),
    [
        ('[theme.light]\nacent = "#0b57b0"', 6, 'Did you mean "accent"?'),
        ('[theme.light]\naccent = "blue"', 6, '"#0b57b0"'),
        ('[theme.light]\naccent = "#12345"', 6, '"#0b57b0"'),
        ("[theme.light]\naccent = 0", 6, "a colour"),
        ('[theme]\nlight = "dark"', 6, "[theme.light]"),
        ('[theme.night]\ntext = "#ffffff"', 5, '"light"'),
    ],
)
def test_what_is_no_colour_or_no_key_is_told_on_its_line(tmp_path: Path, typed: str, line: int, words: str) -> None:
    theme, (remark,) = loaded(tmp_path, f"{typed}\n")

    assert theme is None
    assert remark.line == line
    assert words in str(remark)


# Fonts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Inter",
        "",
        "Inter; color: red, serif",
        "Inter}*{color:red, serif",
        "url(https://evil.example/f), serif",
        "</style><script>, serif",
        "Inter\\, serif",
        "'Inter, serif",
        "inherit, serif",
        "A" * 200 + ", serif",
        "Inter,, serif",
    ],
)
def test_fonts_that_could_leave_their_value_or_have_no_general_one_are_refused(tmp_path: Path, typed: str) -> None:
    theme, (remark,) = loaded(tmp_path, f"[theme]\nfont = '''{typed}'''\n")

    assert theme is None
    assert (remark.line, remark.code) == (6, "value")
    assert remark.mend


def test_a_family_is_named_in_any_script(tmp_path: Path) -> None:
    theme, _ = loaded(tmp_path, '[theme]\nfont = ["游ゴシック", "serif"]\n')

    assert theme is not None
    assert theme.font == "'游ゴシック',serif"


# The logo ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "shown"),
    [((480, 80), (240, 40)), ((100, 20), (100, 20)), ((4000, 40), (240, 2)), ((40, 4000), (1, 40)), ((1, 1), (1, 1))],
)
def test_a_logo_is_measured_and_shown_within_its_bounds(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    picture(tmp_path, "images/logo.png", size)

    theme, remarks = loaded(tmp_path, '[theme]\nlogo = "images/logo.png"\n')

    assert remarks == ()
    assert theme is not None
    assert theme.logo is not None
    assert (theme.logo.path, theme.logo.name) == ("images/logo.png", "logo.png")
    assert (theme.logo.width, theme.logo.height) == shown
    assert len(theme.logo.sha256) == 64


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("../logo.png", "value"),
        ("/etc/logo.png", "value"),
        ("images/../../logo.png", "value"),
        ("images\\\\logo.png", "value"),
        ("https://example.com/logo.png", "value"),
        ("images/logo.svg", "value"),
        (".hidden/logo.png", "value"),
        ("var/logo.png", "value"),
        ("images/none.png", "logo"),
        ("images/abroad.png", "logo"),
        ("images/words.png", "logo"),
        ("images/folder.png", "logo"),
        ("images/heavy.png", "logo"),
    ],
)
def test_a_logo_that_cannot_be_used_is_told(tmp_path: Path, typed: str, code: str) -> None:
    root = tmp_path / "space"
    picture(tmp_path, "logo.png", (10, 10))
    (root / "images" / "folder.png").mkdir(parents=True)
    (root / "images" / "abroad.png").symlink_to(tmp_path / "logo.png")
    (root / "images" / "words.png").write_text("not a picture")
    (root / "images" / "heavy.png").write_bytes(b"\x89PNG" + bytes(500_001))

    theme, (remark,) = loaded(root, f'[theme]\nlogo = "{typed}"\n')

    assert theme is None
    assert (remark.path, remark.line, remark.code) == ("newsletter.toml", 6, code)
    assert remark.mend
