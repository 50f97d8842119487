"""The catalogue as tables, for notebooks, CSV and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sharemap.catalog.entries import refuse_unknown
from sharemap.catalog.layers import GROUPS, load
from sharemap.catalog.plan import YEARS, budget_differences, programmes, tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from sharemap.catalog.layers import Catalog
    from sharemap.catalog.plan import Target, Task

__all__ = ["TABLES", "frame"]

_TARGET_YEARS = (2019, 2020, *YEARS)


def frame(table: str = "layers", *, catalog: Catalog | None = None) -> pd.DataFrame:
    """Return the catalogue as a table.

    Parameters
    ----------
    table
        ``"layers"``, ``"sources"``, ``"tasks"``, ``"targets"``, ``"budget"`` or ``"differences"``. Budgets are
        million won; a blank is a figure that the plan does not give, never zero.
    catalog
        The catalogue in use; the one that ships with sharemap if not given.

    Raises
    ------
    StudyError
        If there is no such table.

    Examples
    --------
    >>> frame("targets").query("task == '2-5'")["y2025"].item()
    10.0
    """
    import pandas as pd

    refuse_unknown((table,), TABLES, problem="the catalogue has no such table", where="table")
    return pd.DataFrame(TABLES[table](catalog or load()))


def _of(item: object, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def _layers(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {"layer": layer.key, **_of(layer, "name_ko", "name_en", "task", "group")}
        | {"group_ko": GROUPS[layer.group], "group_en": layer.group}
        | _of(layer, "role", "unit", "symbol", "colour", "points")
        | {"sources": len(layer.sources)}
        for layer in catalog
    ]


def _sources(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {"layer": layer.key, "source": source.key, **_of(source, "name_ko", "id", "address_only")}
        | {"fields": ";".join(source.columns), **_of(source, "credit_ko", "licence")}
        for layer in catalog
        for source in layer.sources
    ]


def _tasks(_: Catalog) -> list[dict[str, Any]]:
    return [
        {"task": task.number}
        | _of(task, "part_of", "name_ko", "name_en", "strategy_ko", "department", "new")
        | {"targets_ko": _promises(task, "ko"), "targets_en": _promises(task, "en")}
        | {f"budget_{year}": task.budget.get(year) for year in YEARS}
        | _of(task, "stated_2021", "unfunded")
        | {"stated_2021_ko": _stated(task, "비예산"), "stated_2021_en": _stated(task, "none")}
        | {"includes": ";".join(task.includes), "layers": ";".join(task.layers)}
        | _of(task, "budget_note_ko", "budget_note_en", "where")
        for task in tasks()
    ]


def _promises(task: Task, lang: Literal["ko", "en"]) -> str:
    """Return the targets and milestones of a task in one line."""
    said = [_figures(target, lang) for target in task.targets]
    said += [f"{one.ko if lang == 'ko' else one.en}({one.year})" for one in task.milestones]
    return "; ".join(said)


def _figures(target: Target, lang: Literal["ko", "en"]) -> str:
    goals = ", ".join(f"{figure:,.12g}({year})" for year, figure in target.by_year.items())
    if lang == "en":
        return f"{target.measure_en} {goals}"
    return f"{target.measure_ko} {goals} {target.unit}"


def _stated(task: Task, none: str) -> str:
    if task.unfunded:
        return none
    return "" if task.stated_2021 is None else f"{task.stated_2021:,.12g}"


def _targets(_: Catalog) -> list[dict[str, Any]]:
    return [
        {"task": task.number}
        | _of(target, "layer", "measure_ko", "measure_en", "unit", "counts", "measured_by")
        | {f"y{year}": target.by_year.get(year) for year in _TARGET_YEARS}
        | _of(target, "note_ko", "note_en")
        for task in tasks()
        for target in task.targets
    ]


def _budget(_: Catalog) -> list[dict[str, Any]]:
    rows = []
    for programme in programmes():
        rows.append(
            (programme.key, "", (programme.name_ko, programme.name_en), programme.budget, programme.total)
        )
        rows += [
            (programme.key, task.number, (task.name_ko, task.name_en), task.budget, sum(task.budget.values()))
            for task in tasks()
            if task.programme == programme.key
        ]
    return [
        {
            "programme": programme,
            "task": number,
            "name_ko": names[0],
            "name_en": names[1],
            **{f"budget_{year}": budget[year] for year in YEARS},
            "total": total,
        }
        for programme, number, names, budget, total in rows
    ]


def _differences(_: Catalog) -> list[dict[str, Any]]:
    return [_of(one, "where", "year", "printed", "found", "rounding") for one in budget_differences()]


#: The tables of :func:`frame`.
TABLES: Mapping[str, Callable[[Catalog], list[dict[str, Any]]]] = {
    "layers": _layers,
    "sources": _sources,
    "tasks": _tasks,
    "targets": _targets,
    "budget": _budget,
    "differences": _differences,
}
