"""Letters held to the standards before they are approved: needs no secret, no keys and no reader. I/O: disk"""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.errors import CannotSend, NotReady
from newsletter.mail.letter.dkim import Keys
from newsletter.mail.preflight.checks import LONGEST, READERS
from newsletter.mail.preflight.findings import Finding, errors_in
from newsletter.model.audience import Mailing, Reader
from newsletter.model.issue import Issue, Renditions
from newsletter.model.remarks import Level, Remark
from newsletter.newsroom.letters.mailings import mailing_made_of, mailings_of
from newsletter.newsroom.letters.preflighting import findings_of
from newsletter.newsroom.room import Newsroom

#: Signs links that nobody ever gets.
_NOBODYS = "of letters that are only looked at"
#: An editor who waits for the remarks gets those of one reader's letter; faults of the program wait till the approval.
_ONE = (LONGEST,)
#: What only the settings decide, and only for letters that leave: a house may do without them, and approve for its
#: archive.
_OF_SENDING = frozenset({"P2-one-click"})
#: Checks whose findings are mended in newsletter.toml.
_OF_SETTINGS = frozenset({*_OF_SENDING, "P8-list-id", "P9-feedback-id"})
#: Told of the issue by another name already: mail-size.
_TOLD = frozenset({"P15-size"})


def about_letters(room: Newsroom, issue: Issue, renditions: Renditions) -> tuple[Remark, ...]:
    """What would keep the letters that these renditions make from leaving, as remarks; () if nothing would."""
    try:
        mailing = mailing_made_of(
            room, issue, html=renditions.email_html, text=renditions.email_text, date=room.clock.now()
        )
    except CannotSend as fault:
        return (_remark("newsletter.toml", "error", f"{fault.what}.", fault.mend),)
    found = (one for one in errors_in(_findings(room, issue, (mailing,), _ONE)) if one.check not in _TOLD)
    return tuple(
        _remark(
            "newsletter.toml" if one.check in _OF_SETTINGS else f"issues/{issue.week}",
            "warning" if one.check in _OF_SENDING else "error",
            f"{one.what} ({one.check})",
            one.mend,
        )
        for one in found
    )


def fit_to_approve(room: Newsroom, issue: Issue) -> None:
    """Raises NotReady if the letters in the week's folder, of any variant, could not leave as they are.

    So that whoever looks hears of it, and not the evening on which they are to go.
    """
    try:
        mailings = mailings_of(room, issue.week, date=room.clock.now())
    except CannotSend as fault:
        raise NotReady(f"The letters of {issue.week} could not leave: {fault}") from fault
    faults = [one for one in errors_in(_findings(room, issue, mailings)) if one.check not in _OF_SENDING]
    if faults:
        raise NotReady(
            f"The letters of {issue.week} are not fit to leave:\n" + "\n".join(map(str, faults)),
            mend="Mend it, draft and look again.",
        )


def _remark(path: str, level: Level, what: str, mend: str) -> Remark:
    return Remark(path, 0, level, "preflight", f"The letters could not leave. {what}", (mend,))


def _findings(
    room: Newsroom, issue: Issue, mailings: Sequence[Mailing], readers: Sequence[Reader] = READERS
) -> tuple[Finding, ...]:
    return findings_of(room, issue, mailings, keys=Keys(), secret=_NOBODYS, readers=readers)
