"""What the files of the catalogue say, and their entries as dataclasses: a key or value that nobody knows is refused."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["entry_as", "facts", "named", "refuse_unknown"]

Entry = TypeVar("Entry")

_FOLDER = resources.files("sharemap.catalog")


@cache
def facts(name: str) -> Mapping[str, Any]:
    """Return what one of the catalogue's files says.

    Examples
    --------
    >>> facts("layers.toml")["groups"]["goods"]
    '물건'
    """
    return MappingProxyType(tomllib.loads(_FOLDER.joinpath(name).read_text(encoding="utf-8")))


@contextmanager
def named(name: str) -> Iterator[None]:
    """Let what is refused inside name the file of the catalogue that says it."""
    try:
        yield
    except StudyError as error:
        error.file = error.file or str(_FOLDER.joinpath(name))
        raise


def refuse_unknown(values: Iterable[str], known: Iterable[str], *, problem: str, where: str) -> None:
    """Refuse values that are not among the known ones.

    Raises
    ------
    StudyError
        With the first of them and all known ones.
    """
    known = tuple(known)
    for value in values:
        if value not in known:
            raise StudyError(problem, column=where, value=value, remedy=f"use one of {', '.join(known)}")


def entry_as(kind: type[Entry], entry: Mapping[str, Any], **given: Any) -> Entry:  # noqa: ANN401  fields of any type
    """Return an entry of a file as a dataclass: lists as tuples, `given` instead of what the entry says.

    Raises
    ------
    StudyError
        If the entry has a key that the dataclass has not, or lacks one.
    """
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()} | given
    where = " ".join((kind.__name__.lower(), str(entry.get("key", "")))).strip()
    refuse_unknown(values, (item.name for item in fields(kind)), problem="unknown key", where=where)  # type: ignore[arg-type]
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name not in values and item.default is MISSING and item.default_factory is MISSING:
            msg = "a key is missing"
            raise StudyError(msg, column=where, value=item.name, remedy=f"write {item.name} = ... there")
    return kind(**values)
