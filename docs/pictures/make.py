"""Make the picture of the README from the demo's e-mail, with Debian's chromium.

    .venv/bin/python docs/pictures/make.py

Plays the demo in a scratch folder and photographs its e-mail, the first half beside the second; the bytes differ
with the fonts of the machine.
"""

import subprocess
import sys
import tempfile
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
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *("--hide-scrollbars", f"--window-size={2 * WIDTH},{HEIGHT}", f"--user-data-dir={scratch}/profile"),
                *(f"--screenshot={HERE / 'email.png'}", sheet.as_uri()),
            ],
            check=True,
            capture_output=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
