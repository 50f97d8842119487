"""What the pages of one printing share: the run, its geometry, and what stands on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.findings import whole
from sharemap.maps.drawn import records
from sharemap.schema import BROAD_AGES
from sharemap.units import sum_persons

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.findings import Run
    from sharemap.findings.summary import LayerFigures, Served
    from sharemap.maps.paper.basemap import BaseMap

__all__ = ["Edition", "ages_of", "everyone"]

#: Up to this many dongs are named; a city has hundreds.
_FEW_DONGS = 40


@dataclass(frozen=True)
class Edition:
    """What pages share.

    Attributes
    ----------
    run
        What is printed.
    base
        Its geometry, made ready once for all pages.
    """

    run: Run
    base: BaseMap

    @property
    def few_dongs(self) -> bool:
        """Whether every dong is named."""
        return len(self.base.area) <= _FEW_DONGS

    @property
    def conditions(self) -> str:
        """What the numbers were made with: profile, speed, cutoff, day."""
        return self.run.say["conditions"].format(**self.run.conditions)

    @property
    def warning(self) -> str:
        """That the study is fictional; nothing of others."""
        say = self.run.say
        return f"{say['fictional']} · {say['fictional_long']}" if self.run.summary.fictional else ""

    @property
    def method(self) -> str:
        """How coverage was computed, in one line."""
        return self.run.say["method_coverage"].format(minutes=self.run.minutes)

    @property
    def sources(self) -> list[str]:
        """The sources for one line, by their day of reference: the first of each day begins with it."""
        run = self.run
        named = sorted({(one.ref_date, run.source_name(one)) for one in run.summary.sources}, reverse=True)
        told = []
        for day in dict.fromkeys(day for day, _ in named):
            names = sorted(name for own, name in named if own == day)
            told += [f"{day or run.say['print_no_day']} {names[0]}", *names[1:]]
            told[-1] += " /"
        if told:
            told[-1] = told[-1].removesuffix(" /")
            told[0] = f"{run.say['print_sources']}: {told[0]}"
        return told

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """The counts beside the promise, by their term."""
        summary = self.run.summary
        villages, sites = summary.villages, summary.rows.sites_in_area
        return ("villages_n", villages.count), ("one_short_n", villages.one_short), ("sites_n", sites)

    def of_residents(self, covered: float | None) -> str:
        """Return how many of all residents are served."""
        told = {"residents": whole(self.run.summary.residents), "covered": whole(covered)}
        return self.run.say["of_residents"].format(**told)

    def layer(self, key: str) -> LayerFigures | None:
        """Return the numbers of a service; nothing for a group or the promise."""
        return next((one for one in self.run.summary.layers if one.layer == key), None)

    def figures(self, key: str) -> Served | None:
        """Return the numbers of a service, a group or the promise; nothing where there are none."""
        summary = self.run.summary
        groups = (one for one in summary.groups if one.group == key)
        if (layer := self.layer(key)) is not None:
            return layer.served
        return next(groups, summary.all_groups if key == "all_groups" else None)

    def dong_of(self, row: Any) -> str:  # noqa: ANN401  a named tuple
        """Return the name of a dong, with its ward where there are several: names occur twice in a city."""
        one_ward = len(self.run.summary.area.wards) == 1
        return str(row.dong_name) if one_ward else f"{row.ward_name} {row.dong_name}"


def everyone(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of residents of all ages."""
    return frame if frame.empty else frame[frame["age_band"] == "all"]


def ages_of(frame: pd.DataFrame, column: str) -> list[tuple[str, float, float]]:
    """Return each age that lives here: its key, people of a column, and all residents of that age."""
    if frame.empty:
        return []
    sums = frame.groupby("age_band")[[column, "residents"]].agg(sum_persons)
    found = {str(row[0]): (float(row[1]), float(row[2])) for row in records(sums)}
    return [(band, *found[band]) for band in BROAD_AGES if band in found and found[band][1] > 0]
