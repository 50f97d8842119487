"""A folium page that opens with no network at all.

What folium links to is replaced through an explicit table: Leaflet comes from the XStatic-Leaflet wheel, all else
is left out. A link that the table does not know stops the build, so that a new folium cannot leak one.
"""

from __future__ import annotations

import base64
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["inlined", "leftovers"]

#: Remote address -> file of the Leaflet wheel, or ``None`` to leave it out.
_REPLACED: Mapping[str, str | None] = {
    r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/leaflet\.js": "leaflet.js",
    r"https://cdn\.jsdelivr\.net/npm/leaflet@[\d.]+/dist/leaflet\.css": "leaflet.css",
    r"https://code\.jquery\.com/jquery-[\d.]+\.min\.js": None,
    r"https://cdn\.jsdelivr\.net/npm/bootstrap@[\d.]+/dist/js/bootstrap\.bundle\.min\.js": None,
    r"https://cdn\.jsdelivr\.net/npm/bootstrap@[\d.]+/dist/css/bootstrap\.min\.css": None,
    r"https://netdna\.bootstrapcdn\.com/bootstrap/[\d.]+/css/bootstrap-glyphicons\.css": None,
    r"https://cdn\.jsdelivr\.net/npm/@fortawesome/fontawesome-free@[\d.]+/css/all\.min\.css": None,
    r"https://cdnjs\.cloudflare\.com/ajax/libs/Leaflet\.awesome-markers/[\d.]+/leaflet\.awesome-markers\.(?:js|css)": None,
    (
        r"https://cdn\.jsdelivr\.net/gh/python-visualization/folium/folium/templates/"
        r"leaflet\.awesome\.rotate\.min\.css"
    ): None,
}
_LINKED = re.compile(
    r'<script\s+src="(?P<js>[^"]*)"[^>]*>\s*</script>|<link\b[^>]*\bhref="(?P<css>[^"]*)"[^>]*/?>',
    re.IGNORECASE,
)
_CSS_URL = re.compile(r"url\(\s*(?P<quote>[\"']?)(?P<url>[^)\"']*)(?P=quote)\s*\)")
#: What a browser would load by itself. Plain links that a reader follows are no part of it.
_LOADED = (
    re.compile(
        r"<(?:script|img|iframe|embed|audio|video|source|track|input)\b[^>]*?\bsrc(?:set)?\s*=\s*[\"']?([^\"'\s>]+)",
        re.IGNORECASE,
    ),
    re.compile(r"<link\b[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE),
    re.compile(r"<(?:object|form)\b[^>]*?\b(?:data|action)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE),
    re.compile(r"<base\b[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE),
    re.compile(r"@import\s+(?:url\()?\s*[\"']?([^\"')\s;]+)", re.IGNORECASE),
    re.compile(r"\bL\.tileLayer(?:\.wms)?\s*\(\s*[\"'`]([^\"'`]*)"),
    re.compile(r"\b(?:fetch|importScripts|EventSource|WebSocket)\s*\(\s*[\"'`]([^\"'`]*)"),
)
_LICENCE = """<!--
This page contains Leaflet (https://leafletjs.com), BSD 2-Clause License:
Copyright (c) 2010-2022, Volodymyr Agafonkin. Copyright (c) 2010-2011, CloudMade. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of
conditions and the following disclaimer. 2. Redistributions in binary form must reproduce the above copyright notice,
this list of conditions and the following disclaimer in the documentation and/or other materials provided with the
distribution. THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED
WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT,
INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE
GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
-->
"""


def inlined(html: str) -> str:
    """Return a page of folium's with Leaflet inside and every other remote link taken out.

    Raises
    ------
    RuntimeError
        If the page links to an address that is not in the table: a fault of ours, never of the input.

    Examples
    --------
    >>> inlined('<script src="https://example.org/new.js"></script>')
    Traceback (most recent call last):
        ...
    RuntimeError: the page links to an unknown address: https://example.org/new.js
    """
    return _LINKED.sub(_replacement, html)


def leftovers(html: str) -> list[str]:
    """Return the addresses that a browser would load on opening a page; empty for a page of ours.

    Examples
    --------
    >>> leftovers('<img src="https://a.example/x.png"><a href="https://b.example">b</a>')
    ['https://a.example/x.png']
    """
    page = re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    found = [match for pattern in _LOADED for match in pattern.findall(page)]
    styles = "".join(re.findall(r"<style\b[^>]*>(.*?)</style>", page, flags=re.DOTALL | re.IGNORECASE))
    attributes = "".join(re.findall(r"\bstyle\s*=\s*\"([^\"]*)\"", page, flags=re.IGNORECASE))
    found += [match["url"] for match in _CSS_URL.finditer(styles + attributes)]
    return sorted({address for address in found if not address.startswith(("data:", "#"))})


def _replacement(match: re.Match[str]) -> str:
    address = match["js"] or match["css"] or ""
    for pattern, name in _REPLACED.items():
        if re.fullmatch(pattern, address):
            return "" if name is None else _asset(name)
    msg = f"the page links to an unknown address: {address}"
    raise RuntimeError(msg)


def _asset(name: str) -> str:
    text = (_leaflet() / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return f"<style>{_CSS_URL.sub(_data_url, text)}</style>"
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    safe = text.replace("</script", "<\\/script")
    return f"{_LICENCE}<script>{safe}</script>"


def _data_url(match: re.Match[str]) -> str:
    address = match["url"]
    if address.startswith(("#", "data:")):
        return match[0]
    content = base64.b64encode((_leaflet() / address).read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{content})"


def _leaflet() -> Any:  # noqa: ANN401  importlib's Traversable
    return resources.files("xstatic.pkg.leaflet") / "data"
