"""What a judge says of a subject, and what there is to judge. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

from newsletter.model.issue import Issue


class NotHere(Exception):
    """A judge cannot look on this machine; the sentence says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One reader's letter of one issue. `html` is the file of its HTML part."""

    name: str
    issue: Issue
    data: bytes
    html: Path
    #: Whether anybody could send it in earnest; no bar on spam is set for others.
    earnest: bool = True

    def part(self, kind: str) -> str:
        """The decoded text of the part "html" or "plain"."""
        message = message_from_bytes(self.data, policy=SMTP)
        return next(str(one.get_content()) for one in message.walk() if one.get_content_type() == f"text/{kind}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An archive as it lies on disk, and those of its pages that are looked at: of each kind the largest."""

    name: str
    root: Path
    pages: tuple[Path, ...]

    def called(self, page: Path) -> str:
        return f"{self.name}: {page.relative_to(self.root).as_posix()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    letters: tuple[Letter, ...]
    sites: tuple[Site, ...]
    #: What could not be made, and why.
    failed: tuple[tuple[str, str], ...] = ()

    def files(self) -> dict[Path, str]:
        """Every HTML file with its subject's name."""
        found = {letter.html: letter.name for letter in self.letters}
        return found | {page: site.called(page) for site in self.sites for page in site.pages}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One look of one judge at one subject. It holds where there is no fault; `figure` is what was measured."""

    judge: str
    subject: str
    figure: str
    faults: tuple[str, ...] = ()


Judge = Callable[[Subjects], Sequence[Finding]]
