"""Make the pictures of the documentation with Debian's chromium.

    .venv/bin/python -m docs.pictures.make

Plays the demo in a scratch folder and photographs its letter by day, by night and on a phone, and its page in the
archive; and the preview of the repository's sample week. The bytes differ with the fonts of the machine.
README.md beside this file says what to look for in each.
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from newsletter.demo.play import WEEK, play
from tests.browser import Page, browser

HERE = Path(__file__).parent
#: No picture is larger, in bytes.
MOST = 300_000
#: Pixels: of a letter on a wide screen, of a phone, of a page.
WIDE, PHONE, PAGE = (680, 1400), (390, 1300), (1000, 1400)
#: What begins each part of a letter that is photographed, after its top; each by a word of its heading.
NEWS = "Current Tech Pulse"
_TOP_OF = """(() => {{
    const found = [...document.querySelectorAll('h2, h3')].find(one => one.innerText.includes({words!r}));
    return found ? Math.max(0, Math.round(found.getBoundingClientRect().top + scrollY) - {above}) : 0
}})()"""


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch, browser() as page:
        root = Path(scratch) / "demo"
        played = play(root, on_step=lambda _: None)
        mail = dict(played.files)["the e-mail"].as_uri()
        put_together("email.png", parts(page, mail, WIDE, ("", NEWS)))
        put_together("email-dark.png", parts(page, mail, WIDE, ("", NEWS), dark=True))
        put_together("email-phone.png", parts(page, mail, PHONE, ("", NEWS, "Also in the news")), gap=24)
        issue = (root / "site" / "issues" / str(WEEK) / "index.html").as_uri()
        put_together("page.png", parts(page, issue, PAGE, ("", NEWS)))
        with preview() as address:
            put_together("preview.png", parts(page, address, (1280, 860), ("",)))
    return 0


def parts(
    page: Page, address: str, size: tuple[int, int], headings: Sequence[str], *, dark: bool = False
) -> list[Image.Image]:
    """The window at each of these headings, "" being the top."""
    width, height = size
    page.emulate(dark=dark, width=width, height=height)
    page.open(address)
    shots = []
    with tempfile.TemporaryDirectory() as scratch:
        for heading in headings:
            top = page.value(_TOP_OF.format(words=heading, above=64)) if heading else 0
            page.value(f"scrollTo({{top: {top}, behavior: 'instant'}})")
            file = Path(scratch) / "part.png"
            page.picture(file)
            shots.append(Image.open(io.BytesIO(file.read_bytes())).convert("RGB"))
    return shots


def put_together(name: str, shots: Sequence[Image.Image], *, gap: int = 0) -> None:
    """Side by side into one file of few colours."""
    width = sum(shot.width for shot in shots) + gap * (len(shots) - 1)
    sheet = Image.new("RGB", (width, max(shot.height for shot in shots)), "#ffffff")
    left = 0
    for shot in shots:
        sheet.paste(shot, (left, 0))
        left += shot.width + gap
    for colours in (256, 128, 64, 32):
        sheet.quantize(colours, dither=Image.Dither.NONE).save(HERE / name, optimize=True)
        if (HERE / name).stat().st_size <= MOST:
            return
    raise SystemExit(f"{name} stays larger than {MOST:,} bytes")


@contextmanager
def preview() -> Iterator[str]:
    """The preview of the sample week, and its address."""
    arguments = ["preview", "2024-W23", "--port", "0", "--root", str(HERE.parent.parent)]
    command = [sys.executable, "-m", "newsletter", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            yield next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
