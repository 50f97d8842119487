"""The workbook in which a ward enters what no portal publishes: its columns, choices and explanations.

The facts live in ``templates.toml``. Every header is a column that the layer's last source (or the list's own)
knows, so that :func:`sharemap.sources.sites.read_sites` takes the workbook back without an option.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sharemap.catalog.entries import facts
from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.catalog.layers import Layer

__all__ = ["GUIDE_SHEET", "Template", "TemplateColumn", "template"]

#: The sheet of explanations and examples: no reader takes its rows for data.
GUIDE_SHEET = "작성안내"

_FILE = "templates.toml"

Need = Literal["required", "coordinates", "optional"]
Look = Literal["text", "code", "number", "lat", "lon", "time", "choice"]


@dataclass(frozen=True, kw_only=True)
class TemplateColumn:
    """One column of the workbook.

    Attributes
    ----------
    key
        Stable key.
    field
        Field of :data:`sharemap.catalog.FIELDS` that it is read into; ``""`` when it is not read.
    header
        As the workbook shows it.
    need
        ``"required"``, ``"coordinates"`` (wanted, but an address will do) or ``"optional"``.
    look
        How cells are formatted and checked.
    width
        In characters.
    note_ko
        What to enter.
    examples
        One for each example of the guide sheet, ``""`` for a blank cell.
    choices
        What the drop-down offers.
    unit
        What a number counts.
    """

    key: str
    field: str
    header: str
    need: Need
    look: Look
    width: float
    note_ko: str
    examples: tuple[str | float, ...]
    choices: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Template:
    """The workbook of one layer."""

    layer: str
    title_ko: str
    columns: tuple[TemplateColumn, ...]
    note_ko: str = ""


def template(layer: Layer) -> Template:
    """Return the workbook of a layer, a study's own layers included.

    Raises
    ------
    StudyError
        If the layer has no places that could be listed.

    Examples
    --------
    >>> from sharemap import catalog
    >>> form = template(catalog.layer("shared_asset"))
    >>> next(column.choices for column in form.columns if column.key == "kind")
    ('사람', '공간', '문화', '자연', '조직')
    """
    if not layer.points:
        msg = "the layer has no places that could be listed; it is known by area only"
        raise StudyError(msg, column="layer", value=layer.key, remedy="choose another layer (--list)")
    own: Mapping[str, Any] = facts(_FILE)["layers"].get(layer.key, {})
    dropped = set(own.get("drop", ()))
    return Template(
        layer=layer.key,
        title_ko=f"{layer.name_ko} 작성 양식",
        columns=tuple(
            _column(entry, own, layer)
            for entry in facts(_FILE)["column"]
            if entry["field"] not in dropped or not entry["field"]
        ),
        note_ko=own.get("note_ko", ""),
    )


def _column(entry: Mapping[str, Any], own: Mapping[str, Any], layer: Layer) -> TemplateColumn:
    key = entry["key"]
    choices = {"kind": own.get("kinds", ()), "status": own.get("status", entry.get("choices", ()))}
    offered = tuple(choices.get(key, entry.get("choices", ())))
    note = own.get("notes", {}).get(key, entry["note_ko"])
    if key == "capacity" and "capacity" in own:
        note = f"{own['capacity']}. {note}"
    examples = own.get("examples", {}).get(key, entry["examples"])
    if key == "kind":
        examples = [*offered[:2], "", ""][:2]
    return TemplateColumn(
        key=key,
        field=entry["field"],
        header=own.get("rename", {}).get(key, entry["header"]),
        need=entry["need"],
        look="text" if entry["look"] == "choice" and not offered else entry["look"],
        width=entry["width"],
        note_ko=note if offered or key != "kind" else "더 자세한 종류. 없으면 비워 둡니다.",
        examples=tuple(text.format(name=layer.name_ko) if key == "name" else text for text in examples),
        choices=offered,
        unit=own.get("unit", layer.unit) if key == "capacity" else "",
    )
