"""Where a block is, as people say it: by the two streets that it faces longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharemap.findings.words import LANGUAGES, words
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
    """Return the table 'blocks' with ``frontage_ko`` and ``frontage_en``."""
    said = {f"frontage_{lang}": [frontage(names, lang) for names in blocks["streets"]] for lang in LANGUAGES}
    return check(blocks.assign(**said), "blocks")


def frontage(streets: str, lang: str) -> str:
    """Say where a block is.

    Parameters
    ----------
    streets
        Street names, longest first, joined by ';'.
    lang
        ``"ko"`` or ``"en"``.

    Examples
    --------
    >>> frontage("을지로;수표로;청계천로", "ko"), frontage("을지로", "ko"), frontage("", "ko")
    ('을지로·수표로 사이', '을지로 변', '')
    >>> frontage("High Street;Mill Lane", "en")
    'between High Street and Mill Lane'
    """
    say = words(lang)
    names = [name for name in streets.split(";") if name]
    if not names:
        return ""
    if len(names) == 1:
        return say["frontage_one"].format(one=names[0])
    return say["frontage_two"].format(one=names[0], other=names[1])
