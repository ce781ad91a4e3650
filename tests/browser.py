"""A small driver of headless Chromium: the DevTools protocol over one websocket, one page, no waiting by the clock."""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium")
#: Seconds that anything may take before a test fails.
PATIENCE = 15
_FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run
--disable-background-networking --disable-component-update --disable-sync --disable-extensions --disable-quic
--remote-debugging-port=0 --remote-allow-origins=*""".split()


class Page:
    """One page. `complaints`: errors and warnings of its console, exceptions nobody caught, what failed to load."""

    def __init__(self, line: ClientConnection, session: str) -> None:
        self._line, self._session, self._numbers = line, session, itertools.count(1)
        self.complaints: list[str] = []
        self._loaded = False
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> Any:
        """Send one command and wait for its answer. Raises AssertionError with the browser's words if it is refused."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, "sessionId": self._session}
        self._line.send(json.dumps(message))
        while True:
            said = json.loads(self._line.recv(timeout=PATIENCE))
            if said.get("id") == number:
                assert "error" not in said, f"{method}: {said['error']}"
                return said["result"]
            self._note(said)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded, frames included."""
        self._loaded = False
        self.send("Page.navigate", url=address)
        until = time.monotonic() + PATIENCE
        while not self._loaded and time.monotonic() < until:
            self._note(json.loads(self._line.recv(timeout=PATIENCE)))
        assert self._loaded, f"{address} was not loaded"

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        found = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, expression: str) -> Any:
        """The value of an expression as soon as it is true."""
        looking = f"""new Promise((found, missed) => {{
            const turn = setInterval(() => {{
                let value = null;
                try {{ value = {expression} }} catch {{ }}
                if (value) {{ clearInterval(turn); found(value) }}
            }}, 10);
            setTimeout(() => missed(new Error("never true: " + {json.dumps(expression)})), {PATIENCE * 1000});
        }})"""
        return self.value(looking)

    def press(self, key: str) -> None:
        """Press and release a key by its name: "Tab", "Enter", "ArrowRight"."""
        codes = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "End": 35}
        extra = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], **extra)

    def emulate(self, *, dark: bool = False, width: int = 1280, height: int = 800) -> None:
        """Look at it on another screen."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        """Keep a picture of the window as a PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def _note(self, said: dict[str, Any]) -> None:
        told = said.get("params", {})
        match said.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(told["exceptionDetails"])[:500])
            case "Runtime.consoleAPICalled" if told["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(told["args"])[:500])
            case "Log.entryAdded" if told["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")


@contextmanager
def browser(flags: Sequence[str] = ()) -> Iterator[Page]:
    """A fresh browser with one empty page; it is ended, and its profile removed, with the block."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *_FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            try:
                said = (re.search(r"ws://\S+", line) for line in process.stderr)
                address = next(found[0] for found in said if found)
                with connect(address, max_size=None, open_timeout=PATIENCE) as line:
                    yield Page(line, _attach(line))
            finally:
                process.terminate()
                process.stderr.close()


def _attach(line: ClientConnection) -> str:
    def ask(number: int, method: str, **parameters: object) -> Any:
        line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (said := json.loads(line.recv(timeout=PATIENCE))).get("id") != number:
            pass
        return said["result"]

    targets = ask(1, "Target.getTargets")["targetInfos"]
    target = next(one["targetId"] for one in targets if one["type"] == "page")
    session: str = ask(2, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    return session
