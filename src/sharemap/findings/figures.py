"""Tables of a run -> the parts of its :class:`~sharemap.findings.summary.Summary`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from sharemap.blocks import LARGE_M2
from sharemap.catalog import GROUPS
from sharemap.crs import name_of
from sharemap.findings import summary as kinds
from sharemap.findings.blocks import LargeBlocks
from sharemap.findings.placing import Placing
from sharemap.findings.run import ALL_GROUPS
from sharemap.units import ELDERLY, persons, sum_persons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from sharemap.catalog import Layer
    from sharemap.schema import PeopleKnown
    from sharemap.units import WalkProfile

__all__ = ["Figures"]

_DIGITS = 6
_M2_PER_KM2 = 1e6
_PARTS = tuple(field.name for field in fields(kinds.Served))
_LAYER_COUNTS = ("rows_read", "sites", "folded", "set_aside")


@dataclass(frozen=True)
class Figures:
    """Counts over the tables of a run.

    Attributes
    ----------
    table
        Name -> table, as :data:`sharemap.schema.TABLES` describes it.
    known
        What the study knows of its residents.
    """

    table: Callable[[str], pd.DataFrame]
    known: PeopleKnown = "ages"

    def area(self) -> kinds.AreaFigures:
        """Return the size of the study area."""
        area: Any = self.table("area")
        return kinds.AreaFigures(
            wards=tuple(area["ward_name"].drop_duplicates()),
            dongs=len(area),
            area_km2=round(float(area.area.sum()) / _M2_PER_KM2, 3),
            crs=name_of(area.crs),
        )

    def network(self, report: Mapping[str, Any]) -> kinds.NetworkFigures:
        """Return the size of the network, with what its report says."""
        told = ("length_km", "pieces", "islands", "islands_length_km")
        return kinds.NetworkFigures(
            nodes=len(self.table("nodes")),
            edges=len(self.table("edges")),
            **{key: report.get(key) for key in told},
            dropped_km=tuple(kinds.DroppedStreets(**one) for one in report.get("dropped_km", [])),
        )

    def rows(self) -> kinds.RowCounts:
        """Return what became of the rows that were read."""
        ingest, sites, places = (self.table(name) for name in ("ingest", "sites", "places"))
        return kinds.RowCounts(
            **{name: int(ingest[name].sum()) for name in _LAYER_COUNTS},
            sites_in_area=int(sites["in_area"].sum()),
            places=len(places),
            places_in_area=int(places["in_area"].sum()),
        )

    def geocoded(self) -> dict[str, int]:
        """Return sites whose position is not a published one, by the way it was found."""
        by = self.table("sites")["geocoded_by"]
        return {str(way): int(count) for way, count in by.loc[by != ""].value_counts().sort_index().items()}

    def layers(
        self, catalog: Iterable[Layer], no_data: Mapping[str, Sequence[str]]
    ) -> tuple[kinds.LayerFigures, ...]:
        """Return the layers that the study has files of, in the order of the catalogue.

        `no_data` has the codes of the wards of which the files of a layer have no row.
        """
        served, area = self._served("layer"), self.table("area")
        wards = dict(zip(area["ward_code"], area["ward_name"], strict=True))
        ingest, sites, stops = (self.table(name) for name in ("ingest", "sites", "stops"))
        counts = (
            ingest.groupby("layer")[list(_LAYER_COUNTS)]
            .sum()
            .assign(places=ingest.groupby("layer")["places"].max())
        )
        by_layer = sites.loc[sites["in_area"]].groupby("layer")
        inside = by_layer.agg(sites_in_area=("site_id", "size"), places_in_area=("place_id", "nunique"))
        missed = sites.set_index("site_id")["layer"].reindex(stops.loc[stops["status"] != "ok", "site_id"])
        whole = counts.join(inside).assign(unsnapped=missed.value_counts()).fillna(0).astype("int64")
        counted: dict[str, dict[str, int]] = whole.to_dict("index")  # type: ignore[assignment] # keys are text
        return tuple(
            kinds.LayerFigures(
                layer=layer.key,
                name_ko=layer.name_ko,
                name_en=layer.name_en,
                group=layer.group,
                role=layer.role,
                colour=layer.colour,
                symbol=layer.symbol,
                **counted[layer.key],
                wards_without_data={code: wards[code] for code in no_data.get(layer.key, ())},
                **(asdict(served[layer.key]) if layer.key in served else dict.fromkeys(_PARTS)),
            )
            for layer in catalog
            if layer.key in counted
        )

    def groups(self) -> tuple[kinds.GroupFigures, ...]:
        """Return the groups of the plan with data."""
        return tuple(
            kinds.GroupFigures(group=key, name_ko=GROUPS[key], name_en=key.capitalize(), **asdict(one))
            for key, one in self._served("group").items()
        )

    def promise(self) -> kinds.Served | None:
        """Return who reaches all groups."""
        return next(iter(self._served("promise").values()), None)

    def own_pace(self) -> kinds.OwnPace:
        """Return who is served when each age walks at its own pace."""
        ward = _everyone(self.table("coverage_own_pace_ward"))
        return kinds.OwnPace(
            profile=ELDERLY.name,
            age_band=ELDERLY.age_band,
            groups=_by_key(ward, "group"),
            all_groups=next(iter(_by_key(ward, "promise").values()), None),
        )

    def profiles(
        self, profiles: Iterable[WalkProfile], *, cutoff_min: float
    ) -> tuple[kinds.ProfileFigures, ...]:
        """Return the headline for each walking profile, the study's first."""
        ward, gap = _everyone(self.table("coverage_profiles_ward")), _no_layers(self.table("profile_gap"))
        homes = self.table("demand")[["demand_id", "residents", "status"]]
        counted = self.known != "nothing"
        listed: list[kinds.ProfileFigures] = []
        for profile in profiles:
            mine, lost = _of(ward, profile.name), _of(gap, profile.name)
            moved = _of(self.table("doors"), profile.name)[["demand_id", "status"]]
            doors = homes.merge(moved, on="demand_id", how="left", suffixes=("_own", ""))
            other, status = doors["status"].notna(), doors["status"].fillna(doors["status_own"])
            listed.append(
                kinds.ProfileFigures(
                    profile=profile.name,
                    profile_ko=profile.name_ko,
                    profile_en=profile.name_en,
                    speed_kmh=profile.speed_kmh,
                    steps_factor=profile.steps_factor,
                    cutoff_m=profile.metres(cutoff_min),
                    age_band=profile.age_band,
                    groups=_by_key(mine, "group"),
                    all_groups=next(iter(_by_key(mine, "promise").values()), None),
                    residents_by_other_door=_people(doors[other & (status == "ok")]) if counted else None,
                    residents_without_street=_people(doors[status != "ok"]) if counted else None,
                    gap=_gap(lost.loc[lost["age_band"] == profile.age_band]) if listed else {},
                )
            )
        return tuple(listed)

    def unserved(self) -> tuple[kinds.UnservedList, ...]:
        """Return what the lists of unserved areas add up to, by profile and group."""
        return _rows(self.table("unserved"), kinds.UnservedList)

    def when(self) -> tuple[kinds.TimeShare, ...]:
        """Return the shares of the groups at weekdays and times."""
        return _rows(_no_layers(self.table("coverage_when")), kinds.TimeShare)

    def sensitivity(self, profile: str) -> tuple[kinds.SensitivityShare, ...]:
        """Return the shares of the groups within other cutoffs."""
        return _rows(_no_layers(_of(self.table("sensitivity"), profile)), kinds.SensitivityShare)

    def equity(self, profile: str) -> tuple[kinds.EquityFigure, ...]:
        """Return the figures of equity among all residents."""
        table = _of(self.table("equity"), profile)
        return _rows(table.loc[table["age_band"] == "all"], kinds.EquityFigure)

    def intervals(self) -> tuple[kinds.ShareInterval, ...]:
        """Return the intervals of the groups and of the promise in the whole area; none without drawings."""
        table = _no_layers(self.table("coverage_interval"))
        table = table.loc[(table["level"] == "area") & table["share_low"].notna()]
        return _rows(table.rename(columns={"share_low": "low", "share_high": "high"}), kinds.ShareInterval)

    def placing(self) -> Placing:
        """Return what another way of placing residents would say."""
        table = self.table("placing")
        if table.empty:
            return Placing(key=ALL_GROUPS, share=None, method_otherwise=None, share_otherwise=None)
        lived = table.loc[table["residents"] > 0]
        residents, other = lived["residents"], lived["method_otherwise"].dropna()

        def share(column: str) -> float | None:
            known = lived[column].notna().all() and len(lived)
            return _share(math.fsum(lived[column] * residents), sum_persons(residents)) if known else None

        return Placing(
            key=str(table["key"].iloc[0]),
            share=share("share"),
            method_otherwise=str(other.iloc[0]) if len(other) else None,
            share_otherwise=share("share_otherwise"),
        )

    def large_blocks(self) -> LargeBlocks:
        """Return how many blocks are so large that one figure tells little, and who lives in them."""
        blocks = self.table("blocks")
        large = blocks.loc[(blocks["kind"] == "block") & (blocks["area_m2"] > LARGE_M2)]
        known = blocks["residents"].notna().all()
        return LargeBlocks(count=len(large), residents=sum_persons(large["residents"]) if known else None)

    def villages(self, note: Mapping[str, str]) -> kinds.VillageCounts:
        """Return how many candidates there are, with what must be said of them."""
        villages = self.table("villages")
        return kinds.VillageCounts(
            count=len(villages),
            one_short=len(self.table("one_short")),
            to_check=self.table("to_check")["rank"].nunique(),
            places_in_villages=int(villages["places"].sum()),
            chance=next(iter(_rows(self.table("village_chance"), kinds.Chance)), None),
            note=note.get("note", ""),
            note_ko=note.get("note_ko", ""),
        )

    def _served(self, kind: str) -> dict[str, kinds.Served]:
        ward = self.table("coverage_ward")
        return _by_key(ward.loc[ward["age_band"] == "all"], kind)


def _people(homes: pd.DataFrame) -> float:
    return persons(int(homes["residents"].sum()))


def _of(table: pd.DataFrame, profile: str) -> pd.DataFrame:
    return table.loc[table["profile"] == profile]


def _no_layers(table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[table["kind"] != "layer"]


def _everyone(table: pd.DataFrame) -> pd.DataFrame:
    return _no_layers(table.loc[table["age_band"] == "all"])


def _by_key(ward: pd.DataFrame, kind: str) -> dict[str, kinds.Served]:
    found: dict[str, kinds.Served] = {}
    for key, rows in ward.loc[ward["kind"] == kind].groupby("key", sort=False):
        residents, covered, uncovered, unknown, undoubted = (
            sum_persons(rows[name]) for name in ("residents", "covered", "uncovered", "unknown", "undoubted")
        )
        found[str(key)] = kinds.Served(
            covered=covered,
            uncovered=uncovered,
            unknown=unknown,
            share=_share(covered, residents),
            share_at_least=_share(undoubted, residents),
            share_at_most=_share(covered + unknown, residents),
        )
    return found


def _gap(gap: pd.DataFrame) -> dict[str, kinds.GapFigure]:
    found: dict[str, kinds.GapFigure] = {}
    for key, rows in gap.groupby("key", sort=False):
        lost = sum_persons(rows["only_study_profile"])
        found[str(key)] = kinds.GapFigure(residents=lost, share=_share(lost, sum_persons(rows["residents"])))
    return found


def _rows(table: pd.DataFrame, kind: Callable[..., Any]) -> tuple[Any, ...]:
    names = list(kind.__annotations__)
    return tuple(
        kind(**{name: _plain(row[name]) for name in names}) for row in table[names].to_dict("records")
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell of a table
    """Return a cell as JSON has it: rounded, None where it is empty."""
    if isinstance(value, float):
        return None if value != value else round(value, _DIGITS)  # noqa: PLR0124  NaN
    return value


def _share(covered: float, residents: float) -> float | None:
    return round(float(covered) / float(residents), _DIGITS) if residents else None
