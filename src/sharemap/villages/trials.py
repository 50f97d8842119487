"""What the perturbed runs choose among: the positions of shared spaces, walks between them, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap import reach
from sharemap.errors import GeometryError
from sharemap.perturbed import Drawing
from sharemap.villages.facts import Facts
from sharemap.villages.rules import Ground, Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sharemap.network import WalkNetwork
    from sharemap.villages.perturbing import Perturbation

__all__ = ["Trials"]


@dataclass(frozen=True)
class Trials:
    """Shared spaces as they may really be.

    Attributes
    ----------
    drawing
        The sites of the study, drawn.
    walks
        ``a``, ``b`` (ids of positions), ``walk_m``: up to :meth:`Perturbation.widest_m`.
    facts
        What is known of the positions; the position of a published place has the place's id.
    """

    drawing: Drawing
    walks: pd.DataFrame
    facts: Facts

    @classmethod
    def walked(  # noqa: PLR0913  the town, and what is drawn of it
        cls,
        drawing: Drawing,
        streets: WalkNetwork,
        stops: pd.DataFrame,
        demand: pd.DataFrame,
        support: pd.DataFrame,
        *,
        minutes: float,
        widest_m: float,
    ) -> Trials:
        """Walk from every position at which a shared space may stand.

        Parameters
        ----------
        drawing
            The sites, drawn.
        streets
            The network.
        stops
            ``site_id`` (ids of positions, of published places and others) and the columns of
            :func:`sharemap.network.snap`.
        demand, support
            Homes and the stops of support sites.
        minutes, widest_m
            How far residents walk, and the longest walk between two places that a run may ask for.
        """
        near = stops[(stops["status"] == "ok").to_numpy()].reset_index(drop=True)
        ground = Ground.walked(streets, near, minutes=minutes)
        around = Surroundings(
            place_costs=ground.residents(demand), demand=demand, support=ground.support(support)
        )
        named = pd.DataFrame({"place_id": near["site_id"].astype("str"), "layers": ""})
        facts = Facts.of(named.sort_values("place_id"), around)
        return cls(drawing, reach.between(streets, near, cutoff_m=widest_m), facts)

    @classmethod
    def unmoved(cls, facts: Facts, pairs: pd.DataFrame, how: Perturbation) -> Trials:
        """Return runs in which sites only close, each with the chance of the perturbation."""
        chance = np.random.default_rng([how.seed, 1])
        places, n_sites = list(facts.position), len(facts.site_place)
        own = np.broadcast_to(np.arange(len(places), dtype=np.int32), (how.runs, len(places)))
        positions = pd.DataFrame(
            {
                "position_id": pd.Series(places, dtype="str"),
                "building": np.arange(len(places)),
                "published": True,
            }
        )
        services = pd.DataFrame(
            {
                "building": facts.site_place,
                "layer": facts.site_layer,
                "space": facts.site_space,
                "published": True,
            }
        )
        present = chance.random((how.runs, n_sites)) >= how.closure
        return cls(Drawing(positions, services, own, own, present), pairs, facts)


@dataclass(frozen=True)
class Board:
    """Trials by number: rows are positions of `facts`, buildings those that may be a shared space.

    Attributes
    ----------
    ids
        Id of each building: the first of its positions, the published one.
    row
        ``int64[runs, buildings]``: where each stands, -1 where it meets no street.
    leader
        ``int64[runs, buildings]``: the building that each is.
    site_building, site_layer, site_space, present
        The sites of these buildings; ``present`` is ``bool[runs, sites]``.
    a, b, walk_m
        Walks between rows, and the building of each row.
    """

    ids: list[str]
    facts: Facts
    row: NDArray[np.int64]
    leader: NDArray[np.int64]
    building: NDArray[np.int64]
    site_building: NDArray[np.int64]
    site_layer: NDArray[np.int64]
    site_space: NDArray[np.bool_]
    present: NDArray[np.bool_]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    walk_m: NDArray[np.float64]

    @classmethod
    def of(cls, trials: Trials) -> Board:
        """Give numbers to what the runs choose among."""
        drawing, facts = trials.drawing, trials.facts
        row = pd.Index(facts.position).get_indexer(pd.Index(drawing.positions["position_id"]))
        of_position = drawing.positions["building"].to_numpy(dtype=np.int64)
        first = drawing.positions.drop_duplicates("building").set_index("building")["position_id"]
        kept = np.unique(of_position[row >= 0])
        number = np.full(drawing.position.shape[1], -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        building = np.full(len(facts.position), -1, dtype=np.int64)
        building[row[row >= 0]] = number[of_position[row >= 0]]
        leader = number[drawing.leader[:, kept]]
        # what is in a building that makes no shared space of the study stays where it stands
        leader = np.where(leader < 0, np.arange(len(kept)), leader)
        site = number[drawing.sites["building"].to_numpy(dtype=np.int64)]
        ours = site >= 0
        layer, _ = pd.factorize(drawing.sites["layer"], sort=True)
        a, b = (pd.Index(facts.position).get_indexer(pd.Index(trials.walks[name])) for name in ("a", "b"))
        return cls(
            ids=first.loc[kept].tolist(),
            facts=facts,
            row=row[drawing.position[:, kept]],
            leader=leader,
            building=building,
            site_building=site[ours],
            site_layer=layer[ours].astype(np.int64),
            site_space=drawing.sites["space"].to_numpy(dtype=bool)[ours],
            present=drawing.present[:, ours],
            a=a.astype(np.int64),
            b=b.astype(np.int64),
            walk_m=trials.walks["walk_m"].to_numpy(dtype=np.float64),
        )

    def numbers(self, places: Sequence[str]) -> tuple[int, ...]:
        """Return the numbers of some published places.

        Raises
        ------
        GeometryError
            If a place is not among those that were drawn.
        """
        found = pd.Index(self.ids).get_indexer(pd.Index(places))
        if (found < 0).any():
            msg = "a place of a candidate was not drawn"
            raise GeometryError(
                msg,
                value=np.asarray(places, dtype=object)[found < 0][0],
                remedy="draw the sites of all places",
            )
        return tuple(found.tolist())
