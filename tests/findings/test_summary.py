"""``summary.json`` is one type: written, described and read back by it."""

from __future__ import annotations

import json

import pytest

from sharemap.errors import InputError
from sharemap.findings import FORMAT, Summary, summary_schema


@pytest.fixture(scope="module")
def written(sample_run):
    return json.loads((sample_run / "summary.json").read_text(encoding="utf-8"))


def test_what_is_written_is_read_back_equal(written):
    read = Summary.from_json(written)
    assert read.to_json() == written
    assert read.format == FORMAT
    assert read.layers[0].sites >= read.layers[0].sites_in_area
    assert read.rows.rows_read == read.rows.sites + read.rows.folded + read.rows.set_aside


def test_the_schema_is_published_beside_it_and_describes_every_key(sample_run, written):
    schema = json.loads((sample_run / "summary.schema.json").read_text(encoding="utf-8"))
    assert schema == summary_schema()
    assert set(schema["properties"]) == set(written) == set(schema["required"])


def test_a_summary_of_another_format_is_refused_with_what_to_do(written):
    older = {key: value for key, value in written.items() if key != "format"}
    for content in (older, {**written, "format": FORMAT + 1}):
        with pytest.raises(InputError, match="anew with `sharemap run`"):
            Summary.from_json(content, file="summary.json")


def test_a_summary_that_is_not_as_described_names_the_key(written):
    with pytest.raises(InputError, match=r"rows\.sites"):
        Summary.from_json({**written, "rows": {**written["rows"], "sites": "many"}}, file="summary.json")
