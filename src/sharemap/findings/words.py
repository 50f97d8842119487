"""The terms of ``words.toml``: one word for one thing, in Korean and English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "people", "words"]

LANGUAGES: tuple[str, ...] = ("ko", "en")


@cache
def words(lang: str) -> Mapping[str, str]:
    """Return every term in ``"ko"`` or ``"en"``; ``{names}`` in it are filled by who says it.

    Raises
    ------
    StudyError
        If the language is another one.

    Examples
    --------
    >>> words("en")["gap_list"], words("ko")["gap_list"]
    ('Unserved areas', '소외지역')
    """
    if lang not in LANGUAGES:
        msg = "unknown language"
        raise StudyError(msg, column="lang", value=lang, remedy=f"use {' or '.join(LANGUAGES)}")
    text = resources.files("sharemap.findings").joinpath("words.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: term[lang] for key, term in tomllib.loads(text).items() if lang in term})


def people(age_band: str, lang: str) -> str:
    """Return who the residents of a broad age are; ``"all"`` are all of them.

    Examples
    --------
    >>> people("65_over", "ko"), people("all", "en")
    ('65세 이상 주민', 'residents')
    """
    say = words(lang)
    if age_band == "all":
        return say["people_all"]
    return say["people_of_age"].format(age=say[f"age_{age_band}"])
