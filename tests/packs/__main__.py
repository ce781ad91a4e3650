"""python -m tests.packs PACK_DIR [--keep DIR]: play a pack and print how many of its checks hold."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from newsletter.errors import NewsletterError
from tests.packs.play import check


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.packs", description=__doc__)
    parser.add_argument("pack", type=Path, help="the folder of a pack; check_issue.py lies beside it")
    parser.add_argument("--keep", type=Path, help="play in this folder and leave everything there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            verdict = check(arguments.pack.resolve(), (arguments.keep or Path(scratch)).resolve())
        except NewsletterError as fault:
            print(f"{arguments.pack.name}: {fault}", file=sys.stderr)
            return fault.exit_code
    if not verdict.all_held:
        print(verdict.said, end="")
    print(f"{verdict.held} of {verdict.checks} held")
    return 0 if verdict.all_held else 1


if __name__ == "__main__":
    sys.exit(main())
