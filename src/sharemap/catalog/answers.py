"""The workbook of what to check: its headers and the answers that can be chosen, for who writes it and who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.catalog.entries import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AnswerForm", "answer_form"]

_FILE = "answers.toml"
_LANGUAGES = ("ko", "en")


@dataclass(frozen=True, kw_only=True)
class AnswerForm:
    """Headers and answers: key -> (Korean, English)."""

    sheet: tuple[str, str]
    headers: Mapping[str, tuple[str, str]]
    answers: Mapping[str, tuple[str, str]]

    def header(self, key: str, lang: str) -> str:
        """Return what stands over a column."""
        return self.headers[key][_LANGUAGES.index(lang)]

    def said(self, answer: str, lang: str) -> str:
        """Return an answer as it can be chosen."""
        return self.answers[answer][_LANGUAGES.index(lang)]

    def key(self, text: str) -> str | None:
        """Return the key of an answer in either language, None if there is no such answer."""
        plain = "".join(text.split()).casefold()
        for key, spelled in self.answers.items():
            if plain in {"".join(one.split()).casefold() for one in (key, *spelled)}:
                return key
        return None


@cache
def answer_form() -> AnswerForm:
    """Return what ``answers.toml`` says.

    Examples
    --------
    >>> answer_form().key("맞음"), answer_form().key(" Not true"), answer_form().key("아마도")
    ('yes', 'no', None)
    """
    told = facts(_FILE)
    pairs = {
        name: MappingProxyType({key: (one[0], one[1]) for key, one in told[name].items()})
        for name in ("headers", "answers")
    }
    return AnswerForm(
        sheet=(told["sheet"][0], told["sheet"][1]), headers=pairs["headers"], answers=pairs["answers"]
    )
