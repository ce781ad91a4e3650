"""A process that is killed while it keeps what it fetched loses no entry and doubles none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.store.bodies import BodyFolder
from newsletter.store.engine import open_store, sqlite_url
from tests.store.builders import NOW

#: Keeps a document and the fetch that brought it, again and again in children, each killed at the next of the
#: moments at which it writes, until one lives; says after each what the store holds.
SCRIPT = """
import json, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from newsletter.model.feeds import Document
from newsletter.store.bodies import BodyFolder
from newsletter.store.engine import open_store, sqlite_url
from tests.store.builders import NOW, later, make_entry, make_kept, make_row

path, bodies = Path(sys.argv[1]), BodyFolder(Path(sys.argv[2]))
document = Document.of(b"<rss/>")

def fetch(moment):
    passed = 0

    def pass_by(*_):
        nonlocal passed
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    with open_store(sqlite_url(path)) as store:
        event.listen(store.database.engine, "before_cursor_execute", pass_by)
        event.listen(store.database.engine, "commit", pass_by)
        bodies.put(document)
        brought = [make_entry("1", title="Corrected"), make_entry("2b"), *(make_entry(f"new {n}") for n in range(3))]
        row = make_row(body_hash=document.sha256)
        store.news.keep([make_kept(*brought, aliases={"2b": "2"}, row=row)], later(hours=1))

with open_store(sqlite_url(path)) as store:
    store.news.keep([make_kept(make_entry("1"), make_entry("2"))], NOW)
for moment in range(99):
    child = os.fork()
    if child == 0:
        fetch(moment)
        os._exit(0)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with open_store(sqlite_url(path)) as store:
        entries = [f"{entry.id}: {entry.title}" for entry in store.news.entries()]
        print(json.dumps([killed, entries, len(store.news.fetch_rows(NOW)["gazette"])]))
    if not killed:
        break
"""
BEFORE = ["1: Story 1", "2: Story 2"]
AFTER = ["1: Corrected", "2: Story 2b", "new 0: Story new 0", "new 1: Story new 1", "new 2: Story new 2"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_whenever_the_process_dies_all_of_a_fetch_is_kept_or_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    path.write_bytes(sqlite_template.read_bytes())

    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(tmp_path / "bodies")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stderr == ""
    *killed, lived = [json.loads(line) for line in ran.stdout.splitlines()]
    # At the BEGIN, the questions, the writes and the commit.
    assert len(killed) >= 8
    assert all(state == [True, BEFORE, 1] for state in killed)
    assert lived == [False, AFTER, 2]
    with open_store(sqlite_url(path)) as store:
        assert [e.former_titles for e in store.news.entries()][:2] == [("Story 1",), ("Story 2",)]
        (_, row) = store.news.fetch_rows(NOW)["gazette"]
        document = BodyFolder(tmp_path / "bodies").get(row.body_hash)
    assert row.at == NOW
    assert document
    assert document.plain() == b"<rss/>"
