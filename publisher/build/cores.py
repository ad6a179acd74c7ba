"""Work that needs no other: done on all cores where that pays.

For ``each`` a helper process is started anew (spawned), so the same code runs on Linux, macOS and Windows, whatever
threads this process has. For ``forked`` it is a copy of this process, which has all that stands here and need not be
sent anything; ``gathered`` takes the one that can be had. A helper that dies, or a system that gives none, costs
time only.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, NoReturn, TypeVar

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


COPY_SECONDS = 0.1  # what a copy costs, roughly: the pages of memory that both touch are doubled
_OFTEN = 10_000  # new values between two looks for unused cycles
COPIES = 8  # most processes of forked work: each takes memory of its own for what it touches
ROUNDS = 64  # times that each of them comes for more: one that is slower does less


def forked(
    work: Callable[[Item], Done], items: Sequence[Item], *, fewest: int, begin: Callable[[], None]
) -> Iterator[tuple[int, Done]]:
    """What ``work`` gives for each of ``items``, with its place among them, as it comes.

    From ``fewest`` items on, copies of this process do part of the work, each after its own ``begin``. Nothing that
    they change comes back but the results, which must pickle. An item that raises in a copy is done again here: so
    what comes out is what it raised in this process, and of several the first.
    """
    hands = min(cores(), COPIES, len(items))
    if hands < 2 or len(items) < fewest or not _is_copyable():
        yield from enumerate(map(work, items))
        return
    open_ = bytearray(b"\1") * len(items)
    with _Copies(work, items, begin, hands) as copies:
        for at, result in copies.results():
            open_[at] = 0
            yield at, result
    for at, is_open in enumerate(open_):
        if is_open:
            yield at, work(items[at])


def gathered(work: Callable[[Item], Done], items: Sequence[Item], seconds: float) -> list[Done]:
    """What ``each`` gives, all of it at once: by copies where this process can be copied, which takes less time."""
    if not _is_copyable():
        return list(each(work, items, seconds))
    found = dict(forked(work, items, fewest=int(COPY_SECONDS / seconds), begin=_as_it_is))
    return [found[at] for at in range(len(items))]


def _as_it_is() -> None:
    """What a copy does first that needs nothing of its own."""


def _is_copyable() -> bool:
    """A copy would have only one of several threads, and what the others held would be held for ever."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Copies:
    """Processes that share out ``items`` among them and this one: whoever is free reads from one pipe where his next
    batch begins."""

    _NUMBER = struct.Struct("=I")

    def __init__(self, work: Callable[[Any], Any], items: Sequence[Any], begin: Callable[[], None], hands: int) -> None:
        self._work = work
        self._items = items
        self._begin = begin
        self._size = -(-len(items) // (hands * ROUNDS))
        self._hands = hands
        self._seldom = gc.get_threshold()
        self._pids: list[int] = []
        self._said: list[Connection] = []

    def __enter__(self) -> _Copies:
        self._batches, given = os.pipe()
        os.write(given, b"".join(map(self._NUMBER.pack, range(0, len(self._items), self._size))))
        os.close(given)
        parent = os.getpid()
        gc.freeze()  # what a look for unused cycles touches would have to be copied
        gc.set_threshold(_OFTEN, *self._seldom[1:])  # such a look is short now
        for _ in range(self._hands - 1):
            try:
                hears, says = multiprocessing.Pipe(duplex=False)
                pid = os.fork()
            except OSError:  # no more files or processes, or no memory: those that are there do it
                break
            if not pid:
                self._copy(says, parent)
            says.close()
            self._pids.append(pid)
            self._said.append(hears)
        return self

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._seldom)
        gc.unfreeze()
        os.close(self._batches)
        for said in self._said:
            said.close()
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def results(self) -> Iterator[tuple[int, Any]]:
        """What was done here and elsewhere, up to the first item that raises."""
        waiting = list(self._said)
        while (batch := self._next()) is not None:
            for at in batch:
                try:
                    result = self._work(self._items[at])
                except Exception:  # noqa: BLE001 - raised again by the one who asks for what is still open
                    self._stop()
                    break
                yield at, result
                yield from self._heard(waiting, 0)
        while waiting:
            yield from self._heard(waiting, None)

    def _heard(self, waiting: list[Connection], seconds: float | None) -> Iterator[tuple[int, Any]]:
        for said in wait(waiting, seconds):
            if isinstance(said, Connection):
                try:
                    results, is_whole = said.recv()
                except (EOFError, OSError):  # it is done, or died
                    waiting.remove(said)
                    continue
                if not is_whole:
                    self._stop()
                yield from results

    def _next(self) -> range | None:
        raw = os.read(self._batches, self._NUMBER.size)
        if not raw:
            return None
        begins = self._NUMBER.unpack(raw)[0]
        return range(begins, min(begins + self._size, len(self._items)))

    def _stop(self) -> None:
        """Leaves nothing for anybody to begin with."""
        while self._next() is not None:
            pass

    def _copy(self, says: Connection, parent: int) -> NoReturn:
        """What a copy does; it ends when ``parent`` did."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._begin()
            while (batch := self._next()) is not None:
                results: list[tuple[int, Any]] = []
                try:
                    for at in batch:
                        if os.getppid() != parent:
                            os._exit(1)
                        results.append((at, self._work(self._items[at])))
                finally:
                    says.send((results, len(results) == len(batch)))
        finally:
            os._exit(0)
