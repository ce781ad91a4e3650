# ruff: noqa: INP001 - a script beside its neighbours, not a package
"""Other ways to the same letter: premailer, mrml and MJML itself, each its own process. I/O: disk, subprocess"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import IO

from benchmarks.environments import CannotInstall, python_with
from newsletter.model.issue import Issue, PrintedStory, PrintedTake
from newsletter.press.linking.terms import with_term_links
from newsletter.press.prose.markdown import to_html

MJML = "mjml@5.4.1"


class CannotRun(Exception):
    """The peer is not on this machine and could not be put there; the sentence says why."""


_LOOP = """
import json, sys, time
for line in sys.stdin:
    text = json.loads(line)
    started = time.perf_counter()
    out = convert(text)
    took = (time.perf_counter() - started) * 1000
    print(json.dumps([took, len(out.encode())]), flush=True)
"""
_PREMAILER = """
import logging
from premailer import Premailer
logging.disable()
def convert(text):
    return Premailer(text, keep_style_tags=False, strip_important=False, disable_link_rewrites=True,
                     allow_network=False, cssutils_logging_level=50).transform()
"""
_MRML = """
import mrml
def convert(text):
    found = mrml.to_html(text)
    return found if isinstance(found, str) else found.content
"""
_NODE = """
import { createInterface } from "node:readline";
import mjml2html from "mjml";
for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  const { html } = await mjml2html(JSON.parse(line), { fonts: {} });
  console.log(JSON.stringify([performance.now() - started, Buffer.byteLength(html)]));
}
"""
PEERS = ("premailer", "mrml", "mjml")


@contextmanager
def peer(name: str) -> Iterator[Callable[[str], tuple[float, int]]]:
    """A function that gives a text to the peer and returns its milliseconds and the bytes that it made."""
    command = _node() if name == "mjml" else _python(name)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        into, out = process.stdin, process.stdout
        try:
            yield lambda text: _asked(name, text, into, out)
        finally:
            process.terminate()


def _asked(name: str, text: str, into: IO[str], out: IO[str]) -> tuple[float, int]:
    into.write(json.dumps(text) + "\n")
    into.flush()
    answer = out.readline()
    if not answer:
        raise RuntimeError(f"{name} ended without an answer")
    took, size = json.loads(answer)
    return float(took), int(size)


def _python(name: str) -> list[str]:
    try:
        python = python_with(name, (name,))
    except CannotInstall as why:
        raise CannotRun(str(why)) from why
    return [str(python), "-c", {"premailer": _PREMAILER, "mrml": _MRML}[name] + _LOOP]


def _node() -> list[str]:
    """MJML's reference implementation, put into the cache by npm once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotRun("there is no node or no npm on the PATH")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newsletter-benchmarks" / "mjml"
    if not (home / "node_modules" / "mjml").is_dir():
        home.mkdir(parents=True, exist_ok=True)
        print(f"Installing {MJML} into {home}", file=sys.stderr)
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home), MJML]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            shutil.rmtree(home, ignore_errors=True)
            raise CannotRun(f"mjml cannot be installed: {done.stdout[-300:].strip()}")
    script = home / "loop.mjs"
    script.write_text(_NODE, encoding="utf-8")
    return [node, str(script)]


# The same letter in MJML ---------------------------------------------------------------------------

_HEAD = """<mjml lang="{language}" dir="auto"><mj-head><mj-title>{title}</mj-title><mj-preview>{preheader}</mj-preview>
<mj-attributes><mj-all font-family="'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"/>
<mj-text font-size="16px" line-height="26px" color="#1c2128" padding="0"/>
<mj-section background-color="#ffffff" padding="6px 32px"/><mj-column padding="0"/></mj-attributes>
<mj-style inline="inline">
h1 {{ margin: 0; font-size: 28px; line-height: 34px }} h2 {{ margin: 0; font-size: 22px; line-height: 28px }}
h3 {{ margin: 0 0 4px; font-size: 20px; line-height: 27px }} h4 {{ margin: 16px 0 6px; font-size: 16px }}
p {{ margin: 0 0 12px }} ul, ol {{ margin: 0 0 12px; padding: 0 0 0 24px }} li {{ margin: 0 0 8px }}
a {{ color: #0b57b0 }} .meta {{ color: #57606a; font-size: 14px; line-height: 20px }}
.label {{ color: #0b57b0; font-size: 13px; font-weight: 700; letter-spacing: .6px; text-transform: uppercase }}
blockquote {{ margin: 0 0 12px; padding: 0 0 0 16px; border-left: 3px solid #d5dbe3; color: #57606a }}
code, pre {{ background: #eef1f5; font-family: Menlo, Consolas, monospace; font-size: 14px }}
td, th {{ padding: 8px 10px; border-bottom: 1px solid #d5dbe3; vertical-align: top }}
</mj-style>
<mj-style>@media (prefers-color-scheme: dark) {{ .page {{ background: #161b22 !important }} }}
</mj-style></mj-head><mj-body width="640px" background-color="#f2f4f7">"""


def as_mjml(issue: Issue) -> str:
    """The issue as somebody would write it in MJML: a section a block, a column and a text in each."""
    issue = with_term_links(issue)
    wording, topic = issue.wording, issue.explainer
    head = _HEAD.format(
        language=escape(wording.language), title=escape(issue.title), preheader=escape(issue.preheader or issue.title)
    )
    blocks = [f"<h2>{escape(wording.name)}</h2>", f"<h1>{escape(issue.title)}</h1>", to_html(issue.intro, top_level=2)]
    tinted: list[str] = []
    if topic is not None:
        tinted.append(_section(f'<h2 class="label">TL;DR</h2>{to_html(topic.tldr)}', tint=True))
        blocks += [f"<h2>{escape(topic.title)}</h2><p>{escape(topic.subtitle)}</p>"]
        blocks += re.split("(?=<h3>)", to_html(topic.body, base_url=topic.base_url))
    parts = [*map(_section, blocks[:3]), *tinted, *map(_section, blocks[3:])]
    parts.append(
        _section(
            f'<h2 class="label">{escape(wording.news_heading)}</h2><h2>{escape(wording.pulse_heading)}</h2>'
            f"<p><em>{escape(wording.pulse_intro)}</em></p>"
        )
    )
    for story in issue.stories:
        parts += [_section(_told(story)), *map(_take, story.takes), *([_section(_also(story))] if _also(story) else [])]
    parts += [_take(take) for take in issue.apart]
    lines = "".join(f'<li><a href="{escape(one.link)}">{escape(one.headline)}</a></li>' for one in issue.headlines)
    parts.append(_section(f"<h2>{escape(wording.headlines_heading)}</h2><ul>{lines}</ul>"))
    foot = (
        f'<p>{escape(wording.name)}</p><p><a href="@@UNSUBSCRIBE@@">Unsubscribe</a></p>{escape(wording.postal_address)}'
    )
    return f"{head}{''.join(parts)}{_section(foot)}</mj-body></mjml>"


def _section(html: str, *, tint: bool = False) -> str:
    if not html:
        return ""
    ground = ' background-color="#f1f5fb"' if tint else ""
    # MJML is XML but for what stands in a text.
    return f"<mj-section{ground}><mj-column><mj-text>{html}</mj-text></mj-column></mj-section>"


def _told(story: PrintedStory) -> str:
    day = f" · {story.published:%d %b %Y}" if story.published else ""
    return (
        f'<h3><a href="{escape(story.link)}">{escape(story.headline)}</a></h3>'
        f'<p class="meta">{escape(story.source)}{day}</p><p>{escape(story.summary)}</p>'
    )


def _take(take: PrintedTake) -> str:
    words = to_html(take.text, top_level=4)
    return _section(words.replace("<p>", f"<p><strong>{escape(take.author)}</strong>: “", 1) + "”", tint=True)


def _also(story: PrintedStory) -> str:
    links = [f'<a href="{escape(one.link)}">{escape(one.source)}</a>' for one in story.also_covered]
    links += [f'<a href="{escape(one.link)}">{escape(one.headline)}</a>' for one in story.thread]
    return f'<p class="meta">Also covered by {", ".join(links)}</p>' if links else ""
