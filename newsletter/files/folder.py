"""The folders of a workspace: where each file lies, reading what people typed, writing whole files. I/O: disk"""

from __future__ import annotations

import codecs
import errno
import os
import re
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from newsletter.errors import CannotWrite, NewsletterError
from newsletter.model.remarks import Remark
from newsletter.model.week import Week
from newsletter.text import nfc

_TAKE_ENDINGS = (".md", ".markdown", ".txt")
#: Bytes of one file of prose; what is longer is no take and no explainer, and mail programs cut it off.
_LONGEST = 1_000_000
#: Signs that steer a terminal or a printer, and none that a person means.
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_OURS = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFile:
    """A file that a person wrote, as far as it could be read."""

    #: Relative to the workspace, forward slashes.
    path: str
    #: NFC, line ends as LF, without byte order mark; None if there is no such file or it cannot be read.
    text: str | None
    #: Of the bytes as they lie on disk; "" if there are none.
    sha256: str = ""
    remarks: tuple[Remark, ...] = ()


# Where things lie ----------------------------------------------------------------------------------


def issues_folder(root: Path) -> Path:
    return root / "issues"


def week_folder(root: Path, week: Week) -> Path:
    return issues_folder(root) / str(week)


def takes_folder(root: Path, week: Week) -> Path:
    return week_folder(root, week) / "takes"


def inbox_folder(root: Path) -> Path:
    return issues_folder(root) / "inbox"


def explainers_folder(root: Path) -> Path:
    return issues_folder(root) / "explainers"


def relative(root: Path, path: Path) -> str:
    """The path as remarks and lists show it: relative to the workspace, forward slashes."""
    return path.relative_to(root).as_posix()


def weeks_on_disk(root: Path) -> tuple[Week, ...]:
    """The weeks that have a folder, oldest first; other folders are passed over."""
    weeks = []
    if issues_folder(root).is_dir():
        for folder in issues_folder(root).iterdir():
            with suppress(ValueError):
                week = Week.read(folder.name)
                if folder.is_dir() and str(week) == folder.name:
                    weeks.append(week)
    return tuple(sorted(weeks))


def take_files(root: Path, folder: Path) -> tuple[Path, ...]:
    """Every file of takes in the folder and below it, by path; hidden files and editors' backups are no takes."""
    return _files(root, folder.rglob("*"), _TAKE_ENDINGS) if folder.is_dir() else ()


def passed_over(root: Path, folder: Path) -> tuple[Path, ...]:
    """What lies where takes are filed and is not read as one, by path: other endings, and links that lead nowhere.

    Hidden files and editors' backups are left out: nobody filed them.
    """
    if closed_folders(folder):
        return ()
    if not folder.is_dir():
        return (folder,) if os.path.lexists(folder) else ()
    kept = [
        path
        for path in folder.rglob("*")
        if (path.suffix.lower() not in _TAKE_ENDINGS and path.is_file())
        or (path.suffix.lower() in _TAKE_ENDINGS and not path.is_file() and not path.is_dir())
    ]
    kept = [path for path in kept if not path.name.endswith(("~", ".bak", ".swp", ".orig", ".tmp"))]
    shown = [path for path in kept if not any(part.startswith((".", "#")) for part in path.relative_to(root).parts)]
    return tuple(sorted(shown, key=lambda path: relative(root, path)))


def closed_folders(folder: Path) -> tuple[Path, ...]:
    """The folder and those below it that this account may not read: what lies in them is not known."""
    if not folder.is_dir():
        return ()
    folders = (folder, *sorted(path for path in folder.rglob("*") if os.path.isdir(path)))  # noqa: PTH112 - as above
    return tuple(path for path in folders if not os.access(path, os.R_OK | os.X_OK))


def explainer_files(root: Path) -> tuple[Path, ...]:
    """The Markdown files of issues/explainers, by path."""
    folder = explainers_folder(root)
    return _files(root, folder.iterdir(), (".md", ".markdown")) if folder.is_dir() else ()


def _files(root: Path, found: Iterable[Path], endings: tuple[str, ...]) -> tuple[Path, ...]:
    kept = [
        path
        for path in found
        if path.suffix.lower() in endings
        and os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where a folder may be listed and not entered
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    return tuple(sorted(kept, key=lambda path: relative(root, path)))


# Reading -------------------------------------------------------------------------------------------


def read_text(root: Path, path: Path) -> TypedFile:
    """Read a file that a person wrote. A file that is not there is no fault."""
    shown = relative(root, path)
    try:
        if path.stat().st_size > _LONGEST:
            return TypedFile(path=shown, text=None, remarks=(_too_long(shown, path.stat().st_size),))
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return TypedFile(path=shown, text=None)
    except OSError as fault:
        remark = Remark(shown, 0, "error", "unreadable", f"The file cannot be read: {_reason(fault)}.")
        return TypedFile(path=shown, text=None, remarks=(remark,))
    text, remarks = decode(raw, shown)
    return TypedFile(path=shown, text=text, sha256=sha256(raw).hexdigest(), remarks=remarks)


def decode(raw: bytes, path: str) -> tuple[str | None, tuple[Remark, ...]]:
    """The text of a typed file: NFC, LF, no byte order mark, no control signs; a remark where it is not UTF-8.

    None where the bytes are no text at all, or a word processor's.
    """
    remarks: tuple[Remark, ...] = ()
    try:
        text = raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        found, what, mend = _not_utf_8(raw)
        if found is None:
            return None, (_no_text(path, line),)
        text, remarks = found, (Remark(path, line, "warning", "encoding", what, (mend,)),)
    if "\0" in text:
        return None, (_no_text(path, text[: text.index("\0")].count("\n") + 1),)
    if text.startswith("{\\rtf"):
        what = "The file is rich text (RTF), not plain text; it is not read."
        mend = "In the program it comes from: Format > Make Plain Text, or Save as > Plain text (.txt), UTF-8."
        return None, (Remark(path, 1, "error", "encoding", what, (mend,)),)
    return nfc(_CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))), remarks


def _not_utf_8(raw: bytes) -> tuple[str | None, str, str]:
    """The text, what is said of it, and its mend; a sign that was cut off spoils no others of a UTF-8 file."""
    text = raw.decode("utf-8-sig", "replace")
    strange = text.count("\ufffd")
    if sum(sign > "\x7f" for sign in text) - strange > strange:
        what = f"The file is UTF-8 but for {strange} sign{'s' * (strange > 1)}; \ufffd stands there."
        return text, what, "Look for \ufffd, type there what was meant, and save it as UTF-8."
    try:
        # A mark of UTF-8 may stand before text of another program.
        text = raw.removeprefix(codecs.BOM_UTF8).decode("cp1252")
    except UnicodeDecodeError:
        return None, "", ""
    return text, "The file is saved as Windows-1252 and was read as such.", "Save it as UTF-8."


def _too_long(path: str, size: int) -> Remark:
    what = f"The file has {size // 1000} kB; more than {_LONGEST // 1000} kB is no text for a letter."
    return Remark(path, 0, "error", "too-long", what, ("Shorten it, or take out what is no text.",))


def _no_text(path: str, line: int) -> Remark:
    return Remark(path, line, "error", "encoding", "The file is not text.", ("Save it as plain text, UTF-8.",))


def read_kept(path: Path) -> str | None:
    """Read a file that the machine keeps, exactly as it was written; None if there is none.

    Raises NewsletterError, with the mend, if it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as fault:
        raise NewsletterError(f"{path} is damaged: it is not UTF-8.", mend=restore(path)) from fault
    except OSError as fault:
        raise NewsletterError(f"{path} cannot be read: {_reason(fault)}.", mend="Look at its access rights.") from fault


def restore(path: Path) -> str:
    """How to get a file back that the machine keeps: the one sentence for every such fault."""
    return f"Bring back the copy that was committed:  git checkout -- {path}"


# Writing -------------------------------------------------------------------------------------------


def write_whole(path: Path, content: str | bytes) -> bool:
    """Put the content in the file's place in one stroke; False, and nothing touched, if it stands there already.

    Raises CannotWrite, with the mend; the file that stood there still stands, and no half of the new one is left.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    waiting = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        if path.is_file() and path.read_bytes() == raw:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_waiting(waiting, raw, mode=path.stat().st_mode & 0o777 if path.exists() else None)
        waiting.replace(path)
        _sync_folder(path.parent)
    except OSError as fault:
        with suppress(OSError):
            waiting.unlink()
        raise CannotWrite(f"{path} could not be written: {_reason(fault)}.", mend=_mend(fault, path)) from fault
    return True


def remove(path: Path) -> bool:
    """Take a file away that the machine keeps; False if there is none. Raises CannotWrite."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise CannotWrite(f"{path} could not be removed: {_reason(fault)}.", mend=_mend(fault, path)) from fault
    return True


def _write_waiting(waiting: Path, raw: bytes, *, mode: int | None) -> None:
    with waiting.open("wb") as file:
        file.write(raw)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too; a file system that has no such thing is left as it is."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(fault: OSError) -> str:
    words = fault.strerror or type(fault).__name__
    return words[0].lower() + words[1:]


def _mend(fault: OSError, path: Path) -> str:
    if fault.errno in _FULL:
        return "The disk is full: make room and run the same command again. The file is as it was before."
    if fault.errno in _NOT_OURS:
        return f"This account may not write to {path.parent}: give it the right, or run as the owner."
    if fault.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return "A file stands where a folder belongs, or a folder where a file does: move it away."
    return "The file is as it was before; mend the cause and run the same command again."
