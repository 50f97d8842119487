"""Opening hours of rows that fold into one site: each once, none lost, in one text format."""

from __future__ import annotations

import pandas as pd

from sharemap import sites
from sharemap.sources.sites import read_sites
from two_dongs import AREA, row

COLUMNS = ("평일운영시작시각", "평일운영종료시각", "주말운영시작시각", "주말운영종료시각")


def test_different_hours_of_rooms_are_all_kept_once(tmp_path):
    rooms = [
        ("0900", "1800", "", ""),
        ("09:00", "18:00", "", ""),
        ("10:00", "21:00", "10:00", "17:00"),
        ("", "", "", ""),
    ]
    records = [
        row("가온동 주민센터", 100, 100, address="중구 을지로 1") | dict(zip(COLUMNS, hours, strict=True))
        for hours in rooms
    ]
    frame = pd.DataFrame(records).rename(columns={"명칭": "개방장소명", "주소": "소재지도로명주소"})
    frame["개방시설명"] = [f"회의실 {i}" for i in range(len(rooms))]
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False)
    built = sites.build([read_sites(path, layer="open_facility")], AREA, surroundings_m=500.0).sites
    assert built["rows"].tolist() == [4]
    assert built["hours"].tolist() == ["평일 09:00~18:00; 평일 10:00~21:00, 주말 10:00~17:00"]
