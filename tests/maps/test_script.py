"""The page's script as source: modules that join into one, words that there are, and a linter that has eyes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sharemap.findings import words
from sharemap.maps.screen import script
from sharemap.schema import BROAD_AGES

APP = Path(script.__file__).with_name("app")
MODULES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(APP.glob("*.js"))}
LINTER = shutil.which("oxlint", path=str(Path(sys.executable).parent)) or shutil.which("oxlint")


def test_each_module_stands_once_after_what_it_imports():
    names = script.module_names()
    assert sorted(names) == sorted(MODULES)
    for name, text in MODULES.items():
        imported = re.findall(r'from "\./(\w+)\.js"', text)
        assert all(names.index(one) < names.index(name) for one in imported), name
    joined = script.script()
    assert not re.search(r"^(import|export) ", joined, re.MULTILINE)
    assert joined.count('"use strict"') == 1


def test_modules_can_be_joined_because_their_names_differ_and_their_imports_are_plain():
    defined: dict[str, str] = {}
    for name, text in MODULES.items():
        imports = re.findall(r"^import .*", text, re.MULTILINE)
        assert len(imports) == len(script._IMPORT.findall(text)), name
        assert not re.search(r"^import .* as ", text, re.MULTILINE), name
        tops = re.findall(r"^(?:export )?(?:const|let) (.*?)(?: => .*|;|$)", text, re.MULTILINE)
        own = [one for top in tops for one in names_of(top)]
        assert own, name
        assert [(one, defined[one], name) for one in own if one in defined] == []
        defined |= dict.fromkeys(own, name)
        assert not re.search(r"^(?:export )?(?:function|class|var|async)\b", text, re.MULTILINE), name
    assert {"$", "siteCount", "follows", "marks", "destinations"} <= set(defined)


def names_of(top: str) -> list[str]:
    """The names that a line of `const` or `let` brings: ``a = 1, b = {}`` or ``{ c, d } = D``."""
    if top.startswith("{"):
        return re.findall(r"\w+", top[: top.index("}")])
    return re.findall(
        r"(?:^|, )(\$|\w+)(?= =(?!=)|;|,|$)", re.sub(r"\([^()]*\)|\[[^][]*\]|\"[^\"]*\"", "", top)
    )


def test_modules_are_short_and_say_what_they_are():
    for name, text in MODULES.items():
        lines = text.splitlines()
        assert lines[0].startswith("// "), name
        assert len(lines) <= 250, name
        assert [at for at, line in enumerate(lines, 1) if len(line) > 120] == [], name


def test_modules_in_a_circle_are_refused(monkeypatch):
    sources = {
        "a": 'import { b } from "./b.js";\nexport const a = b;\n',
        "b": 'import { a } from "./a.js";\nexport const b = a;\n',
    }
    monkeypatch.setattr(script, "_source", sources.get)
    with pytest.raises(RuntimeError, match="import each other: a > b > a"):
        script.script("a")


def test_every_word_that_the_script_says_is_one_of_the_maps():
    said = {key for text in MODULES.values() for key in re.findall(r"\bsay\.(\w+)", text)}
    assert len(said) > 100
    known = words("ko")
    assert said - set(known) == set()
    # and those whose names are put together
    assert {f"age_{age}" for age in (*BROAD_AGES, "all")} <= set(script.said())
    assert said <= set(script.said()) < set(known)
    assert not [text for text in MODULES.values() if re.search(r"\bsay\[(?!\"\w+_\" \+)", text)]


# ------------------------------------------------------------------------------------------------- the linter


def lint(folder: Path) -> str:
    if LINTER is None:
        pytest.skip(
            "oxlint is not here: there is no wheel for this machine, or requirements-dev.lock is newer than this environment"
        )
    done = subprocess.run(
        [LINTER, "--format", "unix", str(folder)], check=False, capture_output=True, text=True, cwd=folder
    )
    return done.stdout if done.returncode else ""


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(APP, tmp_path / "app")
    shutil.copy(root / ".oxlintrc.json", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "old", "new", "complaint"),
    [
        ("elements", 'import { none } from "./words.js";\n', "", "'none' is not defined"),
        ("search", "import { fill, joined, whole }", "import { fill, joined, whole, absent }", "absent"),
        ("card", 'import { say } from "./data.js";', 'import { say } from "./data.js";\nimport { makeSearch } from "./search.js";', "cycle"),
        ("gaps", "if (!gapShapes.has(gap))", "if (gapShapes.has(gap) == 0)", "==="),
    ],
    ids=["a name that nobody defines", "an import that nobody exports", "a circle", "a loose comparison"],
)  # fmt: skip
def test_the_linter_sees_what_would_break_the_page(copy, module, old, new, complaint):
    assert lint(copy) == ""
    path = copy / "app" / f"{module}.js"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert complaint in lint(copy)
