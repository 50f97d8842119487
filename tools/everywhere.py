"""Run the sample study under every supported Python, with the newest and the lowest allowed versions, and compare.

``make test-everywhere``. The run of the environment that runs this module is what all others are compared with: its whole
``summary.json``, the ids of the sites, and the villages. The exit code is 1 if one differs, crashes or cannot be resolved.
A Python that is not here, and an environment that cannot be installed because no index answers, is said and no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["differences", "ending", "interpreter", "lowest", "main", "uninstalled"]

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOWEST = "3.11"

_ROOT = Path(__file__).resolve().parents[1]
_PLACE = _ROOT / ".venvs"
_FLOOR = re.compile(r"^([\w.-]+)>=([\w.]+)")
_MOST_SECONDS = 900
_LISTED = 5
_WHEN = "1795910400"  # any moment will do, as long as all runs say the same
#: What pip says when the versions themselves are at fault, and not the way to an index.
_CONFLICT = ("ResolutionImpossible", "conflicting dependencies")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One environment: how it was installed and run, and what came of it."""

    name: str
    verdict: str
    failed: bool = False
    install_s: float = 0.0
    run_s: float = 0.0
    versions: str = ""

    def text(self) -> str:
        return f"{self.name:<16}{self.install_s:>9.0f} s{self.run_s:>8.0f} s  {self.verdict}  {self.versions}".rstrip()


def lowest(pyproject: Path) -> list[str]:
    """Return the lowest allowed version of each direct dependency as constraints of pip."""
    told = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    floors = [_FLOOR.match(one) for one in told]
    if not all(floors):
        msg = f"a dependency without a floor: {[one for one, floor in zip(told, floors, strict=True) if not floor]}"
        raise SystemExit(msg)
    return [f"{floor[1]}=={floor[2]}" for floor in floors if floor]


def interpreter(version: str) -> Path | None:
    """Return an interpreter of a version that starts: on the path, else the newest one of pyenv."""
    named = shutil.which(f"python{version}")
    kept = sorted(_pyenv().glob(f"{version}.*/bin/python"), key=_numbers, reverse=True)
    for path in (*([Path(named)] if named else []), *kept):
        if _answer([str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == version:
            return path
    return None


def _pyenv() -> Path:
    told = _answer(["pyenv", "root"]) if shutil.which("pyenv") else ""
    return Path(told or Path.home() / ".pyenv") / "versions"


def _numbers(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.parents[1].name)]


def _answer(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""


def ending(code: int) -> str:
    """Return how a program ended: a signal by its name."""
    return f"crash: {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def uninstalled(said: str) -> tuple[str, bool]:
    """Return why an environment was not installed, from what pip said, and whether that is a failure."""
    if any(word in said for word in _CONFLICT):
        return "the allowed versions exclude each other", True
    errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines() or [""]
    return f"not run: cannot be installed here ({errors[-1].removeprefix('ERROR:').strip()[:150]})", False


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:  # noqa: ANN401  any JSON
    """Name each value that two JSON documents do not share."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key), theirs.get(key), f"{at}.{key}".lstrip("."))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f"{at}[{number}]")
    elif ours != theirs:
        yield f"{at}: {str(ours)[:60]} here, {str(theirs)[:60]} there"


def _told(folder: Path) -> dict[str, Any]:
    """Return what must be the same everywhere."""
    import geopandas as gpd
    import pandas as pd

    sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", "layer", "name"])
    villages = gpd.read_file(folder / "villages.gpkg", layer="villages", ignore_geometry=True)
    return {
        "summary": json.loads((folder / "summary.json").read_text(encoding="utf-8")),
        "sites": sites.set_index("site_id").sort_index().to_dict("index"),
        "villages": json.loads(villages.to_json(orient="records")),
    }


def _run(python: Path, folder: Path) -> tuple[str, float]:
    """Run the sample; return what went wrong ("" if nothing) and the seconds it took."""
    shutil.rmtree(folder, ignore_errors=True)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SHAREMAP_"))}
    begun = perf_counter()
    try:
        done = subprocess.run(  # noqa: S603
            [str(python), "-X", "faulthandler", "-m", "sharemap", "run", "--out", str(folder)],
            cwd=_PLACE, env=clean | {"SOURCE_DATE_EPOCH": _WHEN}, capture_output=True, check=False,
            text=True, encoding="utf-8", errors="replace", timeout=_MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"does not end within {_MOST_SECONDS} s", perf_counter() - begun
    if done.returncode:
        print(*done.stderr.splitlines()[-30:], sep="\n", file=sys.stderr)
        return ending(done.returncode), perf_counter() - begun
    return "", perf_counter() - begun


def _pip(python: Path, *what: str) -> tuple[int, str]:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stderr


def _installed(name: str, python: Path, wheel: Path) -> tuple[Path, str]:
    """Make an environment with nothing but the package; return its Python and what went wrong."""
    home = _PLACE / name.replace(" ", "-")
    own = home / "bin" / "python"
    shutil.rmtree(home, ignore_errors=True)
    made = subprocess.run(  # noqa: S603
        [str(python), "-m", "venv", str(home)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        return own, made.stdout + made.stderr
    limits = _PLACE / f"{name.replace(' ', '-')}.txt"
    limits.write_text(
        "\n".join(lowest(_ROOT / "pyproject.toml") if "lowest" in name else []), encoding="utf-8"
    )
    code, said = _pip(own, "install", "--prefer-binary", "--constraint", str(limits), str(wheel))
    return own, (said or "pip failed") if code else ""


def _row(name: str, python: Path | None, wheel: Path, expected: Mapping[str, Any]) -> _Row:
    if python is None:
        return _Row(name=name, verdict="not run: no such Python on this machine")
    begun = perf_counter()
    own, trouble = _installed(name, python, wheel)
    install_s = perf_counter() - begun
    if trouble:
        verdict, failed = uninstalled(trouble)
        return _Row(name=name, verdict=verdict, failed=failed, install_s=install_s)
    folder = _PLACE / f"{name.replace(' ', '-')}.result"
    trouble, run_s = _run(own, folder)
    different = [] if trouble else list(differences(expected, _told(folder)))
    if different:
        print(f"{name}:", *different[:_LISTED], sep="\n    ", flush=True)
        parts = Counter(re.split(r"[.\[]", one)[0] for one in different)
        trouble = "DIFFERENT: " + ", ".join(f"{count} in {part}" for part, count in parts.items())
    row = _Row(
        name=name, verdict=trouble or "same", failed=bool(trouble), install_s=install_s, run_s=run_s,
        versions=_versions(own),
    )  # fmt: skip
    if not trouble:  # more than a gigabyte; what failed stays to be looked at
        shutil.rmtree(own.parents[1])
    return row


def _versions(python: Path) -> str:
    names = ("pandas", "pyarrow", "shapely", "momepy", "numpy", "numba")
    told = (
        f"from importlib.metadata import version as v; print(', '.join(f'{{n}} {{v(n)}}' for n in {names}))"
    )
    return _answer([str(python), "-c", told])


def main(chosen: list[str]) -> int:
    """Run some environments by name, all if none is chosen; return the exit code."""
    shutil.rmtree(_PLACE, ignore_errors=True)
    _PLACE.mkdir()
    here = Path(sys.executable)
    code, said = _pip(
        here, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(_PLACE), str(_ROOT)
    )
    if code:
        print(said, "the package cannot be built", file=sys.stderr)
        return 1
    (wheel,) = _PLACE.glob("*.whl")
    trouble, run_s = _run(here, _PLACE / "here")
    if trouble:
        print(f"the run here, with which all are compared: {trouble}", file=sys.stderr)
        return 1
    expected = _told(_PLACE / "here")
    print(f"{'environment':<16}{'install':>11}{'run':>10}  numbers", flush=True)
    print(_Row(name="here", verdict="what the others are compared with", run_s=run_s).text(), flush=True)
    environments = [*((f"{version} newest", version) for version in PYTHONS), (f"{LOWEST} lowest", LOWEST)]
    failed = False
    for name, version in environments:
        if not chosen or name in chosen:
            row = _row(name, interpreter(version), wheel, expected)
            print(row.text(), flush=True)
            failed |= row.failed
    return int(failed)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("environment", nargs="*", help="such as '3.12 newest' or '3.11 lowest'; all if none")
    sys.exit(main(given.parse_args().environment))
