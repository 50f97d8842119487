"""Sites as they may really be, many times: where they stand, which of them are gone, and what no list has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.errors import GeometryError
from sharemap.perturbed.alternatives import Alternatives, Buildings, alternatives
from sharemap.perturbed.prior import Prior

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sharemap.perturbed.prior import Stands
    from sharemap.perturbed.rules import DrawingRules

__all__ = ["Drawing", "draw"]

_NEEDED = ("site_id", "place_id", "layer", "source", "space", "x", "y")
_MARK = "~"  # before the number of an alternative in an id; no id has it


@dataclass(frozen=True)
class Drawing:
    """Many drawings of the same sites.

    Buildings are numbered in the order of their ids, those that no list has come after them. A *position* is a row of
    `positions`: the published one of building ``b`` is row ``b``.

    Attributes
    ----------
    positions
        ``position_id`` (of a published building its ``place_id``), ``building``, ``published``, ``x``, ``y``.
    sites
        ``site_id``, ``building``, ``layer``, ``space``, ``published``: the given sites in the order of their ids, then
        those that no list has, each of them a building of its own.
    position
        ``int32[runs, buildings]``: where each building stands.
    leader
        ``int32[runs, buildings]``: the building that each of them is; itself but where it is in another one.
    present
        ``bool[runs, sites]``: which sites there are.
    """

    positions: pd.DataFrame
    sites: pd.DataFrame
    position: NDArray[np.int32]
    leader: NDArray[np.int32]
    present: NDArray[np.bool_]

    @property
    def runs(self) -> int:
        """How many drawings."""
        return len(self.present)

    @cached_property
    def moved(self) -> pd.DataFrame:
        """The positions that no published building stands at: they need walks of their own."""
        return self.positions[~self.positions["published"]]

    @cached_property
    def building_of_site(self) -> NDArray[np.int64]:
        """The building of each site."""
        return self.sites["building"].to_numpy(dtype=np.int64)

    def stands_at(self) -> NDArray[np.int32]:
        """Return ``int32[runs, sites]``: the position of each site, that of the building that its own one is."""
        own = self.leader[:, self.building_of_site]
        return np.take_along_axis(self.position, own, axis=1)


def draw(sites: pd.DataFrame, rules: DrawingRules, *, stands: Stands | None = None) -> Drawing:
    """Draw sites as they may really be.

    Parameters
    ----------
    sites
        ``site_id``, ``place_id``, ``layer``, ``source`` (the list that publishes it), ``space`` (whether its layer
        makes a shared space), ``x``, ``y`` in metres. The order of the rows changes nothing.
    rules
        How many runs, and how wrong the lists are.
    stands
        Of points, ``float64[n, 2]``, whether a building can stand there, for example because a street is near;
        without it anywhere.

    Raises
    ------
    GeometryError
        If a column is missing or a position is not finite.

    Notes
    -----
    All sites of a building move together. Rows that are gone fall with the share of their layer, each alone. What no
    list has is drawn as often as the rows that are left allow (negative binomial), anywhere or near the sites of its layer.

    Examples
    --------
    >>> from sharemap.perturbed import DrawingRules
    >>> one = pd.DataFrame(
    ...     {"site_id": ["s"], "place_id": ["p"], "layer": ["library"], "source": ["list"], "space": [True], "x": [0.0], "y": [0.0]})
    >>> drawn = draw(one, DrawingRules(runs=1000))
    >>> bool(abs(drawn.present[:, 0].mean() - (1 - 0.041)) < 0.02)
    True
    """
    _check(sites)
    chance = np.random.default_rng(rules.seed)
    listed = sites.sort_values("site_id", ignore_index=True)
    building, ids = pd.factorize(listed["place_id"], sort=True)
    listed = listed.assign(building=building, published=True)
    known = _buildings(listed, len(ids))
    possible = stands or _anywhere
    priors = {
        role: Prior.of(known.xy[known.space == role], possible, chance)
        for role in (False, True)
        if (known.space == role).any()
    }
    options = alternatives(known, rules, chance, priors, possible)
    new, count = _missing(listed, rules, chance, (priors, possible))
    position, leader = _placed(options, rules, chance)
    added = np.arange(len(new), dtype=np.int32)
    moved = len(ids) * rules.alternatives
    every = np.broadcast_to(added, (rules.runs, len(new)))
    new = new.assign(building=len(ids) + added, published=False)
    return Drawing(
        positions=_positions(np.asarray(ids, dtype=object), known.xy, options.shift_m, new),
        sites=pd.concat([listed, new], ignore_index=True)[
            ["site_id", "building", "layer", "space", "published"]
        ],
        position=np.hstack([position, every + len(ids) + moved]).astype(np.int32),
        leader=np.hstack([leader, every + len(ids)]).astype(np.int32),
        present=np.hstack([_open(listed, rules, chance), count]),
    )


def _check(sites: pd.DataFrame) -> None:
    missing = [name for name in _NEEDED if name not in sites.columns]
    if missing:
        msg = "the sites lack columns"
        raise GeometryError(msg, value=missing, remedy=f"they need {', '.join(_NEEDED)}")
    wrong = np.flatnonzero(~np.isfinite(sites[["x", "y"]].to_numpy(dtype=np.float64)).all(axis=1))
    if len(wrong):
        msg = "a site has no position"
        raise GeometryError(
            msg, row=int(wrong[0]) + 1, column="x", remedy="draw only sites that have coordinates"
        )


def _buildings(listed: pd.DataFrame, count: int) -> Buildings:
    first = listed.drop_duplicates("building").sort_values("building")
    space = np.zeros(count, dtype=bool)
    space[listed.loc[listed["space"].to_numpy(dtype=bool), "building"]] = True
    # a shared space tells the errors of its building; a car park beside it does not
    leading = listed.sort_values(["building", "space", "site_id"], ascending=[True, False, True])
    return Buildings(
        xy=first[["x", "y"]].to_numpy(dtype=np.float64),
        space=space,
        sites=leading[["building", "layer", "source", "space"]].reset_index(drop=True),
    )


def _open(listed: pd.DataFrame, rules: DrawingRules, chance: np.random.Generator) -> NDArray[np.bool_]:
    closed = np.array([rules.errors.of(layer).closed for layer in listed["layer"]])
    return chance.random((rules.runs, len(listed))) >= closed


def _anywhere(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.ones(len(points), dtype=bool)


def _missing(
    listed: pd.DataFrame,
    rules: DrawingRules,
    chance: np.random.Generator,
    where: tuple[Mapping[bool, Prior], Stands],
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Return the sites that no list has, and in which runs each of them is there."""
    priors, stands = where
    nobody = {"site_id": "str", "layer": "str", "space": "bool", "x": "float64", "y": "float64"}
    parts = [pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in nobody.items()})]
    present = [np.zeros((rules.runs, 0), dtype=bool)]
    for layer, rows in listed.groupby("layer", sort=True):
        errors = rules.errors.of(str(layer))
        left = len(rows) * (1 - errors.closed)
        missing = chance.negative_binomial(left + 1, 1 - errors.missing, rules.runs)
        most = int(missing.max(initial=0))
        space = bool(rows["space"].iloc[0])
        # a support site may stand in a building with a shared space: what is drawn tells of its role all the same
        prior = priors.get(space, next(iter(priors.values())))
        # twice as many as are needed: not everywhere can a building stand
        xy = prior.points(rows[["x", "y"]].to_numpy(dtype=np.float64), 2 * most, chance)
        xy = xy[np.argsort(~stands(xy), kind="stable")][:most]
        parts.append(
            pd.DataFrame(
                {
                    "site_id": [f"{layer}{_MARK}{number}" for number in range(most)],
                    "layer": layer,
                    "space": space,
                    "x": xy[:, 0],
                    "y": xy[:, 1],
                }
            )
        )
        order = np.argsort(chance.random((rules.runs, most)), axis=1)
        present.append(order < missing[:, None])
    return pd.concat(parts, ignore_index=True), np.hstack(present)


def _placed(
    options: Alternatives, rules: DrawingRules, chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose for each run and building where it stands, and which building it is."""
    count, several = options.shift_m.shape[:2]
    own, upto = np.arange(count), np.cumsum(options.chance, axis=1)
    position = np.empty((rules.runs, count), dtype=np.int64)
    leader = np.empty((rules.runs, count), dtype=np.int64)
    for run in range(rules.runs):
        beyond: NDArray[np.bool_] = chance.random((count, 1)) >= upto[:, :-1]
        chosen = np.count_nonzero(beyond, axis=1)
        away = (chosen > 0) & (chosen <= several)
        position[run] = np.where(away, count + own * several + chosen - 1, own)
        within = chosen > several
        lead = own.copy()
        lead[within] = options.others.chosen(own[within], chance)
        leader[run] = _joined(lead)
    return position, leader


def _joined(lead: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each building the last one that it is in; two that are in one another are the first of them."""
    own = np.arange(len(lead))
    mutual = lead[lead] == own
    lead = np.where(mutual, np.minimum(own, lead), lead)
    lead = lead[lead]
    lead = lead[lead]
    # what is left goes round in a circle of three or more
    return np.where(lead[lead] == lead, lead, own)


def _positions(
    ids: NDArray[Any], xy: NDArray[np.float64], shift_m: NDArray[np.float64], new: pd.DataFrame
) -> pd.DataFrame:
    count, several = shift_m.shape[:2]
    building = np.concatenate([np.arange(count), np.repeat(np.arange(count), several), new["building"]])
    number = np.tile(np.arange(1, several + 1), count)
    other = [
        f"{place}{_MARK}{at}"
        for place, at in zip(np.repeat(ids, several).tolist(), number.tolist(), strict=True)
    ]
    away = (xy[:, None, :] + shift_m).reshape(-1, 2)
    where = np.vstack([xy, away, new[["x", "y"]].to_numpy(dtype=np.float64)])
    return pd.DataFrame(
        {
            "position_id": pd.Series([*ids.tolist(), *other, *new["site_id"]], dtype="str"),
            "building": building.astype(np.int64),
            "published": np.arange(len(building)) < count,
            "x": where[:, 0],
            "y": where[:, 1],
        }
    )
