"""Write ``docs/walking_rules.md``: what each tag of OpenStreetMap says of walking, from ``walking.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.network.walking import lines

if TYPE_CHECKING:
    from sharemap.network.walking import Line

__all__ = ["page"]

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "walking_rules.md"
_PARTS = {
    "way": (
        "## Streets",
        (
            "The street of a line is `highway=residential` where no other is named. Tags are asked in this order: a class "
            "that is not open is shut; then `foot` decides where it says something; then `access` and `service=private`; then "
            "a road for motor cars without a sidewalk; then a sidewalk drawn as a way of its own; then the class. A study may "
            "take a class or a street in or out by name; that wins over every tag."
        ),
    ),
    "node": (
        "## What stands on a street",
        (
            "Barriers and kerbs that are nodes of a street. The street of a line is `highway=footway` with a node in it. `foot` "
            "is asked before `access`, `access` before `locked`, and the kind of barrier last. Where a street runs on past others "
            "that end at the node, what stands there stands on those that end; a kerb where ways for walkers meet a carriageway "
            "does not cut the carriageway."
        ),
    ),
}
_HEAD = """# Who may walk where

What each tag of OpenStreetMap says to a walker. Written by `make docs` from `src/sharemap/network/walking.toml`, which the
code obeys; a test walks a toy of every value below with every walker and compares. Kilometres kept and dropped are reported by
class and reason (`network/report.json`), and in each of three cities the length by class is compared with OSMnx's walk filter,
each difference by its tag.

*open*: walked. *ends*: open for walks that begin or end there, not for passing. *shut*: not walked. A value that is in no
line says nothing. `highway` and `barrier` are lists of what is open: a class or a kind that is not in them is shut, so that a
new one is not walked by chance. A walker that a study defines itself walks like `standard`, without steps if it says so, and
like `stroller` or `wheelchair` if its `wheels` are that."""
_TAIL = """## Beside the tags

**Passing.** `foot=destination` and its kind make a *yard*: open to who begins or ends there, by whichever of its doors is best,
and to nobody who only passes. Walks are exact in this: no step leads out of a yard into the street, and a walk that begins in
a yard begins at each of its doors, at the cost of the walk there (`sharemap.reach.yards`). To open yards lets everybody through a
company's ground, to shut them takes the street from who lives there, and to leave each place of a yard its nearest door alone
was measured: in Porto Alegre, where one street in twenty is such, walks from there reached 15 % fewer corners.

**Squares** (`area=yes`, a closed `highway=pedestrian`, a multipolygon) are walked along their edge and joined to the streets that
touch them on the ground. On the ground are streets without `layer`, `level`, `tunnel`, `bridge`, `indoor` or `location`, and with
a `level` or `layer` that is 0; of several levels (`-1;0`, `-1-1`) one must be 0. A closed `highway=pedestrian` with `area=no` is a street.

**One way on foot.** Streets are walked both ways. Kilometres of `oneway:foot=yes` and the like are counted in the report
(`one_way_km`), and a warning says them.

**Mountain paths** of `sac_scale=demanding_mountain_hiking` and above are walked; their kilometres are counted (`demanding_km`) and said.

**Conditions** in time (`foot:conditional`, `opening_hours` of a gate) are not read."""
_COLUMNS = "| tag | on | standard | elderly | stroller | wheelchair | why |\n|---|---|---|---|---|---|---|\n"


def page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for of, (head, text) in _PARTS.items():
        rows = "\n".join(_row(one) for one in lines() if one.of == of)
        parts += [head, text, _COLUMNS + rows]
    return "\n\n".join([*parts, _TAIL]) + "\n"


def _row(line: Line) -> str:
    tag = f"{', '.join(f'`{key}`' for key in line.keys)} = {', '.join(line.values)}"
    on = " ".join(f"`{key}={value}`" for key, value in line.on.items())
    cells = [
        tag,
        on,
        *(_verdict(line, walker) for walker in ("standard", "elderly", "stroller", "wheelchair")),
    ]
    return f"| {' | '.join([*cells, line.why])} |"


def _verdict(line: Line, walker: str) -> str:
    walked = line.walk or "open"
    if walked == "shut" or walker in ("standard", "elderly"):
        return walked
    said = getattr(line, walker) or ("no" if _is_steps(line) else "yes")
    return "shut" if said == "no" else walked


def _is_steps(line: Line) -> bool:
    return line.on.get("highway") == "steps"


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8")
