"""The tasks of the plan: targets, milestones and budgets, as the plan prints them.

Where the plan contradicts itself both figures are kept, and :func:`budget_differences` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sharemap.catalog.entries import entry_as, facts, named, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "YEARS",
    "Difference",
    "Milestone",
    "Programme",
    "Target",
    "Task",
    "budget_differences",
    "city_wards",
    "programmes",
    "task",
    "tasks",
]

#: The years of the plan.
YEARS: tuple[int, ...] = (2021, 2022, 2023, 2024, 2025)

_BASE, _FIRST, _LAST = 2020, YEARS[0], YEARS[-1]
_ROUNDING = 1.0  # million won: the budget table prints whole millions
_ALL = "all"
_FILE = "plan.toml"

MeasuredBy = Literal["sites", "capacity", "villages"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One measure of the plan with its figures.

    Attributes
    ----------
    measure_ko, measure_en
        What is promised.
    unit
        As the plan writes it.
    counts
        What the figures count: ``bikes``, ``sites``, ``bays``, ``buildings``, ``loans`` and so on.
    by_year
        Year -> figure; 2020 is the state that the plan reports. A year without a figure is not there.
    layer
        Key of the layer it is a target of, if it is one.
    measured_by
        What of the results answers it: ``"sites"`` and ``"capacity"`` of the layer in the table ``sites``,
        ``"villages"``; None where open data cannot.
    note_ko, note_en
        What a reader must know before comparing.
    """

    measure_ko: str
    unit: str
    counts: str
    by_year: Mapping[int, float]
    measure_en: str = ""
    layer: str | None = None
    measured_by: MeasuredBy | None = None
    note_ko: str = ""
    note_en: str = ""

    @property
    def base(self) -> float | None:
        """State of 2020 that the plan reports."""
        return self.by_year.get(_BASE)

    @property
    def y2021(self) -> float | None:
        """Goal for 2021."""
        return self.by_year.get(_FIRST)

    @property
    def y2025(self) -> float | None:
        """Goal for 2025."""
        return self.by_year.get(_LAST)


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A target that is no number."""

    year: int
    ko: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of the plan.

    Attributes
    ----------
    number
        ``"2-5"``; the services that the plan numbers ① ② ③ below 1-1 to 1-4 are ``"1-4-3"`` and so on.
    name_ko, name_en
        Its name.
    where
        Section of the plan.
    part_of
        Number of the task it is a part of, such as ``"1-4"``; None for the 18 tasks themselves.
    strategy_ko, strategy_en
        The policy task it stands under.
    department
        As the plan names it; None where it names none.
    new
        Marked 신규 in the plan.
    targets, milestones
        What is promised.
    layers
        Services that the plan names in it, and layers that are its own.
    programme
        Line of the budget table that it stands in, key of :func:`programmes`; None outside of the table.
    budget
        Year -> million won of the budget table; empty outside of it.
    stated_2021
        Million won for 2021 on the task's own page; None where there is no figure.
    unfunded
        The plan says 비예산 (no budget of its own).
    includes
        Tasks whose money is part of `stated_2021`.
    budget_note_ko, budget_note_en
        Split of the funding, and what must not be added up.
    """

    number: str
    name_ko: str
    name_en: str
    where: str
    part_of: str | None = None
    strategy_ko: str = ""
    strategy_en: str = ""
    department: str | None = None
    new: bool = False
    targets: tuple[Target, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    layers: tuple[str, ...] = ()
    programme: str | None = None
    budget: Mapping[int, float] = field(default_factory=dict)
    stated_2021: float | None = None
    unfunded: bool = False
    includes: tuple[str, ...] = ()
    budget_note_ko: str = ""
    budget_note_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A sum that the budget table prints, million won; the key ``"all"`` is the whole of it."""

    key: str
    name_ko: str
    name_en: str
    budget: Mapping[int, float]
    total: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where two figures of the plan for the same money differ, million won.

    Attributes
    ----------
    where
        A programme's key or a task's number.
    year
        The year; None for the total of all years.
    printed, found
        The figure printed there, and what the lines it is made of add up to.
    rounding
        Whether rounding to whole millions explains it.
    """

    where: str
    year: int | None
    printed: float
    found: float

    @property
    def rounding(self) -> bool:
        """Whether rounding to whole millions explains it."""
        return abs(self.printed - self.found) < _ROUNDING


@cache
def tasks() -> tuple[Task, ...]:
    """Return the tasks of the plan in its order: the 18 tasks, and the 11 services of 1-1 to 1-4.

    Examples
    --------
    >>> len(tasks()), sum(task.part_of is None for task in tasks())
    (29, 18)
    """
    told = facts(_FILE)
    numbers = {entry["number"] for entry in told["task"]}
    with named(_FILE):
        return tuple(_task(entry, told["strategies"], numbers) for entry in told["task"])


def task(number: str) -> Task:
    """Return a task of the plan by its number.

    Raises
    ------
    StudyError
        If the plan has no such task.

    Examples
    --------
    >>> village = task("2-5")
    >>> village.name_en, village.targets[0].y2025, village.budget[2025]
    ('Sharing villages', 10.0, 150.0)
    >>> task("1-4-3").part_of
    '1-4'
    """
    by_number = {found.number: found for found in tasks()}
    refuse_unknown((number,), by_number, problem="the plan has no such task", where="task")
    return by_number[number]


def city_wards() -> int:
    """Return how many wards the city of the plan has: its figures are of all of them together.

    Examples
    --------
    >>> city_wards()
    25
    """
    return int(facts(_FILE)["wards"])


@cache
def programmes() -> tuple[Programme, ...]:
    """Return the sums of the plan's budget table; the first one is the whole.

    Examples
    --------
    >>> programmes()[0].total
    8341.0
    """
    with named(_FILE):
        return tuple(
            entry_as(Programme, entry, budget=_by_year(entry["budget"]), total=float(entry["total"]))
            for entry in facts(_FILE)["programme"]
        )


def budget_differences() -> tuple[Difference, ...]:
    """Compare every sum that the plan prints with what it is the sum of, and the pages with the table.

    Returns
    -------
    tuple of Difference
        Empty if the plan never contradicted itself.

    Examples
    --------
    >>> [(d.where, d.printed, d.found) for d in budget_differences() if not d.rounding]
    [('2-3', 15.0, 25.0), ('2-5', 45.0, 40.0)]
    """
    pairs = [
        *((one.key, None, one.total, sum(one.budget.values())) for one in programmes()),
        *((one.key, year, one.budget[year], _sum_of(one, year)) for one in programmes() for year in YEARS),
        *(
            (one.number, _FIRST, one.stated_2021, _table_2021(one))
            for one in tasks()
            if one.stated_2021 is not None and (one.budget or one.includes)
        ),
    ]
    return tuple(
        Difference(where=where, year=year, printed=printed, found=found)
        for where, year, printed, found in pairs
        if printed != found
    )


def _sum_of(programme: Programme, year: int) -> float:
    if programme.key == _ALL:
        return sum(one.budget[year] for one in programmes() if one.key != _ALL)
    return sum(one.budget[year] for one in tasks() if one.programme == programme.key)


def _table_2021(one: Task) -> float:
    own = one.budget.get(_FIRST, 0.0)
    return own + sum(task(number).budget[_FIRST] for number in one.includes)


def _task(entry: Mapping[str, Any], strategies: Mapping[str, Any], numbers: set[str]) -> Task:
    number = entry["number"]
    above = number.rpartition("-")[0]
    strategy = strategies[number[0]]
    return entry_as(
        Task,
        {key: value for key, value in entry.items() if key not in {"target", "milestone"}},
        part_of=above if above in numbers else None,
        strategy_ko=strategy["ko"],
        strategy_en=strategy["en"],
        stated_2021=float(entry["stated_2021"]) if "stated_2021" in entry else None,
        targets=tuple(_target(target) for target in entry.get("target", ())),
        milestones=tuple(entry_as(Milestone, milestone) for milestone in entry.get("milestone", ())),
        layers=_layers_of(entry),
        budget=_by_year(entry.get("budget", ())),
    )


def _layers_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the services that the plan names in a task, in its order, then the layers that say it of themselves."""
    own = [layer["key"] for layer in facts("layers.toml")["layer"] if layer.get("task") == entry["number"]]
    return tuple(dict.fromkeys((*entry.get("layers", ()), *own)))


def _target(entry: Mapping[str, Any]) -> Target:
    figures = {int(year): float(figure) for year, figure in entry["by_year"].items()}
    return entry_as(Target, entry, by_year=MappingProxyType(figures))


def _by_year(figures: list[float] | tuple[float, ...]) -> Mapping[int, float]:
    if not figures:
        return MappingProxyType({})
    return MappingProxyType({year: float(figure) for year, figure in zip(YEARS, figures, strict=True)})
