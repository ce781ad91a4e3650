"""issue.json: the record of what was printed; and memory, made of all records. I/O: disk"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from newsletter.clock import read_instant
from newsletter.errors import NewsletterError
from newsletter.files.folder import issues_folder, read_kept, relative, restore, week_folder, weeks_on_disk, write_whole
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


def past_folder(root: Path) -> Path:
    """Where issues lie that were printed before this program was there, a folder each, named by its slug."""
    return issues_folder(root) / "past"


def imports_path(root: Path) -> Path:
    """The file that says since when each imported issue is here: slug → instant."""
    return past_folder(root) / "imports.json"


def past_slugs(root: Path) -> tuple[str, ...]:
    """The slugs of the imported issues, in order; other folders and files are passed over."""
    folder = past_folder(root)
    if not folder.is_dir():
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if (one / "issue.json").is_file()))


def read_past(root: Path, slug: str) -> Issue | None:
    """An imported issue; None if there is none of that slug. Raises NewsletterError, with the mend, if damaged."""
    path = past_folder(root) / slug / "issue.json"
    text = read_kept(path)
    if text is None:
        return None
    try:
        return parse_record(text)
    except NotPlain as fault:
        raise NewsletterError(
            f"{path} is damaged: {fault}.", mend=f"{restore(path)}   or remove its folder and import it again."
        ) from fault


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
    """What was printed before the week `before`, oldest first, imported issues among the others; no sample weeks.

    Of the issues sent from here those of earlier weeks, of the imported ones also those of that very week.
    With `until` only what had begun to leave, or was imported, by then: an older week may be sent after a newer one,
    and a rebuild of an issue knows what that issue knew.
    A record that is missing or damaged is an error among the remarks: without it, old news would pass as new.
    """
    past, remarks = _read_imported(root, before, until)
    printed: list[tuple[date, bool, str, Printed]] = [
        (issue.date, False, issue.slug, printed_of(issue)) for issue in past
    ]
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
        printed.append((issue.date, True, str(week), printed_of(issue)))
    return tuple(one for *_, one in sorted(printed, key=lambda row: row[:3])), in_order(remarks)


def _read_imported(root: Path, before: Week, until: datetime | None) -> tuple[list[Issue], list[Remark]]:
    """The imported issues up to that week, and an error for each record that is damaged."""
    found: list[Issue] = []
    remarks: list[Remark] = []
    slugs = past_slugs(root)
    since = _imported_since(root) if slugs and until is not None else {}
    for slug in slugs:
        if until is not None and (instant := since.get(slug)) is not None and instant > until:
            continue
        try:
            issue = read_past(root, slug)
        except NewsletterError as fault:
            what, mend = (words.replace(f"{root}/", "") for words in (fault.what, fault.mend))
            remarks.append(Remark(f"issues/past/{slug}/issue.json", 0, "error", "record", what, (mend,)))
            continue
        if issue is not None and issue.week <= before:
            found.append(issue)
    return found, remarks


def _imported_since(root: Path) -> dict[str, datetime]:
    """Since when imported issues are here, by their slugs; one that is not named was always here."""
    try:
        plain = load(read_kept(imports_path(root)) or "{}")
        return {str(slug): read_instant(str(instant)) for slug, instant in plain.items()}
    except (NotPlain, NewsletterError, AttributeError, ValueError):
        return {}


def printed_of(issue: Issue) -> Printed:
    """What memory keeps of an issue; a story printed as one line of a thread is a printed story like the others."""
    base = issue.wording.base_url
    told = (*issue.stories, *issue.headlines)
    under = [(story.headline, take) for story in issue.stories for take in story.takes]
    explainer = issue.explainer
    return Printed(
        reference=Reference(
            week=issue.week,
            title=issue.title,
            link=f"{base}/issues/{issue.place}/" if base else "",
            slug=issue.slug,
        ),
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
        imported=bool(issue.imported),
    )


def _addresses(story: PrintedStory | Sibling) -> tuple[str, ...]:
    if story.link and story.link not in story.addresses:
        return (story.link, *story.addresses)
    return story.addresses
