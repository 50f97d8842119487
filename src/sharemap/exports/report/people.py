"""The sections of the report about people: who is reached, by which walker, where not, how evenly, when."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sharemap.exports.report.content import MOST_ROWS, IllustratedRun, of, rows_of
from sharemap.exports.report.document import Grid, Part, Points, Text
from sharemap.findings import parts, percent, whole
from sharemap.findings.gaps import list_of, rest_in, rest_of, site_of
from sharemap.findings.moments import told
from sharemap.findings.numbers import NOTHING
from sharemap.units import sum_persons

__all__ = ["coverage", "fairness", "gaps", "profiles", "when"]

_MOST_DONGS = 5
_REACHED = {">people_all": of("residents", whole), ">report_reached": of("covered", whole)}


def coverage(run: IllustratedRun) -> list[Part]:
    """Return who reaches each service, and the dongs where most do not reach all of them."""
    say = run.say
    if run.uncounted:
        return [run.heading("report_coverage"), Text(text=run.uncounted, look="small")]
    parts: list[Part] = [
        run.heading("report_coverage"),
        run.grid(
            say["report_by_layer"].format(minutes=run.minutes),
            run.summary.layers,
            {
                "services_short": run.named,
                ">covered": lambda one: say["no_data"] if one.covered is None else whole(one.covered),
                **run.in_parts(lambda one: one.served),
            },
        ),
        *([Text(text=run.no_data_wards, look="small")] if run.no_data_wards else []),
    ]
    rows = _everyone(run, "coverage_dong")
    if rows.empty:
        return parts
    note = [Text(text=run.thin_note, look="small")] if run.thin_note else []
    return [*parts, _dongs(run, rows), *note]


def _everyone(run: IllustratedRun, table: str) -> pd.DataFrame:
    """Return the rows of a table about all ages and the promise."""
    rows = run.table(table)
    return rows if rows.empty else rows.loc[(rows["age_band"] == "all") & (rows["key"] == run.promise)]


def _dongs(run: IllustratedRun, rows: pd.DataFrame) -> Part:
    """Return the dongs where most residents are not reached."""
    service = run.say["unserved_all"] if run.promise == "all_groups" else run.service_names[run.promise]
    some = _most(rows, "uncovered")
    shown = some.head(MOST_ROWS)
    facts: dict[str, Any] = {
        "service": service,
        "dongs": rows["dong_code"].nunique(),
        "some": len(some),
        "shown": len(shown),
    }
    if some.empty:
        return run.text("report_all_dongs", **facts)

    return run.grid(
        run.say["report_dongs_cut" if len(some) > len(shown) else "report_dongs"].format(**facts),
        shown,
        {
            "dong": of("dong_name"),
            **_REACHED,
            ">left_out": _unserved,
            ">unknown": _unknown_of,
            ">share": lambda row: percent(row.share, few=row.dong_code in run.thin),
        },
    )


def _unserved(row: Any) -> str:  # noqa: ANN401  a row with residents in three parts
    return parts(row.residents, row.covered, row.unknown).unserved


def _unknown_of(row: Any) -> str:  # noqa: ANN401  a row with residents in three parts
    return parts(row.residents, row.covered, row.unknown).unknown


def _most(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows with somebody in a column, most first."""
    return rows.loc[rows[column] > 0].sort_values([column, "dong_code"], ascending=[False, True])


def profiles(run: IllustratedRun) -> list[Part]:
    """Return who is reached by each walker."""
    rows, gap = _everyone(run, "coverage_profiles_ward"), run.of_walkers("profile_gap")
    parts: list[Part] = [run.heading("report_profiles")]
    if rows.empty:
        return [*parts, Text(text=run.none_of("report_not_examined"), look="small")]
    sums = _sums(rows, ["profile"], ["residents", "covered", "unknown"])
    parts += [run.text("report_own_pace", told=run.own_pace)] if run.own_pace else []
    parts.append(
        run.grid(
            run.say["report_by_profile"].format(minutes=run.minutes),
            sums,
            {
                "profile": run.walker,
                **_REACHED,
                ">left_out": _unserved,
                ">unknown": _unknown_of,
                ">share": lambda row: _share(row.covered, row.residents),
            },
        )
    )
    if gap.empty:
        return parts
    return [*parts, *_lost_to_walkers(run, gap), *run.picture("gap", "report_gap_map")]


def _sums(rows: pd.DataFrame, keys: list[str], counted: list[str]) -> pd.DataFrame:
    """Return persons by some keys, added up exactly."""
    return rows.groupby(keys, sort=False)[counted].agg(sum_persons).reset_index()


def _share(part: float, all_of_them: float) -> str:
    return percent(part / all_of_them if all_of_them else None)


def _lost_to_walkers(run: IllustratedRun, gap: pd.DataFrame) -> list[Part]:
    """Whom the study's walker reaches and another does not: by service, and in which dongs."""
    own = run.profile_names[run.summary.profile]
    groups = gap.loc[gap["kind"].isin(("group", "promise"))]
    sums = _sums(groups, ["profile", "key"], ["residents", "only_study_profile"])
    by_group = run.grid(
        run.say["report_gap_by_group"].format(profile=own),
        sums,
        {
            "profile": run.walker,
            "group": run.service,
            "people_counted": of("profile", run.people_of),
            ">gap_people_head": of("only_study_profile", whole),
            ">report_of_residents": lambda row: _share(row.only_study_profile, row.residents),
        },
    )
    lost = groups.loc[groups["key"] == run.promise].groupby("profile", sort=False)
    return [by_group, *(_lost(run, str(profile), rows) for profile, rows in lost)]


def _lost(run: IllustratedRun, profile: str, rows: pd.DataFrame) -> Text:
    dongs = [
        run.say["report_gap_dong"].format(dong=row.dong_name, residents=whole(row.only_study_profile))
        for row in rows_of(_most(rows, "only_study_profile").head(_MOST_DONGS))
    ]
    told = run.say["report_gap_in" if dongs else "report_gap"].format(
        profile=run.profile_names[run.summary.profile],
        other=run.profile_names[profile],
        people=run.people_of(profile),
        residents=whole(sum_persons(rows["only_study_profile"])),
        dongs=", ".join(dongs),
    )
    return Text(text=f"{told} {run.assumed(profile)}".strip())


def gaps(run: IllustratedRun) -> list[Part]:
    """Return the unserved areas: the largest of the study, and what is left for each walker and service."""
    parts: list[Part] = [run.heading("gap_list")]
    rows, own = run.tables.get("gaps"), list_of(run, run.summary.profile, run.promise)
    if rows is None or own is None:
        return [*parts, Text(text=run.none_of("report_not_examined"), look="small")]
    parts += _unknown(run)
    if not own.areas:
        term = "unserved_few" if own.unserved else "report_none_unserved"
        told = run.text(term, minutes=run.minutes, least=whole(own.least))
        return [*parts, told, *_rest(run), *_gap_counts(run)]
    mine = (rows["key"] == own.key) & (rows["profile"] == own.profile) & (rows["basis"] == own.basis)
    listed = rows[mine].sort_values("rank").head(MOST_ROWS)
    reached = whole(own.reached)
    return [
        *parts,
        run.text(
            "report_unserved",
            minutes=run.minutes,
            areas=whole(own.areas),
            reached=reached,
            shown=len(listed),
        ),
        _gap_grid(run, listed),
        *_rest(run),
        *run.picture("unserved", "report_unserved_map"),
        *_gap_counts(run),
    ]


def _rest(run: IllustratedRun) -> list[Part]:
    return [Text(text=told) for told in rest_of(run, run.summary.profile, run.promise)]


def _unknown(run: IllustratedRun) -> list[Part]:
    """Return who is in no unserved area because it is unknown whether they are served, and in which dongs."""
    rows = _everyone(run, "coverage_dong")
    told = " ".join(text for text in (run.unknown, run.no_data_wards) if text)
    if rows.empty or not told:
        return []
    most = _most(rows, "unknown").head(_MOST_DONGS)
    dongs = [
        run.say["report_gap_dong"].format(
            dong=row.dong_name, residents=parts(row.residents, 0.0, row.unknown).unknown
        )
        for row in rows_of(most)
    ]
    return [run.text("report_unknown_in", told=told, dongs=", ".join(dongs))]


def _gap_grid(run: IllustratedRun, listed: pd.DataFrame) -> Grid:
    return run.grid(
        run.say["report_unserved_most"],
        listed,
        {
            ">order": of("rank"),
            "unserved_where": lambda row: site_of(row._asdict(), run.lang),
            ">report_unserved_reached": of("people", whole),
            ">age_65_over": of("residents_65_over", whole),
            "nearest": lambda row: _nearest(run, row),
            ">report_on_foot": lambda row: _walk(run, row),
        },
        (0.6, 2.6, 1.1, 1, 2.4, 1.2),
    )


def _nearest(run: IllustratedRun, row: Any) -> str:  # noqa: ANN401  a row of 'gaps'
    if pd.isna(row.nearest_name):
        return run.say["report_no_way"]
    layer = run.layer_names.get(row.nearest_layer, row.nearest_layer)
    return run.say["report_nearest"].format(name=row.nearest_name, layer=layer)


def _walk(run: IllustratedRun, row: Any) -> str:  # noqa: ANN401  a row of 'gaps'
    if pd.isna(row.walk_min):
        return NOTHING
    term = "report_walk_at_most" if row.walk_is == "at_most" else "report_walk"
    return run.say[term].format(walk=row.walk_min)


def _gap_counts(run: IllustratedRun) -> list[Part]:
    """Return how many areas there are of each walker and group, of who is known not to be served."""
    say = run.say
    known = [one for one in run.summary.unserved if one.basis == "known" and one.unserved]
    if not known:
        return []
    return [
        run.grid(
            say["report_unserved_counts"],
            known,
            {
                "profile": of("profile", run.profile_names.__getitem__),
                "group_unserved": of("key", run.service_names.__getitem__),
                "people_counted": of("profile", run.people_of),
                ">gap_list": lambda one: say["count_of"].format(n=whole(one.areas)),
                ">report_unserved_reached": of("reached", whole),
                ">report_unserved_rest": rest_in,
            },
        )
    ]


def fairness(run: IllustratedRun) -> list[Part]:
    """Return how evenly access is spread, and what other cutoffs would say."""
    equity, curve = run.table("equity"), run.table("sensitivity")
    parts: list[Part] = [run.heading("report_fairness")]
    if not equity.empty:
        parts += _equity(run, equity)
    if not curve.empty:
        parts += _curve(run, curve)
    return parts if len(parts) > 1 else [*parts, Text(text=run.none_of("report_not_examined"), look="small")]


def _curve(run: IllustratedRun, curve: pd.DataFrame) -> list[Part]:
    """Return the share reached by cutoff."""
    own = curve.loc[(curve["key"] == run.promise) & (curve["profile"] == run.summary.profile)]
    return [
        run.heading("report_sensitivity", level=2),
        *run.picture("sensitivity", "report_sensitivity_curve"),
        run.grid(
            run.say["report_sensitivity_table"],
            own.sort_values("cutoff_m"),
            {
                ">report_cutoff": of("cutoff_m", "{:,.0f} m".format),
                ">covered": of("covered", whole),
                ">left_out": _unserved,
                ">unknown": _unknown_of,
                ">share": of("share", percent),
                "": lambda row: "●" if row.own else "",
            },
        ),
    ]


def _equity(run: IllustratedRun, equity: pd.DataFrame) -> list[Part]:
    """Return every figure in a table, and those between persons in words."""
    say = run.say
    own = equity.loc[(equity["profile"] == run.summary.profile) & (equity["age_band"] == "all")]
    between = {"person": "people_all", "dong": "dong", "age": "report_between_ages"}
    said = own.loc[
        (own["level"] == "person") | own["value"].isna() | own["figure"].str.startswith("concentration")
    ]

    return [
        run.heading("report_equity", level=2),
        Points(texts=said[f"sentence_{run.lang}"].tolist()),
        run.grid(
            say["report_equity_table"],
            own,
            {
                "report_what": of(f"measure_{run.lang}"),
                "report_between": lambda row: say[between[row.level]],
                "indicator": lambda row: say[f"report_{row.figure}"],
                ">value": lambda row: say["no_data"] if pd.isna(row.value) else f"{row.value:.3f}",
                ">report_interval": lambda row: (
                    NOTHING if pd.isna(row.low) else f"{row.low:.3f}~{row.high:.3f}"
                ),
            },
            (1.5, 1, 2.2, 0.8, 1.3),
        ),
    ]


def when(run: IllustratedRun) -> list[Part]:
    """Return what is reached on a weekday, at night and at the weekend."""
    say, rows = run.say, run.table("coverage_when")
    if rows.empty:
        return [run.heading("report_when"), Text(text=run.none_of("report_not_examined"), look="small")]

    def bound(share: float) -> str:
        return percent(share, none=say["no_data"])

    return [
        run.heading("report_when"),
        run.text("report_when_note", look="small"),
        run.grid(
            say["report_when_table"],
            rows.loc[rows["kind"].isin(("group", "promise"))],
            {
                "report_moment": of("when", lambda when: told(when, run.lang)),
                "group": run.service,
                ">report_open": of("sites_open", whole),
                ">report_unknown_hours": of("sites_unknown", whole),
                ">report_at_least": of("share_open", bound),
                ">report_at_most": of("share_maybe", bound),
                ">unknown": of("unknown", whole),
            },
            (2.2, 1.4, 1, 1.2, 1, 1, 1),
        ),
    ]
