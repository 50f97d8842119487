"""Paging as a property: whatever a portal's pages look like, each row is kept once, or the gap is reported."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap.catalog.portals import Service
from sharemap.errors import QuotaError
from sharemap.sources.asking import Asking, Key, Limits, Reply, Transport
from sharemap.sources.portals.kept import read_part
from sharemap.sources.portals.manifest import Origin
from sharemap.sources.portals.paging import Paging
from sharemap.sources.portals.replies import read_reply
from sharemap.sources.portals.series import Door, national_rows, seoul_rows
from sharemap.sources.portals.store import open_store

KEY = Key("abcdefgh1234", variable="SHAREMAP_SEOUL_KEY")
ORIGIN = Origin(source="s", name_ko="", dataset="", portal="", licence="", credit_ko="", sharemap="0")


class Portal(Transport):
    """Answers without a network: so many rows, at most so many a page, with or without an honest total."""

    def __init__(self, rows, cap, total, stops):
        super().__init__(Limits(attempts=2, first_wait_s=0.0, longest_wait_s=0.0))
        self.rows, self.cap, self.total, self.stops = rows, cap, total, set(stops)
        self.sent = []

    def send(self, request):
        self.sent.append(request.address())
        if len(self.sent) in self.stops:
            return Reply(status=200, body=b'{"RESULT": {"CODE": "INFO-300", "MESSAGE": "limit"}}')
        parts = urlsplit(request.address())
        if parts.path.startswith("/openapi"):
            query = parse_qs(parts.query)
            size = min(int(query["numOfRows"][0]), self.cap)
            first = (int(query["pageNo"][0]) - 1) * size
        else:
            first, last = (int(step) for step in parts.path.split("/")[4:6])
            first, size = first - 1, min(last - first + 1, self.cap)
        page = [{"id": number} for number in range(first, min(first + size, self.rows))]
        if not page:
            return Reply(status=200, body=b'{"RESULT": {"CODE": "INFO-200"}}')
        told = {"honest": self.rows, "page": len(page), "text": str(self.rows)}.get(self.total)
        content = {"RESULT": {"CODE": "INFO-000"}, "row": page}
        if told is not None:
            content["list_total_count"] = told
        return Reply(
            status=200,
            body=json.dumps({("response" if "openapi" in parts.path else "svc"): content}).encode(),
        )


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 60),
    size=st.integers(1, 9),
    cap=st.integers(1, 12),
    total=st.sampled_from(["honest", "text", "page", None]),
    make=st.sampled_from([seoul_rows, national_rows]),
    stops=st.lists(st.integers(1, 12), max_size=3),
)
def test_each_row_is_kept_once_through_any_number_of_interruptions(  # noqa: PLR0917
    rows, size, cap, total, make, stops
):
    if total in {"page", None}:
        cap = max(
            cap, size
        )  # where the portal does not say how many there are, a capped page looks like the end
    portal = Portal(rows, cap, total, stops)
    series = make(Service(portal="x", service="svc"), Door(url="http://x", size=size, key=KEY))
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(os, "fsync"):  # hundreds of small files
        for _ in range(len(stops) + 1):
            with open_store(Path(folder), ORIGIN) as store:
                try:
                    Paging(Asking(portal, read_reply), store).run(series)
                except QuotaError:
                    continue
                part = store.manifest.parts[0]
                kept = read_part(store.folder, part)["id"].astype(int).tolist()
                break
        assert kept == list(range(rows))
        assert part.rows == rows
        assert part.ended
        assert part.promised in {rows, None}
        assert {problem["kind"] for problem in store.manifest.problems} <= {"capped"}
        good = [page.page for page in part.pages]
        assert good == list(range(1, len(good) + 1))
