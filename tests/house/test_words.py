"""What readers are told is said by `findings`, from its words; elsewhere a function holds no Korean sentence."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

_HANGUL = "가-힣"
_A_WORD = rf"[^\s]*[{_HANGUL}][^\s]*"
# two words with Hangul beside each other, a value of an f-string between them or not; or one that ends a sentence
_SENTENCE = re.compile(rf"{_A_WORD}\s+(?:\S*{{}}\S*\s+)*{_A_WORD}|[{_HANGUL}]{{2}}[.?!](?:\s|$)")

# Rooms whose Korean is not said to readers of a run, each with the reason.
_OTHERS = {
    "findings": "says it",
    "sample": "writes the files of a ward that does not exist, as an office would",
}

# Literals that look like a sentence and are none: file, beginning, reason.
_CACHED = "why an answer of a geocoder was refused, as its cache keeps it: in both languages at once"
_NO_SENTENCE: tuple[tuple[str, str, str], ...] = (
    ("sources/geocoding/bounds.py", "서울 밖 outside Seoul", _CACHED),
    ("sources/geocoding/online.py", "좌표 없음 no position", _CACHED),
    ("sources/geocoding/online.py", "건물·지번 수준이 아님 no building", _CACHED),
    ("sources/geocoding/online.py", "다른 ", _CACHED),
    ("sources/population.py", "it needs ", "an English remedy that quotes the headers of Korean files"),
)

# Functions that still say something themselves; it only gets shorter. How many literals of each file.
_LEFT: dict[str, int] = {
    "catalog/templates.py": 2,
}


def literals(tree):
    """Every string inside a function, f-strings whole with ``{}`` for their values; no docstrings, no remedies."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    silent, found = set(), {}
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            silent.add(id(body[0].value))
        # a remedy is English, quoting what stands in a Korean file
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            silent |= {id(part) for part in ast.walk(node.value)}
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
    for function in functions:
        for node in ast.walk(function):
            if id(node) in silent:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
                found[id(node)] = (node.lineno, "".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found[id(node)] = (node.lineno, node.value)
    return sorted(found.values())


def sentences(source):
    return [(line, text) for line, text in literals(ast.parse(source)) if _SENTENCE.search(text)]


@pytest.mark.parametrize(
    "text",
    ["후보지가 없습니다.", "변화 없음", "주민 {n}명", "공유공간 {n}곳의 후보지", "{n}곳 더해짐", "없습니다."],
)
def test_a_korean_sentence_is_seen(text):
    assert sentences(f'def f(n):\n    return f"{text}"')
    assert not sentences(f'def f():\n    """{text}"""')
    assert not sentences(f'TEXT = "{text}"')


@pytest.mark.parametrize(
    "text", ["행정구역", "동별(2)", r"제(?=\\d)", "a map of dongs (행정동) with", "{n}동"]
)
def test_a_header_of_a_file_and_a_pattern_are_none(text):
    assert not sentences(f'def f(n):\n    return f"{text}"')


def test_no_function_outside_findings_holds_a_korean_sentence(root):
    package = root / "src" / "sharemap"
    excused = {(file, start) for file, start, _ in _NO_SENTENCE}
    found, shown = Counter(), []
    for path in sorted(package.rglob("*.py")):
        file = path.relative_to(package).as_posix()
        if file.split("/")[0] in _OTHERS:
            continue
        for line, text in sentences(path.read_text(encoding="utf-8")):
            if any(file == of and text.startswith(start) for of, start in excused):
                continue
            found[file] += 1
            shown.append(f"{file}:{line} {text!r}")
    more = [file for file, count in found.items() if count > _LEFT.get(file, 0)]
    assert not more, "make a term of findings/words.toml of:\n" + "\n".join(
        line for line in shown if line.split(":")[0] in more
    )
    done = sorted(set(_LEFT) - set(found))
    assert not done, f"take off the list, nothing is left in them: {done}"
