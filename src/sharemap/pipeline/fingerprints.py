"""What each stage is made from, in one hash: inputs, parameters and code."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sharemap.pipeline.provenance import inputs_of, versions
from sharemap.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from sharemap.study import Study

__all__ = ["code_version", "digest", "fingerprints"]

_CODE = (".css", ".html", ".js", ".py", ".toml")
_NO_CODE = ("__pycache__", "_sample")
_DIGITS = 16


def fingerprints(study: Study) -> dict[str, str]:
    """Return the hash of everything that decides the result of each stage of a study."""
    files = [(item["role"], item["file"], item["sha256"]) for item in inputs_of(study)]
    found: dict[str, str] = {}
    for name, stage in STAGES.items():
        read = [file for file in files if file[0].partition(":")[0] in stage.files]
        said = [_named(study, path.split(".")) for path in stage.study]
        found[name] = digest([code_version(), read, said, [found[need] for need in stage.needs]])
    return found


def _named(study: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  whatever a study says
    """Return what a study says under a dotted name; of a list, what each of its items says."""
    for at, name in enumerate(path):
        if isinstance(study, tuple):
            return [_named(item, path[at:]) for item in study]
        study = getattr(study, name)
    return study


def digest(facts: Any) -> str:  # noqa: ANN401  whatever JSON holds
    """Return a short hash of facts."""
    content = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]


@cache
def code_version() -> str:
    """Return a hash of the code that makes a result: every source file of sharemap, and the versions of libraries.

    A finer choice, the modules that a stage imports, would keep more, and would be wrong whenever a module is found
    at run time only. A hash that is too coarse costs a minute; one that is too fine keeps what is wrong.
    """
    every = hashlib.sha256(json.dumps(versions()).encode())
    for path, file in sorted(_code_of(resources.files("sharemap"))):
        every.update(f"{path}\0".encode())
        every.update(file.read_bytes())
    return every.hexdigest()[:_DIGITS]


def _code_of(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir() and item.name not in _NO_CODE:
            yield from _code_of(item, f"{path}{item.name}/")
        elif item.name.endswith(_CODE):
            yield f"{path}{item.name}", item
