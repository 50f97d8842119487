"""``[groups]``: which layers make which group of the plan, where a study reads the plan in another way than the catalogue."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from sharemap.catalog import GROUPS, Catalog
from sharemap.errors import StudyError
from sharemap.study.entries import known_keys

if TYPE_CHECKING:
    from pathlib import Path

    from sharemap.catalog import Group

__all__ = ["regrouped"]


def regrouped(catalog: Catalog, groups: object, path: Path) -> Catalog:
    """Return the catalogue with the groups of a study.

    A group that the study names has the layers of its list and no others; a layer that is in no list any more is in no
    group: it is counted, and decides nothing about the promise.

    Parameters
    ----------
    catalog
        With the layers of the study.
    groups
        The table as it stands in the study file: group -> list of layers.
    path
        The study file.

    Raises
    ------
    StudyError
        If a group or a layer is unknown, a layer in two groups, or a list no list.
    """
    if not isinstance(groups, dict):
        msg = "[groups] must be a table"
        raise StudyError(
            msg, file=path, value=groups, remedy='write [groups] and below it goods = ["tool_library"]'
        )
    known_keys(groups, tuple(GROUPS), where="[groups]", path=path)
    group_of: dict[str, str] = {}
    for group, layers in groups.items():
        if not isinstance(layers, list) or not layers or not all(isinstance(key, str) for key in layers):
            msg = "a group must be a list of layers"
            raise StudyError(
                msg, file=path, column=f"[groups] {group}", value=layers, remedy='for example ["library"]'
            )
        for key in layers:
            known_keys({key: None}, catalog.keys, where=f"[groups] {group}", path=path)
            if key in group_of:
                msg = "a layer in two groups"
                raise StudyError(msg, file=path, column="[groups]", value=key, remedy="name it once")
            group_of[key] = group
    for layer in catalog:
        own = group_of.get(layer.key, "" if layer.group in groups else layer.group)
        if own != layer.group:
            catalog = catalog.with_layer(dataclasses.replace(layer, group=cast("Group", own)))
    return catalog
