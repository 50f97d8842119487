"""The village candidates of the page and what their cards say: loop, services, residents, stability, doubt."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sharemap.maps.drawn import records
from sharemap.maps.screen.contract_villages import (
    NextSpace,
    ResidentsIn,
    ShownLoop,
    ShownMember,
    ShownScore,
    ShownService,
    ShownValue,
    ShownVillage,
    ShownWalk,
    VillageCard,
    VillageFacts,
)
from sharemap.schema import BROAD_AGES
from sharemap.units import thousandths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sharemap.findings import Run
    from sharemap.maps.geometry import Packer

__all__ = ["villages"]

_PARTS = ("places", "walks", "loops", "services", "residents", "scores", "values")
_LOOP_TOLERANCE_M = 0.5
_SHAPE_TOLERANCE_M = 1.0


def villages(run: Run, packer: Packer) -> list[ShownVillage]:
    """Return the village candidates by rank; a part of a card is empty where the run has no table for it."""
    frame = run.villages
    if frame.empty:
        return []
    frame = frame.sort_values("rank", kind="stable")
    parts = {name: _by_village(run.table(f"village_{name}")) for name in _PARTS}
    x, y = packer.points(np.asarray(frame.geometry))
    listed = []
    for at, row in enumerate(records(frame)):
        mine = {name: part.get(row.village_id, pd.DataFrame()) for name, part in parts.items()}
        listed.append(
            ShownVillage(
                id=row.village_id,
                rank=int(row.rank),
                name=row.name,
                dong=_text(row.dong_name),
                facts=VillageFacts(*(_fact(row, name) for name in VillageFacts._fields)),
                sentence=getattr(row, f"sentence_{run.lang}"),
                blocks=row.block_ids.split(";") if row.block_ids else [],
                shape=packer.polygons(row.geometry, tolerance=_SHAPE_TOLERANCE_M),
                at=(x[at], y[at]),
                places=_members(mine["places"], packer),
                walks=_walks(mine["walks"]),
                card=_card(row, mine, packer, run.lang),
            )
        )
    return listed


def _by_village(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if frame.empty else {str(key): part for key, part in frame.groupby("village_id", sort=True)}


def _members(frame: pd.DataFrame, packer: Packer) -> list[ShownMember]:
    if frame.empty:
        return []
    late = frame.assign(_late=frame["role"] != "member")
    frame = late.sort_values(["_late", "loop_order", "place_id"], kind="stable")
    spots = zip(*packer.points(np.asarray(frame.geometry)), strict=True)
    return [
        ShownMember(
            place=row.place_id,
            member=row.role == "member",
            order=int(row.loop_order),
            name=row.name,
            address=_text(row.address),
            layers=row.layers.split(";"),
            at=at,
        )
        for row, at in zip(records(frame), spots, strict=True)
    ]


def _walks(frame: pd.DataFrame) -> list[ShownWalk]:
    if frame.empty:
        return []
    frame = frame.sort_values(["place_a", "place_b"], kind="stable")
    return [
        ShownWalk(a=row.place_a, b=row.place_b, metres=round(row.walk_m, 2), minutes=round(row.walk_min, 3))
        for row in records(frame)
    ]


def _card(row: Any, parts: Mapping[str, pd.DataFrame], packer: Packer, lang: str) -> VillageCard:  # noqa: ANN401  a named tuple
    return VillageCard(
        why=getattr(row, f"why_{lang}"),
        score=_number(row.score) or 0.0,
        exact=bool(row.loop_exact),
        doubtful=bool(row.doubtful),
        doubt=getattr(row, f"doubt_{lang}"),
        caution=getattr(row, f"caution_{lang}"),
        stable=row.stable,
        stability=_number(row.stability),
        rank_low=_whole(row.rank_low),
        rank_high=_whole(row.rank_high),
        survived=_whole(row.closures_survived),
        closures=_whole(row.closures),
        next=_next(row),
        loop=_loop(parts["loops"], packer, lang),
        services=_services(parts["services"]),
        ages=_ages(parts["residents"]),
        scores=_scores(parts["scores"]),
        values=_values(parts["values"], lang),
    )


def _next(row: Any) -> NextSpace | None:  # noqa: ANN401  a named tuple
    if pd.isna(row.next_block_id):
        return None
    return NextSpace(
        block=row.next_block_id,
        longest_walk_m=round(float(row.next_longest_walk_m), 4),
        residents=_people(row.next_residents_added),
    )


def _loop(frame: pd.DataFrame, packer: Packer, lang: str) -> ShownLoop | None:
    if frame.empty:
        return None
    row = records(frame)[0]
    return ShownLoop(
        lines=packer.lines(np.asarray(frame.geometry), tolerance=_LOOP_TOLERANCE_M),
        barriers=getattr(row, f"barriers_{lang}"),
    )


def _services(frame: pd.DataFrame) -> dict[str, list[ShownService]]:
    """Return the published services of each place."""
    if frame.empty:
        return {}
    found: dict[str, list[ShownService]] = {}
    for row in records(frame.sort_values(["place_id", "layer", "site_id"], kind="stable")):
        found.setdefault(row.place_id, []).append(
            ShownService(
                layer=row.layer,
                name=row.name,
                hours=_text(row.hours),
                capacity=_number(row.capacity),
                phone=_text(row.phone),
                operator=_text(row.operator),
                address=_text(row.address),
            )
        )
    return found


def _ages(frame: pd.DataFrame) -> list[ResidentsIn]:
    """Return residents by minutes: everyone, and the age bands of the page."""
    if frame.empty:
        return []
    listed = []
    for minutes, part in frame.groupby("minutes", sort=True):
        people = dict(zip(part["age_band"], thousandths(part["residents"]).tolist(), strict=True))
        told = len(people) > 1
        ages = [sum(people.get(band, 0) for band in bands) for bands in BROAD_AGES.values()] if told else []
        listed.append(
            ResidentsIn(minutes=int(str(minutes)), all=int(people.get("all", sum(ages))), ages=ages)
        )
    return listed


def _scores(frame: pd.DataFrame) -> list[ShownScore]:
    return [
        ShownScore(
            component=row.component,
            value=_printed(row.value, persons=row.component.startswith("residents")),
            weight=round(float(row.weight), 4),
            points=round(float(row.points), 4),
        )
        for row in records(frame)
    ]


def _values(frame: pd.DataFrame, lang: str) -> list[ShownValue]:
    return [
        ShownValue(
            name=getattr(row, f"name_{lang}"),
            value=_printed(row.value, persons=row.unit == "people"),
            unit=getattr(row, f"unit_{lang}"),
        )
        for row in records(frame)
    ]


def _printed(value: Any, *, persons: bool) -> float | None:  # noqa: ANN401  a number or nothing
    told = _number(value)
    return float(math.floor(told + 0.5)) if persons and told is not None else told


def _fact(row: Any, name: str) -> Any:  # noqa: ANN401  a named tuple; a number, nothing of unknown residents
    value = float(getattr(row, name))
    return _people(value) if name.startswith("residents") else round(value, 6)


def _people(value: float) -> int | None:
    return None if pd.isna(value) else int(thousandths(value))


def _text(value: Any) -> str:  # noqa: ANN401  a cell of text or nothing
    return "" if pd.isna(value) else str(value)


def _number(value: Any) -> float | None:  # noqa: ANN401  a number or nothing
    return None if pd.isna(value) else round(float(value), 4)


def _whole(value: Any) -> int | None:  # noqa: ANN401  a whole number or nothing
    return None if pd.isna(value) else int(value)
