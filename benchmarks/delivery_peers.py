# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""The same letters by Django and by nodemailer, each in an environment of its own. I/O: disk, subprocess, SMTP

Each fills four values into an HTML and a text part, builds a message and hands it over, with connections that stay
open; none of them keeps a record.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.delivery_work import HOST, SENDER, texts_of
from benchmarks.environments import CannotInstall, python_with
from benchmarks.measured import PATIENCE
from newsletter.model.marks import UNSUBSCRIBE_MARK

_DJANGO, _NODEMAILER = "Django==5.2.19", "nodemailer@10.6.0"


class CannotRun(Exception):
    """The peer is not on this machine and could not be put there; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """How to start it; it takes a JSON file's name, and says seconds in all and of its processor."""

    name: str
    command: Sequence[str]
    cwd: Path | None = None


_FIELDS = """
const fill = (part, n) => part.replaceAll("%ADDRESS%", `reader${n}@reader.example`).replaceAll("%NAME%", `Reader ${n}`)
  .replaceAll("%NUMBER%", String(n)).replaceAll("%LEAVE%", `https://pulse.example.com/unsubscribe/key${n}`);
"""
_IN_DJANGO = """
import json, sys, time
from django.conf import settings
job = json.load(open(sys.argv[1]))
settings.configure(EMAIL_HOST=job["host"], EMAIL_PORT=job["port"], DEFAULT_CHARSET="utf-8")
from django.core.mail import EmailMultiAlternatives, get_connection
def fill(part, n):
    return (part.replace("%ADDRESS%", f"reader{n}@reader.example").replace("%NAME%", f"Reader {n}")
            .replace("%NUMBER%", str(n)).replace("%LEAVE%", f"https://pulse.example.com/unsubscribe/key{n}"))
connection = get_connection()
connection.open()
wall, cpu, sent = time.perf_counter(), time.process_time(), 0
for n in range(job["letters"]):
    headers = {"Message-ID": f"<{n}@sender.example>", "List-Id": "Benchmark <pulse.example.com>",
               "List-Unsubscribe": f"<https://pulse.example.com/unsubscribe/key{n}>",
               "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    letter = EmailMultiAlternatives(job["subject"], fill(job["text"], n), job["sender"], [f"reader{n}@reader.example"],
                                    headers=headers, connection=connection)
    letter.attach_alternative(fill(job["html"], n), "text/html")
    sent += letter.send()
print(json.dumps([sent, time.perf_counter() - wall, time.process_time() - cpu]))
"""
_IN_NODE = (
    """
import { readFileSync } from "node:fs";
import nodemailer from "nodemailer";
const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const transport = nodemailer.createTransport({ host: job.host, port: job.port, pool: true, maxConnections: 10,
  maxMessages: Infinity, secure: false, ignoreTLS: true });
"""
    + _FIELDS
    + """
const wall = performance.now(), cpu = process.cpuUsage();
let sent = 0;
await Promise.all(Array.from({ length: job.letters }, async (_, n) => {
  await transport.sendMail({ from: job.sender, to: `reader${n}@reader.example`, subject: job.subject,
    messageId: `<${n}@sender.example>`, text: fill(job.text, n), html: fill(job.html, n), headers: {
      "List-Id": "Benchmark <pulse.example.com>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Unsubscribe": `<https://pulse.example.com/unsubscribe/key${n}>` } });
  sent += 1;
}));
const used = process.cpuUsage(cpu);
console.log(JSON.stringify([sent, (performance.now() - wall) / 1000, (used.user + used.system) / 1e6]));
transport.close();
"""
)


def peers() -> tuple[dict[str, Peer], tuple[str, ...]]:
    """Those that are here or could be put here, by name, and why others could not."""
    found, missing = {}, []
    for make in (_django, _nodemailer):
        try:
            peer = make()
        except (CannotRun, CannotInstall) as why:
            missing.append(str(why))
        else:
            found[peer.name] = peer
    return found, tuple(missing)


def run_peer(peer: Peer, port: int, *, letters: int, size: int, folder: Path) -> tuple[float, float]:
    """Seconds in all and of its processor for so many letters. Raises CannotRun."""
    html, text = (_personal(part) for part in texts_of(size))
    told: Mapping[str, object] = {"host": HOST, "port": port, "letters": letters, "sender": SENDER}
    job = folder / f"{peer.name}.json"
    job.write_text(json.dumps({**told, "subject": "Week #47 2026 – Open weights", "html": html, "text": text}))
    command = (*peer.command, str(job))
    done = subprocess.run(command, cwd=peer.cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        raise CannotRun(f"{peer.name}: {done.stderr.strip()[-400:]}")
    sent, wall, cpu = json.loads(done.stdout)
    if sent != letters:
        raise CannotRun(f"{peer.name} sent {sent} of {letters}")
    return wall, cpu


def _personal(part: str) -> str:
    """Four values of each reader in either part."""
    greeting = "%NAME% (%ADDRESS%), no. %NUMBER%"
    return part.replace(UNSUBSCRIBE_MARK, "%LEAVE%").replace("Unsubscribe", f"{greeting}: unsubscribe", 1)


def _django() -> Peer:
    return Peer(name="Django", command=(str(python_with("django", (_DJANGO,))), "-c", _IN_DJANGO))


def _nodemailer() -> Peer:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotRun("nodemailer is left out: there is no node or no npm on the PATH")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsletter-benchmarks"
    home = cache / "nodemailer"
    if not (home / "node_modules" / "nodemailer").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        print(f"Installing {_NODEMAILER} into {home}", file=sys.stderr)
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home), _NODEMAILER]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            shutil.rmtree(home, ignore_errors=True)
            raise CannotRun(f"nodemailer cannot be installed: {done.stdout[-300:].strip()}")
    script = home / "send.mjs"
    script.write_text(_IN_NODE, encoding="utf-8")
    return Peer(name="nodemailer", command=(node, str(script)), cwd=home)
