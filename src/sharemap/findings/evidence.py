"""What the numbers rest on, in words: how sure a statement is, what was found, what it changes, what to ask."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from sharemap.catalog import GROUPS
from sharemap.findings.numbers import number, percent, whole
from sharemap.findings.words import LANGUAGES, words
from sharemap.schema import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.catalog import Catalog

__all__ = ["worded"]

#: Case -> its sentence, and its question.
_CASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "plan_short": ("evidence_found_plan", "evidence_ask_list"),
        "plan_near": ("evidence_found_plan", "evidence_ask_nothing"),
        "plan_short_hosted": ("evidence_found_hosted", "evidence_ask_hosted"),
        "plan_none": ("evidence_found_no_count", "evidence_ask_count"),
        "plan_none_hosted": ("evidence_found_no_count_hosted", "evidence_ask_hosted"),
        "no_data": ("evidence_found_no_data", "evidence_ask_none"),
        "waiting": ("evidence_found_waiting", "evidence_ask_where"),
        "closed": ("evidence_found_closed", "evidence_ask_nothing"),
        "file_silent": ("evidence_found_file_silent", "evidence_ask_silent"),
        "group_missing": ("evidence_found_group", "evidence_ask_group"),
        "out_of_date": ("evidence_found_age", "evidence_ask_newer"),
        "ageing": ("evidence_found_age", "evidence_ask_nothing"),
        "up_to_date": ("evidence_found_age", "evidence_ask_nothing"),
        "undated": ("evidence_found_undated", "evidence_ask_date"),
        "no_street": ("evidence_found_no_street", "evidence_ask_street"),
        "placed": ("evidence_found_placed", "evidence_ask_nothing"),
        "placed_roughly": ("evidence_found_placed", "evidence_ask_homes"),
        "contradicted": ("evidence_found_contradicted", "evidence_ask_position"),
        "position_moved": ("evidence_found_moved", "evidence_ask_nothing"),
        "positions_confirmed": ("evidence_found_positions_confirmed", "evidence_ask_nothing"),
        "positions_plausible": ("evidence_found_positions_plausible", "evidence_ask_nothing"),
        "positions_unverifiable": ("evidence_found_positions_unverifiable", "evidence_ask_positions"),
        "two_buildings": ("evidence_found_two_buildings", "evidence_ask_two_buildings"),
        "confirmed_same": ("evidence_found_same", "evidence_ask_nothing"),
        "confirmed_different": ("evidence_found_different", "evidence_ask_nothing"),
        "confirmed_position": ("evidence_found_position", "evidence_ask_nothing"),
        "hours_known": ("evidence_found_hours", "evidence_ask_nothing"),
        "hours_unknown": ("evidence_found_hours", "evidence_ask_hours"),
    }
)
_PEOPLE = {"all_served": "evidence_people_most", "left_out": "evidence_people_least"}


def worded(table: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Return the table 'evidence' with its words.

    Parameters
    ----------
    table
        Result of :func:`sharemap.evidence.statements`, with the day of the run.
    catalog
        The catalogue of the study.
    """
    rows = table.to_dict("records")
    said: dict[str, list[str]] = {
        "status_ko": [words("ko")[f"evidence_{row['status']}"].strip() for row in rows]
    }
    for lang in LANGUAGES:
        speaker = _Speaker(catalog, lang)
        said[f"finding_{lang}"] = [speaker.finding(row) for row in rows]
        said[f"question_{lang}"] = [speaker.question(row) for row in rows]
        said[f"people_{lang}"] = [speaker.people(row) for row in rows]
    return check(table.assign(**said), "evidence")


@dataclass(frozen=True)
class _Speaker:
    catalog: Catalog
    lang: str

    def finding(self, row: Mapping[Any, Any]) -> str:
        """Say what was found."""
        return self._said(_CASES[row["case"]][0], row)

    def question(self, row: Mapping[Any, Any]) -> str:
        """Ask what would settle it."""
        return self._said(_CASES[row["case"]][1], row)

    def people(self, row: Mapping[Any, Any]) -> str:
        """Say how many people it changes: the most where a bound was counted, unknown where nobody can say."""
        say, true, false = words(self.lang), row["people_if_true"], row["people_if_false"]
        if pd.isna(true) or pd.isna(false):
            return say["evidence_people_unknown"]
        return say[_PEOPLE.get(row["method"], "evidence_people")].format(true=whole(true), false=whole(false))

    def _said(self, term: str, row: Mapping[Any, Any]) -> str:
        return " ".join(words(self.lang)[term].format(**self._facts(row)).split())

    def _facts(self, row: Mapping[Any, Any]) -> dict[str, str]:
        value, expected = row["value"], row["expected"]
        host = self._host(row)
        return {
            "layer": self._layer(row["layer"]),
            "ward": _text(row["ward_name"]),
            "file": _text(row["source_file"] if pd.notna(row["source_file"]) else row["name"]).replace(
                ";", ", "
            ),
            "name": _text(row["name"]),
            "group": GROUPS.get(row["about_id"], "") if self.lang == "ko" else str(row["about_id"]),
            "date": _text(row["source_date"]),
            "months": whole(value),
            "metres": whole(value),
            "value": number(value) if pd.notna(value) else "",
            "expected": number(expected) if pd.notna(expected) else "",
            "share": percent(value / expected if row["unit"] != "share" and expected else value),
            "year": "" if pd.isna(row["expected_year"]) else str(row["expected_year"]),
            "source": self._source(row),
            "host": host,
            "hosts": whole(row["hosts"]),
            "placed": words(self.lang).get(f"evidence_placed_{row['about_id']}", ""),
        }

    def _source(self, row: Mapping[Any, Any]) -> str:
        """Return where the expected comes from; the plan's own words in the language."""
        source = _text(row["expected_source"])
        host = None if pd.isna(row["layer"]) else self.catalog.layer(row["layer"]).host
        return host.says_en if self.lang == "en" and host and source == host.says else source

    def _layer(self, key: Any) -> str:  # noqa: ANN401  a cell
        return "" if pd.isna(key) else str(getattr(self.catalog.layer(key), f"name_{self.lang}"))

    def _host(self, row: Mapping[Any, Any]) -> str:
        if pd.isna(row["layer"]):
            return ""
        host = self.catalog.layer(row["layer"]).host
        return self._layer(host.layer) if host else ""


def _text(value: Any) -> str:  # noqa: ANN401  a cell
    return "" if pd.isna(value) else str(value)
