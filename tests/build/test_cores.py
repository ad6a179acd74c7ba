"""Work on all cores: same results in the same order, whatever happens to a helper."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pytest

from publisher.build import cores
from publisher.errors import ContentFault
from publisher.messages import msg

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def refuse_three(number: int) -> int:
    if number == 3:
        raise ContentFault(msg("The picture {file} does not exist.", file="tiga.png"), where="berita/tiga.md")
    return number


def die_in_a_helper(given: tuple[int, int]) -> int:
    number, parent = given
    if number == 5 and os.getpid() != parent:
        os._exit(9)
    return number


@pytest.mark.parametrize("most", [1, 2])
def test_results_come_in_the_order_of_the_items(most: int) -> None:
    "One process or several: the same results in the same order."
    for seconds in (1, 0.06):  # one by one, and several at a time
        found = cores.each(square, range(60), seconds, most=most)
        assert [n for n, _ in found] == [n * n for n in range(60)]


def test_helpers_do_the_work() -> None:
    "Work that is worth it leaves this process."
    assert os.getpid() not in {pid for _, pid in cores.each(square, range(12), 1, most=2)}


@pytest.mark.parametrize(("items", "seconds"), [(range(0), 100), (range(1), 1.5), (range(100), 0.001)])
def test_little_work_starts_no_process(items: range, seconds: float) -> None:
    "What is done before a helper has started is done here."
    assert {pid for _, pid in cores.each(square, items, seconds, most=8)} <= {os.getpid()}


@pytest.mark.parametrize("most", [1, 2])
def test_a_fault_comes_out_at_its_place(most: int) -> None:
    "What the work raises is raised here, with file and message, after the results before it."
    given = cores.each(refuse_three, range(30), 0.08, most=most)
    assert list(islice(given, 3)) == [0, 1, 2]
    with pytest.raises(ContentFault) as caught:
        next(given)
    assert caught.value.where == "berita/tiga.md"
    assert caught.value.message == msg("The picture {file} does not exist.", file="tiga.png")


def test_a_helper_that_dies_costs_time_only() -> None:
    "The items of a killed helper are done in this process."
    items = [(n, os.getpid()) for n in range(60)]
    for seconds in (1, 0.05):
        assert list(cores.each(die_in_a_helper, items, seconds, most=2)) == list(range(60))


def test_without_semaphores_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    "A system that gives no helpers gets its work done all the same."

    def none(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(cores, "ProcessPoolExecutor", none)
    assert {pid for _, pid in cores.each(square, range(12), 1, most=2)} == {os.getpid()}


SCRIPT = """\
import os, sys, time
print("begun", os.getpid(), flush=True)
from publisher.build import cores
for found in cores.each(WORK, range(6), 1, most=2):
    print("made", found, flush=True)
"""


def script(work: str) -> list[str]:
    return [sys.executable, "-c", SCRIPT.replace("WORK", work)]


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    "Helpers never import the program that started them, guarded or not."
    file = tmp_path / "naskah.py"
    file.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n" + SCRIPT.replace("WORK", "os.path.abspath"))
    file.write_text(file.read_text(encoding="utf-8").replace("range(6)", "['/a', '/b']"), encoding="utf-8")
    said = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True)
    assert said.stderr == ""
    assert said.stdout.count("begun") == 1
    assert said.stdout.split("\n")[1:3] == ["made /a", "made /b"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="asks /proc for processes")
def test_helpers_end_with_a_killed_process() -> None:
    "A build that is killed leaves no helper behind."
    run = subprocess.Popen(script("time.sleep"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    run.stdout.readline()
    deadline = time.monotonic() + 60
    while len(helpers := children(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(helpers) >= 2
    run.kill()
    run.wait()
    run.stdout.close()
    while any(Path(f"/proc/{h}/cmdline").exists() for h in helpers) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [h for h in helpers if Path(f"/proc/{h}/cmdline").exists()] == []


def children(pid: int) -> list[str]:
    """The processes that ``pid`` started and that are its helpers."""
    return [c for c in children_of(pid) if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def children_of(pid: int) -> list[str]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [c for f in found for c in f.read_text(encoding="utf-8").split()]


forked = pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of a process here")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # whatever servers other tests left running


def nothing() -> None:
    pass


def in_copies(work: Callable[[int], T], count: int, begin: Callable[[], None] = nothing) -> list[tuple[int, T]]:
    return list(cores.forked(work, range(count), fewest=2, begin=begin))


@forked
def test_copies_share_the_work(two: None) -> None:
    "Every item is done once, with its own place, and not all of it here."
    turn = multiprocessing.Barrier(2)  # nobody goes on before the other has an item

    def work(number: int) -> tuple[int, int]:
        if number < 2:
            turn.wait(60)
        return square(number)

    found = in_copies(work, 128)
    assert sorted((at, n) for at, (n, _) in found) == [(n, n * n) for n in range(128)]
    assert len({pid for _, (_, pid) in found}) == 2


@forked
def test_a_copy_begins_by_itself(two: None) -> None:
    "What a copy needs before it works is done in it, and changes nothing here."
    begun: list[int] = []
    turn = multiprocessing.Barrier(2)

    def work(_: int) -> tuple[bool, bool]:
        turn.wait(60)
        return os.getpid() == parent, bool(begun)

    parent = os.getpid()
    assert sorted(found for _, found in in_copies(work, 2, lambda: begun.append(1))) == [(False, True), (True, False)]
    assert begun == []


@forked
@pytest.mark.parametrize("where", ["here", "copy"])
def test_of_several_faults_the_first_comes_out(two: None, where: str) -> None:
    "The fault is the one that one process alone would meet, with the frames of this process."
    parent, raised = os.getpid(), []

    def work(number: int) -> int:
        if number == 30 and (os.getpid() == parent) == (where == "here"):
            raised.append(number)
            raise ContentFault(msg("The picture {file} does not exist.", file="30.png"))
        if number >= 29:
            refuse_three(3)
        return number

    with pytest.raises(ContentFault) as caught:
        in_copies(work, 100)
    assert caught.value.where == "berita/tiga.md"
    assert caught.traceback[-1].name == "refuse_three"


@forked
def test_a_copy_that_dies_costs_time_only(two: None) -> None:
    "What a killed copy had begun is done here."
    parent, is_dead = os.getpid(), multiprocessing.Event()

    def work(number: int) -> int:
        if os.getpid() != parent:
            is_dead.set()
            os._exit(9)
        is_dead.wait(60)
        return number

    assert sorted(in_copies(work, 200)) == [(n, n) for n in range(200)]


@forked
def test_what_fails_in_a_copy_only_is_done_here(two: None) -> None:
    "A copy that cannot do an item leaves it, and all after it, to this process."
    parent = os.getpid()
    assert sorted(in_copies(lambda n: refuse_three(3 if os.getpid() != parent else 0), 9)) == [(n, 0) for n in range(9)]


def test_where_no_process_can_be_copied_all_is_done_here(monkeypatch: pytest.MonkeyPatch, two: None) -> None:
    "Without fork, or with too few items, the results are the same and in their order."
    here = [(n, (n * n, os.getpid())) for n in range(5)]
    assert list(cores.forked(square, range(5), fewest=6, begin=nothing)) == here
    monkeypatch.delattr(os, "fork", raising=False)
    assert in_copies(square, 5) == here


@forked
def test_who_asks_no_more_ends_the_copies(two: None) -> None:
    "Nothing goes on behind the back of a build that stopped."
    before = {*children_of(os.getpid())}
    given = cores.forked(square, range(200), fewest=2, begin=nothing)
    next(given)
    given.close()  # type: ignore[attr-defined]
    assert {*children_of(os.getpid())} <= before


@forked
def test_what_is_gathered_comes_in_order(two: None) -> None:
    """Copies give their results as they come; who gathers them has them in the order of the items."""
    turn = multiprocessing.Barrier(2)

    def work(number: int) -> tuple[int, int]:
        if number < 2:
            turn.wait(60)
        return square(number)

    found = cores.gathered(work, range(128), 1)
    assert [n for n, _ in found] == [n * n for n in range(128)]
    assert len({pid for _, pid in found}) == 2


def test_what_is_gathered_without_copies_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be forked, helpers are started anew, as for ``each``."""
    monkeypatch.delattr(os, "fork", raising=False)
    monkeypatch.setattr(cores, "cores", lambda: 2)
    found = cores.gathered(square, range(12), 1)
    assert [n for n, _ in found] == [n * n for n in range(12)]
    assert os.getpid() not in {pid for _, pid in found}
