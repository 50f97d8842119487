"""How functions on plain arrays are compiled: once on a machine, without the lock, kept on the disk where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["jit"]


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function when it is first called."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no place where compiled code could be kept
        return numba.njit(nogil=True)(function)
