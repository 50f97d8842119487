"""Other evidence, other people: every what-if counted again home by home."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sharemap.coverage import Services, WhatIf

LAYERS = {"bike": "mobility", "car": "mobility", "tools": "goods", "wifi": "information"}
SERVICES = Services(
    layers=LAYERS,
    groups={
        "mobility": "이동",
        "goods": "물건",
        "information": "정보",
        "space": "공간",
    },  # of space there is no data
    names={key: key for key in LAYERS},
)


@st.composite
def towns(draw):
    """Homes with a ward, a street or none, and the sites that each reaches: home -> layer -> sites, nearest first."""
    homes = []
    for _ in range(draw(st.integers(1, 8))):
        on_street = draw(st.booleans())
        reach = {
            layer: draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(0, 3))] if on_street else []
            for layer in LAYERS
        }
        homes.append((draw(st.integers(0, 9000)), draw(st.sampled_from(["w1", "w2"])), on_street, reach))
    return homes


def tables(homes):
    rows = [
        {
            "point": at,
            "layer": layer,
            "walk_min": 5.0,
            "sites": len(sites),
            "doubted": 0,
            "site_id": f"{layer}-{sites[0]}",
        }
        for at, (*_, reach) in enumerate(homes)
        for layer, sites in reach.items()
        if sites
    ]
    served = pd.DataFrame(rows, columns=["point", "layer", "walk_min", "sites", "doubted", "site_id"])
    demand = pd.DataFrame(
        {
            "residents": np.array([people for people, *_ in homes], dtype=np.int64),
            "ward_code": [ward for _, ward, *_ in homes],
            "status": ["ok" if street else "too_far" for *_, street, _ in homes],
        }
    )
    return served.astype({"point": "int64", "sites": "int64", "doubted": "int64"}), demand


def kept(homes, change=lambda _home, reach: reach):
    """Residents of homes that reach a site of every group with data, home by home."""
    total = 0
    for home in homes:
        reach = change(home, home[3])
        groups = {LAYERS[layer] for layer, sites in reach.items() if sites}
        total += home[0] if groups >= {"mobility", "goods", "information"} else 0
    return total


@given(
    homes=towns(),
    layer=st.sampled_from(sorted(LAYERS)),
    site=st.sampled_from("abc"),
    lent=st.integers(0, 255),
)
@settings(max_examples=200, deadline=None)
def test_what_ifs_are_those_of_brute_force(homes, layer, site, lent):
    served, demand = tables(homes)
    mask = np.array([bool(lent >> at & 1) for at in range(len(homes))])
    what_if = WhatIf(served, demand, SERVICES, {layer: mask})

    def everywhere(home, reach):
        return {**reach, layer: ["x"]} if home[2] else reach

    assert what_if.as_filed == kept(homes)
    assert what_if.everywhere(layer) == kept(homes, everywhere)
    in_ward = kept(homes, lambda home, reach: everywhere(home, reach) if home[1] == "w1" else reach)
    assert what_if.everywhere(layer, ["w1"]) == in_ward
    assert what_if.without(layer) == kept(homes, lambda _, reach: {**reach, layer: []})
    gone = kept(homes, lambda _, reach: {**reach, layer: [one for one in reach[layer] if one != site]})
    assert what_if.without_site(f"{layer}-{site}", layer) == gone
    wanted = iter(mask)
    hosted = kept(homes, lambda home, reach: everywhere(home, reach) if next(wanted) else reach)
    assert what_if.hosted(layer) == hosted
    lost = sum(people for people, _, street, _ in homes if not street)
    assert what_if.if_all_on_street == kept(homes) + lost


@given(homes=towns(), layer=st.sampled_from(sorted(LAYERS)))
@settings(max_examples=50, deadline=None)
def test_more_evidence_of_sites_never_serves_fewer(homes, layer):
    served, demand = tables(homes)
    what_if = WhatIf(served, demand, SERVICES)
    assert (
        what_if.without(layer)
        <= what_if.as_filed
        <= what_if.everywhere(layer, ["w1"])
        <= what_if.everywhere(layer)
    )


def test_without_a_group_nobody_is_counted():
    services = Services(layers={}, groups={"goods": "물건"}, names={})
    served, demand = tables([(5000, "w1", True, {layer: [] for layer in LAYERS})])
    assert WhatIf(served, demand, services).as_filed == 0
