"""Tables of walks and residents."""

from __future__ import annotations

from sharemap.schema.columns import AGE_BANDS, DONG, GEOMETRY, STOP, Table, integer, number, table, text

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    table(
        "reach",
        "reach.parquet",
        text("site_id", "시설번호", "the site the walk begins at"),
        integer("node_id", "교차점", "node reached"),
        number("cost_m", "보행비용_m", "cost of the shortest walk, access leg included, metres"),
    ),
    table(
        "demand",
        "demand.parquet",
        text("demand_id", "수요점", "demand point", unique=True),
        *DONG,
        text(
            "method",
            "배분방법",
            "'buildings', 'output_areas', 'streets', or 'area' (one point where there is nothing else)",
        ),
        integer("residents", "주민수", "residents placed here"),
        *(integer(band, band.replace("age_", "연령_"), "residents of this age") for band in AGE_BANDS),
        *STOP,
        GEOMETRY,
    ),
)
