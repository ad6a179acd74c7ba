"""Work on all cores: same results in the same order, whatever happens to a helper."""

from __future__ import annotations

import os
from itertools import islice

import pytest

from publisher.build import cores
from publisher.errors import ContentFault
from publisher.messages import msg


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
    assert [n for n, _ in cores.each(square, range(30), 1, most=most)] == [n * n for n in range(30)]


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
    given = cores.each(refuse_three, range(8), 1, most=most)
    assert list(islice(given, 3)) == [0, 1, 2]
    with pytest.raises(ContentFault) as caught:
        next(given)
    assert caught.value.where == "berita/tiga.md"
    assert caught.value.message == msg("The picture {file} does not exist.", file="tiga.png")


def test_a_helper_that_dies_costs_time_only() -> None:
    "The items of a killed helper are done in this process."
    items = [(n, os.getpid()) for n in range(20)]
    assert list(cores.each(die_in_a_helper, items, 1, most=2)) == list(range(20))


def test_without_semaphores_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    "A system that gives no helpers gets its work done all the same."

    def none(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(cores, "ProcessPoolExecutor", none)
    assert {pid for _, pid in cores.each(square, range(12), 1, most=2)} == {os.getpid()}
