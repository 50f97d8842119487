"""The interactive map: one HTML file with everything inside."""

from __future__ import annotations

import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from sharemap import palette
from sharemap.findings import number
from sharemap.maps.drawn import Drawn
from sharemap.maps.screen.contract import as_json
from sharemap.maps.screen.offline import leaflet
from sharemap.maps.screen.payload import payload
from sharemap.maps.screen.script import script
from sharemap.maps.screen.tables import headline, sources, tables
from sharemap.pages import policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["interactive"]

#: Counts script errors where a test, or a user asked for help, can read them.
_WATCH = (
    'window.addEventListener("error",function(){var d=document.documentElement.dataset;'
    "d.errors=String(Number(d.errors||0)+1)});"
)
_SLOT = re.compile(r"@@(\w+)@@")
#: Signs that turn the direction of all text after them: no name may do that to the page around it.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def interactive(run: Run) -> str:
    """Return the interactive map as one HTML page that loads nothing from anywhere.

    Parameters
    ----------
    run
        What is shown, in its language. Only the table ``area`` must be there; what is absent is not drawn.
    """
    page = _filled("frame.html", _frame(Drawn(run)))
    return page.translate(_TURNS)


def _frame(drawn: Drawn) -> dict[str, str]:
    colours = {key.lower(): colour for key, colour in vars(palette).items() if isinstance(colour, str)}
    return {
        "lang": drawn.run.lang,
        "title": escape(drawn.run.summary.title),
        "policy": policy(script=True),
        "watch": _WATCH,
        "css": _filled("app.css", colours),
        "leaflet": leaflet(),
        "page": _filled("page.html", _contents(drawn)),
        "boot": script(),
    }


def _contents(drawn: Drawn) -> dict[str, str]:
    run, say, summary = drawn.run, drawn.run.say, drawn.run.summary
    conditions = say["conditions"].format(**run.conditions).split(" · ")
    note = [
        say["drawn_note"].format(simplify=number(drawn.tolerance)),
        *([say["thinned_note"]] if drawn.wide else []),
    ]
    return {
        **{f"say_{key}": escape(text) for key, text in say.items()},
        "ribbon": _ribbon(run) if summary.fictional else "",
        "title": escape(summary.title),
        "warnings": _warnings(run),
        "conditions": " · ".join(f"<span>{escape(part)}</span>" for part in conditions),
        "headline": headline(run),
        "tables": tables(drawn),
        "sources": sources(run),
        "attribution": escape(summary.attribution),
        "note": escape(" ".join(note)),
        "data": as_json(payload(drawn)),
    }


def _ribbon(run: Run) -> str:
    short, long = (escape(run.say[key]) for key in ("fictional", "fictional_long"))
    return f'<p class="ribbon" role="note"><strong>{short}</strong> {long}</p>'


def _warnings(run: Run) -> str:
    """Return what was warned of: how many and the first, the others where it is unfolded."""
    told = [escape(text) for text in run.warnings]
    if not told:
        return ""
    listed = "".join(f"<li>{text}</li>" for text in told)
    head = f"<summary><strong>{escape(run.warned)}</strong> <span>{told[0]}</span></summary>"
    look = "warnings gross" if run.summary.warnings[0].gross else "warnings"  # gross ones stand first
    return f'<details class="{look}" id="warnings" role="note">{head}<ul>{listed}</ul></details>'


def _filled(name: str, values: Mapping[str, str]) -> str:
    """Return a file of ours with its slots filled; what is filled in is not looked at again."""
    text = (resources.files("sharemap.maps.screen") / name).read_text(encoding="utf-8")
    return _SLOT.sub(lambda slot: values[slot[1]], text)
