"""The tables of the page, the same numbers as on the map, for readers without a map and for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sharemap.findings import number, percent, whole
from sharemap.findings.gaps import rest_of, site_of
from sharemap.findings.groups import groups_are
from sharemap.maps.drawn import records
from sharemap.maps.screen.gaps import gaps_shown
from sharemap.maps.screen.profiles import dong_counts, people_counted, profiles
from sharemap.units import persons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sharemap.findings import Run
    from sharemap.findings.summary import Served
    from sharemap.maps.drawn import Drawn

__all__ = ["headline", "sources", "tables"]

_MOST_ROWS = 300
_PARTS = ("covered", "left_out", "unknown", "share", "at_least", "at_most")


def headline(run: Run) -> str:
    """Return the headline numbers as HTML."""
    say, summary, promise = run.say, run.summary, run.summary.all_groups
    if promise is None:
        first = f'<p class="promise-none">{escape(run.missing_promise)}</p>'
    else:
        told = {"residents": whole(summary.residents), "covered": whole(promise.covered)}
        first = (
            f'<p class="promise"><strong data-share="{promise.share}" data-covered="{promise.covered}">'
            f"{percent(promise.share)}</strong>"
            f"<span>{escape(say['promise_head'].format(minutes=run.minutes))}<br>"
            f"<small>{escape(say['of_residents'].format(**told))}</small></span></p>"
        )
    first += "".join(
        f'<p class="aside" id="{key}">{escape(text)}</p>'
        for key, text in (
            ("evidence", run.evidence),
            ("interval", run.interval),
            ("parts", run.parts(promise)),
            ("own-pace", run.own_pace),
            ("unknown", run.unknown),
            ("no-data", run.no_data_wards),
            ("chance", run.chance),
        )
        if text
    )
    around = f'<dd class="around">{escape(run.sites_around)}</dd>' if run.sites_around else ""
    counts = (
        ("villages_n", summary.villages.count, ""),
        ("one_short_n", summary.villages.one_short, ""),
        ("sites_n", summary.rows.sites_in_area, around),
    )
    cells = "".join(
        f'<div><dt>{escape(say[key])}</dt><dd data-count="{key}">{escape(say["count_of"].format(n=whole(value)))}</dd>'
        f"{more}</div>"
        for key, value, more in counts
    )
    return f'{first}<p class="age">{escape(run.data_age)}</p><dl class="counts">{cells}</dl>'


def tables(drawn: Drawn) -> str:
    """Return the tables of results as HTML."""
    run, say = drawn.run, drawn.run.say
    title = f"{say['table_dong']} ({say['min_unit'].format(n=run.minutes)})"
    return "".join(
        (
            _section("coverage", say["table_coverage"].format(minutes=run.minutes), _coverage(run)),
            _section("villages", say["villages_n"], _villages(run)),
            _section("short", say["one_short_n"], _short(run)),
            _section("dong", title, _dong(drawn)),
            _section("profiles", say["table_profiles"], _profiles(run)),
            *_profile_gaps(drawn),
            _section("gaps", say["gap_list"], _gaps(drawn)),
            _section("rows", say["table_rows"], _rows(run)),
        )
    )


def sources(run: Run) -> str:
    """Return sources, licences and the method as HTML."""
    say, summary = run.say, run.summary
    listed = [(run.source_name(one), one.file, one.ref_date, one.licence) for one in summary.sources]
    size = {
        "n": whole(summary.area.dongs),
        "km2": f"{summary.area.area_km2:,.2f}",
        "km": f"{summary.network.length_km or 0:,.1f}",
    }
    facts = [
        f"{', '.join(summary.area.wards)}: {say['area_is'].format(**size)}",
        say["method_coverage"].format(minutes=run.minutes),
        groups_are(run),
        say["method_village"].format(n=summary.min_places, metres=number(summary.adjacent_m)),
        say["method_residents"],
        *run.grounds,
        say["method_crs"].format(crs=run.crs),
        summary.attribution,
    ]
    method = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    heads = [say[head] for head in ("source", "file", "ref_date", "licence")]
    return _section("sources", say["table_sources"], _table(heads, listed)) + _section(
        "method", say["table_method"], f"<ul>{method}</ul>"
    )


def _coverage(run: Run) -> str:
    say, summary = run.say, run.summary
    rows: list[Sequence[Any]] = [
        (
            run.group_names.get(entry.group, entry.group),
            run.named(entry),
            whole(entry.sites_in_area),
            whole(entry.sites),
            *_in_parts(run, entry.served),
        )
        for entry in summary.layers
    ]
    rows += [(run.named(entry), say["by_group"], "", "", *_in_parts(run, entry)) for entry in summary.groups]
    if summary.all_groups is not None:
        rows.append((say["all_groups"], "", "", "", *_in_parts(run, summary.all_groups)))
    paced = summary.own_pace
    rows += [
        (run.group_names[key], say["own_pace"], "", "", *_in_parts(run, one))
        for key, one in paced.groups.items()
    ]
    if paced.all_groups is not None:
        rows.append((say["all_groups"], say["own_pace"], "", "", *_in_parts(run, paced.all_groups)))
    heads = ("group", "service", "sites_in", "sites_with", *_PARTS)
    return _table([say[head] for head in heads], rows, numeric=8)


def _in_parts(run: Run, served: Served | None) -> tuple[Any, ...]:
    """Return the cells of three parts: counts, the share as filed, at least and at most."""
    if served is None:
        return (*[whole(None)] * 3, *[_Share(None)] * 3)
    return (*run.written(served), *map(_Share, (served.share, served.share_at_least, served.share_at_most)))


def _villages(run: Run) -> str:
    say, frame, note = run.say, run.villages, run.villages_note
    said = f"<p>{escape(note)}</p>" if note else ""
    if frame.empty:
        return f"<p>{escape(say['no_villages'])}</p>{said}"
    heads = ("order", "village", "dong", "places", "services", "longest_walk", "loop")
    residents = [say["residents_in"].format(n=n) for n in (5, 10, 15)]
    shown = frame.sort_values("rank", kind="stable").head(_MOST_ROWS)
    rows = [
        (
            whole(row.rank),
            row.name,
            row.dong_name,
            whole(row.places),
            whole(row.services),
            f"{row.longest_walk_m:,.0f} m",
            f"{row.loop_m:,.0f} m",
            whole(row.residents_5min),
            whole(row.residents_10min),
            whole(row.residents_15min),
            whole(row.support_sites),
        )
        for row in records(shown)
    ]
    titles = [say[head] for head in heads] + residents + [say["support"]]
    return _table(titles, rows, numeric=8) + _cut(len(shown), len(frame), say["shown_of"]) + said


def _short(run: Run) -> str:
    say, frame = run.say, run.table("one_short")
    if frame.empty:
        return "<p>–</p>"
    shown = frame.sort_values("rank", kind="stable").head(_MOST_ROWS)
    heads = ("order", "place_a", "place_b", "dong", "pair_block", "walk")
    rows = [
        (
            whole(row.rank),
            row.name_a,
            row.name_b,
            row.dong_name,
            row.block_id,
            f"{row.walk_m:,.0f} m",
            whole(row.residents_15min),
        )
        for row in records(shown)
    ]
    titles = [say[head] for head in heads] + [say["residents_in"].format(n=15)]
    return _table(titles, rows, numeric=2) + _cut(len(shown), len(frame), say["shown_of"])


def _dong(drawn: Drawn) -> str:
    run, frame = drawn.run, drawn.run.shares
    if frame.empty:
        return f"<p>{escape(run.uncounted or '–')}</p>"
    shares = dict(zip(zip(frame["dong_code"], frame["key"], strict=True), frame["share"], strict=True))
    people, promised = _residents(run), frame[frame["key"] == run.promise]
    unknown = dict(zip(promised["dong_code"], promised["unknown"].tolist(), strict=True))
    rows = [
        (
            row.ward_name,
            row.dong_name,
            whole(people.get(row.dong_code)),
            *(
                _Share(shares.get((row.dong_code, key)), few=row.dong_code in run.thin)
                for key in run.service_keys
            ),
            whole(unknown.get(row.dong_code)),
        )
        for row in records(drawn.area)
    ]
    heads = [run.say[head] for head in ("ward", "dong", "residents")]
    heads += [*(run.service_names[key] for key in run.service_keys), run.unknown_head]
    return _table(heads, rows, numeric=len(heads) - 2) + _note(run)


def _profiles(run: Run) -> str:
    say, listed = run.say, [one for one in profiles(run) if one.covered is not None]
    if not listed:
        return f"<p>{escape(run.none_of('not_in_run'))}</p>"
    heads = [say["service"]]
    columns: list[list[Any]] = [[run.service_names[key] for key in run.service_keys]]
    for one in listed:
        covered, people = one.covered or [], one.residents or []
        name = one.name if one.counted == say["people_all"] else f"{one.name}, {one.counted}"
        heads += [f"{say['covered']} ({name})", f"{say['share']} ({name})"]
        columns += [
            [_people(n) for n in covered],
            [_part(*pair) for pair in zip(covered, people, strict=True)],
        ]
        heads += [f"{say['unknown']} ({name})"]
        columns += [[_people(n) for n in one.unknown or []]]
        heads += [] if one.gap is None else [say["gap_profile"].format(name=name)]
        columns += [] if one.gap is None else [[_people(n) for n in one.gap]]
    assumed = "".join(f"<p>{escape(one.note)}</p>" for one in listed if one.note)
    return _table(heads, zip(*columns, strict=True), numeric=len(heads) - 1) + assumed


def _profile_gaps(drawn: Drawn) -> list[str]:
    """Return one table a profile: people of each dong whom the study's profile reaches and this one does not."""
    run, say = drawn.run, drawn.run.say
    gap = dong_counts(run, table="profile_gap", column="only_study_profile")
    keys = [key for key in run.service_keys if key not in run.layer_names]
    heads = [say[head] for head in ("ward", "dong", "residents")]
    heads += [*(head for key in keys for head in (run.service_names[key], "%")), run.unknown_head]
    unknown = dong_counts(run, table="profile_gap", column="unknown")
    promised = keys.index(run.promise) if run.promise in keys else 0
    own, counted = run.profile_names[run.summary.profile], people_counted(run)
    sections: list[str] = []
    for profile, name in run.profile_names.items():
        if profile == run.summary.profile or not any(profile in found for found in gap.values()):
            continue
        rows = []
        for row in records(drawn.area):
            all_ = counted.get(row.dong_code, {}).get(profile)
            counts = gap.get(row.dong_code, {}).get(profile, [None] * len(keys))[: len(keys)]
            cells = [
                cell for n in counts for cell in (_people(n), _part(n, all_, few=row.dong_code in run.thin))
            ]
            nobody_knows = unknown.get(row.dong_code, {}).get(profile, [None] * len(keys))[promised]
            rows.append((row.ward_name, row.dong_name, _people(all_), *cells, _people(nobody_knows)))
        title = say["table_profile_gap"].format(own=own, other=name, people=run.people_of(profile))
        body = _table(heads, rows, numeric=len(heads) - 2) + _note(run)
        sections.append(_section(f"gap-{len(sections) + 1}", title, body))
    return sections


def _residents(run: Run) -> dict[str, float]:
    frame = run.shares
    return {} if frame.empty else dict(zip(frame["dong_code"], frame["residents"].tolist(), strict=True))


def _people(counted: int | None) -> str:
    return whole(None if counted is None else persons(counted))


def _note(run: Run) -> str:
    return f"<p>{escape(run.thin_note)}</p>" if run.thin_note else ""


def _part(people: int | None, residents: int | None, *, few: bool = False) -> _Share:
    return _Share(None if people is None or not residents else people / residents, few=few)


def _gaps(drawn: Drawn) -> str:
    run, say, frame = drawn.run, drawn.run.say, gaps_shown(drawn)
    if frame.empty:
        return f"<p>{escape(run.none_of('gap_none' if 'gaps' in run.tables else 'not_in_run'))}</p>"
    rows = [
        (
            run.profile_names[row.profile],
            run.service_names[row.key],
            whole(row.rank),
            site_of(row._asdict(), run.lang),
            row.nearest_name if isinstance(row.nearest_name, str) else "–",
            run.people_of(row.profile),
            whole(row.people),
            whole(row.residents),
            whole(row.residents_65_over),
            "–" if row.walk_min != row.walk_min else f"{row.walk_min:,.1f}",
        )
        for row in records(frame)
    ]
    place = ("profile", "group", "order", "unserved_where", "nearest")
    heads = (*place, "people_counted", "unserved_reached", "residents", "age_65_over", "walk_middle")
    cut = _cut(len(rows), len(run.table("gaps")), say["gaps_cut"])
    return _table([say[head] for head in heads], rows, numeric=4) + cut + _rest(run)


def _rest(run: Run) -> str:
    return "".join(f"<p>{escape(told)}</p>" for told in rest_of(run, run.summary.profile, run.promise))


def _rows(run: Run) -> str:
    say, entries = run.say, run.summary.layers
    keys = ("rows_read", "sites", "folded", "set_aside", "places", "unsnapped")
    rows: list[Sequence[Any]] = [
        (run.named(entry), *(whole(getattr(entry, key)) for key in keys)) for entry in entries
    ]
    totals = {key: whole(sum(getattr(entry, key) for entry in entries)) for key in keys}
    # a place with several services stands in the row of each: only the run knows how many there are
    totals["places"] = whole(run.summary.rows.places)
    rows.append((say["total"], *totals.values()))
    heads = ("service", "rows_read", "sites_with", "folded", "set_aside", "site_places", "unsnapped_n")
    return _table([say[head] for head in heads], rows, numeric=6) + f"<p>{escape(say['rows_note'])}</p>"


class _Share:
    """A share: shown in per cent, with the number behind it in the page."""

    def __init__(self, share: float | None, *, few: bool = False) -> None:
        self.few = few
        self.share = None if share is None or share != share else float(share)  # noqa: PLR0124  NaN

    def cell(self) -> str:
        """Return the table cell."""
        known = "" if self.share is None else self.share
        return f'<td class="n" data-share="{known}">{percent(self.share, few=self.few)}</td>'


def _cut(shown: int, all_: int, text: str) -> str:
    return "" if shown == all_ else f"<p>{escape(text.format(n=whole(shown), all=whole(all_)))}</p>"


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
