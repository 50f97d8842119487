"""What the pages of one printing share: the study with its geometry, the words, and what stands on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sharemap.maps.drawn import records, source_name
from sharemap.maps.words import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sharemap.maps.drawn import Study
    from sharemap.maps.paper.basemap import BaseMap

__all__ = ["Edition", "ages_of"]

#: Ages that the pages tell apart.
_AGES = ("0_9", "10_19", "20_39", "40_64", "65_over")
#: Up to this many dongs are named; a city has hundreds.
_FEW_DONGS = 40


@dataclass(frozen=True)
class Edition:
    """What pages share.

    Attributes
    ----------
    base
        The study and its geometry, made ready once for all pages.
    say
        The words.
    lang
        ``"ko"`` or ``"en"``.
    """

    base: BaseMap
    say: Mapping[str, str]
    lang: str

    @property
    def study(self) -> Study:
        """The tables and the summary."""
        return self.base.study

    @property
    def summary(self) -> Mapping[str, Any]:
        """The content of ``summary.json``."""
        return self.base.study.summary

    @property
    def few_dongs(self) -> bool:
        """Whether every dong is named."""
        return len(self.study.area) <= _FEW_DONGS

    @property
    def theme(self) -> str:
        """The theme of the map: the promise, or the first group when there is none."""
        groups = self.summary["groups"]
        return "all_groups" if self.summary["all_groups"] is not None or not groups else groups[0]["group"]

    @property
    def minutes(self) -> str:
        """The cutoff in minutes, as written."""
        return number(self.summary["cutoff_min"])

    @property
    def conditions(self) -> str:
        """What the numbers were made with: profile, speed, cutoff, day."""
        summary = self.summary
        return self.say["conditions"].format(
            profile=summary["profile_ko"] if self.lang == "ko" else summary["profile"],
            speed=number(summary["speed_kmh"]),
            minutes=number(summary["cutoff_min"]),
            metres=number(summary["cutoff_m"]),
            date=summary["generated"],
        )

    @property
    def warning(self) -> str:
        """That the study is fictional; nothing of others."""
        return f"{self.say['fictional']} · {self.say['fictional_long']}" if self.summary["fictional"] else ""

    @property
    def method(self) -> str:
        """How coverage was computed, in one line."""
        return self.say["method_coverage"].format(minutes=self.minutes)

    @property
    def sources(self) -> list[str]:
        """The sources for one line, by their day of reference: the first of each day begins with it."""
        listed = self.summary["sources"]
        named = sorted({(s["ref_date"] or "", source_name(s, self.lang)) for s in listed}, reverse=True)
        told = []
        for day in dict.fromkeys(day for day, _ in named):
            names = sorted(name for own, name in named if own == day)
            told += [f"{day or self.say['print_no_day']} {names[0]}", *names[1:]]
            told[-1] += " /"
        if told:
            told[-1] = told[-1].removesuffix(" /")
            told[0] = f"{self.say['print_sources']}: {told[0]}"
        return told

    def entry(self, key: str) -> Mapping[str, Any] | None:
        """Return what the summary has on a service, a group or the promise; nothing where it has none."""
        if key == "all_groups":
            return self.summary["all_groups"]
        named = (("groups", "group"), ("layers", "layer"))
        found = (entry for kind, name in named for entry in self.summary[kind] if entry[name] == key)
        return next(found, None)

    def name_of(self, key: str) -> str:
        """Return what a service, a group or the promise is called."""
        entry = None if key == "all_groups" else self.entry(key)
        return self.say.get(key, key) if entry is None else str(entry[f"name_{self.lang}"])

    def dong_of(self, row: Any) -> str:  # noqa: ANN401  a named tuple
        """Return the name of a dong, with its ward where there are several: names occur twice in a city."""
        one_ward = len(self.summary["area"]["wards"]) == 1
        return str(row.dong_name) if one_ward else f"{row.ward_name} {row.dong_name}"


def ages_of(frame: pd.DataFrame, column: str) -> list[tuple[str, int, int]]:
    """Return each age that lives here: its key, people of a column, and all residents of that age."""
    sums = frame.groupby("age_band")[[column, "residents"]].sum()
    found = {str(row[0]): (int(row[1]), int(row[2])) for row in records(sums)}
    return [(band, *found[band]) for band in _AGES if band in found and found[band][1] > 0]
