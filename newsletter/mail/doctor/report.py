"""What an examination came to: a line for each thing looked at, well or not, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: "warn" may cost readers or cannot be seen from here; with "fail" letters will not leave, or be refused.
Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at."""

    level: Level
    #: A short name of the kind of check, stable for ever: "spf".
    check: str
    #: The domain, the relay, the selector or the setting that was looked at.
    about: str
    #: A sentence, ended with a stop.
    what: str
    #: What to do about it; "" where all is well.
    mend: str = ""
    #: The TXT record to publish at `about`, whole; "" where there is none to publish.
    record: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.mend}".rstrip()

    def as_json(self) -> dict[str, str]:
        return {
            "level": self.level,
            "check": self.check,
            "about": self.about,
            "what": self.what,
            "mend": self.mend,
            "record": self.record,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every line, in the order in which things were looked at: settings, relays, names."""

    lines: tuple[Line, ...]

    def count(self, level: Level) -> int:
        return sum(1 for line in self.lines if line.level == level)

    @property
    def records(self) -> tuple[tuple[str, str], ...]:
        """Names, and the TXT records to publish there, which are too long for a line among others."""
        return tuple((line.about, line.record) for line in self.lines if line.record)

    @property
    def is_well(self) -> bool:
        """Whether nothing failed; warnings do not count."""
        return self.count("fail") == 0

    @property
    def summary(self) -> str:
        """ "2 failed, 1 warning, 14 well." """
        warnings = self.count("warn")
        told = f"{warnings} warning{'' if warnings == 1 else 's'}"
        return f"{self.count('fail')} failed, {told}, {self.count('ok')} well."

    def as_json(self) -> dict[str, object]:
        return {
            "well": self.is_well,
            "failed": self.count("fail"),
            "warnings": self.count("warn"),
            "lines": [line.as_json() for line in self.lines],
        }
