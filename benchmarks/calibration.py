"""Are 'stable' and the intervals of coverage right? Counted in random towns of which everything is known.

    python -m benchmarks.calibration --cities 100 --factors 0.5 1 2 --out build/calibration

Each town is drawn and published with errors by ``calibration_town.py``, which knows nothing of sharemap; sharemap sees
only what is published. At each factor its errors are the measured ones times the factor, in the town and in the drawing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import calibration_town as towns
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sharemap import coverage, network, perturbed, reach, villages
from sharemap.schema import AGE_BANDS
from sharemap.sites.places import group_into_places
from sharemap.sites.rules import PlaceRules

RUNS = 200
STABLE, BINS = 0.5, 5
KINDS = towns.KINDS


def examined(
    seed: int,
    factor: float,
    dense: float = 1.0,
    count: tuple[str, ...] = ("candidates", "shares"),
    *,
    kept: float = 0.0,
) -> tuple[list[dict], list[dict]]:
    """Return what sharemap says of a town, beside what is true: candidates and shares."""
    town = towns.build(seed, factor, dense, kept)
    measured = perturbed.Errors.measured()
    told = perturbed.Errors(
        default=measured.default, layers=dict.fromkeys(town.kept, measured.of("bike_station"))
    )
    rules = perturbed.DrawingRules(runs=RUNS, seed=seed, errors=told.scaled(factor))
    streets = network.from_lines(gpd.GeoDataFrame(geometry=list(town.lines), crs=5179))
    listed, places = _listed(town)
    drawing = perturbed.draw(
        listed, rules, stands=lambda xy: (_snapped(streets, xy)["status"] == "ok").to_numpy()
    )
    homes = _snapped(streets, town.homes)
    moved = _snapped(streets, drawing.moved[["x", "y"]].to_numpy())
    stops = _snapped(streets, listed[["x", "y"]].to_numpy()).assign(site_id=listed["site_id"].to_numpy())
    seen = (listed, places, homes, moved, stops)
    return (
        _candidates(town, streets, drawing, seed, seen) if "candidates" in count else [],
        _shares(town, streets, drawing, (homes, moved, stops)) if "shares" in count else [],
    )


def _listed(town):
    rows = pd.DataFrame(town.published, columns=["layer", "number", "x", "y"])
    rows["site_id"] = [f"s{number:05d}" for number in rows["number"]]
    rows = rows.sort_values("site_id", ignore_index=True)
    rows["name"], rows["address"] = rows["site_id"] + "방", pd.Series([None] * len(rows), dtype="str")
    space = np.array([KINDS[kind][0] for kind in rows["layer"]])
    places, place_id = group_into_places(rows, space=space, layer_order=list(KINDS), rules=PlaceRules())
    return rows.assign(place_id=place_id, source=rows["layer"], space=space), places


def _snapped(streets, xy):
    return network.snap(streets, gpd.GeoSeries(shapely.points(xy), crs=5179)).reset_index(drop=True)


def _demand(town, homes):
    bands = {band: town.residents if band == "age_30_34" else 0 for band in AGE_BANDS}
    code = np.array([f"99{ward:03d}" for ward in town.ward])
    named = {"ward_code": code, "ward_name": code, "dong_code": code + "51000", "dong_name": code}
    return homes.assign(**named, residents=town.residents, **bands)


def _shares(town, streets, drawing, seen):
    homes, moved, stops = seen
    demand = _demand(town, homes)
    services = coverage.Services(
        layers={kind: group for kind, (_, group, _) in KINDS.items()},
        groups={group: group for _, group, _ in KINDS.values()},
        names={kind: kind for kind in KINDS},
    )
    served = coverage.served_in_drawings(streets, stops, moved, homes, drawing, services=services, minutes=15)
    table = coverage.intervals(served, demand, demand.drop_duplicates("dong_code"))
    truth = towns.true_shares(town)
    said = table[table["level"] != "dong"]
    return [
        {
            "level": row.level, "kind": row.kind, "key": row.key, "share": row.share, "low": row.share_low,
            "middle": row.share_middle, "high": row.share_high,
            "truth": truth[row.key, "area" if row.level == "area" else str(int(row.ward_code[2:]))],
        }
        for row in said.itertuples()
    ]  # fmt: skip


def _candidates(town, streets, drawing, seed, seen):
    listed, places, homes, moved, stops = seen
    lead = listed.iloc[places["lead"]].reset_index(drop=True)
    spaces = gpd.GeoDataFrame(
        {
            "place_id": places["place_id"].astype("str"), "name": lead["name"].astype("str"),
            "address": pd.Series([None] * len(places), dtype="str"), "layers": places["layers"].astype("str"),
            "sites": places["sites"].astype("int64"), "shared_space": places["shared_space"].astype(bool),
            "evidence": places["evidence"].astype("str"), "in_area": True, "ward_name": "가온구",
            "dong_code": "9900051000", "dong_name": "한울1동",
        },
        geometry=gpd.points_from_xy(lead["x"], lead["y"]), crs=5179,
    )  # fmt: skip
    spaces = spaces[spaces["shared_space"]].reset_index(drop=True)
    own = stops.set_index("site_id").loc[lead["site_id"]].reset_index(drop=True)
    own = own.assign(site_id=places["place_id"].to_numpy())[
        places["shared_space"].to_numpy(dtype=bool)
    ].reset_index(drop=True)
    rules = villages.VillageRules(perturbation=villages.Perturbation(runs=RUNS, seed=seed))
    widest = rules.perturbation.widest_m(rules.adjacent_m)
    ground = villages.Ground.walked(streets, own, minutes=rules.perturbation.widest_minutes)
    demand = _demand(town, homes)
    support = stops[~listed["space"].to_numpy(dtype=bool)].reset_index(drop=True)
    around = villages.Surroundings(
        place_costs=ground.residents(homes), demand=demand, support=ground.support(support),
    )  # fmt: skip
    of_position = drawing.positions.set_index("position_id")["building"]
    held = set(of_position.reindex(own["site_id"])) | set(
        drawing.sites.loc[drawing.sites["space"] & ~drawing.sites["published"], "building"]
    )
    ours = drawing.moved["building"].isin(held).to_numpy()
    others = moved.assign(site_id=drawing.moved["position_id"].to_numpy())[ours]
    trials = villages.Trials.walked(
        drawing, streets, pd.concat([own, others], ignore_index=True), demand, support,
        minutes=rules.perturbation.widest_minutes, widest_m=widest,
    )  # fmt: skip
    found = villages.find(
        spaces, reach.between(streets, own, cutoff_m=widest), around=around, rules=rules, trials=trials
    ).villages
    truth = towns.true_villages(town)
    numbers = listed[listed["space"]].groupby("place_id")["number"].agg(list)
    return [
        {
            "stability": row.stability, "places": row.places, "merged": row.places_if_merged,
            "why": (why := towns.why_not(town, [numbers[place] for place in row.place_ids.split(";")], truth)),
            "true": not why,
        }
        for row in found.itertuples()
    ]  # fmt: skip


def bins(candidates: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return for each group of candidates: how many, their mean stability, and the share that is true."""
    table = candidates.groupby(groups, observed=False).agg(
        n=("true", "size"), mean=("stability", "mean"), true=("true", "mean")
    )
    return table.assign(off=table["true"] - table["mean"]).reset_index(names="bin")


def tenths(candidates: pd.DataFrame) -> pd.DataFrame:
    """Bins of one tenth."""
    return bins(
        candidates, pd.cut(candidates["stability"], np.r_[-1e-9, np.arange(1, 10) / 10, 1.001], right=False)
    )


def fifths(candidates: pd.DataFrame) -> pd.DataFrame:
    """Five bins of as many candidates, of those called stable at 0.5 or more."""
    stable = candidates[candidates["stability"] >= STABLE].reset_index(drop=True)
    return bins(stable, pd.qcut(stable["stability"].rank(method="first"), BINS, labels=False))


def held(shares: pd.DataFrame) -> pd.DataFrame:
    """Return how often intervals hold the truth, and by how much middle and published share err."""
    inside = (shares["truth"] >= shares["low"] - 1e-9) & (shares["truth"] <= shares["high"] + 1e-9)
    told = shares.assign(
        inside=inside, below=shares["truth"] < shares["low"] - 1e-9, width=shares["high"] - shares["low"],
        middle_off=shares["middle"] - shares["truth"], published_off=shares["share"] - shares["truth"],
    )  # fmt: skip
    columns = ["inside", "below", "width", "middle_off", "published_off"]
    return (
        told.groupby(["level", "kind", "key"])[columns]
        .mean()
        .assign(n=told.groupby(["level", "kind", "key"]).size())
    )


def main() -> None:
    """Examine many towns, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--factors", type=float, nargs="+", default=[0.5, 1.0, 2.0])
    parser.add_argument("--count", nargs="+", default=["candidates", "shares"])
    parser.add_argument("--dense", type=float, default=1.0)
    parser.add_argument("--kept", type=float, default=0.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for factor in given.factors:
        for seed in range(given.first, given.first + given.cities):
            candidates, shares = examined(seed, factor, given.dense, tuple(given.count), kept=given.kept)
            with (given.out / f"{factor:g}.jsonl").open("a") as file:
                file.write(
                    json.dumps({"seed": seed, "candidates": candidates, "shares": shares}, default=float)
                    + "\n"
                )
        told(given.out, factor)


def told(out: Path, factor: float) -> None:
    """Print the tables of one factor."""
    lines = [json.loads(line) for line in (out / f"{factor:g}.jsonl").read_text().splitlines()]
    candidates = pd.DataFrame([row for line in lines for row in line["candidates"]])
    shares = pd.DataFrame([row for line in lines for row in line["shares"]])
    print(f"errors x {factor:g}, {len(lines)} towns")
    if len(candidates):
        print(tenths(candidates).round(3).to_string())
        print(fifths(candidates).round(3).to_string())
        print(candidates.loc[candidates["stability"] >= STABLE, "why"].value_counts().to_string())
    if len(shares):
        print(held(shares).round(3).to_string())


def diagram(of: dict[str, pd.DataFrame], path: Path) -> None:
    """Draw stability against the share that is true, with the number of candidates of each bin."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(of), figsize=(4 * len(of), 4), sharey=True, layout="constrained")
    for axis, (title, candidates) in zip(np.atleast_1d(axes), of.items(), strict=True):
        table = tenths(candidates)
        table = table[table["n"] > 0]
        axis.fill_between([0, 1], [-0.1, 0.9], [0.1, 1.1], color="#e8eef2")
        axis.plot([0, 1], [0, 1], color="#8a969e", lw=1)
        spread = 1.96 * np.sqrt(table["true"] * (1 - table["true"]) / table["n"])
        axis.errorbar(table["mean"], table["true"], yerr=spread, fmt="o", color="#1f5f8b", ms=4, lw=1)
        for row in table.itertuples():
            axis.annotate(
                f"{row.n}", (row.mean, row.true), textcoords="offset points", xytext=(5, -9), fontsize=7
            )
        axis.set(title=title, xlabel="stability", xlim=(0, 1), ylim=(0, 1))
    np.atleast_1d(axes)[0].set_ylabel("share that is true")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
