"""Answers of officers: written out, filled in as a spreadsheet does, read back and obeyed."""

from __future__ import annotations

import io
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from sharemap import catalog, evidence, exports
from sharemap.errors import StudyError
from sharemap.findings import Run
from sharemap.findings import evidence as in_words
from sharemap.schema import check
from sharemap.sources.answers import no_answers, read_answers

IDS = {
    "none": "complete:no_data:layer_ward:library:11680",
    "pair": "identity:two_buildings:pair:P-1:P-2",
    "site": "position:contradicted:site:S-1",
    "list": "complete:plan_none:layer:library",
}


def stated(**more):
    """Statements with the ids above, as a run makes them."""
    common = {"dimension": "complete", "status": "unknown", "layer": "library", "value": 1.0}
    made = [
        evidence.Statement(
            about="layer_ward", about_id="library:11680", case="no_data", ward_name="강남구", **common
        ),
        evidence.Statement(
            about="pair", about_id="P-1:P-2", case="two_buildings", **{**common, "dimension": "identity"}
        ),
        evidence.Statement(
            about="site", about_id="S-1", case="contradicted", **{**common, "dimension": "position"}
        ),
        evidence.Statement(about="layer", about_id="library", case="plan_none", **common),
    ]
    return evidence.statements(made).assign(**more)


def told(answers):
    return in_words.worded(evidence.answered(stated(checked_on="2026-11-29"), answers), catalog.load())


def workbook(answers, lang="ko"):
    headline = SimpleNamespace(
        title="강남구 <b>", generated="2026-11-29"
    )  # all that the workbook prints of it
    run = Run({"evidence": told(answers), "evidence_answers": answers}, headline, lang)
    return openpyxl.load_workbook(io.BytesIO(exports.answers_workbook(run)))


def filled(path, given, *, lang="ko", book=None):
    """Fill in a workbook: id -> its cells by key of the form."""
    form = catalog.answer_form()
    book = book or workbook(no_answers(), lang)
    sheet = book.active
    column = {cell.value: cell.column for cell in sheet[3]}
    rows = {
        sheet.cell(at, column[form.header("evidence_id", lang)]).value: at
        for at in range(4, sheet.max_row + 1)
    }
    for about, cells in given.items():
        for key, value in cells.items():
            sheet.cell(rows[about], column[form.header(key, lang)]).value = value
    book.save(path)
    return read_answers(path)


@pytest.mark.parametrize(("lang", "yes", "no"), [("ko", "맞음", "아님"), ("en", "true", "not true")])
def test_what_is_filled_in_is_read_back(tmp_path, lang, yes, no):
    given = {
        IDS["none"]: {"answer": yes, "who": "김주무", "date": "2026-11-29", "note": "+1 확인"},
        IDS["site"]: {"answer": no, "lon": 126.977, "lat": 37.566},
    }
    answers = filled(tmp_path / "a.xlsx", given, lang=lang).set_index("evidence_id")
    assert answers["answer"].to_dict() == {IDS["none"]: "yes", IDS["site"]: "no"}
    assert answers.loc[IDS["none"], ["who", "date", "note"]].tolist() == ["김주무", "2026-11-29", "+1 확인"]
    assert answers.loc[IDS["site"], ["lon", "lat"]].tolist() == [126.977, 37.566]
    assert answers.loc[IDS["site"], ["who", "date", "note"]].isna().all()


def test_a_choice_of_answers_stands_in_each_row_and_nothing_is_a_formula():
    sheet = workbook(no_answers()).active
    (check_,) = sheet.data_validations.dataValidation
    assert check_.formula1 == '"맞음,아님,모름"'
    assert str(check_.sqref) == "E4:E7"
    assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_answers_are_obeyed_as_if_the_study_said_them(tmp_path):
    given = {
        IDS["none"]: {"answer": "맞음"},
        IDS["pair"]: {"answer": "아님", "who": "이주무"},
        IDS["site"]: {"answer": "아님", "lon": 127.0, "lat": 37.5},
        IDS["list"]: {"answer": "모름"},
    }
    answers = filled(tmp_path / "a.xlsx", given)
    assert evidence.none_there(answers) == {("library", "11680")}
    said = {one.answer: one for one in evidence.confirmed_by(answers)}
    assert said.keys() == {"same", "position"}
    assert (said["same"].pair, said["same"].who) == (("P-1", "P-2"), "이주무")
    assert (said["position"].site, said["position"].lon, said["position"].lat) == ("S-1", 127.0, 37.5)
    different = answers.assign(answer="yes")
    assert [one.answer for one in evidence.confirmed_by(different)] == ["different"]
    assert evidence.confirmed_by(answers.assign(answer="unknown")) == ()
    assert evidence.none_there(answers.assign(answer="no")) == frozenset()


def test_statements_say_who_has_looked_and_what_is_settled_is_no_longer_asked(tmp_path):
    given = {
        IDS["none"]: {"answer": "맞음", "who": "김주무", "date": "2026-11-29"},
        IDS["site"]: {"answer": "아님"},
        IDS["list"]: {"answer": "모름", "who": "박주무"},
    }
    rows = told(filled(tmp_path / "a.xlsx", given)).set_index("evidence_id")
    assert rows["status_ko"].to_dict() == {
        IDS["none"]: "확인",
        IDS["site"]: "의심",
        IDS["list"]: "미상",
        IDS["pair"]: "미상",
    }
    assert rows["open"].to_dict() == {
        IDS["none"]: False,
        IDS["site"]: False,
        IDS["list"]: True,
        IDS["pair"]: True,
    }
    assert rows.loc[IDS["none"], ["answered_by", "answered_on"]].tolist() == ["김주무", "2026-11-29"]
    assert rows.loc[IDS["list"], "answered_by"] == "박주무"
    assert rows.loc[IDS["pair"], ["answer", "answered_by"]].isna().all()


def test_a_later_workbook_keeps_what_was_answered_and_what_is_asked_no_more(tmp_path):
    first = filled(
        tmp_path / "a.xlsx",
        {IDS["none"]: {"answer": "맞음", "who": "김주무"}, IDS["pair"]: {"answer": "아님"}},
    )
    gone = pd.concat(
        [first, first.tail(1).assign(evidence_id="identity:two_buildings:pair:P-8:P-9")], ignore_index=True
    )
    book = workbook(check(gone, "evidence_answers"))
    again = filled(tmp_path / "b.xlsx", {IDS["list"]: {"answer": "모름"}}, book=book).set_index("evidence_id")
    before = gone.set_index("evidence_id")
    assert set(again.index) == {*before.index, IDS["list"]}
    assert again.loc[before.index, "answer"].tolist() == before["answer"].tolist()
    assert again.loc[IDS["none"], "who"] == "김주무"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"answer": "아마도"}, r"row 4.*cannot be chosen.*아마도.*맞음, 아님, 모름"),
        (
            {"answer": "아님", "lon": "서쪽", "lat": 37.5},
            r"row 4, column lon: a position that is none: '서쪽'",
        ),
        ({"answer": "아님", "lon": 126.9}, r"a position that is none"),
        ({"answer": "아님", "lon": 126.9, "lat": 97.0}, r"column lat: a position that is none: '97"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_its_row(tmp_path, cells, said):
    book = workbook(no_answers())
    first = book.active.cell(4, 1).value
    with pytest.raises(StudyError, match=said):
        filled(tmp_path / "a.xlsx", {first: cells}, book=book)


def test_another_file_and_a_question_answered_in_two_ways_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("명칭,주소\n가,나\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"a\.csv"):
        read_answers(path)
    path.write_text("evidence_id,answer,who\na:b,맞음,김\na:b,아님,이\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"row 3: a question is answered in two ways: 'a:b'"):
        read_answers(path)
    path.write_text("evidence_id,answer,who\na:b,맞음,김\na:b,맞음,이\n", encoding="utf-8")
    assert read_answers(path)["who"].tolist() == ["김"]


def test_a_ward_that_is_said_to_have_none_is_a_true_zero():
    rows = pd.DataFrame([
        {"layer": layer, "ward_code": "11680", "ward_name": "강남구", "status": status, "rows": 0, "rows_elsewhere": 5,
         "waiting": 0, "sites": 0, "silent_files": None, "oldest": None, "newest": None, "host": None, "hosts": None,
         "plan_count": None, "plan_year": None, "plan_found": None}
        for layer, status in (("library", "no_data"), ("toy_library", "no_data"), ("bookshop", "listed"))
    ]).astype({"plan_count": "float64", "plan_found": "float64", "hosts": "Int64", "plan_year": "Int64"})  # fmt: skip
    known = evidence.with_known_none(rows, {("library", "11680"), ("bookshop", "11680")})
    assert known["status"].tolist() == ["none", "no_data", "listed"]
    assert "none" not in evidence.UNKNOWN
