"""Who is served: walks x demand -> tables.

Everything here is computed from walks to demand points, never from polygons. A resident is *covered* by a layer
when the walk to at least one of its sites, both access legs included, is within the cutoff; by a group, when any
layer of the group covers; and the plan's *promise* is kept for a resident whom all its groups cover.

Missing input is "no data", never zero: a layer counts only when the study names it (:class:`Services`), a group
only when one of its layers does, and when a group of the plan has no layer in the study the promise cannot be
judged, so that it has no row. Residents whose home meets no street are neither covered nor uncovered: nobody knows
their walk, and they are counted as *unknown*; so are those out of reach of the known sites of a layer that has no data
in their ward (:mod:`~sharemap.coverage.standing`). A layer that the study names and that has data in the ward but no site
in reach is a true zero.

The same walks answer who is served by another profile (:mod:`~sharemap.coverage.profiles`), who when each age walks
at its own pace (:mod:`~sharemap.coverage.own_pace`), whom one more site
would reach (:mod:`~sharemap.coverage.unserved`), what another cutoff would say
(:mod:`~sharemap.coverage.sensitivity`), how sure the shares are when sites may stand elsewhere
(:mod:`~sharemap.coverage.share_intervals`), what the placing of residents decides (:mod:`~sharemap.coverage.placing`), who
is served at night (:mod:`~sharemap.coverage.when`), how evenly access is shared out
(:mod:`~sharemap.coverage.equity`), and what the promise would be if the evidence were another
(:mod:`~sharemap.coverage.what_if`).
"""

from sharemap.coverage.assumptions import assumptions, with_waits
from sharemap.coverage.by_unit import by_dong, by_ward
from sharemap.coverage.equity import equity
from sharemap.coverage.in_draws import DrawnServed, served_in_drawings
from sharemap.coverage.nearest import Nearest, nearest_at_points
from sharemap.coverage.own_pace import by_own_pace
from sharemap.coverage.placing import Placement, placing
from sharemap.coverage.points import at_points, groups_at_points, walks_at_points
from sharemap.coverage.profiles import gap_at_points, gap_by_dong, variety
from sharemap.coverage.promise import headline, wards_without_data
from sharemap.coverage.sensitivity import sensitivity
from sharemap.coverage.services import AGES, PROMISE, Services
from sharemap.coverage.share_intervals import intervals, of_wards
from sharemap.coverage.standing import Blind, Standing, standings
from sharemap.coverage.unserved import Unserved, UnservedRules, unserved_areas
from sharemap.coverage.walker import Walker
from sharemap.coverage.what_if import WhatIf
from sharemap.coverage.when import at_times

__all__ = [
    "AGES",
    "PROMISE",
    "Blind",
    "DrawnServed",
    "Nearest",
    "Placement",
    "Services",
    "Standing",
    "Unserved",
    "UnservedRules",
    "Walker",
    "WhatIf",
    "assumptions",
    "at_points",
    "at_times",
    "by_dong",
    "by_own_pace",
    "by_ward",
    "equity",
    "gap_at_points",
    "gap_by_dong",
    "groups_at_points",
    "headline",
    "intervals",
    "nearest_at_points",
    "of_wards",
    "placing",
    "sensitivity",
    "served_in_drawings",
    "standings",
    "unserved_areas",
    "variety",
    "walks_at_points",
    "wards_without_data",
    "with_waits",
]
