"""Rules of text: the same whichever engine the tables use."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import pytest

from sharemap.sites.keys import code_key, name_key
from sharemap.sources.boundaries import dong_name_key
from sharemap.sources.coordinates import numbers
from sharemap.sources.matching import cleaned_text
from sharemap.texts import contains, each

STORED = [
    pd.StringDtype("pyarrow", na_value=float("nan")),
    pd.StringDtype("python", na_value=float("nan")),
    object,
]


@pytest.fixture(params=STORED, ids=["arrow", "python", "object"])
def column(request):
    return lambda *values: pd.Series(
        values, dtype=request.param, index=range(7, 7 + len(values)), name="text"
    )


def test_each_distinct_text_is_asked_once_and_its_row_keeps_its_place(column):
    asked = []
    found = each(column("나", "가", None, "나"), lambda text: asked.append(text) or text + "!")
    assert asked == ["나", "가"]
    assert found.index.tolist() == [7, 8, 9, 10]
    assert found.fillna("-").tolist() == ["나!", "가!", "-", "나!"]
    assert found.name == "text"
    assert found.dtype == "str"
    assert each(column(), str.upper).tolist() == []
    assert contains(column(), re.compile("a")).tolist() == []


def test_names_of_any_composition_have_one_key_and_letters_are_letters(column):
    name = "은행나무로216가길 구역"
    names = column(
        name, unicodedata.normalize("NFD", name), "은행나무로\u3000216가길_(구역)", "12. " + name, "※"
    )
    assert name_key(names).tolist() == ["은행나무로216가길구역"] * 4 + ["※"]
    assert code_key(column("00108", " 108.0 ", "ST-10", "１０")).tolist() == ["108", "108", "ST-10", "１０"]
    assert dong_name_key(column(unicodedata.normalize("NFD", "종로1·2가 제3동"))).tolist() == ["종로12가3동"]


def test_cells_are_composed_and_their_blanks_are_one(column):
    cells = column(
        unicodedata.normalize("NFD", "거주자 우선"), "\ufeff거주자\u200b\u3000우선\x85", "N/A", "-", None
    )
    assert cleaned_text(cells).fillna("").tolist() == ["거주자 우선", "거주자 우선", "", "", ""]


def test_numbers_are_read_however_they_are_written(column):
    text = column("37.5", "１,２３４", " 1\u00a0234 ", "1,2,3", "", "inf", None, "없음", "1e3")
    assert numbers(text).fillna(-1).tolist() == [37.5, 1234, 1234, 123, -1, -1, -1, -1, 1000]
    assert numbers(text).index.tolist() == text.index.tolist()
