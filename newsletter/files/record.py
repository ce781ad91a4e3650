"""issue.json: the record of what was printed; and memory, made of all records. I/O: disk"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.errors import NewsletterError
from newsletter.files.folder import read_kept, relative, restore, week_folder, weeks_on_disk, write_whole
from newsletter.files.issue_toml import read_wishes
from newsletter.files.plain import NotPlain, dump_page, from_plain, load, to_plain
from newsletter.files.state import read_state
from newsletter.model.issue import Issue, Printed, PrintedStory, Reference, Sibling
from newsletter.model.remarks import Remark, in_order
from newsletter.model.week import Week

#: Name and version of the format; the number grows when an older program could misread the file.
FORMAT = "tech-pulse-issue/1"


def record_path(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "issue.json"


def write_record(root: Path, issue: Issue) -> bool:
    """Keep the issue as printed; False if that very record stands there already. Raises CannotWrite."""
    return write_whole(record_path(root, issue.week), dump_record(issue))


def read_record(root: Path, week: Week) -> Issue | None:
    """The issue as printed; None if there is no record. Raises NewsletterError, with the mend, if it is damaged."""
    path = record_path(root, week)
    text = read_kept(path)
    if text is None:
        return None
    try:
        return parse_record(text)
    except NotPlain as fault:
        raise NewsletterError(f"{path} is damaged: {fault}.", mend=_mend(path, week)) from fault


def dump_record(issue: Issue) -> str:
    """The record as text; the same issue gives the same bytes."""
    return dump_page({"format": FORMAT, **to_plain(issue)})


def parse_record(text: str) -> Issue:
    """Read a record back, equal to the issue it was made of. Raises NotPlain; NewsletterError for a newer format."""
    plain = load(text)
    return from_plain(Issue, without_format(plain, FORMAT))


def without_format(plain: Any, expected: str) -> dict[str, Any]:
    """The object without its format marker, once that is checked. Raises as `parse_record` does."""
    if not isinstance(plain, dict) or not isinstance(plain.get("format"), str):
        raise NotPlain("there is no format marker")
    found = plain["format"]
    if found != expected:
        name, _, version = found.partition("/")
        if name == expected.partition("/")[0] and version.isdigit() and int(version) > int(expected.partition("/")[2]):
            raise NewsletterError(
                f"The file has the format {found}, which is newer than this program's {expected}.",
                mend="Install the version of the program that wrote it, or a later one.",
            )
        raise NotPlain(f"the format is {found!r}, not {expected!r}")
    return {key: value for key, value in plain.items() if key != "format"}


def _mend(path: Path, week: Week) -> str:
    return f"{restore(path)}   or make it anew:  newsletter rebuild {week}"


# Memory --------------------------------------------------------------------------------------------


def read_memory(
    root: Path, before: Week, *, until: datetime | None = None
) -> tuple[tuple[Printed, ...], tuple[Remark, ...]]:
    """What was printed in the issues sent for weeks before `before`, oldest first; sample weeks stay out.

    With `until` only those that had begun to leave by then: an older week may be sent after a newer one.
    A record that is missing or damaged is an error among the remarks: without it, old news would pass as new.
    """
    printed: list[Printed] = []
    remarks: list[Remark] = []
    for week in weeks_on_disk(root):
        if week >= before:
            continue
        try:
            sent = read_state(root, week).sent
            if sent is None or (until is not None and sent.started > until) or read_wishes(root, week)[0].sample:
                continue
            issue = read_record(root, week)
        except NewsletterError as fault:
            shown = relative(root, week_folder(root, week))
            what = fault.what.replace(f"{root}/", "")
            remarks.append(Remark(shown, 0, "error", "record", what, (fault.mend.replace(f"{root}/", ""),)))
            continue
        if issue is None:
            shown = relative(root, record_path(root, week))
            what = f"The issue of {week} was sent, and its record is gone: its news would pass as new."
            mend = _mend(record_path(root, week), week).replace(f"{root}/", "")
            remarks.append(Remark(shown, 0, "error", "record", what, (mend,)))
            continue
        printed.append(printed_of(issue))
    return tuple(printed), in_order(remarks)


def printed_of(issue: Issue) -> Printed:
    """What memory keeps of an issue; a story printed as one line of a thread is a printed story like the others."""
    base = issue.wording.base_url
    told = (*issue.stories, *issue.headlines)
    under = [(story.headline, take) for story in issue.stories for take in story.takes]
    explainer = issue.explainer
    return Printed(
        reference=Reference(week=issue.week, title=issue.title, link=f"{base}/issues/{issue.week}/" if base else ""),
        number=issue.number,
        topic=issue.topic,
        aliases=explainer.aliases if explainer else (),
        subtitle=explainer.subtitle if explainer else "",
        stories=(
            *((story.headline, _addresses(story)) for story in told),
            *((sibling.headline, _addresses(sibling)) for story in told for sibling in story.thread),
        ),
        also_called=tuple((title, story.headline) for story in told for title in story.titles),
        takes=(
            *((take.author, take.text, headline) for headline, take in under),
            *((take.author, take.text, "") for take in issue.apart),
        ),
        explainer_path=explainer.path if explainer else "",
        intro=issue.intro,
        tldr=explainer.tldr if explainer else "",
        subject=issue.subject,
    )


def _addresses(story: PrintedStory | Sibling) -> tuple[str, ...]:
    if story.link and story.link not in story.addresses:
        return (story.link, *story.addresses)
    return story.addresses
