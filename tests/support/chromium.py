"""A headless Chromium that tests and benchmarks drive over the DevTools protocol; no test itself.

Commands go through a pipe, so neither a web socket, a port nor a package is needed. Where the machine allows it the
browser runs without any network of its own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, " ": 32}
_TEXT = {"Enter": "\r", " ": " "}


class Browser:
    """One Chromium with one page; ``requests`` and ``complaints`` collect what it asked for and what went wrong.

    Attributes
    ----------
    requests
        Addresses that the page asked for, without ``data:`` and ``blob:``.
    complaints
        Console errors and warnings, uncaught exceptions and messages of the browser's own log.
    """

    def __init__(self, *options: str, network: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sharemap-chromium-", ignore_cleanup_errors=True)
        to_child, self._write = os.pipe()
        self._read, from_child = os.pipe()
        words = [
            *([] if network else _without_network()), str(PROGRAM), "--headless=new", "--no-sandbox",
            "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--hide-scrollbars", f"--user-data-dir={self._folder.name}", "--remote-debugging-pipe", *options, "about:blank",
        ]  # fmt: skip
        log = os.open(Path(self._folder.name) / "stderr.txt", os.O_WRONLY | os.O_CREAT)
        self._process = os.posix_spawn(
            shutil.which(words[0]) or words[0],
            words,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
                # in two steps: a descriptor that is 3 or 4 already would be written over, or closed on exec
                (os.POSIX_SPAWN_DUP2, to_child, 100),
                (os.POSIX_SPAWN_DUP2, from_child, 101),
                (os.POSIX_SPAWN_DUP2, 100, 3),
                (os.POSIX_SPAWN_DUP2, 101, 4),
                (os.POSIX_SPAWN_CLOSE, 100),
                (os.POSIX_SPAWN_CLOSE, 101),
            ],
            setpgroup=0,
        )
        for descriptor in (to_child, from_child, log):
            os.close(descriptor)
        self._buffer = bytearray()
        self._number = 0
        self._session = ""
        self._events: list[dict] = []
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._attach()

    def _attach(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    # ---------------------------------------------------------------- the protocol

    def send(self, method: str, *, patience: float = 60.0, **params: object) -> dict:
        """Send one command and return its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + patience
        while True:
            reply = self._next(until - time.monotonic())
            if reply.get("id") == number:
                if "error" in reply:
                    msg = f"{method}: {reply['error']}"
                    raise RuntimeError(msg)
                return reply["result"]

    def wait(self, event: str, *, patience: float = 60.0) -> dict:
        """Return the next event of a name, those seen already included."""
        until = time.monotonic() + patience
        while True:
            for at, seen in enumerate(self._events):
                if seen["method"] == event:
                    del self._events[: at + 1]
                    return seen["params"]
            self._next(until - time.monotonic())

    def _next(self, patience: float) -> dict:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(patience, 0))
            chunk = os.read(self._read, 1 << 20) if ready else b""
            if not chunk:
                log = Path(self._folder.name) / "stderr.txt"
                msg = f"Chromium does not answer: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
                raise TimeoutError(msg)
            self._buffer += chunk
        end = self._buffer.index(b"\0")
        message = json.loads(bytes(self._buffer[:end]))
        del self._buffer[: end + 1]
        if "method" in message:
            self._note(message["method"], message["params"])
            self._events.append(message)
        return message

    def _note(self, name: str, told: dict) -> None:
        if name == "Network.requestWillBeSent":
            address = told["request"]["url"]
            if not address.startswith(("data:", "blob:")):
                self.requests.append(address)
        elif name == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif name == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.complaints.append(str([one.get("value", one.get("description")) for one in told["args"]]))
        elif name == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(told["entry"]["text"])
        elif name == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {told['message']}")

    # ---------------------------------------------------------------- what a person does

    def open(self, address: str, *, patience: float = 60.0) -> None:
        """Open an address and wait for its load event."""
        self._events.clear()
        self.send("Page.navigate", url=address)
        self.wait("Page.loadEventFired", patience=patience)

    def visit(self, html: str, folder: Path, *, fragment: str = "", **screen: object) -> None:
        """Open a page afresh, its text given, on a screen (``width``, ``height``, ``phone``), and begin new lists."""
        path = folder / "map.html"
        path.write_text(html, encoding="utf-8")
        self.screen(**({"width": 1366, "height": 768} | screen))
        self.open("about:blank")
        self.requests.clear()
        self.complaints.clear()
        self.open(path.as_uri() + fragment)

    def run(self, expression: str) -> object:
        """Return the value of an expression of the page; a promise is waited for."""
        done = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            msg = details.get("exception", {}).get("description") or details["text"]
            raise AssertionError(msg)
        return done["result"].get("value")

    def screen(self, width: int, height: int, *, phone: bool = False) -> None:
        """Give the page a screen."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=2 if phone else 1, mobile=phone,
        )  # fmt: skip

    def click(self, x: float, y: float) -> None:
        """Press and release the left button there."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, name: str, *, shift: bool = False) -> None:
        """Press and release a key."""
        told = {"key": name, "windowsVirtualKeyCode": _KEYS[name], "modifiers": 8 if shift else 0}
        text = {"text": _TEXT[name]} if name in _TEXT else {}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **told, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **told)

    def write(self, text: str) -> None:
        """Type text where the focus is."""
        self.send("Input.insertText", text=text)

    def picture(self) -> bytes:
        """Return what the screen shows, as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def paper(self) -> bytes:
        """Return the page as it prints on A4, as PDF."""
        done = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=False, patience=120.0)
        return base64.b64decode(done["data"])

    def close(self) -> None:
        """End the browser and take its profile away."""
        with contextlib.suppress(OSError, TimeoutError):
            os.write(self._write, b'{"id":0,"method":"Browser.close"}\0')
        self._reap()
        for descriptor in (self._read, self._write):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._folder.cleanup()

    def _reap(self) -> None:
        for _ in range(50):
            if os.waitpid(self._process, os.WNOHANG)[0]:
                return
            time.sleep(0.1)
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)


def _without_network() -> list[str]:
    allowed = (
        shutil.which("unshare")
        and subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode == 0
    )
    return ["unshare", "-rn"] if allowed else []
