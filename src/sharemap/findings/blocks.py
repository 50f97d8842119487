"""Where a block is, as people say it: by the two streets that it faces longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.findings.words import words
from sharemap.schema import check

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["LargeBlocks", "frontage", "worded"]


@dataclass(frozen=True, kw_only=True)
class LargeBlocks:
    """Blocks so large that one figure tells little of their homes, and the residents who live in them."""

    count: int
    residents: float | None


def worded(blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table 'blocks' with ``frontage_ko``."""
    return check(blocks.assign(frontage_ko=[frontage(names) for names in blocks["streets"]]), "blocks")


def frontage(streets: str) -> str:
    """Say where a block is.

    Parameters
    ----------
    streets
        Street names, longest first, joined by ';'.

    Examples
    --------
    >>> frontage("을지로;수표로;청계천로"), frontage("을지로"), frontage("")
    ('을지로·수표로 사이', '을지로 변', '')
    """
    say = words("ko")
    names = [name for name in streets.split(";") if name]
    if not names:
        return ""
    if len(names) == 1:
        return say["frontage_one"].format(one=names[0])
    return say["frontage_two"].format(one=names[0], other=names[1])
