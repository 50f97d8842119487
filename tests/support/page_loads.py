"""What a browser would load on opening a page, read from its text: beside the browser itself, for machines without one."""

from __future__ import annotations

import re

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
