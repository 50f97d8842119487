"""The tables of the page, the same numbers as on the map, for readers without a map and for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sharemap.findings.villages import stored_name
from sharemap.maps.drawn import missing_promise, records, sites_around, source_name
from sharemap.maps.profiles import dong_counts, profile_names, profiles, theme_keys
from sharemap.maps.screen.gaps import gaps_shown
from sharemap.maps.words import number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sharemap.maps.drawn import Study

__all__ = ["headline", "sources", "tables"]

_MOST_ROWS = 300


def headline(study: Study, say: Mapping[str, str], *, lang: str) -> str:
    """Return the headline numbers as HTML."""
    summary, promise = study.summary, study.summary["all_groups"]
    minutes = number(summary["cutoff_min"])
    if promise is None:
        first = f'<p class="promise-none">{escape(missing_promise(study, say, lang))}</p>'
    else:
        of = say["of_residents"].format(
            residents=f"{summary['residents']:,}", covered=f"{promise['covered']:,}"
        )
        first = (
            f'<p class="promise"><strong data-share="{promise["share"]}" data-covered="{promise["covered"]}">'
            f"{percent(promise['share'])}</strong>"
            f"<span>{escape(say['promise_head'].format(minutes=minutes))}<br><small>{escape(of)}</small></span></p>"
        )
    counts = (
        ("villages_n", summary["villages"]["count"]),
        ("one_short_n", summary["villages"]["one_short"]),
        ("sites_n", study.sites_in_area),
    )
    said = sites_around(study, say)
    around = f'<dd class="around">{escape(said)}</dd>' if said else ""
    cells = "".join(
        f"<div><dt>{escape(say[key])}</dt>"
        f'<dd data-count="{key}">{escape(say["count_of"].format(n=f"{value:,}"))}</dd>'
        f"{around if key == 'sites_n' else ''}</div>"
        for key, value in counts
    )
    return f'{first}<dl class="counts">{cells}</dl>'


def tables(study: Study, say: Mapping[str, str], *, lang: str) -> str:
    """Return the tables of results as HTML."""
    minutes = number(study.summary["cutoff_min"])
    return "".join(
        (
            _section("coverage", say["table_coverage"].format(minutes=minutes), _coverage(study, say, lang)),
            _section("villages", say["table_villages"], _villages(study, say, lang)),
            _section("short", say["table_short"], _short(study, say)),
            _section(
                "dong", f"{say['table_dong']} ({say['min_unit'].format(n=minutes)})", _dong(study, say, lang)
            ),
            _section("profiles", say["table_profiles"], _profiles(study, say, lang)),
            *_profile_gaps(study, say, lang),
            _section("gaps", say["table_gaps"], _gaps(study, say, lang)),
            _section("rows", say["table_rows"], _rows(study, say, lang)),
        )
    )


def sources(study: Study, say: Mapping[str, str], *, lang: str) -> str:
    """Return sources, licences and the method as HTML."""
    summary = study.summary
    listed = [
        (source_name(entry, lang), entry["file"], entry["ref_date"], entry["licence"])
        for entry in summary["sources"]
    ]
    heads = (say["source"], say["file"], say["ref_date"], say["licence"])
    minutes, metres = number(summary["cutoff_min"]), number(summary["adjacent_m"])
    area, network = summary["area"], summary["network"]
    facts = [
        f"{', '.join(area['wards'])}: "
        + say["area_is"].format(
            n=f"{area['dongs']:,}", km2=f"{area['area_km2']:,.2f}", km=f"{network['length_km']:,.1f}"
        ),
        say["method_coverage"].format(minutes=minutes),
        say["method_village"].format(n=summary["min_places"], metres=metres),
        say["method_residents"],
        say["method_crs"],
        summary["attribution"],
    ]
    method = "".join(f"<li>{escape(str(fact))}</li>" for fact in facts)
    return _section("sources", say["table_sources"], _table(heads, listed)) + _section(
        "method", say["table_method"], f"<ul>{method}</ul>"
    )


def _coverage(study: Study, say: Mapping[str, str], lang: str) -> str:
    summary = study.summary
    groups = {entry["group"]: entry[f"name_{lang}"] for entry in summary["groups"]}
    rows = [
        (
            groups.get(entry["group"], entry["group"]),
            entry[f"name_{lang}"],
            _count(entry.get("sites_in_area")),
            _count(entry["sites"]),
            _count(entry["covered"]),
            _Share(entry["share"]),
        )
        for entry in summary["layers"]
    ]
    rows += [
        (entry[f"name_{lang}"], say["by_group"], "", "", _count(entry["covered"]), _Share(entry["share"]))
        for entry in summary["groups"]
    ]
    if summary["all_groups"] is not None:
        promise = summary["all_groups"]
        rows.append((say["all_groups"], "", "", "", _count(promise["covered"]), _Share(promise["share"])))
    heads = ("group", "service", "sites_in", "sites_with", "covered", "share")
    return _table([say[head] for head in heads], rows, numeric=4)


def _villages(study: Study, say: Mapping[str, str], lang: str) -> str:
    frame = study.table("villages")
    note = study.summary["villages"].get("note", "")
    said = f"<p>{escape(note)}</p>" if note else ""
    if frame.empty:
        return f"<p>{escape(say['no_villages'])}</p>{said}"
    heads = ("order", "village", "dong", "places", "services", "longest_walk", "loop")
    residents = [say["residents_in"].format(n=n) for n in (5, 10, 15)]
    shown = frame.sort_values("rank", kind="stable").head(_MOST_ROWS)
    rows = [
        (
            _count(row.rank),
            stored_name(row.name, lang=lang),
            row.dong_name,
            _count(row.places),
            _count(row.services),
            f"{row.longest_walk_m:,.0f} m",
            f"{row.loop_m:,.0f} m",
            _count(row.residents_5min),
            _count(row.residents_10min),
            _count(row.residents_15min),
            _count(row.support_sites),
        )
        for row in records(shown)
    ]
    titles = [say[head] for head in heads] + residents + [say["support"]]
    return _table(titles, rows, numeric=8) + _cut(len(shown), len(frame), say) + said


def _short(study: Study, say: Mapping[str, str]) -> str:
    frame = study.table("one_short")
    if frame.empty:
        return "<p>–</p>"
    shown = frame.sort_values("rank", kind="stable").head(_MOST_ROWS)
    heads = ("order", "place_a", "place_b", "dong", "pair_block", "walk")
    rows = [
        (
            _count(row.rank),
            row.name_a,
            row.name_b,
            row.dong_name,
            row.block_id,
            f"{row.walk_m:,.0f} m",
            _count(row.residents_15min),
        )
        for row in records(shown)
    ]
    titles = [say[head] for head in heads] + [say["residents_in"].format(n=15)]
    return _table(titles, rows, numeric=2) + _cut(len(shown), len(frame), say)


def _dong(study: Study, say: Mapping[str, str], lang: str) -> str:
    frame = study.shares
    if frame.empty:
        return "<p>–</p>"
    named = [] if study.summary["all_groups"] is None else [("all_groups", say["all_groups"])]
    named += [(entry["group"], entry[f"name_{lang}"]) for entry in study.summary["groups"]]
    named += [(entry["layer"], entry[f"name_{lang}"]) for entry in study.summary["layers"]]
    shares = {
        (code, key): share
        for code, key, share in zip(frame["dong_code"], frame["key"], frame["share"], strict=True)
    }
    people = dict(zip(frame["dong_code"], frame["residents"], strict=True))
    rows = [
        (ward, dong, _count(people.get(code)), *(_Share(shares.get((code, key))) for key, _ in named))
        for ward, code, dong in zip(
            study.area["ward_name"], study.area["dong_code"], study.area["dong_name"], strict=True
        )
    ]
    heads = (say["ward"], say["dong"], say["residents"], *(name for _, name in named))
    return _table(heads, rows, numeric=1 + len(named))


def _named(study: Study, say: Mapping[str, str], lang: str) -> list[tuple[str, str]]:
    """Return the themes, in the order of the page: key and name."""
    names = {"all_groups": say["all_groups"]}
    names |= {entry["group"]: entry[f"name_{lang}"] for entry in study.summary["groups"]}
    names |= {entry["layer"]: entry[f"name_{lang}"] for entry in study.summary["layers"]}
    return [(key, names[key]) for key in theme_keys(study)]


def _profiles(study: Study, say: Mapping[str, str], lang: str) -> str:
    listed = [one for one in profiles(study, lang=lang) if one["covered"] is not None]
    if not listed:
        return f"<p>{escape(say['not_in_run'])}</p>"
    rows = []
    for at, (_, name) in enumerate(_named(study, say, lang)):
        row: list[Any] = [name]
        for one in listed:
            row += [_count(one["covered"][at]), _Share(_part(one["covered"][at], one["residents"][at]))]
            row += [] if one["gap"] is None else [_count(one["gap"][at])]
        rows.append(row)
    heads = [say["service"]]
    for one in listed:
        heads += [f"{say['covered']} ({one['name']})", f"{say['share']} ({one['name']})"]
        heads += [] if one["gap"] is None else [say["gap_profile"].format(name=one["name"])]
    return _table(heads, rows, numeric=len(heads) - 1)


def _profile_gaps(study: Study, say: Mapping[str, str], lang: str) -> list[str]:
    """Return one table a profile: people of each dong whom the study's profile reaches and this one does not."""
    gap = dong_counts(study, table="profile_gap", column="only_study_profile")
    names = profile_names(study, lang)
    own = study.summary["profile"]
    shown = len(theme_keys(study)) - len(study.summary["layers"])
    named = _named(study, say, lang)[:shown]
    people = _residents(study)
    area = study.area
    sections: list[str] = []
    for key, name in names.items():
        if key == own or not any(key in found for found in gap.values()):
            continue
        rows = []
        for ward, code, dong in zip(area["ward_name"], area["dong_code"], area["dong_name"], strict=True):
            counts = gap.get(code, {}).get(key, [None] * shown)[:shown]
            cells = [cell for n in counts for cell in (_count(n), _Share(_part(n, people.get(code))))]
            rows.append((ward, dong, _count(people.get(code)), *cells))
        heads = [say["ward"], say["dong"], say["residents"]]
        heads += [head for _, theme in named for head in (theme, "%")]
        title = say["table_profile_gap"].format(own=names[own], other=name)
        sections.append(
            _section(f"gap-{len(sections) + 1}", title, _table(heads, rows, numeric=2 * shown + 1))
        )
    return sections


def _residents(study: Study) -> dict[str, int]:
    frame = study.shares
    return {} if frame.empty else dict(zip(frame["dong_code"], frame["residents"].tolist(), strict=True))


def _part(people: int | None, residents: int | None) -> float | None:
    return None if people is None or not residents else people / residents


def _gaps(study: Study, say: Mapping[str, str], lang: str) -> str:
    frame = gaps_shown(study)
    if frame.empty:
        return f"<p>{escape(say['gap_none' if 'gaps' in study.tables else 'not_in_run'])}</p>"
    names = dict(_named(study, say, lang))
    called = profile_names(study, lang)
    rows = [
        (
            called.get(row.profile, row.profile),
            names.get(row.key, row.key),
            _count(row.rank),
            f"{row.ward_name} {row.dong_name}",
            row.nearest_name if isinstance(row.nearest_name, str) else "–",
            _count(row.residents),
            _count(row.residents_65_over),
            "–" if row.walk_min is None or row.walk_min != row.walk_min else f"{row.walk_min:,.1f}",
        )
        for row in records(frame)
    ]
    heads = ("profile", "group", "order", "dong", "nearest", "residents", "age_65_over", "walk_middle")
    cut = say["gaps_cut"].format(n=f"{len(rows):,}", all=f"{len(study.table('gaps')):,}")
    return _table([say[head] for head in heads], rows, numeric=3) + (
        f"<p>{escape(cut)}</p>" if len(rows) < len(study.table("gaps")) else ""
    )


def _rows(study: Study, say: Mapping[str, str], lang: str) -> str:
    keys = ("rows_read", "sites", "folded", "set_aside", "places", "unsnapped")
    entries = study.summary["layers"]
    rows: list[Sequence[Any]] = [
        (entry[f"name_{lang}"], *(_count(entry[key]) for key in keys)) for entry in entries
    ]
    totals: dict[str, Any] = {key: _count(sum(int(entry[key]) for entry in entries)) for key in keys}
    # a place with several services stands in the row of each: only the run knows how many there are
    places = study.summary.get("rows", {}).get("places")
    totals["places"] = "" if places is None else _count(places)
    rows.append((say["total"], *totals.values()))
    heads = (
        say["service"], say["rows_read"], say["sites_with"], say["folded"], say["set_aside"], say["site_places"], say["unsnapped_n"],
    )  # fmt: skip
    return _table(heads, rows, numeric=6) + f"<p>{escape(say['rows_note'])}</p>"


class _Share:
    """A share: shown in per cent, with the number behind it in the page."""

    def __init__(self, share: float | None) -> None:
        self.share = None if share is None or share != share else float(share)  # noqa: PLR0124  NaN

    def cell(self) -> str:
        """Return the table cell."""
        known = "" if self.share is None else self.share
        return f'<td class="n" data-share="{known}">{percent(self.share)}</td>'


def _cut(shown: int, whole: int, say: Mapping[str, str]) -> str:
    return (
        "" if shown == whole else f"<p>{escape(say['shown_of'].format(n=f'{shown:,}', all=f'{whole:,}'))}</p>"
    )


def _section(key: str, title: str, body: str) -> str:
    return f'<section id="table-{key}" aria-labelledby="head-{key}"><h3 id="head-{key}">{escape(title)}</h3>{body}</section>'


def _table(heads: Iterable[str], rows: Iterable[Sequence[Any]], *, numeric: int = 0) -> str:
    heads = list(heads)
    first_number = len(heads) - numeric
    top = "".join(
        f'<th scope="col"{" class=n" if at >= first_number else ""}>{escape(head)}</th>'
        for at, head in enumerate(heads)
    )
    body = "".join(
        "<tr>" + "".join(_cell(value, is_number=at >= first_number) for at, value in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: object, *, is_number: bool) -> str:
    look = ' class="n"' if is_number else ""
    if isinstance(value, _Share):
        return value.cell()
    text = "" if value is None or value != value else str(value)  # noqa: PLR0124  NaN is what differs from itself
    return f"<td{look}>{escape(text)}</td>"


def _count(value: Any) -> str:  # noqa: ANN401  int, numpy int or nothing
    return "–" if value is None or value != value else f"{int(value):,}"  # noqa: PLR0124
