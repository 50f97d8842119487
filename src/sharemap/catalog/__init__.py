"""The plan in one place: its shared services as layers, its tasks, and the workbooks that wards fill in.

=====================  ==========================================================================
``layers.toml``        shared services: sources with their column aliases, colours, roles
``plan.toml``          tasks of the plan with targets, milestones and budgets
``templates.toml``     columns of the workbooks in which a ward enters what no portal publishes
``answers.toml``       the workbook of what to check: its headers, and the answers that can be chosen
``yardsticks.toml``   from when on evidence is doubted, and who says so
=====================  ==========================================================================
"""

from __future__ import annotations

from sharemap.catalog.answers import AnswerForm, answer_form
from sharemap.catalog.frames import TABLES, frame
from sharemap.catalog.layers import (
    GROUPS,
    Catalog,
    Group,
    Host,
    Layer,
    Role,
    idle_space,
    kind_headers,
    layer,
    load,
    source_titles,
)
from sharemap.catalog.plan import (
    YEARS,
    Difference,
    Milestone,
    Programme,
    Target,
    Task,
    budget_differences,
    city_wards,
    programmes,
    task,
    tasks,
)
from sharemap.catalog.published import FIELDS, HoursSpan, Rule, Source, normalised_header
from sharemap.catalog.templates import GUIDE_SHEET, Template, TemplateColumn, template
from sharemap.catalog.yardsticks import Ages, Yardsticks, yardsticks

__all__ = [
    "FIELDS",
    "GROUPS",
    "GUIDE_SHEET",
    "TABLES",
    "YEARS",
    "Ages",
    "AnswerForm",
    "Catalog",
    "Difference",
    "Group",
    "Host",
    "HoursSpan",
    "Layer",
    "Milestone",
    "Programme",
    "Role",
    "Rule",
    "Source",
    "Target",
    "Task",
    "Template",
    "TemplateColumn",
    "Yardsticks",
    "answer_form",
    "budget_differences",
    "city_wards",
    "frame",
    "idle_space",
    "kind_headers",
    "layer",
    "load",
    "normalised_header",
    "programmes",
    "source_titles",
    "task",
    "tasks",
    "template",
    "yardsticks",
]
