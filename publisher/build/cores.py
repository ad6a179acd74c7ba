"""Work that needs no other: done on all cores where that pays, in the order of its items.

A helper process is started anew (spawned), so the same code runs on Linux, macOS and Windows, whatever
threads this process has. One that dies, or a system that gives none, costs time only.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

# What a helper costs before it does anything: an interpreter, our modules and Pillow.
START_SECONDS = 1.0
AHEAD = 4  # batches that a helper has before it at any time
BATCH_SECONDS = 0.1  # small items go to a helper together, since sending them costs time as well


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(
    work: Callable[[Item], Done], items: Sequence[Item], seconds: float, *, most: int | None = None
) -> Iterator[Done]:
    """What ``work`` gives for each of ``items``, in their order.

    ``work`` is a function of a module and goes to the helpers with its items, so both must pickle.
    ``seconds`` is what one item takes, roughly: helpers are started only for work that is worth them.
    ``most`` is the largest number of processes. What ``work`` raises comes out at its item's place.
    """
    hands = min(most or cores(), int(len(items) * seconds / START_SECONDS))
    done = 0
    if hands > 1:
        size = max(min(int(BATCH_SECONDS / seconds), len(items) // (hands * AHEAD)), 1)
        for result in _shared(work, [items[at : at + size] for at in range(0, len(items), size)], hands):
            yield result
            done += 1
    for item in items[done:]:
        yield work(item)


def _shared(work: Callable[[Item], Done], batches: Sequence[Sequence[Item]], hands: int) -> Iterator[Done]:
    """The results as far as the helpers come; fewer than there are items when one died or none can be had."""
    try:
        pool = ProcessPoolExecutor(hands, multiprocessing.get_context("spawn"), _begin)
    except (OSError, ImportError, NotImplementedError):  # no semaphores on this system
        return

    def submitted(batch: Sequence[Item]) -> Future[tuple[list[Done], Exception | None]]:
        with _nameless():
            return pool.submit(_batch, work, batch)

    try:
        waiting = deque(submitted(batch) for batch in batches[: hands * AHEAD])
        given = len(waiting)
        while waiting:
            results, fault = waiting.popleft().result()
            yield from results
            if fault is not None:
                raise fault
            if given < len(batches):
                waiting.append(submitted(batches[given]))
                given += 1
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _batch(work: Callable[[Item], Done], items: Sequence[Item]) -> tuple[list[Done], Exception | None]:
    """The results of ``items`` up to the first that raises, and what that raised."""
    results: list[Done] = []
    for item in items:
        try:
            results.append(work(item))
        except Exception as fault:  # noqa: BLE001 - raised again where the results are asked for
            return results, fault
    return results, None


def _begin() -> None:
    """Ctrl-C reaches the helpers too; the process that started them says it, and once. When that one is killed
    the helper ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _nameless() -> Iterator[None]:
    """A helper needs nothing of the program that runs, and must not run a script without a main guard again."""
    kept = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = kept
