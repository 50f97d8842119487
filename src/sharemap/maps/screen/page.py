"""The interactive map: one HTML file with everything inside."""

from __future__ import annotations

import json
import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from sharemap.maps.drawn import Study
from sharemap.maps.screen.offline import inlined, leftovers
from sharemap.maps.screen.payload import payload
from sharemap.maps.screen.tables import headline, sources, tables
from sharemap.maps.words import number, words
from sharemap.palette import CLASSES, GAP_CLASSES, NO_SHARE

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
        Tables under their names in :data:`sharemap.schema.TABLES`, and optionally ``barriers``: lines and
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
    page = inlined(_skeleton(study))
    page = _SLOT.sub(_filler(_contents(study, say, lang=lang)), page)
    loaded = leftovers(_without_data(page))
    if loaded:
        msg = f"the page would load {loaded}"
        raise RuntimeError(msg)
    return page.translate(_TURNS)


def _skeleton(study: Study) -> str:
    """Return folium's page around our own: no input text is in it yet, only slots for it."""
    import folium

    west, south, east, north = study.area.to_crs("EPSG:4326").total_bounds
    base = folium.Map(
        location=[float(south + north) / 2, float(west + east) / 2],
        tiles=None,
        zoom_control=False,
        prefer_canvas=True,
        maxZoom=19,
        minZoom=10,
        attributionControl=False,
        zoomSnap=0.25,
    )
    base._id = "sharemap"  # noqa: SLF001  folium's random id would change the file on every run
    figure = base.get_root()
    figure.header.add_child(
        folium.Element("<style>@@css@@</style><script>@@watch@@</script>"), name="sharemap_css"
    )
    figure.html.add_child(folium.Element("@@page@@"), name="sharemap_page", index=0)
    html = figure.render()
    html = html.replace("<html>", '<html lang="@@lang@@">', 1).replace(
        "<head>", "<head>\n<title>@@title@@</title>", 1
    )
    # folium forbids zooming by pinch and fixes the page to the window: neither is wanted
    html = re.sub(
        r'<meta name="viewport".*?/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        html,
        flags=re.DOTALL,
    )
    html = re.sub(
        r"<style>(?:(?!</style>).)*?(?:#map |html, body|#map_sharemap)(?:(?!</style>).)*?</style>",
        "",
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r'<div class="folium-map" id="map_sharemap"\s*>\s*</div>', "", html)
    end = "<script>@@boot@@</script>\n</html>"
    return re.sub(r"</html>\s*$", lambda _: end, html)


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
        "data": _data(study, say, lang=lang),
    }
    filled = _SLOT.sub(_filler(blocks | {f"say_{key}": escape(text) for key, text in say.items()}), page)
    return {
        "css": _own("app.css"),
        "page": filled,
        "lang": lang,
        "title": escape(summary["title"]),
        "boot": _own("app.js"),
        "watch": _WATCH,
    }


def _filler(values: Mapping[str, str]) -> Any:  # noqa: ANN401  a replacement function for re.sub
    return lambda match: values[match[1]]


def _data(study: Study, say: Mapping[str, str], *, lang: str) -> str:
    content = payload(study, lang=lang) | {
        "say": dict(say),
        "noShare": NO_SHARE,
        "classes": [list(pair) for pair in CLASSES],
        "gapClasses": [list(pair) for pair in GAP_CLASSES],
        "cutoff": number(study.summary["cutoff_min"]),
        "wide": study.wide,
    }
    return _script_safe(json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _script_safe(text: str) -> str:
    """Return JSON that cannot end the script element it stands in, nor mean anything else in HTML."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _without_data(page: str) -> str:
    """Return the page without the JSON block, which a browser does not look into."""
    return re.sub(r'(<script type="application/json"[^>]*>).*?(</script>)', r"\1\2", page, flags=re.DOTALL)


def _own(name: str) -> str:
    return (resources.files("sharemap.maps.screen") / name).read_text(encoding="utf-8")
