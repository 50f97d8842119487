"""The sheets of the workbook about who is not served: coverage by dong, unserved areas, other walkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from sharemap.exports.workbook.fields import degrees, empty, numbered, public_map, texts
from sharemap.exports.workbook.links import in_map, links_in_map
from sharemap.exports.workbook.sheet import Field, Sheet
from sharemap.findings.gaps import rest_of, site_of
from sharemap.schema import BROAD_AGES
from sharemap.units import sum_persons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["coverage", "gaps", "walkers"]

_PROMISE, _OLD = "all_groups", "65_over"


def coverage(run: Run) -> Sheet:
    """Return the shares of each dong; its name opens the offline map."""
    say, frame = run.say, run.table("coverage_dong")
    if frame.empty:
        return empty(run, "no", "ward", "dong_code", "dong", "residents", counts=True)
    everyone = frame[frame["age_band"] == "all"]
    residents = everyone.drop_duplicates("dong_code").sort_values(
        "dong_code", kind="stable", ignore_index=True
    )
    found = set(everyone["key"])
    shares = [
        _share_field(run, everyone[everyone["key"] == key], residents, header)
        for key, header in run.service_names.items()
        if key in found
    ]
    paced = run.table("coverage_own_pace_dong")
    if not paced.empty and _PROMISE in found:
        mine = paced[(paced["age_band"] == "all") & (paced["key"] == _PROMISE)]
        shares.insert(1, _share_field(run, mine, residents, say["own_pace"]))
    of_promise = everyone[everyone["key"] == run.promise].set_index("dong_code")["unknown"]
    unknown, total = residents["dong_code"].map(of_promise), sum_persons(of_promise)
    links = links_in_map("dong", residents["dong_code"])
    placed = run.table("placing")
    people = sum_persons(residents["residents"])
    return Sheet(
        fields=[
            numbered(run, len(residents), total=say["total"]),
            Field(header=say["ward"], cells=residents["ward_name"], width=9, centred=True),
            Field(header=say["dong_code"], cells=residents["dong_code"], width=13, kind="code"),
            Field(header=say["dong"], cells=residents["dong_name"], width=14, links=links),
            Field(header=say["residents"], cells=residents["residents"], width=11, kind="int", total=people),
            *([] if placed.empty else [_points_field(run, placed, residents)]),
            *shares,
            *(
                [Field(header=run.unknown_head, cells=unknown, width=11, kind="int", total=total)]
                if total
                else []
            ),
        ],
        frozen=4,
        notes=tuple(filter(None, (run.thin_note,))),
    )


def _points_field(run: Run, placed: pd.DataFrame, residents: pd.DataFrame) -> Field:
    points = residents["dong_code"].map(placed.set_index("dong_code")["points"])
    return Field(header=run.say["demand_points"], cells=points, width=8, kind="int")


def _share_field(run: Run, part: pd.DataFrame, residents: pd.DataFrame, header: str) -> Field:
    by_dong = part.set_index("dong_code")
    lived_in = sum_persons(part["residents"])
    return Field(
        header=header,
        cells=residents["dong_code"].map(by_dong["share"]),
        width=8.5,
        kind="share",
        thin=residents["dong_code"].isin(run.thin).tolist(),
        total=sum_persons(part["covered"]) / lived_in if lived_in else None,
        missing=run.say["nobody"],
    )


def gaps(run: Run) -> Sheet:
    """Return the unserved areas: those of the study's walker and of all groups first, each by its people.

    Where a ward has no data of a service, the lists of who is known not to be served are followed by those as filed.
    """
    say, frame = run.say, run.table("gaps")
    if frame.empty:
        return empty(
            run, "no", "profile", "group", "order", "unserved_where", "unserved_reached", counts=True
        )
    frame = _first_things_first(run, frame)
    names = run.service_names
    service = frame["key"].map(names).fillna(frame["key"])
    site = [site_of(row, run.lang) for row in frame.to_dict("records")]
    at = degrees(_new_sites(run, frame))
    untold = bool((frame["basis"] == "as_filed").any())
    basis = frame["basis"].map(lambda key: say[f"basis_{key}"])
    sentence = Field(header=say["sentence"], cells=frame[f"sentence_{run.lang}"], width=110, printed=False)
    return Sheet(
        fields=[
            numbered(run, len(frame)),
            Field(
                header=say["profile"],
                cells=frame["profile"].map(run.profile_names),
                width=11,
                centred=True,
            ),
            Field(header=say["group_unserved"], cells=service, width=12, centred=True),
            *([Field(header=say["basis"], cells=basis, width=12, centred=True)] if untold else []),
            Field(header=say["order"], cells=frame["rank"], width=6, kind="int", centred=True),
            Field(
                header=say["unserved_where"], cells=pd.Series(site), width=36, links=_gap_links(run, frame)
            ),
            public_map(
                run, [f"{what} {rank}" for what, rank in zip(service, frame["rank"], strict=True)], at
            ),
            Field(header=say["people_counted"], cells=frame["profile"].map(run.people_of), width=11),
            Field(header=say["unserved_reached"], cells=frame["people"], width=11, kind="int"),
            *_living(run, frame, untold=untold),
            *_nearest(run, frame),
            Field(header=say["gap_id"], cells=frame["gap_id"], width=26, printed=False),
            sentence,
        ],
        frozen=6 if untold else 5,
        wrap=True,
        notes=(say["gaps_note"], *rest_of(run, run.summary.profile, run.promise)),
    )


def _new_sites(run: Run, frame: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(frame["new_x_m"], frame["new_y_m"], crs=run.crs))


def _living(run: Run, frame: pd.DataFrame, *, untold: bool) -> list[Field]:
    """Return who lives in the areas, by age, and where most of them do."""
    say = run.say
    counted = [("unserved_residents", "residents", 11)]
    counted += [(f"age_{band}", f"residents_{band}", 9) for band in BROAD_AGES]
    counted += [("residents_no_data", "residents_no_data", 12)] if untold else []
    return [
        *(
            Field(header=say[term], cells=frame[name], width=wide, kind="int", missing=say["no_data"])
            for term, name, wide in counted
        ),
        Field(header=say["ward"], cells=frame["ward_name"], width=10, centred=True),
        Field(header=say["dong_code"], cells=frame["dong_code"], width=13, kind="code"),
        Field(
            header=say["dong"],
            cells=frame["dong_name"],
            width=14,
            links=links_in_map("dong", frame["dong_code"]),
        ),
        Field(header=say["dongs_touched"], cells=frame["dongs"], width=8, kind="int"),
    ]


def _nearest(run: Run, frame: pd.DataFrame) -> list[Field]:
    """Return the site that there is, to which the middle one of the people walks."""
    say = run.say
    layer = frame["nearest_layer"].map(run.layer_names).fillna(frame["nearest_layer"])
    walks: tuple[tuple[str, str, int, Any], ...] = (
        ("gap_walk_m", "walk_m", 10, "metres"),
        ("gap_walk_min", "walk_min", 9, "minutes"),
    )
    return [
        Field(
            header=say["nearest"],
            cells=texts(frame, "nearest_name"),
            width=28,
            links=_place_links(run, frame["nearest_site_id"]),
            missing=say["none"],
        ),
        Field(header=say["service"], cells=layer.astype(object).where(layer.notna(), None), width=17),
        *(
            Field(header=say[term], cells=frame[name], width=wide, kind=kind, missing=say["none"])
            for term, name, wide, kind in walks
        ),
        Field(
            header=say["walk_is"],
            cells=frame["walk_is"].map(lambda key: say[f"walk_is_{key}"]),
            width=12,
            centred=True,
        ),
    ]


def _first_things_first(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    keys = list(run.service_names)
    order = {key: position for position, key in enumerate(keys)}
    return (
        frame.assign(
            _filed=frame["basis"] != "known",
            _other=frame["profile"] != run.summary.profile,
            _key=frame["key"].map(order).fillna(len(keys)),
        )
        .sort_values(["_filed", "_other", "profile", "_key", "rank"], kind="stable", ignore_index=True)
        .drop(columns=["_filed", "_other", "_key"])
    )


def _gap_links(run: Run, frame: pd.DataFrame) -> list[str | None]:
    return [
        in_map("gap", gap) if rank <= run.gaps_with_card and basis == "known" else in_map("dong", dong)
        for gap, rank, basis, dong in zip(
            frame["gap_id"], frame["rank"], frame["basis"], frame["dong_code"], strict=True
        )
    ]


def _place_links(run: Run, site_ids: pd.Series[Any]) -> list[str | None]:
    sites = run.table("sites")
    if sites.empty:
        return [None] * len(site_ids)
    place = site_ids.map(sites.drop_duplicates("site_id").set_index("site_id")["place_id"])
    return links_in_map("place", place)


def walkers(run: Run) -> Sheet:
    """Return, for each other walker and dong, who is reached and whom only the study's walker reaches."""
    say, gap, reached = run.say, run.of_walkers("profile_gap"), run.of_walkers("coverage_profiles_dong")
    if gap.empty or reached.empty:
        return empty(run, "no", "profile", "ward", "dong_code", "dong", "residents", counts=True)
    names = {
        key: name
        for key, name in run.service_names.items()
        if key in set(gap.loc[gap["kind"] != "layer", "key"])
    }
    first = gap[gap["key"] == next(iter(names), _PROMISE)]
    rows = first.sort_values(["profile", "dong_code"], kind="stable", ignore_index=True)
    at = pd.MultiIndex.from_frame(rows[["profile", "dong_code"]])
    fields = [
        numbered(run, len(rows)),
        Field(header=say["profile"], cells=rows["profile"].map(run.profile_names), width=11, centred=True),
        Field(header=say["ward"], cells=rows["ward_name"], width=10, centred=True),
        Field(header=say["dong_code"], cells=rows["dong_code"], width=13, kind="code"),
        Field(
            header=say["dong"],
            cells=rows["dong_name"],
            width=14,
            links=[in_map("dong", code) for code in rows["dong_code"]],
        ),
        Field(header=say["people_counted"], cells=rows["profile"].map(run.people_of), width=11),
        Field(header=say["residents"], cells=rows["residents"], width=11, kind="int"),
    ]
    of = {"study": _by_study(run), "reached": reached, "gap": gap, "at": at}
    for key, name in names.items():
        fields += _walker_fields(run, key, name, of)
    whole = run.table("profile_gap")
    old = _at(whole[(whole["age_band"] == _OLD) & (whole["key"] == _PROMISE)], "only_study_profile", at)
    if old.notna().any():
        fields.append(Field(header=say["gap_old"], cells=old, width=12, kind="int", missing=say["no_data"]))
    note = say["walkers_note"].format(profile=run.profile_names[run.summary.profile])
    assumed = tuple(told for one in rows["profile"].drop_duplicates() if (told := run.assumed(one)))
    return Sheet(fields=fields, frozen=5, notes=(note, *assumed))


def _by_study(run: Run) -> pd.DataFrame:
    """Return the shares of the study's walker in each dong, for each other walker among the people it is about."""
    table = run.table("coverage_profiles_dong")
    own = table[table["profile"] == run.summary.profile]
    others = [own.assign(profile=one.profile) for one in run.summary.profiles[1:]]
    ages = {one.profile: one.age_band for one in run.summary.profiles}
    frame = pd.concat(others or [own], ignore_index=True)
    return frame[frame["age_band"] == frame["profile"].map(ages)]


def _walker_fields(run: Run, key: str, name: str, of: Mapping[str, Any]) -> list[Field]:
    say = run.say
    cells = (
        ("share_study", "study", "share", "share"),
        ("share_walker", "reached", "share", "share"),
        ("gap_residents", "gap", "only_study_profile", "int"),
    )
    columns: tuple[tuple[str, pd.Series[Any], Any], ...] = tuple(
        (header, _at(of[table][of[table]["key"] == key], column, of["at"]), kind)
        for header, table, column, kind in cells
    )
    return [
        Field(header=f"{name} {say[header]}", cells=cells, width=11, kind=kind, missing=say["nobody"])
        for header, cells, kind in columns
    ]


def _at(rows: pd.DataFrame, column: str, at: pd.MultiIndex) -> pd.Series[Any]:
    return rows.set_index(["profile", "dong_code"])[column].reindex(at).reset_index(drop=True)
