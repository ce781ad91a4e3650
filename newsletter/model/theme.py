"""How the publication looks: colours by day and by night, fonts, a logo. Pure.

The defaults are the house's own; whoever sets others is held to the contrast of WCAG 2.2, 1.4.3 (AA).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours as "#rrggbb" in lower case, named for what they do."""

    #: Grounds: around the letter, the letter itself, tinted boxes (TL;DR and takes), code.
    page: str
    card: str
    tint: str
    code: str
    #: Words: running text, the less important, links and labels, words on a button of the accent.
    text: str
    muted: str
    accent: str
    on_accent: str
    #: The band at the top: its ground, the name in it, the line below the name.
    mast: str
    on_mast: str
    mast_muted: str
    #: Lines that carry no meaning, and the line under a headline.
    hair: str
    underline: str


LIGHT = Palette(
    page="#f2f4f7",
    card="#ffffff",
    tint="#f1f5fb",
    code="#eef1f5",
    text="#1c2128",
    muted="#57606a",
    accent="#0b57b0",
    on_accent="#ffffff",
    mast="#0e2a47",
    on_mast="#ffffff",
    mast_muted="#c9d6e5",
    hair="#d5dbe3",
    underline="#9db7d9",
)
DARK = Palette(
    page="#0e1116",
    card="#161b22",
    tint="#1d2530",
    code="#222a35",
    text="#e6eaf0",
    muted="#a5b0bd",
    accent="#83b9ff",
    on_accent="#0e1116",
    mast="#0b1f36",
    on_mast="#ffffff",
    mast_muted="#c9d6e5",
    hair="#323b47",
    underline="#4c6a90",
)
FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
CODE_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A picture in the band at the top, in the place of the publication's name."""

    #: Relative to the workspace, forward slashes.
    path: str
    #: In the archive, relative to its root: "logo.png".
    name: str
    #: Pixels as it is shown.
    width: int
    height: int
    #: Of the file, hexadecimal.
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The look of one issue and of the archive. Fonts are CSS lists of families."""

    light: Palette = field(default=LIGHT)
    dark: Palette = field(default=DARK)
    font: str = FONT
    code_font: str = CODE_FONT
    logo: Logo | None = None


#: The look of a publication that sets nothing.
HOUSE = Theme()
