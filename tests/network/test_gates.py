"""Streets are cut at what stands on them."""

from __future__ import annotations

import numpy as np
import pytest

from sharemap.units import PROFILES
from toy_ways import streets_of, walks_between

STREET = {"highway": "residential"}
PATH = {"highway": "footway"}
GATE = {"barrier": "gate", "access": "private"}
KERB = {"barrier": "kerb", "kerb": "raised"}


def walks(streets, *pairs, walker="standard"):
    return walks_between(streets.with_profile(PROFILES[walker]), pairs).round(1).tolist()


def test_a_gate_at_a_corner_stands_on_the_way_that_ends_there():
    """::

    a---g---b    the street runs on past g; the path ends there
        |
        c
    """
    town = (STREET, [(0, 0), (100, 0), (200, 0)]), (PATH, [(100, 0), (100, -80)])
    streets = streets_of(*town, nodes=[((100, 0), GATE)])
    assert walks(streets, ((0, 0), (200, 0))) == [200.0]
    assert np.isnan(walks(streets, ((0, 0), (100, -80)))).all()
    assert streets.report["gates"] == {"shut": 1, "shut_for_wheels": 0}
    assert streets.edges["length_m"].sum() == pytest.approx(280, abs=0.1)


def test_a_gate_of_a_private_way_does_not_shut_the_street_that_it_leaves():
    town = (STREET, [(0, 0), (100, 0), (200, 0)]), (PATH | {"foot": "private"}, [(100, 0), (100, -80)])
    streets = streets_of(*town, nodes=[((100, 0), GATE)])
    assert walks(streets, ((0, 0), (200, 0))) == [200.0]


def test_where_streets_cross_at_a_gate_all_are_cut():
    town = (STREET, [(0, 0), (100, 0), (200, 0)]), (PATH, [(100, 80), (100, 0), (100, -80)])
    streets = streets_of(*town, nodes=[((100, 0), GATE)])
    assert int(streets.edges["component"].max()) == 3
    assert streets.edges["length_m"].sum() == pytest.approx(360, abs=0.1)


def test_a_kerb_cuts_the_crossing_for_a_wheelchair_and_the_carriageway_for_nobody():
    """::

        c
        |          kerb at k, as a node of both: the path is cut, the street is not
    a---k---b
        |
        d
    """
    town = (STREET, [(0, 0), (100, 0), (200, 0)]), (PATH, [(100, 80), (100, 0), (100, -80)])
    streets = streets_of(*town, nodes=[((100, 0), KERB)])
    plain = streets_of(*town)
    pairs = [((0, 0), (200, 0)), ((100, 80), (100, -80)), ((0, 0), (100, -80))]
    assert walks(streets, *pairs) == walks(plain, *pairs) == pytest.approx([200, 160, 180], abs=0.1)
    assert walks(streets, *pairs, walker="stroller") == walks(plain, *pairs)
    along, across, round_the_corner = walks(streets, *pairs, walker="wheelchair")
    assert along == pytest.approx(200, abs=0.1)
    assert np.isnan([across, round_the_corner]).all()
    assert streets.report["gates"] == {"shut": 0, "shut_for_wheels": 1}
    assert streets.edges["length_m"].sum() == plain.edges["length_m"].sum()


def test_kerbs_on_both_sides_of_a_crossing_leave_a_wheelchair_on_either_pavement():
    path = (PATH, [(0, 0), (0, 10), (0, 20), (0, 30)])
    raised, lowered = {"barrier": "kerb", "kerb": "raised"}, {"barrier": "kerb", "kerb": "lowered"}
    cut = streets_of(path, nodes=[((0, 10), raised), ((0, 20), lowered)])
    wheels = cut.with_profile(PROFILES["wheelchair"]).edges
    assert wheels.groupby("component")["length_m"].sum().round(1).to_dict() == {-1: 0.0, 0: 20.0, 1: 10.0}
    flat = streets_of(path, nodes=[((0, 10), lowered), ((0, 20), lowered)])
    assert len(flat.edges) == 1
