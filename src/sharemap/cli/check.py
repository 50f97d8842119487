"""``sharemap sites check FILE``: what a published file is, before anyone runs a study."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sharemap.cli.options import Language, known_language
from sharemap.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    from sharemap.catalog import Layer, Source
    from sharemap.sources.detection import Candidate
    from sharemap.sources.sites import LayerRows
    from sharemap.sources.tables import RawTable

__all__ = ["Commands", "Explanation", "add_to", "explain"]

_EXAMPLES = 3
_SHOWN_CELL = 60


class Commands(TyperGroup):
    """Commands, of which ``sites check`` is spelled in two words although ``sites`` is a stage."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  click or typer's own copy of it
        """Find the command that some arguments call."""
        if args[:2] == ["sites", "check"]:
            args = args[1:]
        return super().resolve_command(ctx, args)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(name="check")(check)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What is said about a file.

    Attributes
    ----------
    rows
        The rows as they were read.
    facts
        The same as plain data, for ``--json``.
    """

    rows: LayerRows
    facts: dict[str, Any]


def check(
    file: Annotated[Path, typer.Argument(help="Published file of sites.")],
    layer: Annotated[
        str | None, typer.Option("--layer", "-l", help="Layer key; detected if not given.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--map", help="Write the report with a small map, HTML.")
    ] = None,
    lang: Language = "ko",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Explain a file of sites before a study: also `sharemap sites check FILE`."""
    known_language(lang)
    explained = explain(file, layer=layer)
    report = "\n".join(_lines(explained.facts, lang))
    if page is not None:
        _write_page(page, explained, report, lang)
    typer.echo(json.dumps(explained.facts, ensure_ascii=False, indent=2) if as_json else report)
    if page is not None:
        typer.echo(str(page), err=True)


def explain(file: Path, *, layer: str | None = None) -> Explanation:
    """Read a file and say how.

    Parameters
    ----------
    file
        The file.
    layer
        Layer key; detected if not given.

    Raises
    ------
    SharemapError
        If the file cannot be read, or its layer is not to be told.
    """
    from sharemap import catalog
    from sharemap.sites.folding import fold
    from sharemap.sources.detection import detect, rank, refuse_another_layer
    from sharemap.sources.sites import rows_of
    from sharemap.sources.tables import read_table

    entry = catalog.layer(layer) if layer is not None else None
    known = None if entry is None else frozenset(name for source in entry.sources for name in source.headers)
    raw = read_table(file, known=known)
    ranked = rank(raw)
    if entry is None:
        entry = detect(raw).layer
    else:
        refuse_another_layer(raw, layer=entry)
    rows = rows_of(raw, layer=entry)
    why = next((one for one in ranked if one.layer.key == entry.key), None)
    groups = fold(rows).rows["group"]
    return Explanation(
        rows=rows,
        facts={
            "file": rows.file,
            "encoding": raw.encoding,
            "sheet": raw.sheet,
            "header_rows": list(raw.header_rows),
            **_chosen(entry, rows.source, why, detected=layer is None),
            **_columns(raw, rows.source),
            **_coordinates(raw, rows),
            **_outcomes(rows.frame, groups),
            "problems": _problems(rows.frame.assign(group=groups.to_numpy())),
        },
    )


def _chosen(layer: Layer, source: Source, why: Candidate | None, *, detected: bool) -> dict[str, Any]:
    return {
        "layer": layer.key,
        "layer_name_ko": layer.name_ko,
        "layer_name_en": layer.name_en,
        "source": source.key,
        "source_name_ko": source.name_ko,
        "detected": detected,
        "evidence": None
        if why is None
        else {
            "points": round(why.points, 2),
            "headers": list(why.own_headers[:6]),
            "names_that_say_it": round(why.named, 2),
        },
    }


def _columns(raw: RawTable, source: Source) -> dict[str, Any]:
    from sharemap.catalog import normalised_header
    from sharemap.sources.columns import fields_of

    matched = {name: list(columns) for name, columns in fields_of(source, raw).items()}
    unused = [str(name) for name in raw.frame.columns if normalised_header(str(name)) not in source.headers]
    return {"columns_matched": matched, "columns_not_used": unused}


def _coordinates(raw: RawTable, rows: LayerRows) -> dict[str, Any]:
    fixed = rows.frame["coord_fix"]
    return {
        "crs": "EPSG:4326" if raw.lonlat is not None else rows.source.crs,
        "fixes": {str(name): int(count) for name, count in fixed[fixed != ""].value_counts().items()},
    }


def _outcomes(frame: pd.DataFrame, groups: pd.Series) -> dict[str, Any]:
    kept = groups[groups >= 0]
    aside = int((groups < 0).sum())
    sites = int(kept.nunique())
    return {"rows_read": len(frame), "sites": sites, "folded": len(kept) - sites, "set_aside": aside}


def _problems(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from sharemap.sources.reasons import REASONS

    aside = frame.loc[frame["group"] < 0]
    kinds = [(key, text.ko, text.en, aside.loc[aside["reason"] == key]) for key, text in REASONS.items()]
    kinds.append(
        (
            "swapped",
            "위도·경도가 바뀜(고침)",
            "latitude and longitude exchanged (corrected)",
            frame.loc[frame["coord_fix"] == "swapped"],
        )
    )
    kinds.append(("repeated", "똑같은 행", "exact copy of an earlier row", frame.loc[frame["repeated"]]))
    return [
        {"problem": key, "ko": ko, "en": en, "rows": len(found), "examples": _examples(found)}
        for key, ko, en, found in kinds
        if len(found)
    ]


def _examples(found: pd.DataFrame) -> list[dict[str, Any]]:
    head = found.head(_EXAMPLES)
    return [
        {"row": int(row), "name": _short(name), "value": _short(value)}
        for row, name, value in zip(head["row"], head["name"], head["value"], strict=True)
    ]


def _short(cell: object) -> str | None:
    """Text of the file for a terminal: no control characters, not longer than a line."""
    if not isinstance(cell, str):
        return None
    plain = "".join(mark if mark.isprintable() else " " for mark in cell)
    return plain if len(plain) <= _SHOWN_CELL else plain[:_SHOWN_CELL] + "…"


def _lines(facts: dict[str, Any], lang: str) -> list[str]:
    words = _WORDS[lang]
    evidence = facts["evidence"]
    rows = [
        (words["file"], facts["file"] + (f" [{facts['sheet']}]" if facts["sheet"] else "")),
        (words["encoding"], facts["encoding"]),
        (words["header"], ", ".join(map(str, facts["header_rows"])) or words["none"]),
        (words["layer"], f"{facts['layer']} {facts['layer_name_' + lang]} ({words[str(facts['detected'])]})"),
        (words["source"], f"{facts['source']} {facts['source_name_ko']}"),
    ]
    if evidence:
        rows.append((words["why"], f"{', '.join(evidence['headers'])} = {evidence['points']}"))
    rows += [
        (words["columns"], f"{name} ← {', '.join(used)}") for name, used in facts["columns_matched"].items()
    ]
    rows += [
        (words["unused"], ", ".join(facts["columns_not_used"]) or words["none"]),
        (words["crs"], facts["crs"]),
        (words["rows"], words["sum"].format(**facts)),
    ]
    for problem in facts["problems"]:
        rows.append((words["problem"], f"{problem[lang]}: {problem['rows']:,}"))
        rows += [
            (
                "",
                f"  {words['row']} {one['row']}: {one['name'] or ''}"
                + (f" ({one['value']})" if one["value"] else ""),
            )
            for one in problem["examples"]
        ]
    rows.append(("", words["later"]))
    return [f"{label}: {_plain(text)}" if label else f"  {_plain(text)}" for label, text in rows]


def _plain(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text)


def _write_page(page: Path, explained: Explanation, report: str, lang: str) -> None:
    from sharemap.maps._check import check_page

    rows = explained.rows.frame
    text = check_page(rows, title=explained.rows.file, report=report, lang=lang)
    part = page.with_name(page.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(page)
    except OSError as error:
        part.unlink(missing_ok=True)
        msg = f"the page cannot be written ({error.strerror})"
        raise OutputError(msg, file=page, remedy="choose another place with --map") from error


_WORDS = {
    "ko": {
        "file": "파일",
        "encoding": "문자 인코딩",
        "header": "머리글 행",
        "layer": "공유서비스",
        "True": "자동 판별",
        "False": "지정",
        "source": "자료",
        "why": "판별 근거(머리글 점수)",
        "columns": "읽은 열",
        "unused": "쓰지 않는 열",
        "crs": "좌표계",
        "rows": "행",
        "sum": "읽은 {rows_read:,}행 = 시설 {sites:,} + 묶인 {folded:,} + 제외 {set_aside:,}",
        "problem": "확인할 것",
        "row": "행",
        "none": "없음",
        "later": "분석 구역 밖의 행은 분석할 때 거리와 함께 따로 제외됩니다.",
    },
    "en": {
        "file": "file",
        "encoding": "encoding",
        "header": "header rows",
        "layer": "layer",
        "True": "detected",
        "False": "as asked",
        "source": "source",
        "why": "evidence (points)",
        "columns": "column",
        "unused": "columns not used",
        "crs": "coordinates",
        "rows": "rows",
        "sum": "{rows_read:,} rows read = {sites:,} sites + {folded:,} folded + {set_aside:,} set aside",
        "problem": "look at",
        "row": "row",
        "none": "none",
        "later": "Rows outside the study area are set aside, with the distance, when the study runs.",
    },
}
