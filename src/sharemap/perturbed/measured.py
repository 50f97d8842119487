"""How wrong published lists are: positions, rows of what has closed, and what a list lacks (``errors.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sharemap.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Errors", "LayerErrors", "PositionErrors"]

_SUM = 1e-6
_DEFAULT = "default"


@dataclass(frozen=True)
class PositionErrors:
    """How far published positions lie from the true ones: a mixture of normal errors.

    Attributes
    ----------
    shares
        Parts of the rows, adding up to 1.
    sigma_m
        Standard deviation in x and in y of each part, metres.

    Examples
    --------
    >>> exact = PositionErrors((0.9, 0.1), (0.0, 100.0))
    >>> exact.within([0.0, 1000.0]).round(3).tolist()
    [0.9, 1.0]
    """

    shares: tuple[float, ...]
    sigma_m: tuple[float, ...]

    def __post_init__(self) -> None:
        fits = len(self.shares) == len(self.sigma_m) and abs(sum(self.shares) - 1) <= _SUM
        if not fits or min(*self.shares, *self.sigma_m) < 0:
            msg = "parts of an error of positions that do not add up to 1, each with a length"
            raise StudyError(msg, value=self.shares, remedy="give as many lengths as parts, for example 1 m")

    def within(self, metres: ArrayLike) -> NDArray[np.float64]:
        """Return the share of rows whose error is at most some metres."""
        far = np.asarray(metres, dtype=np.float64)
        parts = [
            share * (-np.expm1(-(far**2) / (2 * sigma**2)) if sigma else np.ones_like(far))
            for share, sigma in zip(self.shares, self.sigma_m, strict=True)
        ]
        return np.sum(parts, axis=0)

    def scaled(self, factor: float) -> PositionErrors:
        """Return errors that are so many times as long."""
        return replace(self, sigma_m=tuple(factor * sigma for sigma in self.sigma_m))

    def moved(self, still_m: float) -> float:
        """Return the share of rows that err by a standard deviation of more than some metres."""
        return float(
            sum(share for share, sigma in zip(self.shares, self.sigma_m, strict=True) if sigma > still_m)
        )

    def shifts(
        self, rows: int, each: int, still_m: float, chance: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Draw errors of the parts that move something, the same number from each part as far as that goes.

        Returns
        -------
        ``float64[rows, each, 2]`` in metres, and ``float64[each]``: the share of the rows that each stands for.
        """
        far = [number for number, sigma in enumerate(self.sigma_m) if sigma > still_m and self.shares[number]]
        if not far:
            return np.zeros((rows, each, 2)), np.zeros(each)
        # the most frequent parts first, should there be more parts than errors to draw
        far = sorted(far, key=lambda number: -self.shares[number])[:each]
        part = np.array([far[at % len(far)] for at in range(each)])
        share = np.array(self.shares)[part] / np.bincount(part)[part]
        share *= self.moved(still_m) / share.sum()
        return chance.normal(0.0, 1.0, (rows, each, 2)) * np.array(self.sigma_m)[part][:, None], share

    def density(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the density of errors of some lengths, per square metre."""
        found = np.zeros(len(metres))
        for share, sigma in zip(self.shares, self.sigma_m, strict=True):
            if sigma:
                found += share / (2 * np.pi * sigma**2) * np.exp(-(metres**2) / (2 * sigma**2))
        return found


@dataclass(frozen=True, kw_only=True)
class LayerErrors:
    """How wrong the list of a layer is.

    Attributes
    ----------
    position
        Errors of the positions.
    closed
        Share of the rows that are gone.
    missing
        Share of what there is that the list lacks.
    """

    position: PositionErrors
    closed: float
    missing: float

    def __post_init__(self) -> None:
        for name in ("closed", "missing"):
            if not 0 <= getattr(self, name) < 1:
                msg = "a share of a list out of range"
                raise StudyError(
                    msg, column=name, value=getattr(self, name), remedy="from 0 to below 1, for example 0.05"
                )


@dataclass(frozen=True, kw_only=True)
class Errors:
    """How wrong the lists of all layers are.

    Attributes
    ----------
    default
        Of layers that are not named.
    layers
        By key of the layer.

    Examples
    --------
    >>> measured = Errors.measured()
    >>> measured.of("library").position.within([1.0, 196.0, 999.0]).round(2).tolist()
    [0.5, 0.9, 0.95]
    """

    default: LayerErrors
    layers: Mapping[str, LayerErrors] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def measured(cls) -> Errors:
        """Return what ``errors.toml`` says."""
        return _measured()

    def of(self, layer: str) -> LayerErrors:
        """Return the errors of a layer."""
        return self.layers.get(layer, self.default)

    def scaled(self, factor: float) -> Errors:
        """Return errors that are so many times as long and as frequent."""
        return Errors(
            default=_scaled(self.default, factor),
            layers={key: _scaled(one, factor) for key, one in self.layers.items()},
        )


def _scaled(one: LayerErrors, factor: float) -> LayerErrors:
    return LayerErrors(
        position=one.position.scaled(factor), closed=factor * one.closed, missing=factor * one.missing
    )


@cache
def _measured() -> Errors:
    said = tomllib.loads(
        resources.files("sharemap.perturbed").joinpath("errors.toml").read_text(encoding="utf-8")
    )
    position = {
        key: PositionErrors(tuple(entry["shares"]), tuple(entry["sigma_m"]))
        for key, entry in said["position"].items()
    }
    layers = {
        key: LayerErrors(
            position=position[entry["position"]], closed=entry["closed"], missing=entry["missing"]
        )
        for key, entry in said["layer"].items()
    }
    return Errors(default=layers.pop(_DEFAULT), layers=MappingProxyType(layers))
