"""Perturbed runs with drawn sites, each searched again by brute force; and what chance gives, likewise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn_city import costs_of, demand_of, grid_walks, naive_resolution, nobody, places_of
from sharemap import perturbed, villages
from sharemap.errors import GeometryError
from sharemap.villages.facts import Facts
from sharemap.villages.rules import Surroundings

STILL = villages.Perturbation(runs=40, seed=4, adjacency=0, speed=0, weights=0, snap_m=0, fold=0)
FAR = 2000.0
KINDS = ("tool", "toy", "library")


def town_of(seed, count=9):
    """Places far enough apart that none is in doubt; every third holds two services."""
    chance = np.random.default_rng(seed)
    spots = chance.choice(100, count, replace=False)
    rows = []
    for at, spot in enumerate(spots):
        kinds = KINDS[at % 3] + (";room" if at % 3 == 0 else "")
        rows.append((f"p{at}", int(100 * (spot % 10)), int(100 * (spot // 10)), kinds))
    return rows


def drawing_of(rows, seed, closed=0.1):
    sites = pd.DataFrame(
        [
            (f"s{at:02d}", place, layer, f"{layer}.csv", True, float(x), float(y))
            for at, (place, x, y, layer) in enumerate(
                (place, x, y, layer) for place, x, y, layers in rows for layer in layers.split(";")
            )
        ],
        columns=["site_id", "place_id", "layer", "source", "space", "x", "y"],
    )
    errors = perturbed.LayerErrors(
        position=perturbed.PositionErrors((0.7, 0.3), (0.0, 150.0)), closed=closed, missing=0.1
    )
    rules = perturbed.DrawingRules(
        runs=STILL.runs, seed=seed, errors=perturbed.Errors(default=errors), together=0.3
    )
    return perturbed.draw(sites, rules)


def trials_of(drawing):
    """Walks between all positions follow the grid, in whole centimetres; nobody lives there."""
    at = drawing.positions
    spots = [(one.position_id, round(one.x, 2), round(one.y, 2)) for one in at.itertuples()]
    walks = grid_walks(spots, FAR)
    named = pd.DataFrame({"place_id": at["position_id"], "layers": ""}).sort_values("place_id")
    costs = costs_of([], points=0, site_ids=named["place_id"].tolist())
    return villages.Trials(
        drawing, walks, Facts.of(named, Surroundings(place_costs=costs, demand=demand_of([])))
    )


def brute_force(drawing, trials, run):
    """Villages of a run as sets of buildings."""
    near = {frozenset(pair[:2]): pair[2] for pair in trials.walks.itertuples(index=False)}
    ids = drawing.positions["position_id"].to_numpy()
    held = {
        int(drawing.leader[run, site.building])
        for at, site in enumerate(drawing.sites.itertuples())
        if drawing.present[run, at]
    }
    pairs = {}
    for a, b in combinations(sorted(held), 2):
        metres = near.get(frozenset((ids[drawing.position[run, a]], ids[drawing.position[run, b]])), FAR)
        if metres <= 400:
            pairs[f"{a:04d}", f"{b:04d}"] = metres
    taken, _ = naive_resolution([f"{one:04d}" for one in held], pairs, 3)
    return [{int(one) for one in village} for village in taken]


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_candidate_stays_when_one_village_of_a_run_holds_all_its_places_as_brute_force_says(seed):
    rows = town_of(seed)
    places, drawing = places_of(rows), drawing_of(rows, seed)
    trials = trials_of(drawing)
    found = villages.find(
        places,
        grid_walks(rows),
        around=nobody(places),
        rules=villages.VillageRules(perturbation=STILL),
        trials=trials,
    ).villages
    number = dict(zip(drawing.positions["position_id"], drawing.positions["building"], strict=True))
    runs = [brute_force(drawing, trials, run) for run in range(STILL.runs)]
    for card in found.itertuples():
        if card.doubtful:
            continue
        stays = 0
        for run, taken in enumerate(runs):
            ours = {int(drawing.leader[run, number[place]]) for place in card.place_ids.split(";")}
            stays += len(ours) >= 3 and any(ours <= village for village in taken)
        assert card.stability == pytest.approx(stays / STILL.runs)


def test_where_a_candidate_does_not_stay_it_ranks_behind_all_villages_of_the_run():
    rows = [("a", 0, 0, "tool"), ("b", 100, 0, "toy"), ("c", 200, 0, "library")]
    rows += [
        (f"z{at}", 5000 + 100 * at, 0, kind) for at, kind in enumerate(("tool", "toy", "library", "room"))
    ]
    places, drawing = places_of(rows), drawing_of(rows, 1, closed=0.5)
    found = villages.find(
        places, grid_walks(rows), around=nobody(places),
        rules=villages.VillageRules(perturbation=STILL), trials=trials_of(drawing),
    ).villages  # fmt: skip
    assert (found["stability"] < 0.5).all()
    assert (found["rank_high"] >= 1).all()
    # mostly nothing is left in a run: the last rank of none is the first
    assert found["rank_low"].tolist() == [1, 1]
    steady = villages.find(
        places, grid_walks(rows), around=nobody(places),
        rules=villages.VillageRules(perturbation=villages.Perturbation(runs=40, closure=0, snap_m=0, adjacency=0)),
    ).villages  # fmt: skip
    assert steady["rank_high"].tolist() == [1, 2]


def test_what_is_swapped_for_a_neighbour_is_another_village():
    rows = [("a", 0, 0, "tool"), ("b", 100, 0, "toy"), ("c", 200, 0, "library"), ("n", 450, 0, "library")]
    places = places_of(rows)
    closing = villages.Perturbation(runs=400, seed=2, adjacency=0, speed=0, weights=0, snap_m=0, closure=0.2)
    card = villages.find(
        places, grid_walks(rows), around=nobody(places), rules=villages.VillageRules(perturbation=closing)
    ).villages.iloc[0]
    assert card["place_ids"] == "a;b;c"
    assert card["stability"] == pytest.approx(0.8**3, abs=0.06)  # b, c and n would be a village without a


def test_places_that_were_not_drawn_are_refused():
    rows = town_of(3)
    places = places_of(
        [*rows, ("q0", 50_000, 0, "tool"), ("q1", 50_100, 0, "toy"), ("q2", 50_200, 0, "room")]
    )
    walks = grid_walks([*rows, ("q0", 50_000, 0), ("q1", 50_100, 0), ("q2", 50_200, 0)])
    with pytest.raises(GeometryError, match="not drawn"):
        villages.find(
            places, walks, around=nobody(places),
            rules=villages.VillageRules(perturbation=STILL), trials=trials_of(drawing_of(rows, 3)),
        )  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_what_chance_gives_is_what_brute_force_counts(seed):
    rows = town_of(seed, count=14)
    walks = grid_walks(rows)
    near = {tuple(sorted(pair[:2])): pair[2] for pair in walks.itertuples(index=False) if pair[2] <= 400}
    space = np.random.default_rng(seed).random(len(rows)) < 0.6
    places = pd.DataFrame({"place_id": [row[0] for row in rows], "shared_space": space})
    rules = villages.VillageRules(perturbation=villages.Perturbation(runs=300, seed=seed))
    found = villages.by_chance(places, walks, rules=rules)

    def count(chosen):
        ids = [row[0] for row, taken in zip(rows, chosen, strict=True) if taken]
        return len(
            naive_resolution(ids, {pair: m for pair, m in near.items() if set(pair) <= set(ids)}, 3)[0]
        )

    assert found["candidates"].item() == count(space)
    chance = np.random.default_rng(seed + 1)
    counts = [count(chance.permutation(space)) for _ in range(150)]
    spread = 5 * (np.std(counts) / np.sqrt(150) + np.std(counts) / np.sqrt(300)) + 0.05
    assert found["mean"].item() == pytest.approx(np.mean(counts), abs=spread)
    assert found["low"].item() <= found["mean"].item() + 1e-9


def test_chance_counts_doubtful_pairs_once_as_the_search_does():
    rows = [("a", 0, 0, "tool"), ("b", 30, 0, "toy"), ("c", 200, 0, "library"), ("d", 250, 0, "room")]
    places = places_of(rows)
    rules = villages.VillageRules(perturbation=villages.Perturbation(runs=5))
    found = villages.find(places, grid_walks(rows), around=nobody(places), rules=rules).villages
    doubts = villages.Doubts.among(places, nobody(places))
    counted = villages.by_chance(places, grid_walks(rows), rules=rules, doubts=doubts)
    assert counted["candidates"].item() == len(found) == 1
    three = places[places["place_id"] != "d"].reset_index(drop=True)
    assert villages.by_chance(three, grid_walks(rows), rules=rules, doubts=doubts)["candidates"].item() == 0
    none = villages.by_chance(places, grid_walks(rows), rules=villages.VillageRules())
    assert none.empty
