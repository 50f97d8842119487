"""What a CRS is called, and what it must be so that lengths are metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.errors import GeometryError

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["name_of", "read_crs", "refuse_not_metric", "refuse_other"]

_EAST_NORTH = {"east", "north"}


def read_crs(text: object) -> CRS:
    """Return the CRS that a text names: an EPSG code, WKT or a PROJ string.

    Raises
    ------
    GeometryError
        If it names none.

    Examples
    --------
    >>> name_of(read_crs("epsg:32632"))
    'EPSG:32632'
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        msg = "this names no coordinate system"
        raise GeometryError(msg, value=text, remedy='name it like "EPSG:32632"') from error


def name_of(crs: object) -> str:
    """Return how a CRS is called in outputs and messages: its code where it has one.

    Examples
    --------
    >>> name_of(5179), name_of("+proj=tmerc +lon_0=9 +k=1 +x_0=500000 +datum=WGS84 +units=m +no_defs")
    ('EPSG:5179', '+proj=tmerc +lon_0=9 +k=1 +x_0=500000 +datum=WGS84 +units=m +no_defs')
    >>> name_of(None)
    'none'
    """
    from pyproj import CRS

    if crs is None:
        return "none"
    known = CRS.from_user_input(crs)
    code = known.to_epsg()
    return known.to_string().removesuffix(" +type=crs") if code is None else f"EPSG:{code}"


def refuse_not_metric(crs: Any, what: str) -> None:  # noqa: ANN401  a CRS, or what a table has in its place
    """Refuse what is no projected CRS in metres with x to the east and y to the north.

    Raises
    ------
    GeometryError
        If it is none; names the CRS and what it lacks.

    Examples
    --------
    >>> refuse_not_metric(read_crs(4326), "the lines")
    Traceback (most recent call last):
    ...
    sharemap.errors.GeometryError: the lines must be in a projected CRS in metres: 'EPSG:4326' -> it is in degrees; .to_crs() a metric CRS, such as the UTM zone that .estimate_utm_crs() gives
    """
    remedy = ".to_crs() a metric CRS, such as the UTM zone that .estimate_utm_crs() gives"
    if crs is None:
        lacks, remedy = "it has none", "set its CRS, then .to_crs() a metric one"
    elif not crs.is_projected:
        lacks = "it is in degrees"
    elif {axis.unit_name for axis in crs.axis_info[:2]} != {"metre"}:
        lacks = f"its unit is {crs.axis_info[0].unit_name}"
    elif {axis.direction for axis in crs.axis_info[:2]} != _EAST_NORTH:
        lacks = f"its axes lead {' and '.join(axis.direction for axis in crs.axis_info[:2])}"
    else:
        return
    msg = f"{what} must be in a projected CRS in metres"
    raise GeometryError(msg, value=name_of(crs), remedy=f"{lacks}; {remedy}")


def refuse_other(crs: Any, what: str, wanted: Any, of: str) -> None:  # noqa: ANN401  CRS objects, None allowed
    """Refuse a table in another CRS than that of the table it is used with.

    Raises
    ------
    GeometryError
        If they differ, or one has none; names both.

    Examples
    --------
    >>> refuse_other(read_crs(32632), "points", read_crs(5179), "the streets")
    Traceback (most recent call last):
    ...
    sharemap.errors.GeometryError: points must be in the CRS of the streets, EPSG:5179: 'EPSG:32632' -> use .to_crs('EPSG:5179')
    """
    if crs is not None and wanted is not None and (crs is wanted or crs == wanted or _same(crs, wanted)):
        return
    name = name_of(wanted)
    msg = f"{what} must be in the CRS of {of}, {name}"
    remedy = f"use .to_crs('{name}')" if crs is not None else f"set its CRS, then .to_crs('{name}')"
    raise GeometryError(msg, value=name_of(crs), remedy=remedy)


def _same(crs: Any, wanted: Any) -> bool:  # noqa: ANN401  CRS objects
    code = crs.to_epsg()
    return code is not None and code == wanted.to_epsg()
