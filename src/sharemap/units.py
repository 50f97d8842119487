"""Walking profiles, minutes <-> metres, persons, and the CRS of published positions and of the web."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

import numpy as np

from sharemap.errors import GeometryError, StudyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

__all__ = [
    "CRS_WGS84",
    "ELDERLY",
    "LEAST_MOBILE",
    "PROFILES",
    "STANDARD",
    "THOUSANDTHS",
    "WalkProfile",
    "least_mobile",
    "persons",
    "profile_named",
    "sum_persons",
    "thousandths",
    "whole_cm",
]

CRS_WGS84 = "EPSG:4326"

#: Residents are counted in thousandths of a person, whole numbers, so that sums are exact in any order.
THOUSANDTHS = 1000

_METRES_PER_KM = 1000.0
_CM_PER_M = 100.0
_MOST_CM = 2.0**31 - 1
_MINUTES_PER_HOUR = 60.0
_SLOWEST_KMH, _FASTEST_KMH = 0.1, 30.0
_MOST_STEPS = 100.0
_WHEELS = ("", "stroller", "wheelchair")


@dataclass(frozen=True, kw_only=True)
class WalkProfile:
    """How somebody walks.

    Attributes
    ----------
    name
        Stable English key, as used in study files and in ``summary.json``.
    name_ko, name_en
        What readers see.
    speed_kmh
        Speed on the flat, kilometres an hour.
    steps_factor
        How many metres of flat street one metre of steps costs; ``None`` when steps cannot be used.
    source
        Where the figures come from.
    age_band
        The broad age whose people walk so, ``"all"`` where it is said of no age.
    wheels
        ``"stroller"`` or ``"wheelchair"`` for who goes on these wheels: what the streets' tags say of them counts, a
        ramp beside steps and a kerb among it; empty for who walks.

    Examples
    --------
    >>> STANDARD.metres(15)
    1125.0
    >>> PROFILES["elderly"].metres(15)
    720.0
    """

    name: str
    name_ko: str
    name_en: str
    speed_kmh: float
    steps_factor: float | None
    source: str
    age_band: str = "all"
    wheels: str = ""

    def __post_init__(self) -> None:
        if self.wheels not in _WHEELS:
            msg = "wheels that no street is asked about"
            raise StudyError(msg, column="wheels", value=self.wheels, remedy="use stroller or wheelchair")
        if not _SLOWEST_KMH <= self.speed_kmh <= _FASTEST_KMH:
            msg = "a walking speed must be 0.1 to 30 km/h"
            raise StudyError(msg, column="speed_kmh", value=self.speed_kmh, remedy="for example 4.5")
        if self.steps_factor is not None and not 1.0 <= self.steps_factor <= _MOST_STEPS:
            msg = "steps cannot be quicker than flat street, nor a hundred times slower"
            raise StudyError(msg, column="steps_factor", value=self.steps_factor, remedy="use 1.0 to 100")

    def metres(self, minutes: float) -> float:
        """Metres walked on the flat in some minutes, without the noise of the float: 720, not 720.0000001."""
        return round(minutes * self.speed_kmh * _METRES_PER_KM / _MINUTES_PER_HOUR, 6)

    @overload
    def minutes(self, metres: float) -> float: ...
    @overload
    def minutes(self, metres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...
    def minutes(self, metres: float | npt.NDArray[np.float64]) -> float | npt.NDArray[np.float64]:
        """Minutes needed for some metres on the flat."""
        return metres * _MINUTES_PER_HOUR / (self.speed_kmh * _METRES_PER_KM)


STANDARD = WalkProfile(
    name="standard",
    name_ko="일반 성인",
    name_en="Adult",
    speed_kmh=4.5,
    # 1.0 on purpose: the standard 15 minutes are exactly 1,125 m of street, so anyone can check our costs
    # with the exported lengths alone. The slower profiles carry the burden of steps.
    steps_factor=1.0,
    source="4.5 km/h: the walking speed of the OSMnx ecosystem's examples",
)

ELDERLY = WalkProfile(
    name="elderly",
    name_ko="고령자",
    name_en="Older adult",
    speed_kmh=2.88,
    steps_factor=2.0,
    source="0.8 m/s: the signal-timing speed of protected crossings in Korea",
    age_band="65_over",
)

PROFILES: Mapping[str, WalkProfile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            STANDARD,
            ELDERLY,
            WalkProfile(
                name="stroller",
                name_ko="유모차",
                name_en="Stroller",
                speed_kmh=4.5,
                steps_factor=None,
                source="standard speed without steps",
                wheels="stroller",
            ),
            WalkProfile(
                name="wheelchair",
                name_ko="휠체어",
                name_en="Wheelchair",
                speed_kmh=2.88,
                steps_factor=None,
                source="0.8 m/s (protected crossings) without steps",
                wheels="wheelchair",
            ),
        )
    }
)


#: The built-in profile that reaches least, whatever the streets: slowest, and shut out by steps.
LEAST_MOBILE = "wheelchair"


def least_mobile(profiles: Iterable[WalkProfile]) -> WalkProfile:
    """Return the profile for whom most is shut or slow: the slowest, of equals the one steps hinder most.

    Examples
    --------
    >>> least_mobile(PROFILES.values()).name
    'wheelchair'
    """
    return min(
        profiles,
        key=lambda one: (one.speed_kmh, -float("inf") if one.steps_factor is None else -one.steps_factor),
    )


def profile_named(name: str) -> WalkProfile:
    """Return a walking profile by its key.

    Raises
    ------
    StudyError
        If there is no such profile.

    Examples
    --------
    >>> profile_named("stroller").steps_factor is None
    True
    """
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        msg = "unknown walking profile"
        raise StudyError(msg, column="profile", value=name, remedy=f"use one of {known}") from None


def whole_cm(metres: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Round metres to whole centimetres, the unit in which costs are counted exactly.

    Raises
    ------
    GeometryError
        If one is no number, or longer than the 21,474 km that fit.

    Examples
    --------
    >>> whole_cm([1.004, 12.5]).tolist()
    [100, 1250]
    """
    cm = np.rint(np.asarray(metres, dtype=np.float64) * _CM_PER_M)
    fits = np.abs(cm) < _MOST_CM
    if not fits.all():
        row = int(np.argmin(np.atleast_1d(fits)))
        msg = "a length is no number of metres that can be counted"
        value = float(np.atleast_1d(metres)[row])
        raise GeometryError(msg, row=row, value=value, remedy="mend it; are the coordinates metres?")
    return cm.astype(np.int32)


@overload
def persons(thousandths: int) -> float: ...
@overload
def persons(thousandths: npt.ArrayLike) -> npt.NDArray[np.float64]: ...
def persons(thousandths: npt.ArrayLike) -> float | npt.NDArray[np.float64]:
    """Turn thousandths of a person, as residents are counted and summed, into persons with three decimals.

    Examples
    --------
    >>> persons(1500), persons(np.array([333, 2000])).tolist()
    (1.5, [0.333, 2.0])
    """
    found = np.asarray(thousandths, dtype=np.int64) / THOUSANDTHS
    return found if found.ndim else float(found)


def thousandths(counted: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Turn persons of a table of results back into the thousandths that add up exactly.

    Examples
    --------
    >>> thousandths([0.1, 0.2]).sum() == thousandths(0.3)
    np.True_
    """
    return np.rint(np.asarray(counted, dtype=np.float64) * THOUSANDTHS).astype(np.int64)


def sum_persons(counted: npt.ArrayLike) -> float:
    """Add up persons of a table of results exactly, in whatever order they stand.

    Examples
    --------
    >>> sum_persons([0.1, 0.2])
    0.3
    """
    return persons(int(thousandths(counted).sum()))
