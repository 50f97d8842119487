"""Tables of who is served."""

from __future__ import annotations

from sharemap.schema.columns import (
    BROAD_AGES,
    DONG,
    GEOMETRY,
    Column,
    Table,
    integer,
    number,
    said,
    table,
    text,
)

__all__ = ["TABLES"]

_PROFILE = (
    text("profile", "보행유형", "key of the walking profile"),
    text("profile_ko", "보행유형명", "Korean name of the walking profile"),
)
_SERVICE = (
    text("kind", "구분", "'layer', 'group' or 'promise' (all groups of the plan)"),
    text("key", "공유서비스", "layer or group key; 'all_groups' for the promise"),
    text("key_ko", "공유서비스명", "Korean name of the layer or group"),
)
_AGE = text("age_band", "연령", "'all', '0_9', '10_19', '20_39', '40_64' or '65_over'")
_SHARE = number("share", "도달률", "covered / residents; empty where nobody lives", nullable=True)
_COVERED = (
    integer("residents", "주민수", "residents"),
    integer("covered", "도달주민수", "residents within the cutoff of at least one site"),
    integer("uncovered", "미도달주민수", "the other residents"),
    _SHARE,
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


def _maybe(*columns: Column) -> tuple[Column, ...]:
    """Describe columns that may be empty."""
    return tuple(Column(name=one.name, kind=one.kind, ko=one.ko, en=one.en, nullable=True) for one in columns)


TABLES: tuple[Table, ...] = (
    *(
        table(f"coverage_{unit}", *keys, *_SERVICE, _AGE, *_COVERED)
        for unit, keys in (("dong", DONG), ("ward", DONG[:2]))
    ),
    *(
        table(
            f"coverage_profiles_{unit}",
            *_PROFILE,
            *keys,
            *_SERVICE,
            _AGE,
            *_COVERED,
        )
        for unit, keys in (("dong", DONG), ("ward", DONG[:2]))
    ),
    table(
        "variety",
        *_PROFILE,
        text("unit", "단위", "'ward' or 'dong'"),
        *DONG[:2],
        *_maybe(*DONG[2:]),
        _AGE,
        integer("residents", "주민수", "residents"),
        *(
            integer(f"groups_{n}", f"{n}개분야주민수", f"residents who reach sites of exactly {n} groups")
            for n in range(5)
        ),
        number("mean_groups", "도달분야수평균", "mean number of groups in reach", nullable=True),
        number("mean_layers", "도달서비스수평균", "mean number of layers in reach", nullable=True),
        number("mean_sites", "도달시설수평균", "mean number of sites in reach", nullable=True),
    ),
    table(
        "profile_gap",
        *_PROFILE,
        *DONG,
        *_SERVICE,
        _AGE,
        integer("residents", "주민수", "residents; the sum of the next four"),
        integer("both", "둘다도달", "reached by the study's profile and by this one"),
        integer(
            "only_study_profile", "격차주민수", "reached by the study's profile, not by this one: the gap"
        ),
        integer("only_this_profile", "반대격차주민수", "reached by this profile, not by the study's"),
        integer("neither", "둘다미도달", "reached by neither"),
        number("share", "격차율", "gap / residents; empty where nobody lives", nullable=True),
    ),
    table(
        "gap",
        *_PROFILE,
        *_SERVICE,
        text("demand_id", "수요점", "demand point"),
        *DONG,
        integer("residents", "주민수", "residents whom the study's profile reaches and this one does not"),
        integer("residents_65_over", "65세이상주민수", "those of 65 and over"),
        number("walk_min", "보행시간_분", "minutes the study's profile needs"),
        GEOMETRY,
    ),
    table(
        "gaps",
        text("gap_id", "공백번호", "profile, service and rank", unique=True),
        *_PROFILE,
        *_SERVICE,
        integer("rank", "순위", "by residents, within the profile and service"),
        integer("residents", "주민수", "unserved residents who live here"),
        *(
            integer(
                f"residents_{band}",
                f"주민수_{band.replace('_', '~').replace('~over', '세이상')}",
                "of this age",
            )
            for band in BROAD_AGES
        ),
        integer("points", "수요점수", "demand points"),
        text("ward_name", "자치구", "ward where most of them live"),
        text("dong_code", "행정동코드", "dong where most of them live"),
        text("dong_name", "행정동", "dong where most of them live"),
        integer("dongs", "걸친행정동수", "dongs that the gap touches"),
        text("nearest_site_id", "가까운시설번호", "site the middle resident walks to", nullable=True),
        text("nearest_name", "가까운시설", "its name", nullable=True),
        text("nearest_layer", "가까운시설서비스", "its layer", nullable=True),
        number("walk_m", "보행비용_m", "walk of the middle resident, beyond the cutoff", nullable=True),
        number("walk_min", "보행시간_분", "the same in minutes", nullable=True),
        number(
            "longest_min",
            "최장보행시간_분",
            "the longest walk in the gap; empty where there is no way",
            nullable=True,
        ),
        text(
            "walk_is",
            "보행시간구분",
            "'exact'; 'at_most' (a nearer site may lie beyond the known surroundings); 'none' (no way on foot)",
        ),
        said("sentence_ko", "설명", "the gap in a sentence"),
        GEOMETRY,
    ),
    table(
        "sensitivity",
        *_PROFILE,
        *_SERVICE,
        number("cutoff_m", "거리한도_m", "cutoff, metres of flat street"),
        number("cutoff_min", "시간한도_분", "the same in minutes of this profile"),
        number("speed_kmh_15min", "15분환산속도_kmh", "speed at which the cutoff is 15 minutes"),
        Column(name="own", kind="bool", ko="연구기준", en="the cutoff of the study"),
        integer("residents", "주민수", "residents"),
        integer("covered", "도달주민수", "residents within this cutoff"),
        integer("uncovered", "미도달주민수", "the other residents"),
        _SHARE,
    ),
    table(
        "coverage_when",
        text("when", "시점", "name, weekday and time"),
        *_SERVICE,
        integer("sites_open", "운영시설수", "sites that are open then"),
        integer("sites_closed", "휴무시설수", "sites that are closed then"),
        integer("sites_unknown", "미상시설수", "sites whose hours are unknown"),
        integer("residents", "주민수", "residents"),
        integer(
            "covered_open",
            "도달주민수_하한",
            "residents with a site in reach that is known to be open; empty: no hours are published",
            nullable=True,
        ),
        integer(
            "covered_maybe",
            "도달주민수_상한",
            "residents with a site in reach that is open or may be",
            nullable=True,
        ),
        number("share_open", "도달률_하한", "covered_open / residents", nullable=True),
        number("share_maybe", "도달률_상한", "covered_maybe / residents", nullable=True),
    ),
    table(
        "equity",
        *_PROFILE,
        text("measure", "척도", "'layers' or 'sites' within the cutoff"),
        said("measure_ko", "척도명", "the same in Korean"),
        text("level", "비교단위", "between 'person's, 'dong's or 'age's"),
        _AGE,
        integer("residents", "주민수", "residents whose access is compared"),
        text(
            "figure",
            "지표",
            "'gini', 'palma', 'concentration_65_over' (dongs by share of 65 and over) or 'concentration_income'",
        ),
        number("value", "값", "the figure; empty where it cannot be computed", nullable=True),
        number("low", "하한", "lower end of the 95 % bootstrap interval", nullable=True),
        number("high", "상한", "upper end of the same", nullable=True),
        integer("resamples", "재표집수", "draws of dongs"),
        said("sentence_ko", "설명", "the figure in a sentence"),
    ),
    table(
        "isochrones",
        text("layer", "공유서비스", "layer key"),
        text("layer_ko", "공유서비스명", "Korean name of the layer"),
        number("minutes", "분", "minutes of walking"),
        number("cutoff_m", "거리한도_m", "the same in metres"),
        number("area_m2", "면적_m2", "area of the polygon"),
        GEOMETRY,
    ),
)
