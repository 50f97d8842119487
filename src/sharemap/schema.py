"""The tables of sharemap, each described once: columns, types, meanings in Korean and English.

A table is checked where it crosses a floor of the house (:func:`check`), and the data dictionary of an output
folder (:func:`dictionary`) is printed from the same description, so that neither can drift from the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pandas as pd

from sharemap.errors import GeometryError
from sharemap.units import CRS_METRIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandera.pandas as pa

__all__ = ["AGE_BANDS", "TABLES", "Column", "Table", "check", "dictionary"]

Kind = Literal["text", "int", "float", "bool", "geometry"]
Frame = TypeVar("Frame", bound=pd.DataFrame)

#: Registered population comes by 5-year age; these are the demand columns, from ``age_00_04`` to ``age_100``.
AGE_BANDS: tuple[str, ...] = (*(f"age_{low:02d}_{low + 4:02d}" for low in range(0, 100, 5)), "age_100")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, kind and meaning."""

    name: str
    kind: Kind
    ko: str
    en: str
    nullable: bool = False
    unique: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: the file it is written to and its columns."""

    name: str
    file: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]


def _table(name: str, file: str, *columns: Column) -> Table:
    return Table(name=name, file=file, columns=columns)


def _text(name: str, ko: str, en: str, *, nullable: bool = False, unique: bool = False) -> Column:
    return Column(name=name, kind="text", ko=ko, en=en, nullable=nullable, unique=unique)


def _int(name: str, ko: str, en: str, *, nullable: bool = False, unique: bool = False) -> Column:
    return Column(name=name, kind="int", ko=ko, en=en, nullable=nullable, unique=unique)


def _float(name: str, ko: str, en: str, *, nullable: bool = False) -> Column:
    return Column(name=name, kind="float", ko=ko, en=en, nullable=nullable)


def _bool(name: str, ko: str, en: str) -> Column:
    return Column(name=name, kind="bool", ko=ko, en=en)


_GEOMETRY = Column(name="geometry", kind="geometry", ko="위치", en="geometry, EPSG:5179")
_DONG = (
    _text("ward_code", "자치구코드", "official ward code, 5 digits"),
    _text("ward_name", "자치구", "ward name"),
    _text("dong_code", "행정동코드", "official dong code, 10 digits"),
    _text("dong_name", "행정동", "dong name"),
)
_IN_DONG = (
    _text("ward_name", "자치구", "ward it lies in; empty outside the study area", nullable=True),
    _text("dong_code", "행정동코드", "dong it lies in; empty outside the study area", nullable=True),
    _text("dong_name", "행정동", "dong it lies in; empty outside the study area", nullable=True),
)
_STOP = (
    _int("edge_id", "도로구간", "edge the point meets; empty when it meets none", nullable=True),
    _float("offset_m", "구간내거리_m", "metres along the edge from its node u", nullable=True),
    _float("snap_m", "접속거리_m", "straight access leg in metres, counted as walking", nullable=True),
    _text("status", "접속상태", "'ok', or why the point meets no street"),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            _table("area", "area.parquet", *_DONG, _GEOMETRY),
            _table(
                "nodes",
                "network/nodes.parquet",
                _int("node_id", "교차점", "node, numbered from 0 along a space-filling curve", unique=True),
                _int("osm_id", "OSM번호", "id of the node in the source; -1 when it has none"),
                _GEOMETRY,
            ),
            _table(
                "edges",
                "network/edges.parquet",
                _int("edge_id", "도로구간", "edge, numbered from 0", unique=True),
                _int("u", "시작교차점", "node where the geometry begins"),
                _int("v", "끝교차점", "node where the geometry ends"),
                _float("length_m", "길이_m", "length in whole centimetres, written in metres"),
                _float(
                    "cost_m",
                    "보행비용_m",
                    "length weighted by the walking profile; empty when impassable",
                    nullable=True,
                ),
                _text("highway", "도로종류", "OSM class of the street"),
                _text("name", "도로명", "street name", nullable=True),
                _bool("steps", "계단", "the edge is a flight of steps"),
                _bool("tunnel", "터널", "the edge lies in a tunnel"),
                _bool("bridge", "교량", "the edge lies on a bridge"),
                _bool("crossing", "횡단보도", "the edge crosses a carriageway, where the source says so"),
                _int(
                    "component",
                    "연결묶음",
                    "connected component for the profile, 0 is the main one; -1 impassable",
                ),
                _GEOMETRY,
            ),
            _table(
                "barriers",
                "network/barriers.parquet",
                _text("kind", "구분", "'street', 'railway' or 'water'"),
                _text("highway", "도로종류", "OSM class of the street; empty for the others"),
                _text("name", "이름", "name", nullable=True),
                _bool("tunnel", "터널", "lies in a tunnel"),
                _bool("bridge", "교량", "lies on a bridge"),
                _GEOMETRY,
            ),
            _table(
                "sites",
                "sites.parquet",
                _text("site_id", "시설번호", "stable id of the published service", unique=True),
                _text("layer", "공유서비스", "layer key of the catalogue"),
                _text("name", "명칭", "name as published"),
                _text("address", "주소", "address as published", nullable=True),
                _float(
                    "capacity", "규모", "bays, racks, rooms or seats, summed over folded rows", nullable=True
                ),
                _text("hours", "운영시간", "opening hours as published", nullable=True),
                _text("phone", "전화번호", "telephone as published", nullable=True),
                _text("operator", "운영기관", "operator as published", nullable=True),
                _text(
                    "ref_date",
                    "기준일자",
                    "reference date of the data, as published or as the study states",
                    nullable=True,
                ),
                _text("source", "자료", "source entry of the catalogue"),
                _text("file", "파일", "file the row came from"),
                _int("row", "행", "first row of the file, counted as a spreadsheet shows it"),
                _int("rows", "묶인행수", "rows of the file that became this site"),
                _text("coord_fix", "좌표보정", "'' or what was done to the coordinates, such as 'swapped'"),
                _text("place_id", "장소번호", "place the site stands in"),
                _bool(
                    "in_area",
                    "구역내",
                    "stands inside the study area; else in its surroundings within the cutoff",
                ),
                *_IN_DONG,
                _GEOMETRY,
            ),
            _table(
                "places",
                "places.parquet",
                _text("place_id", "장소번호", "stable id of the building", unique=True),
                _text("name", "장소명", "name of its leading site"),
                _text("address", "주소", "address of its leading site", nullable=True),
                _text("layers", "공유서비스", "layer keys in the place, joined by ';'"),
                _int("sites", "시설수", "sites in the place"),
                _bool("shared_space", "공유공간", "holds at least one site whose layer has the role 'space'"),
                _text(
                    "evidence",
                    "병합근거",
                    "why its sites are one place: 'single', 'address', 'distance' or both",
                ),
                _bool("in_area", "구역내", "stands inside the study area"),
                *_IN_DONG,
                _GEOMETRY,
            ),
            _table(
                "set_aside",
                "set_aside.csv",
                _text("layer", "공유서비스", "layer key of the catalogue"),
                _text("source", "자료", "source entry of the catalogue"),
                _text("file", "파일", "file the row came from"),
                _int("row", "행", "row of the file, counted as a spreadsheet shows it"),
                _text("name", "명칭", "name as published", nullable=True),
                _text("address", "주소", "address as published", nullable=True),
                _text("reason", "사유코드", "stable key of the reason"),
                _text("reason_ko", "사유", "reason in Korean"),
                _text("reason_en", "사유(영문)", "reason in English"),
                _text("value", "값", "the value at fault", nullable=True),
            ),
            _table(
                "ingest",
                "ingest.csv",
                _text("layer", "공유서비스", "layer key of the catalogue"),
                _text("file", "파일", "file that was read"),
                _int("rows_read", "읽은행수", "rows of the file; equals sites + folded + set_aside"),
                _int("sites", "시설수", "sites that began in this file"),
                _int("folded", "묶인행수", "rows folded into a site"),
                _int("set_aside", "제외행수", "rows set aside, each listed in set_aside.csv with its reason"),
                _int("places", "장소수", "places that hold this layer, from all its files"),
            ),
            _table(
                "stops",
                "stops.parquet",
                _text("site_id", "시설번호", "the site", unique=True),
                *_STOP,
            ),
            _table(
                "reach",
                "reach.parquet",
                _text("site_id", "시설번호", "the site the walk begins at"),
                _int("node_id", "교차점", "node reached"),
                _float("cost_m", "보행비용_m", "cost of the shortest walk, access leg included, metres"),
            ),
            _table(
                "demand",
                "demand.parquet",
                _text("demand_id", "수요점", "demand point", unique=True),
                *_DONG,
                _text(
                    "method",
                    "배분방법",
                    "'buildings', 'output_areas', 'streets', or 'area' (one point where there is nothing else)",
                ),
                _int("residents", "주민수", "residents placed here"),
                *(_int(band, band.replace("age_", "연령_"), "residents of this age") for band in AGE_BANDS),
                *_STOP,
                _GEOMETRY,
            ),
            *(
                _table(
                    f"coverage_{unit}",
                    f"coverage_{unit}.csv",
                    *keys,
                    _text("kind", "구분", "'layer', 'group' or 'promise' (all groups of the plan)"),
                    _text("key", "공유서비스", "layer or group key; 'all_groups' for the promise"),
                    _text("key_ko", "공유서비스명", "Korean name of the layer or group"),
                    _text("age_band", "연령", "'all', '0_9', '10_19', '20_39', '40_64' or '65_over'"),
                    _int("residents", "주민수", "residents"),
                    _int("covered", "도달주민수", "residents within the cutoff of at least one site"),
                    _int("uncovered", "미도달주민수", "the other residents"),
                    _float("share", "도달률", "covered / residents; empty where nobody lives", nullable=True),
                    _float(
                        "median_min",
                        "보행시간중앙값_분",
                        "median walk to the nearest site of residents within the cutoff",
                        nullable=True,
                    ),
                    _float("p95_min", "보행시간95백분위_분", "95th percentile of the same", nullable=True),
                    _float(
                        "mean_sites",
                        "도달시설수평균",
                        "mean number of sites within the cutoff, over all residents",
                        nullable=True,
                    ),
                )
                for unit, keys in (("dong", _DONG), ("ward", _DONG[:2]))
            ),
            _table(
                "isochrones",
                "isochrones.gpkg",
                _text("layer", "공유서비스", "layer key"),
                _text("layer_ko", "공유서비스명", "Korean name of the layer"),
                _float("minutes", "분", "minutes of walking"),
                _float("cutoff_m", "거리한도_m", "the same in metres"),
                _float("area_m2", "면적_m2", "area of the polygon"),
                _GEOMETRY,
            ),
            _table(
                "blocks",
                "blocks.gpkg",
                _text("block_id", "블록번호", "stable id: same streets, same id", unique=True),
                _text("kind", "구분", "'block', 'street_space' (slivers between carriageways) or 'water'"),
                _text("dong_code", "행정동코드", "dong that holds most of it", nullable=True),
                _text("dong_name", "행정동", "dong that holds most of it", nullable=True),
                _float("area_m2", "면적_m2", "area"),
                _int("residents", "주민수", "residents placed in it"),
                _text("streets", "접한도로", "names of the streets around it, longest first, joined by ';'"),
                _GEOMETRY,
            ),
            _table(
                "villages",
                "villages.gpkg",
                _text("village_id", "후보번호", "stable id from its places", unique=True),
                _int("rank", "순위", "1 is first", unique=True),
                _text("name", "후보지명", "dong and leading place"),
                _text("ward_name", "자치구", "ward", nullable=True),
                _text("dong_code", "행정동코드", "dong of most of its places", nullable=True),
                _text("dong_name", "행정동", "dong of most of its places", nullable=True),
                _int("places", "공유공간수", "shared spaces in the village"),
                _int("services", "서비스종류수", "kinds of service in its places"),
                _text("layers", "공유서비스", "layer keys in its places, joined by ';'"),
                _float("longest_walk_m", "최장보행_m", "longest walk between two of its places"),
                _float("mean_walk_m", "평균보행_m", "mean walk between its places"),
                _float("loop_m", "일상동선_m", "shortest closed walk through all its places"),
                _int("residents_5min", "주민수_5분", "residents within 5 minutes of any of its places"),
                _int("residents_10min", "주민수_10분", "the same within 10 minutes"),
                _int("residents_15min", "주민수_15분", "the same within 15 minutes"),
                _int(
                    "residents_65_over_15min", "65세이상_15분", "residents of 65 and over within 15 minutes"
                ),
                _int(
                    "support_sites",
                    "지원시설수",
                    "sites of support layers within 5 minutes of any of its places",
                ),
                _int(
                    "neighbours",
                    "이웃장소수",
                    "shared spaces left over from overlapping sets, listed as neighbours",
                ),
                _text("place_ids", "장소번호", "its places, joined by ';'"),
                _text("block_ids", "블록번호", "blocks its places stand on or face, joined by ';'"),
                _text("sentence_ko", "설명", "why it ranks where it does, in one Korean sentence"),
                _GEOMETRY,
            ),
            _table(
                "village_places",
                "villages.gpkg",
                _text("village_id", "후보번호", "the village"),
                _text("place_id", "장소번호", "the place"),
                _text("role", "역할", "'member', or 'neighbour' when left over from an overlapping set"),
                _text("name", "장소명", "name of the place"),
                _text("address", "주소", "address of the place", nullable=True),
                _text("layers", "공유서비스", "layer keys in the place, joined by ';'"),
                _int("loop_order", "동선순서", "position on the everyday loop from 1; 0 for neighbours"),
                _GEOMETRY,
            ),
            _table(
                "village_walks",
                "villages.gpkg",
                _text("village_id", "후보번호", "the village"),
                _text("place_a", "장소1", "one place"),
                _text("place_b", "장소2", "the other place"),
                _float("walk_m", "보행거리_m", "cost of the shortest walk, access legs included"),
                _float("walk_min", "보행시간_분", "the same in minutes"),
            ),
            _table(
                "one_short",
                "villages.gpkg",
                _int("rank", "순위", "1 is first", unique=True),
                _text("place_a", "장소1", "one shared space"),
                _text("name_a", "장소명1", "its name"),
                _text("place_b", "장소2", "the other shared space"),
                _text("name_b", "장소명2", "its name"),
                _text("dong_name", "행정동", "dong of the block", nullable=True),
                _float("walk_m", "보행거리_m", "walk between the two"),
                _text("block_id", "제안블록", "block where a third space should stand", nullable=True),
                _int("residents_15min", "주민수_15분", "residents within 15 minutes of either"),
                _GEOMETRY,
            ),
        )
    }
)


def check(frame: Frame, table: str) -> Frame:
    """Return `frame` with the columns of a table, in their order and types, after checking it.

    Parameters
    ----------
    frame
        A table with at least the columns that :data:`TABLES` describes; others are dropped.
    table
        Key of :data:`TABLES`.

    Returns
    -------
    The same rows and index, never a view that writes back.

    Raises
    ------
    GeometryError
        If a column is missing, has the wrong type or an empty value, an id is repeated, or the CRS is not
        EPSG:5179. All faults are named at once.

    Examples
    --------
    >>> check(pd.DataFrame({"site_id": ["a"], "node_id": [1], "cost_m": [2.5]}), "reach").shape
    (1, 3)
    """
    import pandera.errors

    description = TABLES[table]
    missing = [name for name in description.names if name not in frame.columns]
    if missing:
        msg = f"the table '{table}' lacks columns"
        raise GeometryError(msg, value=missing, remedy=f"it has {list(frame.columns)}")
    _check_crs(frame, description)
    chosen = frame.loc[:, description.names]
    try:
        return _as_text(_pandera(description).validate(chosen, lazy=True), description)
    except pandera.errors.SchemaErrors as error:
        cases = (
            error.failure_cases.loc[:, ["column", "check", "failure_case"]]
            .astype(str)
            .drop_duplicates()
            .head(5)
        )
        listed = "; ".join(" ".join(map(str, row)) for row in cases.itertuples(index=False))
        msg = f"the table '{table}' is not as described ({listed})"
        raise GeometryError(msg, remedy=f"see sharemap.schema.TABLES['{table}']") from error


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: one row for each column of each table.

    Examples
    --------
    >>> dictionary().query("table == 'stops' and column == 'snap_m'")["meaning_ko"].item()
    '접속거리_m'
    """
    return pd.DataFrame(
        [
            (table.name, table.file, column.name, column.kind, column.ko, column.en)
            for table in TABLES.values()
            for column in table.columns
        ],
        columns=["table", "file", "column", "type", "meaning_ko", "meaning_en"],
    )


def _as_text(frame: Frame, description: Table) -> Frame:
    """Give all text columns the one type that files are read back with."""
    text = [
        column.name
        for column in description.columns
        if column.kind == "text"
        and not isinstance(frame[column.name].dtype, pd.StringDtype | pd.CategoricalDtype)
    ]
    return frame.astype(dict.fromkeys(text, "str"))


def _check_crs(frame: pd.DataFrame, description: Table) -> None:
    if not any(column.kind == "geometry" for column in description.columns):
        return
    crs = getattr(frame, "crs", None)
    if crs is None or crs.to_epsg() != int(CRS_METRIC.removeprefix("EPSG:")):
        msg = f"the table '{description.name}' must be in {CRS_METRIC}"
        raise GeometryError(msg, value=str(crs), remedy=f"set its CRS, then .to_crs('{CRS_METRIC}')")


def _pandera(description: Table) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema({column.name: _pandera_column(column) for column in description.columns})


def _pandera_column(column: Column) -> Any:  # noqa: ANN401  pandera is untyped here
    import pandera.pandas as pa

    checks = {
        "text": pa.Check(_is_text, error="not text"),
        "int": pa.Check(pd.api.types.is_integer_dtype, error="not whole numbers"),
        "float": pa.Check(pd.api.types.is_float_dtype, error="not numbers"),
        "bool": pa.Check(pd.api.types.is_bool_dtype, error="not true/false"),
        "geometry": pa.Check(lambda series: bool((~series.is_empty).all()), error="empty geometry"),
    }
    return pa.Column(None, checks[column.kind], nullable=column.nullable, unique=column.unique)


def _is_text(series: pd.Series[Any]) -> bool:
    if isinstance(series.dtype, pd.StringDtype):
        return True
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = pd.Series(series.cat.categories)
    return bool(series.dropna().map(lambda value: isinstance(value, str)).all())
