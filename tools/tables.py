"""Write ``docs/tables.md``: every table of an output folder, from its description in :mod:`sharemap.schema`."""

from __future__ import annotations

from pathlib import Path

from sharemap.schema import STAGES, tables_of

__all__ = ["page"]

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
_HEAD = """# Tables

What stands in an output folder, stage by stage. Written by `make docs` from `src/sharemap/schema`; the same list comes with
every run as `data_dictionary.csv`. Lengths are metres (`_m`), times minutes (`_min`), geometry is in the CRS of the study, EPSG:5179 in Korea."""


def page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for stage in STAGES.values():
        tables = tables_of(stage.name)
        parts += [f"## {stage.name}: {stage.title}"] if tables else []
        for table in tables:
            note = " Not every study has it." if table.optional else ""
            rows = [f"| `{one.name}` | {one.kind} | {one.ko} | {one.en} |" for one in table.columns]
            head = "| column | kind | Korean | meaning |\n|---|---|---|---|\n"
            parts += [
                f"### `{table.name}`\n\n`{table.file}`: {table.en} ({table.ko}).{note}",
                head + "\n".join(rows),
            ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
