"""Tables of who is served."""

from __future__ import annotations

from sharemap.schema.columns import DONG, GEOMETRY, Table, integer, number, table, text

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    *(
        table(
            f"coverage_{unit}",
            f"coverage_{unit}.csv",
            *keys,
            text("kind", "구분", "'layer', 'group' or 'promise' (all groups of the plan)"),
            text("key", "공유서비스", "layer or group key; 'all_groups' for the promise"),
            text("key_ko", "공유서비스명", "Korean name of the layer or group"),
            text("age_band", "연령", "'all', '0_9', '10_19', '20_39', '40_64' or '65_over'"),
            integer("residents", "주민수", "residents"),
            integer("covered", "도달주민수", "residents within the cutoff of at least one site"),
            integer("uncovered", "미도달주민수", "the other residents"),
            number("share", "도달률", "covered / residents; empty where nobody lives", nullable=True),
            number(
                "median_min",
                "보행시간중앙값_분",
                "median walk to the nearest site of residents within the cutoff",
                nullable=True,
            ),
            number("p95_min", "보행시간95백분위_분", "95th percentile of the same", nullable=True),
            number(
                "mean_sites",
                "도달시설수평균",
                "mean number of sites within the cutoff, over all residents",
                nullable=True,
            ),
        )
        for unit, keys in (("dong", DONG), ("ward", DONG[:2]))
    ),
    table(
        "isochrones",
        "isochrones.gpkg",
        text("layer", "공유서비스", "layer key"),
        text("layer_ko", "공유서비스명", "Korean name of the layer"),
        number("minutes", "분", "minutes of walking"),
        number("cutoff_m", "거리한도_m", "the same in metres"),
        number("area_m2", "면적_m2", "area of the polygon"),
        GEOMETRY,
    ),
)
