"""What makes a page open with no network at all: Leaflet inside it."""

from __future__ import annotations

import base64
import re
from importlib import resources

__all__ = ["leaflet"]

_CSS_URL = re.compile(r"url\(\s*(?P<quote>[\"']?)(?P<url>[^)\"']*)(?P=quote)\s*\)")
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


def leaflet() -> str:
    """Return the styles and the script of Leaflet, from the XStatic-Leaflet wheel, with its licence, as HTML."""
    styles = _CSS_URL.sub(_data_url, _file("leaflet.css").decode("utf-8"))
    script = re.sub(r"^//# sourceMappingURL=.*$", "", _file("leaflet.js").decode("utf-8"), flags=re.MULTILINE)
    safe = script.replace("</script", "<\\/script")
    return f"<style>{styles}</style>\n{_LICENCE}<script>{safe}</script>"


def _data_url(match: re.Match[str]) -> str:
    address = match["url"]
    if address.startswith(("#", "data:")):
        return match[0]
    content = base64.b64encode(_file(address)).decode("ascii")
    return f"url(data:image/png;base64,{content})"


def _file(name: str) -> bytes:
    return (resources.files("xstatic.pkg.leaflet") / "data" / name).read_bytes()
