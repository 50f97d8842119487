"""Tables of the study area and the walking network."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sharemap.schema.columns import DONG, GEOMETRY, Table, flag, integer, number, table, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SNAP_STATUS", "TABLES"]

#: Whether a point meets a street, and why not: status -> (Korean, English).
SNAP_STATUS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ok": ("사용", "used"),
        "too_far": ("가까운 길이 없음", "no street near enough"),
        "only_island": ("다른 길과 이어지지 않은 길뿐임", "only streets cut off from all others"),
        "only_tunnel_or_bridge": ("터널이나 교량뿐임", "only tunnels or bridges"),
        "no_location": ("위치 없음", "no location"),
    }
)

TABLES: tuple[Table, ...] = (
    table("area", *DONG, GEOMETRY),
    table(
        "nodes",
        integer("node_id", "교차점", "node, numbered from 0 along a space-filling curve", unique=True),
        integer("osm_id", "OSM번호", "id of the node in the source; -1 when it has none"),
        GEOMETRY,
    ),
    table(
        "edges",
        integer("edge_id", "도로구간", "edge, numbered from 0", unique=True),
        integer("u", "시작교차점", "node where the geometry begins"),
        integer("v", "끝교차점", "node where the geometry ends"),
        number("length_m", "길이_m", "length in whole centimetres, written in metres"),
        number(
            "cost_m",
            "보행비용_m",
            "length weighted by the walking profile; empty when impassable",
            nullable=True,
        ),
        text("highway", "도로종류", "OSM class of the street"),
        text("name", "도로명", "street name", nullable=True),
        flag("steps", "계단", "the edge is a flight of steps"),
        flag("tunnel", "터널", "the edge lies in a tunnel"),
        flag("bridge", "교량", "the edge lies on a bridge"),
        flag("crossing", "횡단보도", "the edge crosses a carriageway, where the source says so"),
        integer(
            "component",
            "연결묶음",
            "connected component for the profile, 0 is the main one; -1 impassable",
        ),
        GEOMETRY,
    ),
    table(
        "barriers",
        text("kind", "구분", "'street', 'railway' or 'water'"),
        text("highway", "도로종류", "OSM class of the street; empty for the others"),
        text("name", "이름", "name", nullable=True),
        flag("tunnel", "터널", "lies in a tunnel"),
        flag("bridge", "교량", "lies on a bridge"),
        GEOMETRY,
    ),
)
