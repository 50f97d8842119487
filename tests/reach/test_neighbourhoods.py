"""The kernel on a city of many neighbourhoods, and with little room: against scipy, whatever the numbering."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sharemap.reach import kernel, plain

FAR = 2**31 - 1
SIDE = 160  # 25,600 nodes: four neighbourhoods of 8,192
CUTOFF = 60_000


def city(seed, *, shuffled):
    """A grid with whole costs of 80 to 120 m, and sources on its nodes; shuffled, every step leaves the
    neighbourhood."""
    rng = np.random.default_rng(seed)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    if shuffled:
        number = rng.permutation(SIDE * SIDE).reshape(SIDE, SIDE)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    cost = rng.choice([8_000, 10_000, 12_000], len(a))  # many equal walks
    tails, heads = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(tails, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=SIDE * SIDE))]).astype(np.int32)
    steps = np.column_stack([heads, np.tile(cost, 2)])[order].astype(np.int32)
    nodes = rng.integers(0, SIDE * SIDE, (40, 2)).astype(np.int32)
    nodes[:, 1] = -1
    nodes[3] = nodes[7]  # two at one place: the lower wins
    nodes[11, 0] = -1  # nowhere
    leave = np.zeros((40, 2), dtype=np.int32)
    leave[20] = CUTOFF + 1
    return (starts, steps), (nodes, leave)


def nearest(room, graph, seeds):
    labels = np.full(SIDE * SIDE, FAR, dtype=np.int32), np.full(SIDE * SIDE, -1, dtype=np.int32)
    room.nearest_source(graph, seeds, CUTOFF, labels)
    return labels


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_nearest_is_the_same_whatever_the_neighbourhoods(seed, shuffled):
    graph, seeds = city(seed, shuffled=shuffled)
    for ours, theirs in zip(nearest(kernel, graph, seeds), nearest(plain, graph, seeds), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def pairs(room, size, graph, seeds):
    """All rows, page by page of some size."""
    scratch = np.full(SIDE * SIDE, FAR, dtype=np.int32), np.empty(SIDE * SIDE, dtype=np.int32)
    rows, done, pages = [], 0, 0
    while done < len(seeds[0]):
        page = np.full(size, -1, dtype=np.int32), np.full(size, -1, dtype=np.int32)
        starts = room.walks_from_sources(
            graph, (seeds[0][done:], seeds[1][done:]), CUTOFF, scratch, (page[0], page[1])
        )
        assert len(starts) > 1, "a page takes at least one row"
        rows += [sorted(zip(*(part[low:high].tolist() for part in page), strict=True))
                 for low, high in pairwise(starts)]  # fmt: skip
        done, pages = done + len(starts) - 1, pages + 1
        assert (scratch[0] == FAR).all()
    return rows, pages


def test_rows_are_the_same_on_one_page_and_on_many():
    graph, seeds = city(3, shuffled=False)
    whole, one = pairs(kernel, 40 * SIDE * SIDE, graph, seeds)
    longest = max(map(len, whole))
    assert one == 1
    for room in (kernel, plain):
        again, many = pairs(room, longest, graph, seeds)
        assert again == whole
        assert many > 10


def everything():
    for shuffled in (False, True):
        test_nearest_is_the_same_whatever_the_neighbourhoods(4, shuffled=shuffled)
    test_rows_are_the_same_on_one_page_and_on_many()


@pytest.mark.slow
def test_neighbourhoods_and_pages_stay_within_bounds(tmp_path):
    environment = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "import test_neighbourhoods as t; t.everything()"],
        cwd=Path(__file__).parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
