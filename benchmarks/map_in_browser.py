"""How soon a map answers, and how smoothly it moves, in headless Chromium with no network and no graphics card.

    python benchmarks/map_in_browser.py MAP.html [--times 5] [--screen 1366x768] [--slower 1]

Each time a fresh browser opens the file; a real click is sent at the load event, then the map is dragged and zoomed with
real mouse events. Printed is the median of the times. ``--slower 4`` makes the processor four times slower, as an old
office PC may be.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from chromium import Browser  # noqa: E402  the browser of the tests

#: Runs before the page: when the card of the first click is on the screen, long tasks, and the time of each frame.
_WATCH = """
window.__seen = { long: [], frames: null, answered: null };
new PerformanceObserver((list) => list.getEntries().forEach((task) => __seen.long.push([task.startTime, task.duration])))
  .observe({ type: "longtask", buffered: true });
window.addEventListener("load", () => {
  const card = document.getElementById("card");
  new MutationObserver(() => {
    if (card.hidden || __seen.answered) return;
    requestAnimationFrame(() => setTimeout(() => { __seen.answered = __seen.answered || performance.now(); }));
  }).observe(card, { attributes: true, childList: true });
});
window.__film = (on) => {
  if (!on) { const taken = __seen.frames; __seen.frames = null; return taken; }
  __seen.frames = [];
  let last = performance.now();
  const step = (now) => { if (!__seen.frames) return; __seen.frames.push(now - last); last = now; requestAnimationFrame(step); };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(step); });
};
"""
_TIMES = """(() => {
  const nav = performance.getEntriesByType("navigation")[0], paint = performance.getEntriesByName("first-contentful-paint")[0];
  return { load: nav.loadEventEnd, paint: paint ? paint.startTime : null, answered: __seen.answered, long: __seen.long };
})()"""
_CENTRE = """(() => { const box = document.getElementById("map_sharemap").getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2]; })()"""
#: Switches every layer on, the widest walking areas included, and tells the time until that is on the screen.
_ALL_ON = """(async () => {
  const start = performance.now(), $ = (id) => document.getElementById(id);
  for (const id of ["show-villages", "show-short", "show-gaps", "show-sites"])
    if (!$(id).checked && !$(id).disabled) $(id).click();
  $("which-sites").value = "all";
  $("which-sites").dispatchEvent(new Event("change"));
  document.querySelector("#view input[value=area]").click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
})()"""


def main() -> None:
    options = _options()
    file = Path(options.map).resolve()
    width, height = (int(part) for part in options.screen.split("x"))
    runs = []
    for _ in range(options.times):
        browser = Browser()
        try:
            runs.append(_once(browser, file, screen=(width, height), slower=options.slower))
        finally:
            browser.close()
    said = (
        f"{file.name}: {file.stat().st_size / 1e6:.2f} MB, screen {width} x {height}, {options.times} times"
    )
    print(said + (f", processor {options.slower:g} times slower" if options.slower > 1 else ""))
    print(
        f"{runs[0]['browser']}; Python {platform.python_version()}, Leaflet {version('XStatic-Leaflet')}; {_machine()}"
    )
    for name, unit in _UNITS.items():
        values = [run[name] for run in runs]
        print(
            f"  {name:<42}{statistics.median(values):>9,.1f} {unit:<3} ({min(values):,.1f} to {max(values):,.1f})"
        )


_UNITS = {
    "first paint": "ms",
    "load event": "ms",
    "first click answered": "ms",
    "last long task ends": "ms",
    "click at rest": "ms",
    "pan, frame median": "ms",
    "pan, frame 95th percentile": "ms",
    "pan, longest frame": "ms",
    "zoom, frame median": "ms",
    "zoom, frame 95th percentile": "ms",
    "zoom, longest frame": "ms",
    "all layers on, drawn": "ms",
    "all layers, pan, frame median": "ms",
    "all layers, pan, frame 95th percentile": "ms",
    "all layers, pan, longest frame": "ms",
    "all layers, zoom, frame median": "ms",
    "all layers, zoom, frame 95th percentile": "ms",
    "all layers, zoom, longest frame": "ms",
    "JS heap": "MB",
}


def _once(browser: Browser, file: Path, *, screen: tuple[int, int], slower: float) -> dict[str, Any]:
    browser.screen(*screen)
    browser.send("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
    if slower > 1:
        browser.send("Emulation.setCPUThrottlingRate", rate=slower)
    browser.open(file.as_uri(), patience=180.0)
    x, y = browser.run(_CENTRE)
    browser.click(x, y)
    told = browser.run(_TIMES)
    while told["answered"] is None:
        time.sleep(0.02)
        told = browser.run(_TIMES)
    time.sleep(2.0)
    told = browser.run(_TIMES)
    browser.key("Escape")
    found = {
        "browser": browser.send("Browser.getVersion")["product"],
        "first paint": told["paint"],
        "load event": told["load"],
        "first click answered": told["answered"],
        "last long task ends": max((start + length for start, length in told["long"]), default=told["load"]),
        "click at rest": _click(browser, x + 40, y + 30),
    }
    found |= _frames("pan", _film(browser, lambda: _drag(browser, x, y)))
    found |= _frames("zoom", _film(browser, lambda: _wheel(browser, x, y)))
    found["all layers on, drawn"] = browser.run(_ALL_ON)
    time.sleep(0.5)
    found |= _frames("all layers, pan", _film(browser, lambda: _drag(browser, x, y)))
    found |= _frames("all layers, zoom", _film(browser, lambda: _wheel(browser, x, y)))
    browser.send("HeapProfiler.collectGarbage")
    found["JS heap"] = browser.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    if browser.complaints:
        raise RuntimeError(browser.complaints)
    return found


def _click(browser: Browser, x: float, y: float) -> float:
    browser.run(
        "__seen.answered = null; __seen.at = null; addEventListener('mouseup', () => { __seen.at = performance.now(); }, { capture: true, once: true }); 1"
    )
    browser.click(x, y)
    while browser.run("__seen.answered") is None:
        time.sleep(0.02)
    took = browser.run("__seen.answered - __seen.at")
    browser.key("Escape")
    return float(took)


def _film(browser: Browser, move: Any) -> list[float]:
    browser.run("__film(true); 1")
    move()
    time.sleep(0.3)
    return browser.run("__film(false)")


def _drag(browser: Browser, x: float, y: float) -> None:
    """Drag the map to and fro by the mouse, about two seconds in all."""
    for across, down in ((-300, 120), (260, -140), (200, 160), (-160, -140)):
        browser.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        for step in range(1, 31):
            browser.send(
                "Input.dispatchMouseEvent", type="mouseMoved", x=x + across * step / 30, y=y + down * step / 30,
                button="left", buttons=1,
            )  # fmt: skip
            time.sleep(0.016)
        browser.send("Input.dispatchMouseEvent", type="mouseReleased", x=x + across, y=y + down, button="left", clickCount=1)  # fmt: skip
        time.sleep(0.2)


def _wheel(browser: Browser, x: float, y: float) -> None:
    """Zoom in three levels by the wheel and out again."""
    for turn in (-120, -120, -120, 120, 120, 120):
        browser.send("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=turn)
        time.sleep(0.5)


def _frames(name: str, taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        f"{name}, frame median": statistics.median(ordered),
        f"{name}, frame 95th percentile": ordered[int(len(ordered) * 0.95)],
        f"{name}, longest frame": ordered[-1],
    }


def _machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if line.startswith("model name")),
        platform.processor(),
    ) if Path("/proc/cpuinfo").is_file() else platform.processor()  # fmt: skip
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), load {load}"


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("map")
    reader.add_argument("--times", type=int, default=5)
    reader.add_argument("--screen", default="1366x768")
    reader.add_argument("--slower", type=float, default=1.0)
    return reader.parse_args()


if __name__ == "__main__":
    main()
