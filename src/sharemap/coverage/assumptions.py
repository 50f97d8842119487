"""What the promise and its groups would be under other assumptions, one changed at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.coverage.nearest import nearest_at_points
from sharemap.coverage.points import Dense, columns_of, combined, members
from sharemap.coverage.services import PROMISE
from sharemap.coverage.standing import Blind, standings
from sharemap.schema import TABLES, check
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sharemap.coverage.nearest import Nearest
    from sharemap.coverage.placing import Placement
    from sharemap.coverage.services import Services
    from sharemap.coverage.walker import Walker
    from sharemap.network import WalkNetwork

__all__ = ["CARRIAGEWAYS", "assumptions", "with_waits"]

#: Streets at whose nodes a walker is thought to wait.
CARRIAGEWAYS = ("primary", "primary_link", "secondary", "secondary_link")

_WAITS_S = (10.0, 20.0, 30.0)
_M_PER_KM, _S_PER_H = 1000.0, 3600.0
_CM = 100.0


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One assumption that is changed: its key, to what, and whom each service then serves; nothing where not examined."""

    assumption: str
    setting: str = ""
    people: Mapping[str, tuple[int, int]] | None = None


def with_waits(streets: WalkNetwork, seconds: float) -> WalkNetwork:
    """Return the streets with a wait at each node on a carriageway (:data:`CARRIAGEWAYS`).

    Half of it is added to either end of each edge at such a node, so that whoever walks through one waits once: across
    the carriageway, and at its junctions along it too. Whoever sets out on such an edge pays a part of the half.
    """
    edges = streets.edges
    main = edges["highway"].isin(CARRIAGEWAYS).to_numpy()
    waits = np.zeros(len(streets.nodes), dtype=np.int64)
    waits[streets.edge_u[main]] = waits[streets.edge_v[main]] = 1
    half_m = streets.profile.speed_kmh * _M_PER_KM / _S_PER_H * seconds / 2
    more = np.rint((waits[streets.edge_u] + waits[streets.edge_v]) * half_m * _CM) / _CM
    slower = edges.assign(cost_m=edges["cost_m"] + more)
    return replace(streets, edges=slower)


def assumptions(  # noqa: PLR0913  the streets and the sites, the walks, the services and what is asked
    streets: WalkNetwork,
    stops_by_layer: Mapping[str, pd.DataFrame],
    walker: Walker,
    nearest: Nearest,
    *,
    services: Services,
    cutoff_m: float,
    cutoffs_m: Sequence[float],
    otherwise: Placement | None = None,
) -> pd.DataFrame:
    """Return the promise and the groups under other assumptions (schema ``assumptions``).

    Parameters
    ----------
    streets, stops_by_layer
        The network with the profile of the walker, and the stops of each layer.
    walker, nearest
        The walker, and the nearest sites of the homes without a cutoff.
    services
        The layers with data and the groups of the plan.
    cutoff_m, cutoffs_m
        The cutoff of the study, and others.
    otherwise
        The residents as another method places them, if there is one.

    Returns
    -------
    One row an assumption, setting and service: the group or the promise. ``as_filed`` stands first: nothing changed. An
    assumption that the study gives nothing to examine with has no figures, which is not the same as no difference.
    """
    town = _Counting(walker.homes, walker.served, nearest, services)
    cases = [
        _Case(assumption="as_filed", people=town.within(nearest.cost_m, cutoff_m)),
        *(
            _Case(assumption="cutoff", setting=f"{cutoff:g} m", people=town.within(nearest.cost_m, cutoff))
            for cutoff in sorted({float(one) for one in cutoffs_m} - {float(cutoff_m)})
        ),
        *(
            _Case(
                assumption="crossing_wait",
                setting=f"{wait:g} s",
                people=town.within(_waiting(streets, stops_by_layer, town, wait), cutoff_m),
            )
            for wait in _WAITS_S
        ),
        _Case(assumption="doubted_sites", people=town.undoubted()),
        _Case(
            assumption="placing",
            people=None
            if otherwise is None
            else replace(town, homes=otherwise.homes).within(otherwise.nearest.cost_m, cutoff_m),
        ),
        _Case(assumption="second_site", people=town.second()),
        *town.fewer(cutoff_m),
        _Case(assumption="every_layer", people=town.every_layer(cutoff_m)),
        _Case(assumption="street_age"),
    ]
    return _table(cases, town)


def _waiting(
    streets: WalkNetwork, stops_by_layer: Mapping[str, pd.DataFrame], town: _Counting, wait_s: float
) -> NDArray[np.float64]:
    slower = with_waits(streets, wait_s)
    return nearest_at_points(slower, stops_by_layer, town.homes, services=town.services).cost_m


@dataclass(frozen=True)
class _Counting:
    """Walks and residents that every case counts."""

    homes: pd.DataFrame
    served: pd.DataFrame
    nearest: Nearest
    services: Services

    @property
    def residents(self) -> NDArray[np.int64]:
        """Thousandths of residents of each home."""
        return self.homes["residents"].to_numpy(dtype=np.int64)

    def undoubted(self) -> dict[str, tuple[int, int]]:
        """Return who is served without the sites whose position is in doubt; who is not may be."""
        return {
            one.key: self._count(one.undoubted, one.unknown | (one.served & ~one.undoubted))
            for one in standings(self.served, self.homes, self.services)
            if one.kind != "layer"
        }

    def within(
        self, cost_m: NDArray[np.float64], cutoff_m: float, services: Services | None = None
    ) -> dict[str, tuple[int, int]]:
        """Return served and unknown residents of each group and of the promise, in thousandths."""
        services = services or self.services
        blind = Blind.of(self.homes, services)
        rows = zip(combined(cost_m, services), blind.unknown(cost_m <= cutoff_m), strict=True)
        return {
            key: (int(self.residents[cost <= cutoff_m].sum()), int(self.residents[unknown].sum()))
            for (kind, key, _, cost), unknown in rows
            if kind != "layer"
        }

    def second(self) -> dict[str, tuple[int, int]]:
        """Return who has a second site of a group in reach too."""
        sites = Dense.of(self.served, len(self.residents), self.services).sites
        blind = Blind.of(self.homes, self.services)
        every, never = np.ones((2, len(self.residents)), dtype=bool)
        people = {}
        for group in self.services.with_data:
            columns = columns_of(group, self.services)
            served = sites[:, columns].sum(axis=1) > 1
            unknown = ~served & (blind.no_street | blind.no_data[:, columns].any(axis=1))
            every, never = every & served, never & (served | unknown)
            people[group] = self._count(served, unknown)
        if not self.services.without_data:
            people[PROMISE] = self._count(every, ~every & never)
        return people

    def fewer(self, cutoff_m: float) -> Iterator[_Case]:
        """Yield the promise without each layer, and without each group."""
        for layer, group in self.services.layers.items():
            if not group:
                continue
            found = self._without([layer], self.services.groups, cutoff_m)
            yield _Case(assumption="without_layer", setting=layer, people=found)
        for group in self.services.with_data:
            gone = [layer for layer, own in self.services.layers.items() if own == group]
            kept = {key: name for key, name in self.services.groups.items() if key != group}
            found = self._without(gone, kept, cutoff_m)
            yield _Case(assumption="without_group", setting=group, people=found)

    def every_layer(self, cutoff_m: float) -> dict[str, tuple[int, int]]:
        """Return the promise if each layer had to be reached."""
        columns = list(members("promise", PROMISE, self.services))
        reached, blind = self.nearest.cost_m[:, columns] <= cutoff_m, Blind.of(self.homes, self.services)
        told = reached | ~(blind.no_data[:, columns] | blind.no_street[:, None])
        every = np.asarray(reached.all(axis=1))
        # whoever is known to miss one layer misses the promise, whatever is unknown of the others
        never = np.asarray((told & ~reached).any(axis=1))
        return {PROMISE: self._count(every, ~every & ~never)} if not self.services.without_data else {}

    def _without(
        self, gone: Sequence[str], groups: Mapping[str, str], cutoff_m: float
    ) -> dict[str, tuple[int, int]] | None:
        """Return the figures of the others; nothing where a group or everything is gone with them."""
        kept = {layer: group for layer, group in self.services.layers.items() if layer not in gone}
        if not kept or not set(groups) - set(self.services.without_data) <= set(kept.values()):
            return None
        services = replace(
            self.services,
            layers=kept,
            groups=groups,
            no_data=frozenset(pair for pair in self.services.no_data if pair[0] in kept),
        )
        columns = [at for at, layer in enumerate(self.services.layers) if layer in kept]
        return self.within(self.nearest.cost_m[:, columns], cutoff_m, services)

    def _count(self, served: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> tuple[int, int]:
        return int(self.residents[served].sum()), int(self.residents[unknown].sum())


def _table(cases: Sequence[_Case], town: _Counting) -> pd.DataFrame:
    services, total = town.services, int(town.residents.sum())
    promise = {} if services.without_data else {PROMISE: services.promise_ko}
    called = {**promise, **{group: services.groups[group] for group in services.with_data}}
    filed = cases[0].people or {}
    rows: list[dict[str, Any]] = []
    for case in cases:
        people = case.people
        for key, name in called.items():
            found = None if people is None else people.get(key)
            if found is None and not (people is None and key == next(iter(called))):
                continue  # a case that tells nothing of a service has no row of it; one that is not examined has one
            served, unknown = found or (0, 0)
            shown = {
                "residents": persons(total),
                "covered": persons(served) if found else np.nan,
                "uncovered": persons(total - served - unknown) if found else np.nan,
                "unknown": persons(unknown) if found else np.nan,
                "share": served / total if found and total else np.nan,
                "difference": (served - filed[key][0]) / total if found and total else np.nan,
            }
            kind = "promise" if key == PROMISE else "group"
            rows.append(
                {
                    "assumption": case.assumption,
                    "setting": case.setting,
                    "kind": kind,
                    "key": key,
                    "key_ko": name,
                    "examined": found is not None,
                    **shown,
                }
            )
    return check(pd.DataFrame(rows, columns=TABLES["assumptions"].unsaid.names), "assumptions", said=False)
