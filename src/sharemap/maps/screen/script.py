"""The page's script: its modules joined into one inline script.

The modules in ``app/`` are ES modules for whoever reads or lints them. A page that is opened from a file cannot load
modules, and a bundler would be one more thing to install: so the modules are joined here, each after those that it
imports, without their ``import`` lines and the word ``export``, inside one function. For that all names at the top of
modules differ, and every import stands at the top of its file, without renaming; a test holds it.
"""

from __future__ import annotations

import re
from importlib import resources

from sharemap.findings import words

__all__ = ["module_names", "said", "script"]

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_SAID, _BEGUN = re.compile(r"\bsay\.(\w+)"), re.compile(r'\bsay\["(\w+)" \+')
_EXPORT = re.compile(r"^export (?=const |let )", re.MULTILINE)


def script(first: str = "main") -> str:
    """Return the script that begins with a module: everything it imports, then itself."""
    parts = [_EXPORT.sub("", _IMPORT.sub("", _source(name))).strip() for name in module_names(first)]
    return '(() => {\n"use strict";\n' + "\n\n".join(parts) + "\n})();"


def said() -> list[str]:
    """Return the words that the script says: those that it names, and those whose names it begins (``"age_" +``)."""
    joined = script()
    begun = tuple(_BEGUN.findall(joined))
    return sorted({*_SAID.findall(joined), *(key for key in words("ko") if key.startswith(begun))})


def module_names(first: str = "main") -> list[str]:
    """Return a module and all that it imports, each after those that it imports itself."""
    names: list[str] = []
    _collect(first, names, [])
    return names


def _collect(name: str, done: list[str], above: list[str]) -> None:
    if name in above:
        msg = f"modules import each other: {' > '.join([*above, name])}"
        raise RuntimeError(msg)
    for needed in _IMPORT.findall(_source(name)):
        if needed not in done:
            _collect(needed, done, [*above, name])
    done.append(name)


def _source(name: str) -> str:
    return (resources.files("sharemap.maps.screen") / "app" / f"{name}.js").read_text(encoding="utf-8")
