"""The interactive map: one HTML file with everything inside."""

from __future__ import annotations

import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from sharemap import palette
from sharemap.maps.drawn import Study
from sharemap.maps.screen.contract import as_json
from sharemap.maps.screen.offline import leaflet, leftovers
from sharemap.maps.screen.payload import payload
from sharemap.maps.screen.script import script
from sharemap.maps.screen.tables import headline, sources, tables
from sharemap.maps.words import number, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["interactive"]

#: Counts script errors where a test, or a user asked for help, can read them.
_WATCH = (
    'window.addEventListener("error",function(){var d=document.documentElement.dataset;'
    "d.errors=String(Number(d.errors||0)+1)});"
)
_SLOT = re.compile(r"@@(\w+)@@")
#: Signs that turn the direction of all text after them: no name may do that to the page around it.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def interactive(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], *, lang: str = "ko") -> str:
    """Return the interactive map as one HTML page that loads nothing from anywhere.

    Parameters
    ----------
    tables
        Tables under their names in :data:`sharemap.schema.TABLES`, and optionally ``background``: lines and
        polygons with a column ``kind`` (``street``, ``water``, ``railway``) and perhaps ``highway``. Only
        ``area`` must be there; what is absent is not drawn.
    summary
        The content of ``summary.json``.
    lang
        ``"ko"`` or ``"en"``.

    Raises
    ------
    StudyError
        If the language is unknown.
    RuntimeError
        If the page would load something from elsewhere: a fault of ours, never of the input.
    """
    study, say = Study(tables, summary), words(lang)
    page = _SLOT.sub(_filler(_contents(study, say, lang=lang)), _own("frame.html"))
    loaded = leftovers(_without_data(page))
    if loaded:
        msg = f"the page would load {loaded}"
        raise RuntimeError(msg)
    return page.translate(_TURNS)


def _contents(study: Study, say: Mapping[str, str], *, lang: str) -> dict[str, str]:
    summary = study.summary
    shown = {
        "profile": summary["profile_ko"] if lang == "ko" else summary["profile"],
        "speed": number(summary["speed_kmh"]),
        "minutes": number(summary["cutoff_min"]),
        "metres": number(summary["cutoff_m"]),
        "date": summary["generated"],
    }
    said = say["conditions"].format(**shown)
    ribbon = (
        f'<p class="ribbon" role="note"><strong>{escape(say["fictional"])}</strong> {escape(say["fictional_long"])}</p>'
        if summary["fictional"]
        else ""
    )
    page = _own("page.html")
    blocks = {
        "ribbon": ribbon,
        "title": escape(summary["title"]),
        "conditions": " · ".join(f"<span>{escape(part)}</span>" for part in said.split(" · ")),
        "headline": headline(study, say, lang=lang),
        "tables": tables(study, say, lang=lang),
        "sources": sources(study, say, lang=lang),
        "attribution": escape(summary["attribution"]),
        "note": escape(say["drawn_note"].format(simplify=number(study.tolerance)))
        + (f" {escape(say['thinned_note'])}" if study.wide else ""),
        "data": as_json(payload(study, lang=lang)),
    }
    filled = _SLOT.sub(_filler(blocks | {f"say_{key}": escape(text) for key, text in say.items()}), page)
    return {
        "css": _SLOT.sub(lambda slot: getattr(palette, slot[1].upper()), _own("app.css")),
        "page": filled,
        "lang": lang,
        "title": escape(summary["title"]),
        "leaflet": leaflet(),
        "boot": script(),
        "watch": _WATCH,
    }


def _filler(values: Mapping[str, str]) -> Any:  # noqa: ANN401  a replacement function for re.sub
    return lambda match: values[match[1]]


def _without_data(page: str) -> str:
    """Return the page without the JSON block, which a browser does not look into."""
    return re.sub(r'(<script type="application/json"[^>]*>).*?(</script>)', r"\1\2", page, flags=re.DOTALL)


def _own(name: str) -> str:
    return (resources.files("sharemap.maps.screen") / name).read_text(encoding="utf-8")
