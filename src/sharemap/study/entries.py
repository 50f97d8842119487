"""A TOML document with checked keys and types: tables become frozen dataclasses, and every fault is named."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_type_hints

from sharemap.errors import MissingFileError, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["known_keys", "load", "table_of"]

#: A key that TOML takes in quotes only.
_BARE = re.compile(
    r"(?m)(?:^|[{,])[ \t]*[^\s\"'#={},\[\]]*[^\x00-\x7f\s\"'#={},\[\]][^\s\"'#={},\[\]]*[ \t]*="
)


def load(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file in UTF-8.

    Raises
    ------
    MissingFileError, StudyError
        If it does not exist, or is no TOML in UTF-8.
    """
    if not path.is_file():
        msg = f"the study file {'is a folder' if path.is_dir() else 'does not exist'}"
        raise MissingFileError(
            msg, file=path, remedy="check the path, or write a starter with `sharemap init`"
        )
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        msg = "the study file is not in UTF-8"
        raise StudyError(msg, file=path, remedy="save it as UTF-8 in your editor") from error
    except tomllib.TOMLDecodeError as error:
        msg = f"the study file is no valid TOML ({error})"
        remedy = "correct that line; texts stand in quotes"
        if _BARE.search(path.read_text(encoding="utf-8-sig")):
            remedy += ', and so do keys of other letters than A to Z: only = {"구분" = "작은도서관"}'
        raise StudyError(msg, file=path, remedy=remedy) from error
    except (RecursionError, ValueError) as error:  # what the parser itself does not call a fault of the text
        msg = f"the study file cannot be read ({str(error).split(';')[0]})"
        raise StudyError(msg, file=path, remedy="no study needs such numbers or lists in lists") from error


def known_keys(table: Mapping[str, Any], known: tuple[str, ...], *, where: str, path: Path) -> None:
    """Refuse a table with a key that is not among the known ones, and name the nearest."""
    for key in table:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1)
        remedy = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        msg = f"{where} has an unknown key"
        raise StudyError(msg, file=path, value=key, remedy=remedy)


def table_of(kind: type[Any], table: object, *, where: str, path: Path) -> Any:  # noqa: ANN401  one door for all dataclasses
    """Return a table as a frozen dataclass, its keys and types checked."""
    if not isinstance(table, dict):
        msg = f"{where} must be a table"
        raise StudyError(
            msg, file=path, value=table, remedy=f"write {where} on a line of its own, and its keys below"
        )
    known_keys(table, tuple(item.name for item in fields(kind)), where=where, path=path)
    hints = get_type_hints(kind)
    values = {
        key: _value(hints[key], value, where=f"{where} {key}", path=path) for key, value in table.items()
    }
    try:
        return kind(**values)
    except TypeError as error:
        missing = [item.name for item in fields(kind) if item.name not in values and _required(item)]
        msg = f"{where} lacks a key"
        raise StudyError(
            msg, file=path, value=", ".join(missing), remedy="add it; `sharemap init` shows an example"
        ) from error
    except StudyError as error:
        error.file = str(path)
        raise


def _required(item: Any) -> bool:  # noqa: ANN401  dataclasses.Field is generic
    from dataclasses import MISSING

    return item.default is MISSING and item.default_factory is MISSING


def _value(hint: Any, value: object, *, where: str, path: Path) -> object:  # noqa: ANN401  a type hint
    if hint == tuple[str, ...] | bool:
        hint = bool if isinstance(value, bool) else tuple[str, ...]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and number:
        return float(str(value))
    if hint in (str, bool, int) and type(value) is hint:
        return value
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if (
        hint == tuple[float, ...]
        and isinstance(value, list)
        and all(type(one) in (int, float) for one in value)
    ):
        return tuple(sorted({float(one) for one in value}))
    if hint == dict[str, tuple[str, ...]] and isinstance(value, dict):
        lists = {key: [one] if isinstance(one, str) else one for key, one in value.items()}
        if all(isinstance(one, list) and one for one in lists.values()):
            return {
                key: _value(tuple[str, ...], one, where=f"{where}.{key}", path=path)
                for key, one in lists.items()
            }
    wanted = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
    wanted |= {tuple[str, ...]: "a list of texts", tuple[float, ...]: "a list of numbers"}
    wanted |= {dict[str, tuple[str, ...]]: 'columns and their values, such as {"구분" = ["작은도서관"]}'}
    msg = "a value of the wrong type"
    raise StudyError(msg, file=path, column=where, value=value, remedy=f"write {wanted[hint]}")
