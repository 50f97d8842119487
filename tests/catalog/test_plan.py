"""The tasks of the plan: complete, consistent, and checked against the text of the plan itself."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sharemap import catalog
from sharemap.errors import StudyError

MAIN = [*(f"1-{i}" for i in range(1, 5)), *(f"2-{i}" for i in range(1, 8)), *(f"3-{i}" for i in range(1, 8))]
PARTS = {"1-1": 2, "1-2": 4, "1-3": 2, "1-4": 3}
WITHOUT_PLACES = {
    "1-4-1": "open data", "1-4-3": "O2O", "2-3": "experiments", "2-4": "jobs", "2-7": "ward projects",
    "3-1": "R&D", "3-2": "facilitators", "3-3": "indicators", "3-4": "ordinance", "3-5": "committee",
    "3-6": "hub", "3-7": "exchange",
}  # fmt: skip


def test_every_task_number_of_the_plan_appears_exactly_once_in_its_order():
    wanted = [
        number
        for main in MAIN
        for number in (main, *(f"{main}-{part}" for part in range(1, PARTS.get(main, 0) + 1)))
    ]
    assert [task.number for task in catalog.tasks()] == wanted


def test_parts_stand_under_their_task_and_tasks_under_their_strategy():
    for task in catalog.tasks():
        if task.number.count("-") == 2:
            assert task.part_of == task.number[:3]
        else:
            assert task.part_of is None
        assert task.strategy_ko == catalog.task(f"{task.number[0]}-1").strategy_ko
    assert len({task.strategy_ko for task in catalog.tasks()}) == 3


@pytest.mark.parametrize("number", sorted(WITHOUT_PLACES))
def test_tasks_without_places_have_targets_or_milestones_and_a_word_on_money(number):
    task = catalog.task(number)
    assert task.targets or task.milestones
    assert task.stated_2021 is not None or task.unfunded


def test_every_working_task_says_what_it_costs_in_2021_or_that_it_has_no_budget():
    for task in catalog.tasks():
        heading = task.number in PARTS
        assert (task.stated_2021 is not None) + task.unfunded == (0 if heading else 1), task.number


def test_layers_and_tasks_know_each_other():
    layers = catalog.load()
    for layer in layers:
        assert layer.key in catalog.task(layer.task).layers, layer.key
    for task in catalog.tasks():
        assert set(task.layers) <= set(layers.keys), task.number
        for target in task.targets:
            assert target.layer is None or target.layer in task.layers, task.number
            assert target in (layers.layer(target.layer).targets if target.layer else task.targets)


def test_budget_lines_add_up_as_the_plan_prints_them():
    every, *programmes = catalog.programmes()
    assert every.total == 8341
    for year in catalog.YEARS:
        assert sum(one.budget[year] for one in programmes) == every.budget[year]
        assert sum(task.budget.get(year, 0) for task in catalog.tasks()) == every.budget[year]
    for one in (every, *programmes):
        assert sum(one.budget.values()) == one.total
        parts = [task for task in catalog.tasks() if task.programme == one.key]
        if one is not every:
            assert sum(sum(task.budget.values()) for task in parts) == one.total


def test_where_the_plan_differs_from_itself_is_said():
    found = {
        (one.where, one.year): (one.printed, one.found, one.rounding) for one in catalog.budget_differences()
    }
    assert found == {
        ("2-3", 2021): (15, 25, False),
        ("2-5", 2021): (45, 40, False),
        ("3-4", 2021): (8.2, 8, True),
        ("3-5", 2021): (11.8, 12, True),
        ("3-6", 2021): (231.5, 231, True),
    }


def test_money_that_includes_other_tasks_is_marked():
    assert catalog.task("2-7").includes == ("2-1", "2-2", "2-5", "3-1", "3-2")
    assert not catalog.task("2-7").budget
    assert catalog.task("3-6").includes == ("1-4-3", "2-3")


def test_targets_say_what_they_count_and_years_that_are_not_given_stay_blank():
    for task in catalog.tasks():
        for target in task.targets:
            assert target.unit
            assert target.counts
            assert target.measure_en
            assert all(figure > 0 for figure in target.by_year.values())
    frame = catalog.frame("targets")
    assert frame.loc[frame["task"] == "2-5", "y2023"].isna().all()
    assert {"bikes", "sites", "bays", "buildings"} <= set(frame["counts"])


def test_what_open_data_cannot_measure_is_left_out():
    resident, annexed = (catalog.layer(key).targets[0] for key in ("parking_resident", "parking_annexed"))
    assert resident.measured_by is None
    assert annexed.measured_by == "capacity"
    for layer in catalog.load():
        assert all(target.measured_by in {None, "sites", "capacity"} for target in layer.targets)


def test_an_unknown_task_names_the_known_ones():
    with pytest.raises(StudyError, match=r"2-9.*2-7"):
        catalog.task("2-9")


def test_every_table_of_the_catalogue_is_a_frame():
    for name in catalog.TABLES:
        frame = catalog.frame(name)
        assert len(frame) > 0
        assert frame.columns.is_unique
    assert tuple(catalog.frame()["layer"]) == catalog.load().keys
    assert len(catalog.frame("tasks")) == 29
    with pytest.raises(StudyError, match=r"colours.*layers"):
        catalog.frame("colours")


# ------------------------------------------------------------------------------- against the plan itself


@pytest.fixture(scope="module")
def plan(shared_data):
    path = shared_data.parent / "plan" / "sharing_seoul_phase3_plan.txt"
    if not path.is_file():
        pytest.skip("the text of the plan is not beside this checkout")
    text = path.read_text(encoding="utf-8").replace("‘", "’").replace("◯신규", "")  # the text mixes quotes
    return re.sub(r"[ \t]+", " ", text)


def _sections(plan):
    """Number -> text of its page; pages of 3-3 to 3-7 carry their title at the foot."""
    body = plan[plan.index("1-1 공유로 누리는 편리한 이동서비스\n\n공동") : plan.index("Ⅴ 홍보 및 예산 계획")]
    marks = [(m.group(1), m.start()) for m in re.finditer(r"^ ?([1-3]-\d) \S", body, flags=re.MULTILINE)]
    starts = {number: at for number, at in marks if number < "3-3"}
    ends = {number: at for number, at in marks if number >= "3-3"}
    pages = {}
    for (number, at), (_, until) in pairwise([*starts.items(), ("", ends["3-3"])]):
        pages[number] = body[at:until]
    foot = pages["3-2"].index("▢ 소요예산")
    cut = pages["3-2"].index("\n", foot)
    pages["3-2"], begun = pages["3-2"][:cut], pages["3-2"][cut:]
    for (number, at), before in zip(ends.items(), [None, *ends.values()], strict=False):
        pages[number] = begun if before is None else body[before:at]
    for number, count in PARTS.items():
        cuts = [
            m.start()
            for m in re.finditer(r"^ ?\d [^\n]*\([^\n]*(?:과|담당관)\)", pages[number], re.MULTILINE)
        ]
        assert len(cuts) == count, number
        for part, (start, stop) in enumerate(pairwise([*cuts, len(pages[number])]), start=1):
            pages[f"{number}-{part}"] = pages[number][start:stop]
    return pages


def _numbers(text):
    return {float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


@pytest.mark.real
def test_every_number_of_the_plans_list_is_a_task(plan):
    listed = plan[plan.index("3대 정책과제 18개") : plan.index("정책 로드맵")]
    assert re.findall(r"([1-3]-\d)\.", listed) == MAIN
    circled = re.findall(r"[①②③④]", listed)
    assert len(circled) == sum(PARTS.values())


@pytest.mark.real
def test_figures_departments_and_names_stand_on_the_tasks_own_page(plan):
    pages = _sections(plan)
    squeezed = re.sub(r"[\s‧·∙․']", "", plan)
    for task in catalog.tasks():
        page = pages[task.number]
        numbers = _numbers(page)
        for target in task.targets:
            for year, figure in target.by_year.items():
                assert figure in numbers, (task.number, year, figure)
        if task.department:
            assert f"({task.department})" in page, task.number
        if task.part_of is None:
            assert re.sub(r"[\s‧·∙․']", "", task.name_ko) in squeezed, task.number


@pytest.mark.real
def test_goals_for_2021_and_2025_are_those_beside_their_years(plan):
    """Read "N(’21년) ⇒ M(’25년)" from each page; what is read must be a target with these two figures."""
    pages = _sections(plan)
    goal = re.compile(
        r"([\d,]+) ?[^\d\s(]*(?: 사업)? ?\(’21년\) ?(?:⇒|→) ?([\d,]+) ?[^\d\s(]*(?: 사업)? ?\(’25년\)"
    )
    read = 0
    for task in catalog.tasks():
        if task.number in PARTS:
            continue
        for first, last in goal.findall(pages[task.number]):
            pair = tuple(float(text.replace(",", "")) for text in (first, last))
            assert pair in [(target.y2021, target.y2025) for target in task.targets], (task.number, pair)
            read += 1
    promised = sum(
        target.y2021 is not None and target.y2025 is not None
        for task in catalog.tasks()
        for target in task.targets
    )
    assert read == promised == 21


@pytest.mark.real
def test_what_each_page_says_of_2021_is_the_catalogues(plan):
    pages = _sections(plan)
    for task in catalog.tasks():
        if task.number in PARTS:
            continue
        said = re.search(r"소요예산 ?\(’21년도\) ?: ?(?:비예산|([\d,]+) ?(백만원|천원))", pages[task.number])
        assert said, task.number
        if said.group(1) is None:
            assert task.unfunded, task.number
            continue
        figure = float(said.group(1).replace(",", "")) / (1000 if said.group(2) == "천원" else 1)
        assert task.stated_2021 == figure, task.number


@pytest.mark.real
def test_the_budget_table_is_the_catalogues(plan):
    """Every line of six figures in section V, in its order, against the catalogue's lines in theirs."""
    table = plan[plan.index("예산계획 (단위 : 백만원)") : plan.index("추진일정(’21년)")]
    lines = re.findall(r"((?:\d[\d,]* ){5}\d[\d,]*)$", table, flags=re.MULTILINE)
    printed = [tuple(float(figure.replace(",", "")) for figure in line.split()) for line in lines]
    frame = catalog.frame("budget")
    years = [f"budget_{year}" for year in catalog.YEARS]
    ours = [tuple(row) for row in frame[["total", *years]].to_numpy(dtype=float)]
    assert sorted(printed) == sorted(ours)
    assert len(printed) == 19


@pytest.mark.real
def test_new_tasks_are_those_marked_so(shared_data):
    text = (shared_data.parent / "plan" / "sharing_seoul_phase3_plan.txt").read_text(encoding="utf-8")
    listed = text[text.index("3대 정책과제 18개") : text.index("정책 로드맵")]
    marked = re.findall(r"([23]-\d)\. [^\n]*◯신규", listed)
    new = [task.number for task in catalog.tasks() if task.new]
    assert new == sorted([*marked, "1-4-3"])
    assert "③민관 협력형 O2O 공유서비스◯신규" in listed
