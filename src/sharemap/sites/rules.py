"""When two things that files publish are one: every distance that decides it, in metres, and why it is that long.

=================================  ==============================================
rows of one file are one site      :data:`FOLDS`
sites of two files are one site    :data:`SAME_NAME_M`, :data:`SAME_SPOT_M`
sites are one place, one building  :class:`PlaceRules`, which a study may set
places may be one building         :class:`DoubtRules`
=================================  ==============================================
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sharemap.addresses import SAME_ADDRESS_M, SAME_BUILDING_M
from sharemap.errors import StudyError
from sharemap.sources.around import MARGIN_M

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDS", "SAME_NAME_M", "SAME_SPOT_M", "TOUCHING_M", "DoubtRules", "PlaceRules"]

#: What is this near to an area stands in it: a point on the border.
TOUCHING_M = 1e-3

#: How far apart rows of one file with one key may lie, and whether rows without coordinates may join by it.
FOLDS: Mapping[str, tuple[float, bool]] = MappingProxyType(
    {
        "code": (np.inf, True),  # a number tells a site wherever its rows lie
        "name_address": (MARGIN_M, True),  # one of the positions may be wrong; readers keep rows this far out
        # rows that are parts of a site stand where they say: a large park under one name is several
        "name_address_near": (SAME_ADDRESS_M, True),
        "name_near": (300.0, False),  # the bays of a kerbside car park stretch along their street
        "name_point": (2.0, False),  # a point as it was rounded
        "address": (SAME_ADDRESS_M, True),
        "point": (2.0, False),
    }
)

#: Two files may draw a site of the same name at its gate and at its middle, in a park or a market.
SAME_NAME_M = 100.0
#: Sites whose names only resemble each other are one when they stand at one door.
SAME_SPOT_M = 10.0

_MOST_M = 1_000.0  # no building is longer


@dataclass(frozen=True, kw_only=True)
class PlaceRules:
    """``[places]``: when sites are one place, which is one building; what counts as a village depends on it.

    Attributes
    ----------
    near_m
        Sites up to this far apart, straight, are one place: the entrance and the middle of one building.
    same_address_m
        Sites with the same road and building number, or dong and lot, are one place up to this far apart: one
        plot with several buildings. Farther away one of the positions or addresses is wrong.

    Raises
    ------
    StudyError
        If a distance is negative or longer than a kilometre.

    Examples
    --------
    >>> PlaceRules().near_m, PlaceRules(near_m=40).same_address_m
    (25.0, 150.0)
    """

    near_m: float = SAME_BUILDING_M
    same_address_m: float = SAME_ADDRESS_M

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value <= _MOST_M:
                msg = "a distance within one building must be 0 to 1,000 metres"
                raise StudyError(msg, column=f"[places] {item.name}", value=value, remedy="for example 25")


@dataclass(frozen=True, kw_only=True)
class DoubtRules:
    """When two places that no file calls one building may be one: they stay two, and the pair is named.

    Attributes
    ----------
    near_m
        Places nearer than this, straight: two wings, or two doors of one block.
    same_stem_m
        Places of one dong up to this far apart whose names differ only by the kind of facility: two offices
        publish one community centre under two addresses.
    same_name_m
        Places of one dong up to this far apart with the name of one institution, such as the centre of the dong under
        any of its words: one of two lists may have the old address.
    same_address_m
        Places up to this far apart of which sites have the same road and building number, or dong and lot: one of the
        positions, or of the addresses, is wrong. Up to :attr:`PlaceRules.same_address_m` they are one place anyway.
    """

    near_m: float = 40.0
    same_stem_m: float = 100.0
    same_name_m: float = 400.0
    same_address_m: float = 1_000.0
