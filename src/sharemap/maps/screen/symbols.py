"""The sign in the circle of a site, by the language of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run

__all__ = ["latin_symbols", "symbols"]


def symbols(run: Run) -> dict[str, str]:
    """Return the sign of each layer: the catalogue's own in Korean, else letters of its name."""
    if run.lang == "ko":
        return {entry.layer: entry.symbol for entry in run.summary.layers}
    return latin_symbols(run.layer_names)


def latin_symbols(names: Mapping[str, str]) -> dict[str, str]:
    """Return one or two letters for each name, no two the same, for readers who cannot read Hangul.

    Examples
    --------
    >>> latin_symbols({"a": "Public bike", "b": "Public parking", "c": "Library", "d": "Plaza", "e": "P"})
    {'a': 'P', 'b': 'Pp', 'c': 'L', 'd': 'Pl', 'e': '5'}
    """
    found: dict[str, str] = {}
    for number, (key, name) in enumerate(names.items(), start=1):
        letters = [letter for letter in name.title() if letter.isascii() and letter.isalpha()]
        initials = [word[0].lower() for word in name.split()[1:]]
        first = letters[:1] or [""]
        tries = first + [first[0] + other.lower() for other in initials + letters[1:]]
        found[key] = next((one for one in tries if one and one not in found.values()), str(number))
    return found
