"""Preflight with the newsroom's own keys, secret and settings: what is wrong with letters that are about to leave."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.errors import NotReady
from newsletter.mail.letter.dkim import Keys, public_record, verifies
from newsletter.mail.letter.letters import LetterWriter
from newsletter.mail.letter.tokens import UNSUBSCRIBE, read_token
from newsletter.mail.preflight.checks import READERS, preflight
from newsletter.mail.preflight.findings import Finding, errors_in
from newsletter.model.audience import Mailing, Reader
from newsletter.model.issue import Issue
from newsletter.newsroom.room import Newsroom


def findings_of(
    room: Newsroom,
    issue: Issue,
    mailings: Sequence[Mailing],
    *,
    keys: Keys,
    secret: str,
    readers: Sequence[Reader] = READERS,
) -> tuple[Finding, ...]:
    """What is wrong with the letters of these mailings of one issue, mailing by mailing; () if nothing is.

    Raises CannotSend if the mailings were begun with another secret or key.
    """
    writers = [LetterWriter(mailing, secret=secret, keys=keys) for mailing in mailings]
    found: list[Finding] = []
    for mailing, write in zip(mailings, writers, strict=True):
        found += preflight(
            mailing,
            write=write,
            mail=room.settings.mail,
            wording=issue.wording,
            opens=lambda token: read_token(secret, UNSUBSCRIBE, token),
            published=dict(public_record(keys)),
            verify=verifies,
            other_variants=[other for other in writers if other is not write],
            behind_names=_pages(issue),
            readers=readers,
        )
    return tuple(found)


def require_flight(
    room: Newsroom, issue: Issue, mailings: Sequence[Mailing], *, keys: Keys, secret: str
) -> tuple[Finding, ...]:
    """The warnings. Raises NotReady with every error: then nobody gets a letter."""
    found = findings_of(room, issue, mailings, keys=keys, secret=secret)
    if faults := errors_in(found):
        raise NotReady(
            f"The letters of {issue.week} are not fit to leave:\n" + "\n".join(map(str, faults)),
            mend=f"Nobody has had one. Mend it, draft, approve, and look:  newsletter deliver {issue.week} --dry-run",
        )
    return found


def _pages(issue: Issue) -> frozenset[str]:
    """The members' own pages, which the HTML part puts behind their names."""
    takes = [take for story in issue.stories for take in story.takes] + list(issue.apart)
    return frozenset(take.author_link for take in takes if take.author_link)
