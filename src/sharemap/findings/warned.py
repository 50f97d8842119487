"""A warning of the log as readers are told it: in Korean where it has a term, else as it was logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharemap.findings.summary import RunWarning
from sharemap.findings.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["warned"]


def warned(
    stage: str, text: str, *, term: str = "", facts: Mapping[str, Any], gross: bool = False
) -> RunWarning:
    r"""Return a warning in both languages.

    Parameters
    ----------
    stage
        The stage that it was logged in.
    text
        The line of the log. Signs that no printer shows become blanks: it may quote the input.
    term
        The key of its Korean in ``words.toml``; nothing for a warning that passes as it is.
    facts
        What fills the blanks of the term.
    gross
        Whether it stops a run that does not allow it.

    Examples
    --------
    >>> facts = {"layer": "공구도서관"}
    >>> warned("sites", "tool_library: no site", term="warn_layer_without_site", facts=facts).text_ko
    '공구도서관: 분석 구역과 그 주변에 시설이 없습니다.'
    >>> warned("sites", "a\x1b[2Jb", facts={}).text_ko
    'a [2Jb'
    """
    korean = words("ko")[term].format(**facts) if term else text
    return RunWarning(stage=stage, text=_printable(text), text_ko=_printable(korean), gross=gross)


def _printable(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
