"""SpamAssassin and rspamd on the letters, without the network. I/O: subprocess, HTTP, disk"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.judges.findings import Finding, Letter, NotHere, Subjects

MOST = 1.0
#: Seconds that rspamd may take to come up on a busy machine.
_PATIENCE = 300
_SCORE = re.compile(r"^Content analysis details:\s+\((-?[\d.]+) points", re.M)
_RULES = re.compile(r"^\s*(-?\d+\.\d+)\s+([A-Z][A-Z0-9_]+)\s", re.M)
#: About the clock and the wire, not about the letter: the demo's is years old, and none crossed a relay.
_NOT_CONTENT = {"DATE_IN_PAST", "DATE_IN_FUTURE"}
#: About the words and the language that people chose: counted in the figure, and no fault of the letter's.
_WORDS = {"R_MIXED_CHARSET", "SUBJECT_ENDS_QUESTION"}
#: Debian's list of top-level domains, and those that RFC 2606 keeps for examples: a link that shows an address of an
#: unknown one counts as disguised.
_DOMAINS, _EXAMPLES = Path("/usr/share/rspamd/effective_tld_names.dat"), "example\ninvalid\n"
_NETWORK = """rbl surbl asn dmarc spf dkim arc mx_check phishing neural fuzzy_check rspamd_update url_redirector bimi
hfilter replies""".split()
_CONFIG = """.include "$CONFDIR/common.conf"
options {
  pidfile = "$RUNDIR/rspamd.pid";
  .include "$CONFDIR/options.inc"
  .include(priority=10) "$LOCAL_CONFDIR/override.d/options.inc"
}
logging { type = "console"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:%d"; mime = true; count = 1; }
"""
#: No name is asked for: the port of the name server is dead.
_OPTIONS = """dns { nameserver = ["127.0.0.1:9"]; timeout = 0.02s; retransmits = 1; }
filters = "chartable,regexp";
disable_hyperscan = true;
url_tld = "$DBDIR/domains";
"""


def spamassassin(subjects: Subjects) -> Sequence[Finding]:
    """The score of Debian's rules, without tests that need the network."""
    if shutil.which("spamassassin") is None:
        raise NotHere("not installed: apt-get install spamassassin")
    with tempfile.TemporaryDirectory() as home:
        files = []
        for number, letter in enumerate(subjects.letters):
            files.append(Path(home) / f"{number}.eml")
            files[-1].write_bytes(letter.data)
        done = subprocess.run(
            ["spamassassin", "-L", "-t", "-x", *map(str, files)],
            env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
        )
    said = done.stdout.decode("utf-8", "replace")
    cuts = [*(match.start() for match in _SCORE.finditer(said)), len(said)]
    if len(cuts) != len(files) + 1:
        raise RuntimeError(f"spamassassin judged {len(cuts) - 1} of {len(files)} letters: {done.stderr[-1000:]!r}")
    return [
        _scored(
            "spamassassin",
            letter,
            float(_SCORE.findall(said[a:b])[0]),
            {rule: float(points) for points, rule in _RULES.findall(said[a:b])},
        )
        for letter, a, b in zip(subjects.letters, cuts, cuts[1:], strict=False)
    ]


def rspamd(subjects: Subjects) -> Sequence[Finding]:
    """The sum of rspamd's rules about the letter itself; a private one on loopback, ended afterwards."""
    if shutil.which("rspamd") is None:
        raise NotHere("not installed: apt-get install rspamd")
    found = []
    with _running() as port:
        for letter in subjects.letters:
            line = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
            line.request("POST", "/checkv2", letter.data)
            symbols = json.load(line.getresponse())["symbols"]
            line.close()
            rules = {name: float(one["score"]) for name, one in symbols.items() if name not in _NOT_CONTENT}
            found.append(_scored("rspamd", letter, sum(rules.values()), rules))
    return found


def _scored(judge: str, letter: Letter, score: float, rules: dict[str, float]) -> Finding:
    behind = ", ".join(f"{name} {points:.2f}" for name, points in sorted(rules.items()) if points > 0)
    own = score - sum(points for name, points in rules.items() if name in _WORDS)
    faults = (f"{own:.2f} points, and at most {MOST} may be: {behind}",) if own > MOST and letter.earnest else ()
    return Finding(judge=judge, subject=letter.name, figure=f"{score:.2f}", faults=faults)


@contextmanager
def _running() -> Iterator[int]:
    with socket.socket() as free, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        overrides = Path(home) / "local" / "override.d"
        overrides.mkdir(parents=True)
        (Path(home) / "rspamd.conf").write_text(_CONFIG % port, encoding="utf-8")
        (overrides / "options.inc").write_text(_OPTIONS, encoding="utf-8")
        known = _DOMAINS.read_text(encoding="utf-8") if _DOMAINS.is_file() else ""
        (Path(home) / "domains").write_text(known + _EXAMPLES, encoding="utf-8")
        for module in _NETWORK:
            (overrides / f"{module}.conf").write_text("enabled = false;\n", encoding="utf-8")
        command = ["rspamd", "--no-fork", "--config", f"{home}/rspamd.conf", f"--var=LOCAL_CONFDIR={home}/local"]
        command += ["--insecure", "--user", "root", "--group", "root"] if os.geteuid() == 0 else []
        command += [f"--var={name}={home}" for name in ("DBDIR", "RUNDIR", "LOGDIR")]
        # Nobody reads what it says: a full pipe would stop it.
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port, process)
                yield port
            finally:
                process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotHere("rspamd does not start here")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotHere(f"rspamd did not answer within {_PATIENCE} seconds")
