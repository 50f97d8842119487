"""words.toml is the one place of terms: each is said somewhere, each that is said is there, none stands twice."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from string import Formatter

import pytest

from sharemap.errors import StudyError
from sharemap.findings import LANGUAGES, words
from sharemap.schema import TABLES

#: Terms whose Korean stands for several Englishes: number or case that Korean does not tell apart, a head of a narrow
#: column, or a part of a sentence beside a head.
SEVERAL_ENGLISHES = (
    {"sites_n", "kind_site"},
    {"places", "role_space", "places_short"},
    {"services", "part_services"},
    {"block_card", "kind_block"},
    {"kind_place", "site_places"},
    {"kind_village", "village"},
    {"residents_15", "part_residents_15min"},
    {"kinds", "amount_kinds"},
    {"gap_share_head", "unit_share"},
    {"evidence_unknown", "not_told"},
)


@pytest.fixture(scope="module")
def package(root):
    return root / "src" / "sharemap"


@pytest.fixture(scope="module")
def terms(package):
    return tomllib.loads((package / "findings" / "words.toml").read_text(encoding="utf-8"))


def names(text):
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def test_each_term_has_korean_and_an_english_with_the_same_blanks(terms):
    for key, term in terms.items():
        assert all(text.strip() for text in term.values()), key
        if key.startswith("warn_"):  # their English is the line of the log
            assert set(term) == {"ko"}, key
            continue
        assert set(term) == set(LANGUAGES), key
        assert names(term["ko"]) == names(term["en"]), key
        assert not re.search("[가-힣]", term["en"]), key


def test_what_is_said_in_korean_in_a_table_is_said_there_in_english_too():
    """Names and sentences that we make; what input is called stays as it is called there."""
    told = {
        (table.name, column.name.removesuffix("_ko")): {other.name for other in table.columns}
        for table in TABLES.values()
        for column in table.columns
        if column.said and column.name.endswith("_ko")
    }
    assert len(told) > 20
    lacking = [(table, name) for (table, name), columns in told.items() if f"{name}_en" not in columns]
    # the key itself is an English word
    assert set(lacking) <= {("to_check", "answer"), ("evidence", "status")}


def test_no_text_stands_twice(terms):
    twice = Counter((term["ko"], term.get("en")) for term in terms.values())
    assert [pair for pair, times in twice.items() if times > 1] == []


def test_several_englishes_for_one_korean_are_meant(terms):
    korean: dict[str, set[str]] = {}
    for key, term in terms.items():
        korean.setdefault(term["ko"], set()).add(key)
    several = [keys for keys in korean.values() if len(keys) > 1]
    assert [keys for keys in several if keys not in SEVERAL_ENGLISHES] == []
    assert [keys for keys in SEVERAL_ENGLISHES if keys not in several] == []


def said(package):
    """Literal texts of the package's code and page, and the patterns of its formatted ones."""
    texts, patterns = set(), set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+"
                    for part in node.values
                ]
                if any(part != r"\w+" for part in parts):
                    patterns.add("".join(parts))
    for file in (package / "maps").rglob("*"):
        if file.suffix in {".js", ".html"}:
            text = file.read_text(encoding="utf-8")
            texts |= set(re.findall(r"\b\w+\b", text))
            patterns |= {f"{part}\\w+" for part in re.findall(r"[\"'`](\w+_)[\"'`$]", text)}
    return texts, [re.compile(pattern) for pattern in patterns if re.fullmatch(r"[\w\\+]+", pattern)]


def test_every_term_is_said_somewhere(terms, package):
    texts, patterns = said(package)
    silent = [key for key in terms if key not in texts and not any(one.fullmatch(key) for one in patterns)]
    assert silent == []


def test_every_term_that_is_said_is_there(terms, package):
    missing = {}
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)):
                continue
            owner = (
                node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            )
            if owner == "say" and node.slice.value not in terms:
                missing.setdefault(str(file.name), []).append(node.slice.value)
    assert missing == {}


def test_another_language_is_refused():
    with pytest.raises(StudyError, match="use ko or en"):
        words("fr")
