"""axe in Chromium: light, dark, without style, and no sideways scroll on a narrow screen. I/O: disk, subprocess"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import CHROMIUM, Page, browser
from tests.judges.findings import Finding, NotHere, Subjects
from tests.judges.markup import MODULES, require

#: Of a phone that is still sold, and of the letter itself.
NARROW, WIDE = 320, 640
_SERIOUS = {"serious", "critical"}
_STYLE = re.compile(r"<style>.*?</style>", re.S)
#: Pictures of the publication's site are never fetched: the letter is judged as with images off.
_FLAGS = ("--host-resolver-rules=MAP * ~NOTFOUND",)
_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations))"
_LOADED = "JSON.stringify(performance.getEntriesByType('resource').map(one => one.name))"
#: Elements that reach beyond the window, for those who must mend it.
_BEYOND = """JSON.stringify([...document.body.querySelectorAll('*')].filter(one => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one.parentElement);
    return (box.right > innerWidth + 1 || box.left < -1) && box.width > 0 && style.overflowX === 'visible'
}).slice(-3).map(one => one.tagName.toLowerCase() + ' "' + one.innerText.slice(0, 40) + '"'))"""


@dataclass(frozen=True, slots=True)
class _State:
    name: str
    dark: bool = False
    bare: bool = False
    width: int = WIDE


_STATES = (_State("light"), _State("dark", dark=True), _State("no style", bare=True), _State("320 px", width=NARROW))


def axe(subjects: Subjects) -> Sequence[Finding]:
    """Serious and critical violations in every state, what scrolls sideways, what is loaded from beyond the site."""
    if CHROMIUM is None:
        raise NotHere("there is no chromium on the PATH")
    require(script := MODULES / "axe-core" / "axe.min.js")
    found = []
    with browser(_FLAGS) as page:
        page.send("Page.addScriptToEvaluateOnNewDocument", source=script.read_text(encoding="utf-8"))
        for file, name in subjects.files().items():
            site = next((one.root for one in subjects.sites if file.is_relative_to(one.root)), None)
            found.append(_looked_at(page, file, name, site))
    return found


def _looked_at(page: Page, file: Path, name: str, site: Path | None) -> Finding:
    faults: list[str] = []
    lesser = 0
    for state in _STATES:
        page.emulate(dark=state.dark, width=state.width)
        page.open(_bared(file).as_uri() if state.bare else file.as_uri())
        for violation in json.loads(page.value(_RUN)):
            if violation["impact"] in _SERIOUS:
                faults += [f"{state.name}: {line}" for line in _told(violation)]
            else:
                lesser += 1
        if not state.bare or site is None:
            faults += _beyond(page, state)
        if site is not None:
            loaded = json.loads(page.value(_LOADED))
            faults += [f"loads {one}" for one in loaded if not one.startswith(site.as_uri())]
    figure = f"{len(faults)} serious" + (f", {lesser} lesser" if lesser else "")
    return Finding(judge="axe", subject=name, figure=figure, faults=tuple(dict.fromkeys(faults)))


def _bared(file: Path) -> Path:
    """The same without its style sheets, as some programs show a letter."""
    bare = file.with_name(f"{file.stem}.bare.htm")
    bare.write_text(_STYLE.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
    return bare


def _told(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"][:3]:
        yield f"[{violation['id']}] {violation['help']}: {node['html'][:120]}"
    if len(violation["nodes"]) > 3:
        yield f"[{violation['id']}] and {len(violation['nodes']) - 3} more"


def _beyond(page: Page, state: _State) -> Iterator[str]:
    width = page.value("document.documentElement.scrollWidth")
    if width > state.width:
        behind = ", ".join(json.loads(page.value(_BEYOND)))
        yield f"{state.name}: scrolls sideways, {width} of {state.width} px: {behind}"
