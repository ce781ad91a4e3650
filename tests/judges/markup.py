"""The Nu Html Checker and html-validate: is it HTML? I/O: subprocess"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.judges.findings import Finding, NotHere, Subjects

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
#: Outlook's own, which no standard knows; both are deliberate.
_OUTLOOKS = ("“mso-", "xmlns:v", "xmlns:o")


def vnu(subjects: Subjects) -> Sequence[Finding]:
    """Errors of the Nu Html Checker; warnings are not counted."""
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if shutil.which("java") is None:
        raise NotHere("there is no java on the PATH")
    require(jar)
    files = subjects.files()
    command = ["java", "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always", "--errors-only"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    faults: dict[Path, list[str]] = {file: [] for file in files}
    for said in json.loads(done.stderr)["messages"]:
        if not any(sign in said["message"] for sign in _OUTLOOKS):
            file = Path(str(said["url"]).removeprefix("file:"))
            faults[file].append(f"{said.get('lastLine', 0)}: {said['message']}")
    return _counted("vnu", files, faults)


def html_validate(subjects: Subjects) -> Sequence[Finding]:
    """What html-validate finds by its presets "standard" and "a11y"."""
    require(MODULES / "html-validate")
    files = subjects.files()
    mails = {letter.html for letter in subjects.letters}
    asked = [{"file": str(file), "kind": "letter" if file in mails else "page"} for file in files]
    said = node("markup.mjs", asked)
    return _counted("html-validate", files, {Path(one["file"]): one["faults"] for one in said})


def require(path: Path) -> None:
    """Raises NotHere unless npm has put it there."""
    if not path.exists():
        raise NotHere("not installed: npm ci --ignore-scripts --prefix tests/judges")


def node(script: str, asked: object) -> Any:
    """What a script of this folder answers. Raises NotHere without node."""
    program = shutil.which("node")
    if program is None:
        raise NotHere("there is no node on the PATH")
    done = subprocess.run(
        [program, str(HERE / script)], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def _counted(judge: str, files: dict[Path, str], faults: dict[Path, list[str]]) -> list[Finding]:
    return [
        Finding(judge=judge, subject=name, figure=str(len(faults[file])), faults=tuple(faults[file]))
        for file, name in files.items()
    ]
