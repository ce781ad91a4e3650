"""The file that an author finds in the editor: header lines, an empty place, and help that is never printed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.text import one_line, visible

_INDENT = "     "


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A filled file: what is filed of it is all but the lines of its help."""

    text: str
    #: Lines of the comment; none is a line that a person would write.
    help: tuple[str, ...]

    def written(self, edited: str) -> str:
        """What the author left in the file, without the help and without keys that have no value.

        What was typed between the lines of the help stays.
        """
        ours = {line.strip() for line in self.help if line.strip()}
        lines = [line for line in edited.replace("\r\n", "\n").split("\n") if line.strip() not in ours]
        end = next((i for i, line in enumerate(lines) if line.strip() == "---"), 0)
        kept = [line for i, line in enumerate(lines) if i >= end or line.strip() not in ("story:", "headline:")]
        return "\n".join(kept).strip() + "\n"

    def is_untouched(self, edited: str) -> bool:
        """Whether nothing was written but blanks."""
        return self.written(edited).split() == self.written(self.text).split()


def filled(*, author: str, story: str, headline: bool, about: Sequence[str]) -> Form:
    """The form for a take by `author`; `about` are the lines of help, and `headline` asks for one.

    `story` may be empty: then the author puts it in.
    """
    header = [f"author: {author}", f"story: {one_line(story)}".rstrip(), *(["headline:"] if headline else []), "---"]
    lines = ["<!-- Write your take above. Nothing between these marks is printed.", ""]
    lines += [f"{_INDENT}{_harmless(line)}".rstrip() for line in about]
    lines[-1] += " -->"
    return Form(text="\n".join((*header, "", "", "", *lines, "")), help=tuple(lines))


def _harmless(line: str) -> str:
    """A line that neither ends the comment nor commands a terminal."""
    return visible(" ".join(line.splitlines())).replace("-->", "-- >").replace("--!>", "-- !>")
