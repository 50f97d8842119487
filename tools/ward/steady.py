"""Mathematics that gives the same bits on every machine.

Processors with wider vectors compute sines, exponentials and matrix products that differ in the last bit, and the
sample ward grows from such numbers: one bit moves a street, and with it everything that is drawn after it. Rounding
to nine decimals takes the bit away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["cos", "direction", "exp", "sin", "steady", "turned"]

_DECIMALS = 9


def steady(values: Any) -> Any:  # noqa: ANN401  numbers or arrays of them
    """Return numbers without the bits that depend on the processor."""
    return np.round(values, _DECIMALS)


def sin(angle: Any) -> Any:  # noqa: ANN401
    """Sine."""
    return steady(np.sin(angle))


def cos(angle: Any) -> Any:  # noqa: ANN401
    """Cosine."""
    return steady(np.cos(angle))


def exp(power: Any) -> Any:  # noqa: ANN401
    """Exponential."""
    return steady(np.exp(power))


def direction(angle: float) -> Array:
    """Return the unit vector of an angle."""
    return np.array([cos(angle), sin(angle)])


def turned(xy: Array, along: Array, across: Array) -> Array:
    """Return coordinates given along two axes, shape (n, 2), in the frame of the axes."""
    return xy[:, :1] * along + xy[:, 1:] * across
