"""The preview as its editors use it: in a browser, by keyboard, while files are saved."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser import CHROMIUM, PATIENCE, Page, browser
from tests.room import WEEK, Workspace, in_a_process, workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH (apt install chromium)"),
]
_INSIDE = "document.getElementById('frame').contentDocument"
_VISIBLE = f"document.querySelectorAll('iframe').length === 1 && {_INSIDE}.body"


@contextmanager
def previewed(space: Workspace) -> Iterator[subprocess.Popen[str]]:
    """`newsletter preview` in a process of its own."""
    arguments = ("preview", str(WEEK), "--port", "0", "--root", str(space.root), "--now", "2024-06-07T15:00:00+00:00")
    with in_a_process("-m", "newsletter", *arguments) as process:
        try:
            yield process
        finally:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    """Where the preview says that it answers."""
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://\S+/", line)
    assert found, line + process.stderr.read()
    return found[0]


def test_an_editor_sees_each_save_in_every_view_by_keyboard_and_without_a_complaint(tmp_path: Path) -> None:
    with workspace(tmp_path) as space, previewed(space) as process, browser() as page:
        address = address_of(process)
        page.emulate()
        page.open(address)

        _a_save_is_seen_at_once_and_said(space, page)
        _a_mistake_is_a_remark_that_leads_to_its_line(space, page)
        _one_keeps_ones_place(space, page)
        _the_views_are_reached_by_keyboard(page)
        _the_dark_view_is_dark(page)
        _focus_is_not_lost_with_what_had_it(space, page)
        _no_rule_of_accessibility_is_broken(page, address)
        assert [one for one in page.complaints if "favicon.ico" not in one] == []
        _it_ends_when_it_is_told_to_though_a_page_is_open(process)


def _a_save_is_seen_at_once_and_said(space: Workspace, page: Page) -> None:
    space.take("second", "A second take says something else.")

    page.until(f"{_VISIBLE}.innerText.includes('A second take says something else.')")
    assert page.until("document.getElementById('status').textContent").startswith("Updated ")
    assert "News about second" in page.value("document.getElementById('stories').innerText")


def _a_mistake_is_a_remark_that_leads_to_its_line(space: Workspace, page: Page) -> None:
    space.write("issues/2024-W23/issue.toml", "pin = [")

    link = "document.querySelector('.remarks.error a')"
    assert page.until(f"{link}?.getAttribute('href')") == "/file/issues/2024-W23/issue.toml#L1"
    assert "A second take" in page.value(f"{_INSIDE}.body.innerText")

    (space.root / "issues/2024-W23/issue.toml").unlink()
    page.until(f"!{link}")


def _one_keeps_ones_place(space: Workspace, page: Page) -> None:
    space.take("third", "word " * 3_000)
    page.until(f"{_VISIBLE}.scrollHeight > 3000")
    page.value(f"{_INSIDE}.defaultView.scrollTo({{top: 1500, behavior: 'instant'}})")

    space.take("fourth", "The fourth take comes last.")

    page.until(f"{_VISIBLE}.innerText.includes('The fourth take comes last.')")
    assert page.value(f"{_INSIDE}.defaultView.scrollY") == 1500
    (space.root / "issues/2024-W23/takes/third.md").unlink()


def _focus_is_not_lost_with_what_had_it(space: Workspace, page: Page) -> None:
    link = "#stories a[href*='/fourth.md']"
    page.value(f'document.querySelector("{link}").focus()')

    space.take("fifth", "One more.")
    page.until("document.getElementById('stories').innerText.includes('News about fifth')")
    assert page.value(f'document.activeElement.matches("{link}")')

    (space.root / "issues/2024-W23/takes/fourth.md").unlink()
    page.until(f'!document.querySelector("{link}")')
    assert page.value("document.activeElement.id") == "stories"


def _the_views_are_reached_by_keyboard(page: Page) -> None:
    focused = "document.activeElement.id || document.activeElement.textContent"
    page.value("document.body.focus()")
    seen = []
    for _ in range(4):
        page.press("Tab")
        seen.append(page.value(focused))

    assert seen == ["Skip to the letter", "Skip to the remarks", "view-mail", "view-light"]
    page.press("ArrowRight")
    assert page.value(focused) == "view-dark"


def _the_dark_view_is_dark(page: Page) -> None:
    background = f"getComputedStyle({_INSIDE}.querySelector('.page, body')).backgroundColor"
    light = page.value(background)

    page.press("Enter")

    page.until("document.getElementById('view-dark').getAttribute('aria-current')")
    page.until(f"{_VISIBLE} && document.getElementById('frame').src.includes('/view/dark')")
    assert page.value("document.activeElement.id") == "view-dark"
    assert (light, page.value(background)) == ("rgb(242, 244, 247)", "rgb(14, 17, 22)")


def _no_rule_of_accessibility_is_broken(page: Page, address: str) -> None:
    for dark, width, path in ((False, 1280, ""), (True, 390, "file/issues/2024-W23/takes/first.md"), (True, 390, "")):
        page.emulate(dark=dark, width=width)
        page.open(address + path)
        page.value(Axe().axe_script)
        found = page.value("axe.run(document, {iframes: false})")
        assert found["passes"]
        assert [json.dumps(one)[:2000] for one in found["violations"]] == []
    # What is inside the frame has no scripts of its own, nor lets others in.
    page.send("Page.setBypassCSP", enabled=True)
    page.open(f"{address}view/mail")
    page.value(Axe().axe_script)
    found = page.value("axe.run(document)")["violations"]
    assert [json.dumps(one)[:2000] for one in found if one["impact"] in ("serious", "critical")] == []


def _it_ends_when_it_is_told_to_though_a_page_is_open(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)

    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.strip()) == (130, "newsletter: stopped.")
