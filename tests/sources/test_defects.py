"""Random defects of published files: whatever comes, rows read = sites + folded + set aside."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharemap import sites
from sharemap.sources.around import Around
from sharemap.sources.sites import read_sites
from two_dongs import AREA, SITES, add_up, damaged

ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "cp949", "utf-16"])
MARKS = st.sampled_from([",", "\t", ";", "|"])


NO_SITES = ("header", "total", "note")


def published(rows, *, columns, depth, blanks, delimiter, encoding, below):
    """Return a file with titles above its rows, blank rows between them, and rows that are no sites below."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for number in range(depth):
        writer.writerow([f"현황표 {number}", *[""] * (len(columns) - 1)])
    writer.writerow(columns)
    for number, row in enumerate(rows):
        if number in blanks:
            writer.writerow([""] * len(columns))
        writer.writerow([row[name] for name in columns])
    said = {
        "header": {name: name for name in columns},
        "total": {"명칭": "합 계"},
        "note": {"명칭": "※ 잠정"},
    }
    for kind in below:
        writer.writerow([said[kind].get(name, "") for name in columns])
    return text.getvalue().encode(encoding)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    SITES,
    ENCODINGS,
    MARKS,
    st.integers(0, 4),
    st.sets(st.integers(0, 20)),
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(NO_SITES)),
)
def test_every_row_is_accounted_for(  # noqa: PLR0917  hypothesis fills them in
    tmp_path, entries, encoding, delimiter, depth, blanks, shuffler, below
):
    rows = [one for entry in entries for one in damaged(*entry)]
    columns = list(rows[0])
    shuffler.shuffle(columns)
    path = tmp_path / "a.csv"
    shape = {"columns": columns, "depth": depth, "blanks": blanks, "delimiter": delimiter, "below": below}
    path.write_bytes(published(rows, **shape, encoding=encoding))
    read = read_sites(path, layer="library")
    assert read.encoding == encoding
    assert read.rows_read == len(rows) + len(below)
    assert (read.frame["reason"].tail(len(below)) == "not_a_site").all()
    assert np.diff(read.frame["row"]).min(initial=1) >= 1
    assert read.frame["row"].iloc[0] == depth + 2 + (0 in blanks)
    tables = add_up(sites.build([read], AREA, surroundings_m=500.0))
    listed = set(tables.set_aside["row"])
    assert len(listed) == len(tables.set_aside)
    assert listed <= set(read.frame["row"])
    assert not listed & set(tables.sites["row"])
    sifted = add_up(
        sites.build([read_sites(path, layer="library", near=Around(AREA, 500.0))], AREA, surroundings_m=500.0)
    )
    assert sifted.counts["rows_read"].item() == len(rows) + len(below)
    assert sifted.set_aside["row"].is_monotonic_increasing
    assert set(sifted.set_aside["row"]) >= listed - set(read.frame.loc[read.frame["reason"] == "", "row"])
