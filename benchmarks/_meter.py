"""What a command costs: time by the clock, processor time, the memory of all its processes, the files it wrote."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SAMPLE = 0.02  # seconds between two looks at the memory
State = dict[str, tuple[int, int, int]]  # by path: inode, time of change, bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: seconds by the clock and of all processors, MiB at the peak, files and bytes that were written, files
    that were removed, and files there are."""

    wall: float
    cpu: float = 0.0
    peak: float = 0.0
    files: int = 0
    bytes: int = 0
    removed: int = 0
    of: int = 0


def run(command: Sequence[str | Path], folder: Path, output: Path, env: Mapping[str, str], well: Sequence[int]) -> Cost:
    """Runs ``command`` in ``folder`` to its end. ``output`` is where it writes, ``well`` are the exit codes that
    mean success; another one raises SystemExit with what the command said."""
    before = state(output)
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watch = Watch(process.pid)
    said = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    peak = watch.end() or usage.ru_maxrss / 1024
    if process.returncode not in well:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said.decode()[-4000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak, *written(before, state(output)))


def state(folder: Path) -> State:
    """Every file below ``folder``."""
    found: State = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = f"{place}/{name}"
            stat = os.stat(path)  # noqa: PTH116 - of a hundred thousand files
            found[path] = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
    return found


def written(before: State, after: State) -> tuple[int, int, int, int]:
    """Files written, their bytes, files removed, files there are."""
    new = [path for path, stat in after.items() if before.get(path) != stat]
    return len(new), sum(after[path][2] for path in new), len(before.keys() - after.keys()), len(after)


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians; of memory the highest."""
    found = {
        name: median(getattr(c, name) for c in costs) for name in ("wall", "cpu", "files", "bytes", "removed", "of")
    }
    return Cost(**{**found, "peak": max(c.peak for c in costs)})


class Watch:
    """Looks at the memory of a process and all that it started, until it is told to end."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """The peak in MiB, 0 where this system does not say."""
        self._over.set()
        self._thread.join()
        return self._peak / 1024

    def _look(self) -> None:
        while not self._over.wait(SAMPLE):
            with suppress(OSError, ValueError):  # a process that just ended
                self._peak = max(self._peak, memory(family(self._pid)))


def family(pid: int) -> list[int]:
    """``pid`` and all processes that it started."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory(pids: Sequence[int]) -> float:
    """KiB of ``pids`` together; what several of them share counts once."""
    if len(pids) == 1:
        return _field(Path(f"/proc/{pids[0]}/status"), "VmHWM:")
    return sum(_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") for pid in pids if Path(f"/proc/{pid}").exists())


def _field(file: Path, name: str) -> float:
    with suppress(OSError):
        for line in file.read_text().splitlines():
            if line.startswith(name):
                return float(line.split()[1])
    return 0.0


def until(true: Callable[[], bool], seconds: float, what: str) -> float:
    """Seconds until ``true`` holds, asked for 500 times a second; SystemExit when ``seconds`` are over."""
    begun = time.perf_counter()
    while not true():
        if time.perf_counter() - begun > seconds:
            raise SystemExit(f"{what} did not come within {seconds:.0f} seconds.")
        time.sleep(0.002)
    return time.perf_counter() - begun
