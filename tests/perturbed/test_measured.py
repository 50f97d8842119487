"""The errors of published lists: the mixture has the measured quantiles, and what is drawn has them too."""

from __future__ import annotations

import tomllib
from importlib import resources

import numpy as np
import pytest

from sharemap.errors import StudyError
from sharemap.perturbed import Errors, LayerErrors, PositionErrors

SAID = tomllib.loads(
    resources.files("sharemap.perturbed").joinpath("errors.toml").read_text(encoding="utf-8")
)


def test_the_mixture_has_the_quantiles_that_were_measured():
    position = SAID["position"]["library"]
    mixture = PositionErrors(tuple(position["shares"]), tuple(position["sigma_m"]))
    for share, metres in position["measured"]:
        assert mixture.within(metres) == pytest.approx(share, abs=0.005)


def test_what_moves_something_is_drawn_as_often_and_as_far_as_measured():
    position = Errors.measured().of("library").position
    moved = position.moved(2.0)
    assert moved == pytest.approx(1 - SAID["position"]["library"]["shares"][0])
    shift, share = position.shifts(20_000, 6, 2.0, np.random.default_rng(1))
    assert share.sum() == pytest.approx(moved)
    metres = np.hypot(*shift.transpose(2, 0, 1))
    for _, limit in SAID["position"]["library"]["measured"][1:]:
        drawn = 1 - moved + (share * (metres <= limit).mean(axis=0)).sum()
        assert drawn == pytest.approx(float(position.within(limit)), abs=0.003)


def test_the_density_of_errors_is_a_density():
    mixture = PositionErrors((0.7, 0.3), (10.0, 200.0))
    far = np.linspace(0, 1500, 150_001)
    ring = mixture.density(far) * 2 * np.pi * far
    assert np.trapezoid(ring, far) == pytest.approx(1.0, abs=1e-4)
    inside = far <= 100
    assert np.trapezoid(ring[inside], far[inside]) == pytest.approx(float(mixture.within(100.0)), abs=1e-4)


def test_every_layer_of_the_file_says_where_its_numbers_come_from():
    assert set(SAID["layer"]) == {"default", "bike_station", "parking_public"}
    for entry in [*SAID["layer"].values(), *SAID["position"].values()]:
        assert len(entry["source"]) > 20
    assert all(entry["position"] in SAID["position"] for entry in SAID["layer"].values())


def test_errors_are_scaled_in_length_and_in_number():
    half = Errors.measured().scaled(0.5).of("library")
    whole = Errors.measured().of("library")
    assert half.closed == whole.closed / 2
    assert half.position.within(98.0) == pytest.approx(whole.position.within(196.0))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: PositionErrors((0.5, 0.4), (1.0, 2.0)),
        lambda: PositionErrors((1.0,), (1.0, 2.0)),
        lambda: PositionErrors((1.0,), (-1.0,)),
        lambda: LayerErrors(position=PositionErrors((1.0,), (1.0,)), closed=1.0, missing=0.0),
    ],
)
def test_errors_that_make_no_sense_are_refused(wrong):
    with pytest.raises(StudyError):
        wrong()
