"""Tables of sites, places and the account of every row."""

from __future__ import annotations

from sharemap.schema.columns import GEOMETRY, IN_DONG, STOP, Table, flag, integer, number, table, text

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    table(
        "sites",
        text("site_id", "시설번호", "stable id of the published service", unique=True),
        text("layer", "공유서비스", "layer key of the catalogue"),
        text("name", "명칭", "name as published"),
        text("address", "주소", "address as published", nullable=True),
        number("capacity", "규모", "bays, racks, rooms or seats, summed over folded rows", nullable=True),
        text(
            "hours",
            "운영시간",
            "opening hours, as published or as '평일 09:00~18:00, 주말 10:00~17:00' (Korean kind of day, then "
            "HH:MM~HH:MM, joined by ', '); those of folded rows joined by '; ', each once",
            nullable=True,
        ),
        text("phone", "전화번호", "telephone as published", nullable=True),
        text("operator", "운영기관", "operator as published", nullable=True),
        text("operator_kind", "운영주체구분", "kind of operator as published", nullable=True),
        text("fee", "이용요금", "free or charged, as published; those of folded rows joined", nullable=True),
        text(
            "kind", "세부유형", "kind of the service as published; those of folded rows joined", nullable=True
        ),
        text(
            "ref_date",
            "기준일자",
            "reference date of the data, as published or as the study states",
            nullable=True,
        ),
        text("source", "자료", "source entry of the catalogue"),
        text(
            "file",
            "파일",
            "file the row came from; with its sheet, as in a.xlsx#중구, when several were read",
        ),
        integer("row", "행", "first row of the file, counted as a spreadsheet shows it"),
        integer("rows", "묶인행수", "rows of the file that became this site"),
        text("coord_fix", "좌표보정", "'' or what was done to the coordinates, such as 'swapped'"),
        text(
            "geocoded_by",
            "좌표변환방법",
            "'' when the coordinates are the published ones; else 'entrance_db', 'same_address', 'vworld' or 'kakao'",
        ),
        text("geocode_confidence", "좌표변환신뢰도", "'' or 'high', 'medium', 'low'"),
        text(
            "geocode_match",
            "좌표변환근거",
            "'' or the address that was matched, or file and row whose coordinates were taken",
        ),
        text("place_id", "장소번호", "place the site stands in"),
        flag(
            "in_area",
            "구역내",
            "stands inside the study area; else in its surroundings within the cutoff",
        ),
        *IN_DONG,
        GEOMETRY,
    ),
    table(
        "places",
        text("place_id", "장소번호", "stable id of the building", unique=True),
        text("name", "장소명", "name of its leading site"),
        text("address", "주소", "address of its leading site", nullable=True),
        text("layers", "공유서비스", "layer keys in the place, joined by ';'"),
        integer("sites", "시설수", "sites in the place"),
        flag("shared_space", "공유공간", "holds at least one site whose layer has the role 'space'"),
        text(
            "evidence",
            "병합근거",
            "why its sites are one place: 'single', 'address', 'distance' or both",
        ),
        flag("in_area", "구역내", "stands inside the study area"),
        *IN_DONG,
        GEOMETRY,
    ),
    table(
        "set_aside",
        text("layer", "공유서비스", "layer key of the catalogue"),
        text("source", "자료", "source entry of the catalogue"),
        text(
            "file",
            "파일",
            "file the row came from; with its sheet, as in a.xlsx#중구, when several were read",
        ),
        integer("row", "행", "row of the file, counted as a spreadsheet shows it"),
        text("name", "명칭", "name as published", nullable=True),
        text("address", "주소", "address as published", nullable=True),
        text("reason", "사유코드", "stable key of the reason"),
        text("reason_ko", "사유", "reason in Korean"),
        text("reason_en", "사유(영문)", "reason in English"),
        text("value", "값", "the value at fault", nullable=True),
    ),
    table(
        "ingest",
        text("layer", "공유서비스", "layer key of the catalogue"),
        text("file", "파일", "file that was read"),
        integer("rows_read", "읽은행수", "rows of the file; equals sites + folded + set_aside"),
        integer("sites", "시설수", "sites that began in this file"),
        integer("geocoded", "좌표변환시설수", "sites among them whose position is geocoded, not published"),
        integer("folded", "묶인행수", "rows folded into a site"),
        integer("set_aside", "제외행수", "rows set aside, each listed in set_aside.csv with its reason"),
        integer("places", "장소수", "places that hold this layer, from all its files"),
    ),
    table(
        "stops",
        text("site_id", "시설번호", "the site", unique=True),
        *STOP,
    ),
)
