"""The worker thread: order, bounds, cancellation."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial

import pytest

from plugins.speech.work import QueueFull, Worker

DEADLINE_S = 5.0


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test", limit=3)
    yield made
    made.stop()


class Gate:
    """Work that holds the thread until it is opened."""

    def __init__(self, worker: Worker) -> None:
        self._open = threading.Event()
        entered = threading.Event()

        def hold() -> None:
            entered.set()
            assert self._open.wait(DEADLINE_S)

        worker.submit(0, hold)
        assert entered.wait(DEADLINE_S)

    def open(self) -> None:
        self._open.set()


def test_the_most_urgent_goes_first_and_equals_in_order(worker: Worker) -> None:
    gate = Gate(worker)
    done: list[str] = []
    futures = [worker.submit(urgency, partial(done.append, name)) for urgency, name in [(9, "a"), (0, "b"), (0, "c")]]
    gate.open()
    for future in futures:
        future.result(DEADLINE_S)
    assert done == ["b", "c", "a"]


def test_a_full_queue_refuses_what_is_not_more_urgent(worker: Worker) -> None:
    gate = Gate(worker)
    for _ in range(3):
        worker.submit(5, lambda: None)
    with pytest.raises(QueueFull):
        worker.submit(5, lambda: None)
    gate.open()


def test_a_full_queue_gives_up_the_least_urgent_for_something_urgent(worker: Worker) -> None:
    gate = Gate(worker)
    waiting = [worker.submit(5, lambda: 5), worker.submit(9, lambda: 9), worker.submit(5, lambda: 5)]
    urgent = worker.submit(0, lambda: 0)
    gate.open()
    assert urgent.result(DEADLINE_S) == 0
    with pytest.raises(QueueFull):
        waiting[1].result(DEADLINE_S)
    assert waiting[2].result(DEADLINE_S) == 5


def test_cancelled_work_is_not_done_and_makes_room(worker: Worker) -> None:
    gate = Gate(worker)
    done: list[str] = []
    cancelled = worker.submit(0, lambda: done.append("cancelled"))
    assert cancelled.cancel()
    assert worker.waiting == 0
    last = worker.submit(1, lambda: done.append("last"))
    gate.open()
    last.result(DEADLINE_S)
    assert done == ["last"]
    with pytest.raises(CancelledError):
        cancelled.result(DEADLINE_S)


def test_what_is_more_urgent_is_told(worker: Worker) -> None:
    gate = Gate(worker)
    worker.submit(5, lambda: None)
    assert not worker.waits_before(5)
    worker.submit(0, lambda: None)
    assert worker.waits_before(5)
    gate.open()


def test_an_error_reaches_who_waits_and_the_thread_goes_on(worker: Worker) -> None:
    failing = worker.submit(0, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing.result(DEADLINE_S)
    assert worker.submit(0, lambda: "on").result(DEADLINE_S) == "on"


def test_stopping_cancels_what_waits() -> None:
    worker = Worker("test", limit=3)
    gate = Gate(worker)
    waiting = worker.submit(0, lambda: None)
    gate.open()
    worker.stop()
    assert waiting.done()
