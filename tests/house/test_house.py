"""The house as CONTRIBUTING and docs/design.md describe it, held by reading its source."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from itertools import pairwise

import grimp
import networkx as nx
import pytest

MOST_LINES = 400

#: Folders of tests that are no room: what has no room of its own, the house itself, the sample's generator.
TESTS_OF_NO_ROOM = {"ground", "house", "support", "ward"}

#: Rooms that speak to readers: what they say of a share is written by findings.numbers.
SPEAKING = ("findings", "maps", "exports", "pipeline", "cli")

BROAD_AGE = re.compile(r"\b(0_9|10_19|20_39|40_64)\b")


@pytest.fixture(scope="module")
def package(root):
    return root / "src" / "sharemap"


@pytest.fixture(scope="module")
def trees(package):
    """Path inside the package -> its parsed source."""
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }


@pytest.fixture(scope="module")
def imports():
    """Return the graph of all imports, those for types only included."""
    found = grimp.build_graph("sharemap", cache_dir=None)
    graph = nx.DiGraph()
    graph.add_nodes_from(found.modules)
    for module in found.modules:
        graph.add_edges_from((module, other) for other in found.find_modules_directly_imported_by(module))
    return graph


@pytest.fixture(scope="module")
def layers(root):
    """Return the floors of the house, highest first, each as its rooms."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [one for one in told["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return [floor.split(" | ") for floor in contract["layers"]]


def tracked(root):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [name for name in listed if (root / name).is_file()]


def docstrings(tree):
    """Return the constants that document something, by identity."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def texts(tree):
    """Yield the texts of a module that are no docstrings."""
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def top(tree):
    """Yield the statements of a module that run when it is imported, those under an `if` or `try` too."""
    for node in tree.body:
        yield node
        if isinstance(node, ast.If | ast.Try) and "TYPE_CHECKING" not in ast.unparse(node):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.stmt))


def bound(tree):
    """Return the names that importing a module binds."""
    names = set()
    for node in top(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {part.id for one in targets for part in ast.walk(one) if isinstance(part, ast.Name)}
    return names


def exported(tree):
    """Return `__all__`; None for a module without it."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def test_no_circle_of_imports_those_for_types_included(imports):
    circles = [sorted(part) for part in nx.strongly_connected_components(imports) if len(part) > 1]
    assert circles == []


def test_no_file_is_longer_than_a_reader_keeps_in_mind(package):
    lengths = {
        path.relative_to(package).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in package.rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_class_name_means_one_thing(trees):
    homes = defaultdict(set)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(module)
            elif isinstance(node, ast.Assign) and "TypeVar(" in ast.unparse(node.value):
                homes[node.targets[0].id].add("a variable of types")
    assert {name: sorted(where) for name, where in homes.items() if len(where) > 1} == {}


def test_module_names_that_recur_are_explained_and_no_others(imports, root):
    seen = defaultdict(list)
    for module in imports.nodes:
        seen[module.rpartition(".")[2]].append(module)
    recurring = {name: sorted(modules) for name, modules in seen.items() if len(modules) > 1}
    told = (root / "docs" / "design.md").read_text(encoding="utf-8")
    section = told.partition("## Names that recur")[2].partition("\n## ")[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert {name: modules for name, modules in recurring.items() if name not in explained} == {}
    assert sorted(explained - recurring.keys()) == []


def test_the_drawing_of_the_house_is_what_import_linter_holds(root, layers):
    told = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"## The house\n.*?```\n(.*?)```", told, re.DOTALL)
    floors = [floor.split(" | ") for floor in " ".join(drawn.split()).split(" > ")]
    assert floors == [floor for floor in layers if floor != ["__main__"]]


def test_the_design_tells_of_every_room(root, layers):
    told = (root / "docs" / "design.md").read_text(encoding="utf-8")
    table = told.partition("## The rooms")[2].partition("\n## ")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == {room for floor in layers for room in floor} - {"__main__"}


def test_tests_lie_in_folders_named_for_rooms(root, layers):
    rooms = {room for floor in layers for room in floor} | TESTS_OF_NO_ROOM
    folders = {
        path.parent.relative_to(root / "tests").as_posix() for path in (root / "tests").rglob("test_*.py")
    }
    assert folders - rooms == set()


@pytest.mark.parametrize(
    ("name", "home"), [("percent", "findings/numbers.py"), ("words", "findings/words.py")]
)
def test_what_is_said_once_is_defined_once(trees, name, home):
    homes = [
        module
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.strip("_") == name
    ]
    assert homes == [home]


def test_only_numbers_writes_a_share_as_a_percentage(trees):
    found = defaultdict(list)
    for module, tree in trees.items():
        if module == "findings/numbers.py" or module.partition("/")[0] not in SPEAKING:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and _is_percentage(node):
                found[module].append(ast.unparse(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[module] += re.findall(r"%[.\d]*[dfgs] ?%%.*", node.value)
    assert {module: texts for module, texts in found.items() if texts} == {}


def _is_percentage(text):
    """Whether a text in braces says a number with a percent sign after it, or formats it with one."""
    after = any(
        isinstance(value, ast.FormattedValue)
        and isinstance(sign, ast.Constant)
        and re.match(r" ?%", sign.value)
        for value, sign in pairwise(text.values)
    )
    specs = (
        ast.unparse(one.format_spec)
        for one in text.values
        if isinstance(one, ast.FormattedValue) and one.format_spec
    )
    return after or any(re.search(r"%'$", spec) for spec in specs)


def test_the_broad_ages_are_listed_once(trees):
    listed = {
        module: [text for text in texts(tree) if BROAD_AGE.search(text)]
        for module, tree in trees.items()
        if module != "schema/ages.py"
    }
    assert {module: found for module, found in listed.items() if found} == {}
    from sharemap.schema import AGE_BANDS, BROAD_AGES

    assert len(BROAD_AGES) == 5
    assert [band for bands in BROAD_AGES.values() for band in bands] == list(AGE_BANDS)


def test_the_words_are_read_in_one_place(trees):
    assert [
        module for module, tree in trees.items() if any("words.toml" in text for text in texts(tree))
    ] == ["findings/words.py"]


def test_what_a_module_promises_it_has(trees):
    lacking = {
        module: sorted(set(names) - bound(tree))
        for module, tree in trees.items()
        if (names := exported(tree)) is not None
    }
    assert {module: names for module, names in lacking.items() if names} == {}


def test_a_face_exports_what_it_defines_and_what_it_imports_for_others(trees):
    lacking = {}
    for module, tree in trees.items():
        if module.endswith("__init__.py"):
            own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            public = {name for name in own | (bound(tree) - used) if not name.startswith("_")}
            lacking[module] = sorted(public - {"annotations"} - set(exported(tree) or ()))
    assert {module: names for module, names in lacking.items() if names} == {}


def test_the_page_of_tables_is_printed_from_the_schema(root):
    told = subprocess.run(
        [sys.executable, "-c", "from tools.tables import page; print(page(), end='')"],
        cwd=root, env=os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert (root / "docs" / "tables.md").read_text(encoding="utf-8") == told, "make docs"


def test_no_document_outside_the_repository_is_named(root):
    outside = re.compile(r"\bDESIGN\b|\bresearch[/,]|data_sources\.md|\breview_20|\.\./shared(?!/data)")
    named = {}
    for name in tracked(root):
        if name.startswith(("data/", "requirements")):
            continue
        text = (root / name).read_bytes().decode("utf-8", errors="ignore")
        found = [line.strip() for line in text.splitlines() if outside.search(line)]
        if found and name != "tests/house/test_house.py":
            named[name] = found
    assert named == {}
