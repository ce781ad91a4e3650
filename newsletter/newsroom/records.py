"""The files of a week as the steps use them: what is rendered, what is sealed, what was printed. I/O: disk"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from newsletter.desk.sealing import changed_since, digests
from newsletter.errors import NewsletterError, NotReady
from newsletter.files.folder import week_folder
from newsletter.files.record import dump_record, read_record, record_path
from newsletter.files.state import read_seal, read_state, write_state
from newsletter.model.audience import Variant
from newsletter.model.issue import Issue, Renditions
from newsletter.model.week import Week
from newsletter.model.week_state import Pause, Seal
from newsletter.newsroom.letters.envelope import envelope_changes
from newsletter.newsroom.room import Newsroom
from newsletter.press.render import render
from newsletter.press.variants import VARIANTS, in_variant
from newsletter.text import fold

#: The renditions that every week has.
_RENDITIONS = ("issue.md", "email.html", "email.txt")


def mail_files(variant: Variant) -> tuple[str, str]:
    """The names of a variant's e-mail in the week's folder, HTML and text."""
    cut = "" if variant == "full" else f".{variant}"
    return f"email{cut}.html", f"email{cut}.txt"


def variants_of(issue: Issue) -> tuple[Variant, ...]:
    """The cuts in which the issue goes out, those left out of which it holds nothing."""
    return tuple(variant for variant in issue.variants if in_variant(issue, variant) is not None)


def week_files(room: Newsroom, issue: Issue, renditions: Renditions) -> Mapping[Path, str]:
    """The record and the renditions by the file they belong in; `renditions` are those of the whole issue."""
    folder = week_folder(room.root, issue.week)
    html, text = mail_files("full")
    files = {
        record_path(room.root, issue.week): dump_record(issue),
        folder / "issue.md": renditions.markdown,
        folder / html: renditions.email_html,
        folder / text: renditions.email_text,
    }
    for variant in variants_of(issue):
        if variant != "full":
            cut = render(issue, templates=room.templates, variant=variant)
            html, text = mail_files(variant)
            files |= {folder / html: cut.email_html, folder / text: cut.email_text}
    return files


def files_of_other_variants(room: Newsroom, issue: Issue) -> tuple[Path, ...]:
    """Files in the week's folder of cuts in which the issue does not go out any more."""
    kept = variants_of(issue)
    names = (name for variant in VARIANTS if variant not in (*kept, "full") for name in mail_files(variant))
    return tuple(path for path in (week_folder(room.root, issue.week) / name for name in names) if path.exists())


def not_yet_sent(room: Newsroom, week: Week) -> None:
    """Raises NotReady once letters have left: from then on the files stay as they were sent."""
    sent = read_state(room.root, week).sent
    if sent is not None:
        raise NotReady(
            f"{week} began to leave on {room.local(sent.started)}; its files stay as they were sent.",
            mend=f"To prove that they still are:  newsletter rebuild {week} --verify",
        )


def hold(room: Newsroom, week: Week, *, why: str) -> NoReturn:
    """Note that the week cannot be closed, and why. Raises NotReady, always."""
    write_state(room.root, week, replace(read_state(room.root, week), held=why))
    mend = f"File what is missing and freeze again, or leave the week out:  newsletter skip {week} --why …"
    raise NotReady(f"{week} is held: {why}.", mend=mend)


def not_left_out(room: Newsroom, week: Week) -> None:
    """Raises NotReady for a week that was skipped: its takes and its news are the next one's."""
    why = read_state(room.root, week).skipped
    if why:
        raise NotReady(
            f"{week} is left out: {why}.",
            mend=f"Its takes go to the next week. To bring it back:  newsletter skip {week} --undo",
        )


def name_of(room: Newsroom, by: str) -> str:
    """The name of whoever approved or held a week, as newsletter.toml has it; as typed, if it names nobody so."""
    names = {fold(name): one.name for one in room.settings.members for name in (one.id, one.name, *one.aka)}
    return names.get(fold(by), by)


def words_of_pause(room: Newsroom, pause: Pause) -> str:
    """Who holds a week since when, and why: "held since Fri 7 Jun 2024 12:00 WIB by Rani: a source called"."""
    return f"held since {room.local(pause.at)} by {name_of(room, pause.by)}: {pause.why}"


def not_paused(room: Newsroom, week: Week) -> None:
    """Raises NotReady while the chief editor holds the week: nothing is approved, published or sent.

    What has begun to leave is finished: half of the readers have it.
    """
    state = read_state(room.root, week)
    if (pause := state.pause) is not None and state.sent is None:
        raise NotReady(
            f"{week} is {words_of_pause(room, pause)}.", mend=f"To let it go on:  newsletter hold {week} --release"
        )


def sealed_files(root: Path, week: Week) -> Mapping[str, bytes | None]:
    """Every file that an approval stands for, by its path in the workspace; None where it is missing.

    The takes on the freeze's list, the explainer, the wishes, the frozen news, the record, the pictures that it names
    and the renditions. A take filed after the freeze is not among them. Raises NotReady if the week is not frozen.
    """
    frozen = read_state(root, week).frozen
    if frozen is None:
        raise NotReady(f"{week} is not frozen.", mend=f"Freeze it first:  newsletter freeze {week}")
    folder = f"issues/{week}"
    paths = [listed.path for listed in frozen.takes]
    paths += [frozen.explainer] if frozen.explainer else []
    paths += [f"{folder}/{name}" for name in ("issue.toml", "news.jsonl", "issue.json", *_RENDITIONS)]
    issue = _record(root, week)
    if issue is not None:
        cuts = (variant for variant in variants_of(issue) if variant != "full")
        paths += [f"{folder}/{name}" for variant in cuts for name in mail_files(variant)]
        paths += sorted({image.path for image in issue.images})
    return {path: _bytes(root / path) for path in paths}


def _record(root: Path, week: Week) -> Issue | None:
    """The record; None for one that cannot be read, which is no longer the one that was approved."""
    try:
        return read_record(root, week)
    except NewsletterError:
        return None


def require_seal(room: Newsroom, week: Week) -> Seal:
    """The approval of a week, for what cannot be undone.

    Raises NotReady if there is none, if files have changed since and no letter has left, if the week is left out or
    held.
    """
    not_left_out(room, week)
    not_paused(room, week)
    return _seal_in_force(room, week)


def _seal_in_force(room: Newsroom, week: Week) -> Seal:
    seal = read_seal(room.root, week)
    if seal is None:
        raise NotReady(
            f"{week} is not approved.", mend=f"Look at it and approve it:  newsletter approve {week} --by NAME"
        )
    # What has begun to leave is finished, with the approved bytes that the ledger keeps of it.
    begun = read_state(room.root, week).sent is not None
    if not begun and (changed := changed_since_approval(room, week, seal)):
        by = name_of(room, seal.by)
        raise NotReady(
            f"issues/{week}: error [not-approved] Changed since {by} approved it ({', '.join(changed)}).",
            mend=f"Look again:  newsletter diff {week} --since-approval",
        )
    return seal


def changed_since_approval(room: Newsroom, week: Week, seal: Seal) -> tuple[str, ...]:
    """Files that are not as they were approved, and what newsletter.toml says of the letters since; empty if none."""
    files = changed_since(seal, digests(sealed_files(room.root, week)))
    # What has begun to leave has the sender of its first letter.
    if read_state(room.root, week).sent is not None:
        return files
    return (*files, *(f"newsletter.toml: {key}" for key in envelope_changes(seal, room.settings.mail)))


def seal_holds(room: Newsroom, week: Week) -> bool:
    """Whether the week is approved and nothing that the approval stands for has changed; a hold makes no difference."""
    try:
        not_left_out(room, week)
        _seal_in_force(room, week)
    except NotReady:
        return False
    return True


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
