"""Sites -> places: one building, however many services it hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sharemap.addresses import address_key
from sharemap.sites.keys import name_key, stable_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sharemap.sites.rules import PlaceRules

__all__ = ["group_into_places"]


def group_into_places(
    sites: pd.DataFrame,
    *,
    space: NDArray[np.bool_],
    layer_order: Sequence[str],
    rules: PlaceRules,
    together: Sequence[tuple[int, int]] = (),
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return places and the place of each site.

    Sites that are near, or near enough with the same road and building number, are the same place, by single
    linkage. Only shared spaces link, and support sites that bear the name and the address of one: the wifi of a
    community centre speaks for it. Another support site joins the nearest shared space of its address, or without
    one the nearest that stands near, so that a car park between two buildings does not make them one; one that has
    the address of a support site which joined so follows it. The remaining support sites link among themselves.

    Parameters
    ----------
    sites
        Sites sorted by ``site_id``, RangeIndex, with ``layer``, ``name``, ``address``, ``x``, ``y``.
    space
        Whether each site's layer has the role ``space``.
    layer_order
        Layer keys; in a place the first shared space leads.
    rules
        How near.
    together
        Pairs of rows of `sites` that are one place wherever they stand.

    Returns
    -------
    places
        ``place_id``, ``lead`` (position of the leading site), ``layers``, ``sites``, ``shared_space``,
        ``evidence``; sorted by place_id.
    place_id
        For each site.
    """
    links = _links(sites, rules)
    linking = space | _speaking(sites, links, space)
    spaces = links.loc[linking[links["a"]] & linking[links["b"]]]
    support = links.loc[~linking[links["a"]]]
    joins = _nearest_space(support, space)
    joins = pd.concat([joins, _following(support, joins, sites, rules)], ignore_index=True)
    joined = linking.copy()
    joined[joins["a"]] = True
    loose = ~joined
    others = links.loc[loose[links["a"]] & loose[links["b"]]]
    used = pd.concat([spaces, joins, others], ignore_index=True).assign(confirmed=False)
    said = pd.DataFrame(together, columns=["a", "b"], dtype="int64").assign(
        distance=False, address=False, apart=0.0, confirmed=True
    )
    used = pd.concat([used, said], ignore_index=True) if len(said) else used
    label = _components(used, len(sites))
    return _describe(sites, label, used, (space, layer_order))


def _links(sites: pd.DataFrame, rules: PlaceRules) -> pd.DataFrame:
    """Pairs (a, b) in both directions, with the distance and what they have in common."""
    import shapely

    x, y = sites["x"].to_numpy(), sites["y"].to_numpy()
    points = np.asarray(shapely.points(x, y))
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=rules.near_m)
    near = pd.DataFrame({"a": a, "b": b}).assign(distance=True)
    key = address_key(sites["address"])
    known = pd.DataFrame({"key": key, "site": np.arange(len(sites))}).dropna()
    same = known.merge(known, on="key").rename(columns={"site_x": "a", "site_y": "b"})[["a", "b"]]
    apart = np.hypot(x[same["a"]] - x[same["b"]], y[same["a"]] - y[same["b"]])
    same = same.loc[apart <= rules.same_address_m].assign(address=True)
    links = near.merge(same, on=["a", "b"], how="outer")
    links = links.loc[links["a"] != links["b"]].reset_index(drop=True)
    for column in ("distance", "address"):
        links[column] = links[column].astype("boolean").fillna(False).astype(bool)
    links["apart"] = np.hypot(x[links["a"]] - x[links["b"]], y[links["a"]] - y[links["b"]]).round(3)
    return links


def _speaking(sites: pd.DataFrame, links: pd.DataFrame, space: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each support site has the address and the name of a shared space; the name alone is worth nothing."""
    name = name_key(sites["name"]).to_numpy(dtype=object)
    a, b = links["a"].to_numpy(), links["b"].to_numpy()
    of_space = links["address"].to_numpy() & ~space[a] & space[b] & (name[a] == name[b])
    return np.isin(np.arange(len(sites)), a[of_space])


def _nearest_space(links: pd.DataFrame, space: NDArray[np.bool_]) -> pd.DataFrame:
    """For each support site that matches shared spaces, the nearest of its address, or nearest; of equals the first."""
    found = links.loc[~space[links["a"]] & space[links["b"]]]
    order = found.assign(elsewhere=~found["address"]).sort_values(["a", "elsewhere", "apart", "b"])
    return order.drop_duplicates("a").drop(columns="elsewhere")


def _following(
    links: pd.DataFrame, joins: pd.DataFrame, sites: pd.DataFrame, rules: PlaceRules
) -> pd.DataFrame:
    """For each other support site with the address of one that joined a space, that space, if it is near enough."""
    to = pd.Series(joins["b"].to_numpy(), index=joins["a"].to_numpy())
    left = links.loc[links["address"] & ~links["a"].isin(joins["a"]) & links["b"].isin(joins["a"])]
    left = left.assign(b=left["b"].map(to).astype("int64"), distance=False)
    x, y = sites["x"].to_numpy(), sites["y"].to_numpy()
    left["apart"] = np.hypot(x[left["a"]] - x[left["b"]], y[left["a"]] - y[left["b"]]).round(3)
    near = left.loc[left["apart"] <= rules.same_address_m]
    return near.sort_values(["a", "apart", "b"]).drop_duplicates("a")


def _components(links: pd.DataFrame, n: int) -> NDArray[np.int32]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(links), dtype=np.int8), (links["a"], links["b"])), shape=(n, n))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def _describe(
    sites: pd.DataFrame,
    label: NDArray[np.int32],
    used: pd.DataFrame,
    roles: tuple[NDArray[np.bool_], Sequence[str]],
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    space, layer_order = roles
    rank = {key: number for number, key in enumerate(layer_order)}
    members = pd.DataFrame({"place": label, "site_id": sites["site_id"], "support": ~space})
    members["rank"] = sites["layer"].map(rank)
    members["layer"] = sites["layer"]
    members["position"] = np.arange(len(sites))
    members = members.sort_values(["place", "support", "rank", "site_id"])
    groups = members.groupby("place")
    places = pd.DataFrame({"lead": groups["position"].first(), "sites": groups.size()})
    places["shared_space"] = ~groups["support"].min().astype(bool)
    ordered = members.sort_values(["place", "rank"]).drop_duplicates(["place", "layer"])
    places["layers"] = ordered.groupby("place")["layer"].agg(";".join)
    named = members.loc[~members["support"] | ~members["place"].map(places["shared_space"])]
    ids = named.sort_values(["place", "site_id"]).groupby("place")["site_id"].agg("\x1f".join)
    places["place_id"] = [stable_id("place", text.split("\x1f")) for text in ids]
    places["evidence"] = _evidence(label, used).reindex(places.index).fillna("single")
    place_id = places["place_id"].to_numpy(dtype=object)[label]
    return places.sort_values("place_id").reset_index(drop=True), place_id


def _evidence(label: NDArray[np.int32], used: pd.DataFrame) -> pd.Series:
    found = used.groupby(label[used["a"]])[["address", "confirmed", "distance"]].any()
    text = [";".join(found.columns[why]) for why in found.to_numpy()]
    return pd.Series(text, index=found.index, dtype="str")
