"""Tables of walks and residents."""

from __future__ import annotations

from sharemap.schema.columns import AGE_BANDS, DONG, GEOMETRY, STOP, Table, flag, integer, number, table, text

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    table(
        "reach",
        text("site_id", "시설번호", "the site the walk begins at"),
        integer("node_id", "교차점", "node reached"),
        number("cost_m", "보행비용_m", "cost of the shortest walk, access leg included, metres"),
    ),
    table(
        "slopes",
        integer("edge_id", "도로구간", "edge", unique=True),
        number("climb_m", "오르막_m", "metres up from node u to v", nullable=True),
        number("descent_m", "내리막_m", "metres down from node u to v", nullable=True),
        number("forward", "정방향배율", "cost of the edge from u to v over flat street; 1 where unknown"),
        number("backward", "역방향배율", "cost from v to u over flat street; 1 where unknown"),
        flag("known", "표고있음", "the elevation raster covers the edge"),
    ),
    table(
        "served",
        text("profile", "보행유형", "key of the walking profile"),
        text("demand_id", "수요점", "demand point"),
        text("layer", "공유서비스", "layer key"),
        number("walk_m", "보행비용_m", "cost of the walk to the nearest site, access legs included"),
        number("walk_min", "보행시간_분", "the same in minutes"),
        integer("sites", "도달시설수", "sites of the layer within the cutoff"),
        text("site_id", "가까운시설번호", "the nearest site"),
        text("site_name", "가까운시설", "its name"),
    ),
    table(
        "demand",
        text("demand_id", "수요점", "demand point", unique=True),
        *DONG,
        text(
            "method",
            "배분방법",
            "'buildings', 'output_areas', 'streets', 'area' (one point where there is nothing else), 'points' or 'grid' (the user's own)",
        ),
        integer("residents", "주민수", "residents placed here"),
        *(integer(band, band.replace("age_", "연령_"), "residents of this age") for band in AGE_BANDS),
        *STOP,
        GEOMETRY,
    ),
)
