"""Sharemap against its peers, on the same streets and sites: ``python benchmarks/run.py [ward|seoul|x2|x4|all]``.

``ward`` is 중구, ``seoul`` the whole city, ``x2`` and ``x4`` copies of it side by side. Needs the real data
(``--data``, by default ``../shared/data`` beside the checkout). Peers that are not installed are reported as such;
``pip install pandana igraph`` brings the two that sharemap itself does not need (AGPL and GPL: never at run time).

Each figure is a median. Ratios come from runs in turns in one process, so that whatever else the machine does
touches both. Answers are compared in the same run: costs to 0.1 m, counts but for pairs at the cutoff.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
CASES = {"ward": ("ward", 1), "seoul": ("seoul", 1), "x2": ("seoul", 2), "x4": ("seoul", 4)}
VERSIONS = (
    "sharemap",
    "numba",
    "numpy",
    "scipy",
    "networkx",
    "osmnx",
    "pandana",
    "igraph",
    "pandas",
    "geopandas",
)
# tool, kinds of work, rounds; the slow ones walk from a sample of the sites and are scaled
PEERS = {
    "scipy": (("coverage", "pairs"), 3),
    "networkx": (("coverage", "pairs"), 2),
    "pandana": (("coverage", "pairs"), 1),
    "osmnx recipe": (("pairs",), 1),
    "igraph": (("pairs",), 1),
}
HEAD = (
    "tool",
    "build s",
    "query s",
    "total s",
    "peak MB",
    "above load MB",
    "sharemap s in turns",
    "ratio query (range)",
    "ratio with build",
    "answers compared",
)
GRAPHS = ("junction", "vertex")
READ = ("seconds", "processor_s", "peak_mb")
BY_VERTEX = ("scipy", "networkx")  # the others would take half an hour on these


def child(script: str, *arguments: object, environment: dict[str, str] | None = None) -> dict:
    """Run a script in a process of its own and return its JSON, with the seconds of the whole process."""
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603  our own scripts
        [sys.executable, str(HERE / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        message = f"{script} {' '.join(map(str, arguments))} failed"
        raise SystemExit(message)
    return {**json.loads(done.stdout.splitlines()[-1]), "process_s": seconds, "log": done.stderr}


def median(values: list[float]) -> float:
    return statistics.median(values)


def table(head: Sequence[str], rows: list[list[object]]) -> None:
    print("\n| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(show(value) for value in row) + " |", flush=True)
    print()


def show(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004
    return str(value)


def machine() -> None:
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    known = {}
    for name in VERSIONS:
        try:
            known[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            known[name] = "not installed"
    print(f"- {dt.datetime.now(tz=dt.UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}")
    print(
        f"- {os.cpu_count()} cores{model[0].split(':')[1] if model else ''}, {memory:.0f} GB, {platform.platform()}"
    )
    print(f"- Python {platform.python_version()}, " + ", ".join(f"{k} {v}" for k, v in known.items()))


def against_peers(case: Path, copies: int, tools: list[str], rounds: int | None) -> None:
    for graph in GRAPHS:
        for work in ("coverage", "pairs"):
            path = case.with_name(f"{case.name}-{graph}.npz")
            rows = [row_of_ours(path, work, copies, rounds)]
            rows += [
                row_of(tool, path, work, copies, rounds or PEERS[tool][1])
                for tool in tools
                if work in PEERS[tool][0] and (graph == "junction" or (tool in BY_VERTEX and copies == 1))
            ]
            print(f"### {work}, {graph} graph" + (f", {copies} copies" if copies > 1 else ""))
            table(
                HEAD,
                rows,
            )


def row_of_ours(path: Path, work: str, copies: int, rounds: int | None) -> list[object]:
    own = child(
        "tools.py", "alone", "sharemap", work, path, "--copies", copies, "--rounds", max(5, rounds or 5)
    )
    query = median(own["query_s"][1:] or own["query_s"])
    total = own["build_s"] + query
    return ["**sharemap**", own["build_s"], query, total, own["peak_mb"], own["above_mb"], "", 1, 1, ""]


def row_of(tool: str, path: Path, work: str, copies: int, rounds: int) -> list[object]:
    got = child("tools.py", "pair", tool, work, path, "--copies", copies, "--rounds", rounds)
    if "not_installed" in got:
        return [tool, "not installed", *[""] * 8]
    # the slow ones are not run again for their memory: theirs is that of the process they share with sharemap
    own = got
    if tool == "scipy" and copies == 1:
        own = child("tools.py", "alone", tool, work, path, "--copies", copies, "--rounds", 1)
    query = median(got["query_s"])
    mark = "" if got["share"] == 1 else f" (scaled from {got['share']:.2%} of the sites)"
    ratios = f"{got['ratio']:.3g} ({min(got['ratios']):.3g}-{max(got['ratios']):.3g})"
    checked = ", ".join(f"{key} {show(value)}" for key, value in got["checked"].items()) or "see the notes"
    return [
        *(tool + mark, got["build_s"], query, got["build_s"] + query, own["peak_mb"], own["above_mb"]),
        *(median(got["ours_s"]), ratios, got["ratio_with_build"], checked),
    ]


KEPT = {
    "MALLOC_MMAP_THRESHOLD_": str(2**35),
    "MALLOC_TRIM_THRESHOLD_": str(2**35),
    "MALLOC_ARENA_MAX": "1",
}
# what the C library is told, and MB used and given back before each query
MEMORY = {
    "as the C library gives it, each query with the machine's memory at hand": ({}, 640),
    "kept by the process": (KEPT, 0),
    "as the C library gives it, as the machine finds it": ({}, 0),
}


def growth(case: Path, rounds: int = 9) -> None:
    """Print how the cost grows with copies, each copy in turns with the others in one process.

    A virtual machine lends free memory back to its host. The answer for one copy fits into what is still there, the one
    for four does not: unless all begin alike, as in the first table, or keep their memory, as in the second,
    what is measured is how the host lends.
    """
    for memory, (environment, at_hand) in MEMORY.items():
        rows = []
        for graph in GRAPHS:
            for work in ("coverage", "pairs"):
                path = case.with_name(f"{case.name}-{graph}.npz")
                end = ("growth", "sharemap", work, path, "--rounds", rounds, "--at-hand", at_hand)
                got = child("tools.py", *end, environment=environment)
                one, two, four = got["1"], got["2"], got["4"]
                ratios = [a / b for a, b in zip(four[:3], one[:3], strict=True)]
                left_out = one[3] + two[3] + four[3]
                rows.append(
                    [f"{work}, {graph}", one[0], two[0], four[0], one[1], two[1], four[1], *ratios, left_out]
                )
        print(f"### How the cost grows, memory {memory} (load {os.getloadavg()[0]:.1f})")
        head = ["work", "1 copy s", "2 copies s", "4 copies s", "processor 1", "processor 2", "processor 4"]
        table([*head, "4 : 1 clock", "4 : 1 processor", "4 : 1 without the system's part", "left out"], rows)


def whole_processes(case: Path, copies: int) -> None:
    """Time from nothing to the answer: imports, loading compiled code, reading the arrays, one query."""
    rows = []
    for graph in GRAPHS:
        for work in ("coverage", "pairs"):
            path = case.with_name(f"{case.name}-{graph}.npz")
            kept = {"NUMBA_CACHE_DIR": tempfile.mkdtemp(prefix="compiled-", dir=case.parent)}
            end = (work, path, "--copies", copies, "--rounds", 1)
            first = child("tools.py", "alone", "sharemap", *end, environment=kept)
            said = "yes" if "compiling the kernel" in first["log"] else "NO"
            ours, theirs = [], []
            for _ in range(3):
                ours.append(child("tools.py", "alone", "sharemap", *end, environment=kept)["process_s"])
                theirs.append(child("tools.py", "alone", "scipy", *end)["process_s"])
            ratio = median(theirs) / median(ours)
            rows.append([f"{work}, {graph}", first["process_s"], said, median(ours), median(theirs), ratio])
    print("### Whole processes")
    head = ["work", "first run s", "says that it compiles", "from the second run s", "scipy s", "ratio"]
    table(head, rows)


def reading(extract: str, data: Path, folder: Path, *, live: bool) -> None:
    ours = [child("loading.py", "sharemap", extract, data, folder) for _ in range(3)]
    best, processor, peak = (median([run[key] for run in ours]) for key in READ)
    rows = [["sharemap network.from_pbf", best, processor, peak, ours[0]["edges"], 1, 1, 1]]
    if live:
        for what, how in (("osmnx", "whole extract as XML"), ("osmnx-highways", "highways only, cut before")):
            peer = child("loading.py", what, extract, data, folder)
            if "not_installed" in peer:
                rows.append(["OSMnx", "not installed", *[""] * 6])
                break
            theirs = [peer[key] for key in READ]
            ratios = [a / b for a, b in zip(theirs, (best, processor, peak), strict=True)]
            rows.append([f"OSMnx, live, {how}", *theirs, peer["edges"], *ratios])
    reopen = median([run["reopen_s"] for run in ours])
    rows.append(
        ["sharemap, a saved network reopened", reopen, "", "", ours[0]["edges"], best / reopen, "", ""]
    )
    print("### Extract to ready network")
    head = ["how", "s", "processor s", "peak MB of the process", "edges"]
    table([*head, "times sharemap's s", "times its processor s", "times its MB"], rows)


def snapping(extract: str, data: Path, folder: Path) -> None:
    """Print how long 100,000 points take to meet the street."""
    got = child("loading.py", "snapping", extract, data, folder)
    print("### Points to the nearest edge")
    head = [
        "points",
        "joined",
        "sharemap s",
        "OSMnx nearest_edges s",
        "ratio",
        "access legs differ at most, m",
    ]
    numbers = (got["points"], got["joined"], got["ours_s"], got["theirs_s"], got["theirs_s"] / got["ours_s"])
    table(head, [[*numbers, got["worst_m"]]])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", nargs="?", default="ward", choices=[*CASES, "all"])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real data")
    parser.add_argument("--tools", default=",".join(PEERS), help="peers, separated by commas")
    parser.add_argument(
        "--rounds", type=int, help="rounds of every pair (default: 3 for scipy, fewer for slow peers)"
    )
    parser.add_argument(
        "--work", type=Path, help="folder for prepared cases, kept (default: a temporary one)"
    )
    parser.add_argument(
        "--live", action="store_true", help="OSMnx reads all of Seoul too: four minutes and 4.6 GB"
    )
    given = parser.parse_args()
    tools = [tool for tool in given.tools.split(",") if tool]
    if unknown := set(tools) - set(PEERS):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(PEERS)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.work or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        machine()
        for name in CASES if given.case == "all" else [given.case]:
            one_case(name, given.data, folder, tools, rounds=given.rounds, live=given.live)


def one_case(  # noqa: PLR0913  one number of the command line each
    name: str, data: Path, folder: Path, tools: list[str], *, rounds: int | None, live: bool
) -> None:
    extract, copies = CASES[name]
    if not (folder / f"{extract}-vertex.npz").exists():
        about = child("loading.py", "prepare", extract, data, folder)
        (folder / f"{extract}.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    about = json.loads((folder / f"{extract}.json").read_text(encoding="utf-8"))
    print(f"\n## {name}\n")
    for graph in GRAPHS:
        nodes, edges = about[graph]
        print(f"- {graph} graph: {copies * nodes:,} nodes, {copies * edges:,} edges")
    total = copies * sum(about["sites"].values())
    print(
        f"- {total:,} sites in {len(about['sites'])} layers: {about['sites']}"
        + (f" x {copies}" * (copies > 1))
    )
    print(f"- load at the start {os.getloadavg()[0]:.1f}\n", flush=True)
    if copies > 1:
        # the dense answers of scipy already take minutes here; the others would take hours
        tools, rounds = [tool for tool in tools if tool == "scipy"], 1
    if copies == 1:
        reading(extract, data, folder, live=live or extract == "ward")
        snapping(extract, data, folder)
    against_peers(folder / extract, copies, tools, rounds)
    if copies == 1:
        whole_processes(folder / extract, copies)
    elif name == "x4":
        growth(folder / extract)


if __name__ == "__main__":
    main()
