"""A finished run as everybody reads it: its tables, its headline numbers, its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.catalog import GROUPS
from sharemap.findings.evidence_figures import evidence_line
from sharemap.findings.numbers import number, parts, percent, whole
from sharemap.findings.positions import states_of
from sharemap.findings.villages import stored_name
from sharemap.findings.words import people, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings.numbers import Parts
    from sharemap.findings.summary import PrintedSource, ProfileFigures, Served, Summary

__all__ = ["ALL_GROUPS", "FEW", "MOST_UNKNOWN", "Run"]

#: Key of the plan's promise among the services.
ALL_GROUPS = "all_groups"

#: Where a larger part of the residents of a dong is unknown, no map gives it the colour of a share.
MOST_UNKNOWN = 0.5

_WIDE_KM2 = 60.0
#: Of fewer points one alone is more than a per cent of a dong; the same is said of fewer residents.
FEW = 100
_CARDS, _CARDS_WIDE = 100, 25


@dataclass(frozen=True)
class Run:
    """The one reading of a finished run.

    Attributes
    ----------
    tables
        Name -> table, as :data:`sharemap.schema.TABLES` describes them.
    summary
        The headline numbers.
    lang
        ``"ko"`` or ``"en"``: the language in which it is told.
    """

    tables: Mapping[str, pd.DataFrame]
    summary: Summary
    lang: str = "ko"

    @cached_property
    def say(self) -> Mapping[str, str]:
        """The terms of ``words.toml``."""
        return words(self.lang)

    @property
    def crs(self) -> str:
        """The name of the CRS that its tables are in."""
        return self.summary.area.crs

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, one without rows and columns where the run has none."""
        frame = self.tables.get(name)
        return pd.DataFrame() if frame is None else frame

    @cached_property
    def villages(self) -> pd.DataFrame:
        """The candidates, named in the language."""
        frame = self.table("villages")
        if frame.empty or self.lang == "ko":
            return frame
        return frame.assign(name=[stored_name(name, lang=self.lang) for name in frame["name"]])

    def named(self, entry: Any) -> str:  # noqa: ANN401  whatever has a name in both languages
        """Return the name of a layer, group or other entry that has a Korean and an English one."""
        return str(getattr(entry, f"name_{self.lang}"))

    @cached_property
    def layer_names(self) -> dict[str, str]:
        """Layer -> name."""
        return {entry.layer: self.named(entry) for entry in self.summary.layers}

    @cached_property
    def group_names(self) -> dict[str, str]:
        """Group of the plan -> name, of those with data."""
        named = GROUPS if self.lang == "ko" else {key: key.capitalize() for key in GROUPS}
        held = {one.group for one in (self.summary.layers if self.uncounted else self.summary.groups)}
        return {key: named[key] for key in GROUPS if key in held - {*self.summary.groups_without_data}}

    @cached_property
    def service_names(self) -> dict[str, str]:
        """The promise, the groups and the layers in the order in which every view lists them: key -> name."""
        return {ALL_GROUPS: self.say["all_groups"], **self.group_names, **self.layer_names}

    @property
    def service_keys(self) -> list[str]:
        """The keys of :attr:`service_names`; without the promise where it cannot be judged."""
        return [key for key in self.service_names if key != ALL_GROUPS or self.summary.all_groups is not None]

    @property
    def promise(self) -> str:
        """The key of the plan's promise, or of the first group where the promise cannot be judged."""
        judged = self.summary.all_groups is not None or not self.summary.groups
        return ALL_GROUPS if judged else self.summary.groups[0].group

    @property
    def uncounted(self) -> str:
        """Why nothing counts residents; nothing where something does."""
        return self.say["no_people"] if self.summary.people_known == "nothing" else ""

    def none_of(self, term: str) -> str:
        """Return what stands in place of rows about residents: that there are none, or that nobody knows."""
        return self.uncounted or self.say[term]

    @property
    def missing_promise(self) -> str:
        """Why there is no share for all groups."""
        missing = self.groups_without_data
        told = [self.say["promise_none"], f"({missing})" if missing else ""]
        return self.uncounted or " ".join(told).strip()

    @property
    def groups_without_data(self) -> str:
        """The groups of the plan of which there are no data, by name."""
        missing = self.summary.groups_without_data
        return ", ".join(GROUPS.get(key, key) if self.lang == "ko" else key for key in missing)

    @property
    def villages_note(self) -> str:
        """What must be known before trusting the list of candidates; '' for nothing."""
        found = self.summary.villages
        return found.note_ko if self.lang == "ko" else found.note

    @property
    def profile(self) -> ProfileFigures:
        """The study's walking profile."""
        return self.summary.profiles[0]

    @cached_property
    def profile_names(self) -> dict[str, str]:
        """Walking profile -> name, the study's first."""
        return {one.profile: getattr(one, f"profile_{self.lang}") for one in self.summary.profiles}

    def of_walkers(self, name: str) -> pd.DataFrame:
        """Return a table by walker, of each its rows about those who walk so: the age it is about, or all residents."""
        frame, ages = self.table(name), {one.profile: one.age_band for one in self.summary.profiles}
        return frame if frame.empty else frame[frame["age_band"] == frame["profile"].map(ages)]

    def people_of(self, profile: str) -> str:
        """Return who is counted where it is about a walker."""
        ages = {one.profile: one.age_band for one in self.summary.profiles}
        return people(ages[profile], self.lang)

    def assumed(self, profile: str) -> str:
        """Return that nobody knows how many walk so; nothing for the study's walker and for one who tells of an age."""
        known = profile == self.summary.profile or self.people_of(profile) != self.say["people_all"]
        return "" if known else self.say["walker_assumed"].format(name=self.profile_names[profile])

    @property
    def own_pace(self) -> str:
        """The promise by own pace in a sentence; nothing where it cannot be judged."""
        found = self.summary.own_pace.all_groups
        if found is None:
            return self.say["own_pace_unknown"] if self.summary.people_known == "totals" else ""
        told = {"covered": whole(found.covered), "share": percent(found.share)}
        return self.say["own_pace_is"].format(residents=whole(self.summary.residents), **told)

    def bounds(self, served: Served | None) -> str:
        """Return between what a share lies, as at least and at most; nothing where both are the share as filed."""
        if served is None or (not served.unknown and served.share == served.share_at_least):
            return ""
        told = {"least": percent(served.share_at_least), "most": percent(served.share_at_most)}
        return self.say["bounds"].format(**told)

    def parts(self, served: Served | None) -> str:
        """Return residents in three parts and between what their share lies; nothing where nothing is unknown."""
        bounds = self.bounds(served)
        if served is None or not bounds:
            return ""
        counts = self.written(served)._asdict()
        return self.say["parts_is"].format(**counts, share=percent(served.share), bounds=bounds)

    @property
    def interval(self) -> str:
        """Between what the promise lies when sites are drawn with their errors; nothing without drawings."""
        for one in self.summary.intervals:
            if one.kind == "promise":
                return self.say["interval_is"].format(low=percent(one.low), high=percent(one.high))
        return ""

    @property
    def chance(self) -> str:
        """How many candidates chance would give; nothing where that was not counted."""
        found = self.summary.villages.chance
        if found is None:
            return ""
        told = {"mean": number(round(found.mean, 1)), "low": whole(found.low), "high": whole(found.high)}
        return self.say["chance_is"].format(n=whole(self.summary.villages.count), **told)

    def written(self, served: Served) -> Parts:
        """Return residents in three parts, as whole persons that add up."""
        return parts(self.summary.residents, served.covered, served.unknown)

    @property
    def unknown_head(self) -> str:
        """What a column of unknown residents is headed: to the promise they are unknown."""
        return self.say["unknown_of"].format(service=self.service_names[self.promise])

    @property
    def no_data_wards(self) -> str:
        """Which wards have no row in the files of which service; nothing where every ward has some."""
        told = [
            self.say["no_data_wards_of"].format(
                service=self.named(one),
                wards=", ".join(one.wards_without_data.values()),
            )
            for one in self.summary.layers
            if one.wards_without_data
        ]
        return self.say["no_data_wards_is"].format(services="; ".join(told)) if told else ""

    @cached_property
    def thin(self) -> frozenset[str]:
        """The dongs that few points carry or where few people live: their shares are known to whole per cents."""
        table = self.table("placing")
        if table.empty:
            return frozenset()
        few = (table["points"] < FEW) | (table["residents"] < FEW)
        return frozenset(table.loc[few, "dong_code"])

    @property
    def thin_note(self) -> str:
        """What the mark at a share means; nothing where no dong has it."""
        return self.say["few_points"].format(n=FEW) if self.thin else ""

    def drawn_shares(self, key: str) -> dict[str, float]:
        """Return the share of a service in each dong as a map draws it: none where most residents are unknown."""
        rows = self.shares
        if rows.empty:
            return {}
        rows = rows[rows["key"] == key]
        shown = rows["share"].where(rows["unknown"] <= MOST_UNKNOWN * rows["residents"])
        return dict(zip(rows["dong_code"], shown, strict=True))

    @property
    def unknown(self) -> str:
        """How many residents have no street near home; nothing where all have one."""
        people = self.summary.residents_without_street or 0.0
        told = {"residents": parts(self.summary.residents, 0.0, people).unknown}
        return self.say["unknown_is"].format(**told, metres=number(self.summary.max_snap_m)) if people else ""

    @property
    def evidence(self) -> str:
        """What the promise rests on, in a sentence: as filed, if the plan's hosts ran the service, how much is to check."""
        promise = self.summary.all_groups
        share = None if promise is None else promise.share
        return evidence_line(self.summary.evidence, self.lang, judged=promise is not None, share=share)

    @property
    def placed_by(self) -> str:
        """How many residents were placed by which method."""
        return ", ".join(
            self.say["placed_part"].format(where=self.say[f"placed_{method}"], residents=whole(residents))
            for method, residents in self.summary.residents_by_method.items()
            if residents
        )

    @property
    def placed_otherwise(self) -> str:
        """What another way of placing residents would say; nothing where there is no other, or no share."""
        found = self.summary.placing
        if found.share is None or found.share_otherwise is None:
            return ""
        return self.say["placed_otherwise"].format(
            method=self.say[f"placed_{found.method_otherwise}"],
            service=self.service_names[found.key],
            share=percent(found.share),
            otherwise=percent(found.share_otherwise),
        )

    @property
    def large_blocks(self) -> str:
        """How many residents live in blocks so large that one figure tells little; nothing where nobody does."""
        found = self.summary.large_blocks
        told = {"n": whole(found.count), "residents": whole(found.residents)}
        return self.say["large_blocks_are"].format(**told) if found.residents else ""

    @property
    def grounds(self) -> list[str]:
        """What the places of residents rest on, in sentences."""
        placed = self.say["placed_is"].format(placed=self.placed_by) if self.placed_by else ""
        return [text for text in (placed, self.placed_otherwise, self.large_blocks) if text]

    @property
    def wide(self) -> bool:
        """Whether the area is a city rather than a ward: maps then draw less."""
        return self.summary.area.area_km2 > _WIDE_KM2

    @property
    def gaps_with_card(self) -> int:
        """Of each walker and service so many unserved areas, by rank, have a card on the map."""
        return _CARDS_WIDE if self.wide else _CARDS

    @property
    def minutes(self) -> str:
        """The cutoff in minutes, as it is said."""
        return f"{self.summary.cutoff_min:g}"

    @property
    def conditions(self) -> dict[str, str]:
        """What every output prints of how it was walked: profile, speed, minutes, metres and date."""
        return {
            "profile": self.profile_names[self.summary.profile],
            "speed": number(self.summary.speed_kmh),
            "minutes": self.minutes,
            "metres": number(self.summary.cutoff_m),
            "date": self.summary.generated,
        }

    @property
    def sites_around(self) -> str:
        """How many sites of the surroundings were used too; nothing where there are none."""
        rows = self.summary.rows
        around = rows.sites - rows.sites_in_area
        return self.say["sites_around"].format(around=whole(around), all=whole(rows.sites)) if around else ""

    @property
    def warnings(self) -> list[str]:
        """What the stages warned of, in their order."""
        return [one.text_ko if self.lang == "ko" else one.text for one in self.summary.warnings]

    @property
    def warned(self) -> str:
        """How many warnings there are; nothing where there is none."""
        count = len(self.summary.warnings)
        return self.say["warnings_n"].format(n=whole(count)) if count else ""

    def some_warnings(self, most: int) -> list[str]:
        """Return the first warnings, and in the last line how many more there are."""
        told = self.warnings
        if len(told) <= most:
            return told
        return [*told[: most - 1], self.say["warnings_more"].format(n=whole(len(told) - most + 1))]

    @property
    def data_age(self) -> str:
        """The years of the oldest and the newest input, which is the oldest, and how many have no date."""
        dated = sorted((one.ref_date, self.source_name(one)) for one in self.summary.sources if one.ref_date)
        undated = len(self.summary.sources) - len(dated)
        told = []
        if dated:
            (first, name), (last, _) = dated[0], dated[-1]
            years = dict.fromkeys((first[:4], last[:4]))
            told.append(self.say["data_age"].format(years=" ~ ".join(years)))
            told += [self.say["data_age_oldest"].format(name=name)] if len(years) > 1 else []
        if undated:
            told.append(self.say["data_age_unknown"].format(n=undated))
        return " · ".join(told)

    @cached_property
    def positions(self) -> tuple[dict[str, str], dict[str, str]]:
        """The state of each site's published position, and of those in doubt what contradicts them; by site."""
        return states_of(self.table("positions"), self.lang)

    def source_name(self, source: PrintedSource) -> str:
        """Return what a source is called."""
        return source.name if self.lang == "ko" else source.name_en

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Coverage by dong of residents of all ages, by dong and service."""
        frame = self.table("coverage_dong")
        if frame.empty:
            return frame
        return frame[frame["age_band"] == "all"].sort_values(["dong_code", "kind", "key"], kind="stable")
