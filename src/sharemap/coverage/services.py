"""What the study has data for, the promise, and the ages that the tables tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.errors import GeometryError
from sharemap.schema import AGE_BANDS, BROAD_AGES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AGES", "PROMISE", "Services"]

#: Key of the promise: all groups of the plan.
PROMISE = "all_groups"

#: Age bands of the coverage tables and the five-year bands that they are made of.
AGES: Mapping[str, tuple[str, ...]] = {"all": AGE_BANDS, **BROAD_AGES}


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the study has data for, and how the plan groups it.

    Attributes
    ----------
    layers
        Layer key -> group key, for each layer of which the study has data, in the order of the tables; ``""`` for a layer
        that is in no group and so decides nothing about the promise.
    groups
        Group key -> Korean name, for every group of the plan, with data or without.
    names
        Layer key -> Korean name.
    promise_ko
        Korean name of the promise.
    no_data
        Layer and code of each ward of which the files of the layer tell nothing, because they have no row of it while
        they have rows of others: residents of the ward who reach no site elsewhere are unknown to the layer, not
        unserved.

    Examples
    --------
    >>> services = Services(
    ...     layers={"bike_station": "mobility"},
    ...     groups={"mobility": "이동", "goods": "물건"},
    ...     names={"bike_station": "따릉이"},
    ... )
    >>> services.without_data
    ('goods',)
    """

    layers: Mapping[str, str]
    groups: Mapping[str, str]
    names: Mapping[str, str]
    promise_ko: str = "전체 분야"
    no_data: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        unknown = sorted(set(self.layers.values()) - {*self.groups, ""})
        unnamed = sorted(set(self.layers) - set(self.names))
        if unknown or unnamed:
            msg = "a layer has a group or no name that the plan does not know"
            raise GeometryError(
                msg, value=unknown or unnamed, remedy="take layers, groups and names from the catalogue"
            )
        strange = sorted({layer for layer, _ in self.no_data} - set(self.layers))
        if strange:
            msg = "a ward has no data of a layer that the study does not name"
            raise GeometryError(msg, value=strange, remedy="name every layer in Services.layers")

    @property
    def with_data(self) -> tuple[str, ...]:
        """Groups with at least one layer in the study, in the order of the plan."""
        return tuple(group for group in self.groups if group in set(self.layers.values()))

    @property
    def without_data(self) -> tuple[str, ...]:
        """Groups of the plan with no layer in the study."""
        return tuple(group for group in self.groups if group not in set(self.layers.values()))
