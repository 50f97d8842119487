"""Choose the compiled kernel, or its scipy twin where nothing can be compiled; run either in threads."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sharemap.reach import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = ["Pool", "function", "in_threads"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_TASKS_A_CORE = 8  # enough that no core waits long for another


def function(name: str, *arguments: object) -> Callable[..., Any]:
    """Return a function of the kernel, ready to be called with arguments of these types.

    The compiled one when numba is there and can compile it, else the one of :mod:`sharemap.reach.plain`, which
    gives the same results. The first compilation on a machine and the want of a compiler are logged, once each.
    """
    compiled = _compiled_kernel()
    if compiled is None:
        return getattr(plain, name)
    chosen = getattr(compiled, name)
    if not hasattr(chosen, "compile"):  # NUMBA_DISABLE_JIT=1: the kernel as plain Python
        return chosen
    try:
        _compile(chosen, arguments)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  numba, LLVM and the linker fail in many ways, all with one remedy
        _say_that_there_is_no_compiler(f"{type(error).__name__}: {error}")
        return getattr(plain, name)
    return chosen


class Pool(Generic[_T]):
    """Things that one thread at a time works with, made when all others are taken."""

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._free: SimpleQueue[_T] = SimpleQueue()

    @contextmanager
    def taken(self) -> Iterator[_T]:
        """Lend one."""
        try:
            one = self._free.get_nowait()
        except Empty:
            one = self._make()
        yield one
        self._free.put(one)

    def all(self) -> list[_T]:
        """Return all that were made, while nobody works with them."""
        every = [self._free.get_nowait() for _ in range(self._free.qsize())]
        for one in every:
            self._free.put(one)
        return every


def in_threads(task: Callable[[slice], _T], n: int, *, at_least: int, at_most: int | None = None) -> list[_T]:
    """Run a task on slices of ``range(n)`` in threads and return the results in the order of the slices."""
    cores = os.cpu_count() or 1
    size = at_most or max(at_least, -(-n // (_TASKS_A_CORE * cores)))
    parts = [slice(low, min(low + size, n)) for low in range(0, n, size)]
    if len(parts) < 2 or cores == 1:  # noqa: PLR2004  nothing to share out
        return [task(part) for part in parts]
    with ThreadPoolExecutor(max_workers=cores) as pool:
        return list(pool.map(task, parts))


@cache
def _compiled_kernel() -> ModuleType | None:
    try:
        from sharemap.reach import kernel
    except Exception as error:  # noqa: BLE001  a broken numba or llvmlite raises more than ImportError
        _say_that_there_is_no_compiler(f"{type(error).__name__}: {error}")
        return None
    return kernel


@cache
def _say_that_there_is_no_compiler(reason: str) -> None:
    log.warning("numba cannot compile the kernel (%s): walks go through scipy, slower, same results", reason)


@cache
def _say_that_it_compiles() -> None:
    log.info("compiling the kernel for this machine; this takes some seconds, the first time only")


def _compile(chosen: Any, arguments: tuple[object, ...]) -> None:  # noqa: ANN401  numba has no types
    import numba

    types = tuple(numba.typeof(argument) for argument in arguments)
    if types in chosen.overloads:
        return
    if not _kept(chosen):
        _say_that_it_compiles()
    chosen.compile(types)


def _kept(chosen: Any) -> bool:  # noqa: ANN401
    """Whether compiled code of the function lies on the disk that is not older than its source."""
    folder, source = chosen.stats.cache_path, Path(chosen.py_func.__code__.co_filename)
    if folder is None or not source.exists():
        return False
    written = source.stat().st_mtime
    return any(
        index.stat().st_mtime >= written
        for index in Path(folder).glob(f"{source.stem}.{chosen.__name__}-*.nbi")
    )
