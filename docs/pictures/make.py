"""Make the pictures of the documentation with Debian's chromium.

    .venv/bin/python docs/pictures/make.py

Plays the demo in a scratch folder and photographs its e-mail, the first half beside the second; and the preview of the
repository's sample week. The bytes differ with the fonts of the machine.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.demo.play import play

HERE = Path(__file__).parent
WIDTH, HEIGHT = 680, 1400
#: Where the second half begins: above the heading of the news.
SECOND = 1950
SHEET = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; background: #f2f4f7; display: flex }}
div {{ width: {width}px; height: {height}px; overflow: hidden }}
iframe {{ width: {width}px; height: 6000px; border: 0 }}
</style>
<div><iframe src="{mail}"></iframe></div>
<div><iframe src="{mail}" style="margin-top: -{second}px"></iframe></div>
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        played = play(Path(scratch) / "demo", on_step=lambda _: None)
        mail = dict(played.files)["the e-mail"].as_uri()
        sheet = Path(scratch) / "sheet.html"
        sheet.write_text(SHEET.format(width=WIDTH, height=HEIGHT, second=SECOND, mail=mail), encoding="utf-8")
        photograph(sheet.as_uri(), HERE / "email.png", width=2 * WIDTH, height=HEIGHT)
    with preview() as address:
        photograph(address, HERE / "preview.png", width=1280, height=860)
    return 0


@contextmanager
def preview() -> Iterator[str]:
    """The preview of the sample week, and its address."""
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "preview",
        "2024-W23",
        "--port",
        "0",
        "--root",
        str(HERE.parent.parent),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            yield next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.terminate()


def photograph(address: str, picture: Path, *, width: int, height: int) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *("--hide-scrollbars", f"--window-size={width},{height}", f"--user-data-dir={profile}"),
                *(f"--screenshot={picture}", address),
            ],
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    sys.exit(main())
