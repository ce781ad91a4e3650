"""Every error this program raises, one tree.

    NewsletterError                  1   our fault, or the machine's
    ├── CannotWrite                  1   the disk is full or the folder is not ours
    ├── StoreFault                   1   the database cannot be used
    │   └── StoreIsNewer             1   written by a later version of this program
    ├── CannotRead                   1   no process that reads documents stays alive
    ├── CannotSend                   1   the transport cannot start, or the relay refuses us
    ├── UsageFault                   2   the command line asks for what is not there
    │   └── NoWorkspace              2   no newsletter.toml here or above
    ├── EditorMustAct                3   a person has to decide or mend something
    │   ├── FaultyFiles              3   files that people wrote hold errors; all of them listed
    │   ├── FaultyTemplate           3   a template cannot be rendered; file and line named
    │   ├── NotReady                 3   the week is not in the state that this step needs
    │   └── Overdue                  3   later than max_late: a person decides, never a surprise
    └── Busy                        75   another run holds the lock

The number is the exit code of a command that ends with the error.
A fault of one feed or one letter is a value in a report and has no place here.
"""

from __future__ import annotations

from collections.abc import Iterable


class NewsletterError(Exception):
    """The sentence a person reads: what is wrong; `mend` says what to do about it, "" if nothing can be said."""

    exit_code = 1

    def __init__(self, what: str, *, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}\n    {self.mend}" if self.mend else self.what


class CannotWrite(NewsletterError):
    """A file could not be written whole; the one that stood there before still stands."""


class StoreFault(NewsletterError):
    """The database cannot be opened, read or written."""


class StoreIsNewer(StoreFault):
    """The database was written by a later version; nothing was touched."""


class CannotRead(NewsletterError):
    """Documents cannot be read, because the processes that do it die as soon as they start; no feed is to blame."""


class CannotSend(NewsletterError):
    """The transport cannot start, or the relay broke off; what was accepted until then is in the ledger."""


class UsageFault(NewsletterError):
    """The command names a week, a story or a file that does not exist."""

    exit_code = 2


class NoWorkspace(UsageFault):
    """Neither the folder nor one above it holds a newsletter.toml."""


class EditorMustAct(NewsletterError):
    """Nothing is broken, but a person has to decide or to mend a file before this can go on."""

    exit_code = 3


class FaultyFiles(EditorMustAct):
    """Files that people wrote hold errors.

    `faults` are the sentences, one per fault, in order of file and line; never empty. `findings` are what they were
    given as: remarks (newsletter.model.remarks), for those who tell faults in another form than sentences.
    """

    def __init__(self, findings: Iterable[object]) -> None:
        self.findings = tuple(findings)
        self.faults = tuple(map(str, self.findings))
        super().__init__("\n".join(self.faults))


class FaultyTemplate(EditorMustAct):
    """A template has a mistake; the sentence names its file and line."""


class NotReady(EditorMustAct):
    """The week is not in the state that the step needs: not frozen, not approved, held or skipped."""


class Overdue(EditorMustAct):
    """The slot is longer past than `max_late`; nothing was done."""


class Busy(NewsletterError):
    """Another run holds the lock; nothing was done."""

    exit_code = 75
