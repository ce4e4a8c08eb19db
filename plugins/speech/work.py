"""A thread that does one piece of work at a time, the most urgent first, from a bounded queue."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class QueueFull(Exception):
    """Too much is waiting and nothing of it is less urgent."""


class Worker:
    """One thread and its queue. Work waits as a Future: cancelling it while it waits takes it out."""

    def __init__(self, name: str, *, limit: int, niceness: int = 0) -> None:
        """`limit`: pieces of work that may wait. `niceness`: how far below the process the operating system runs it."""
        self._limit = limit
        self._niceness = niceness
        # The queue holds work of any result type; `submit` gives each its own.
        self._waiting: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Pieces of work that have not begun."""
        with self._changed:
            return sum(not entry[2].cancelled() for entry in self._waiting)

    def waits_before(self, urgency: int) -> bool:
        """Whether something more urgent than that waits."""
        with self._changed:
            return any(entry[0] < urgency and not entry[2].cancelled() for entry in self._waiting)

    def submit(self, urgency: int, work: Callable[[], Result]) -> Future[Result]:
        """Queues work; less `urgency` runs sooner, equals in order. Raises QueueFull."""
        future: Future[Result] = Future()
        with self._changed:
            self._waiting = [entry for entry in self._waiting if not entry[2].cancelled()]
            heapq.heapify(self._waiting)
            if len(self._waiting) >= self._limit:
                self._refuse_least_urgent(urgency)
            heapq.heappush(self._waiting, (urgency, next(self._order), future, work))
            self._changed.notify()
        return future

    def stop(self) -> None:
        """Ends the thread after the work in progress; what waits is cancelled."""
        with self._changed:
            self._stopping = True
            for entry in self._waiting:
                entry[2].cancel()
            self._changed.notify()
        self._thread.join()

    def _refuse_least_urgent(self, urgency: int) -> None:
        last = max(self._waiting)
        if last[0] <= urgency:
            raise QueueFull(f"{len(self._waiting)} requests are waiting")
        self._waiting.remove(last)
        heapq.heapify(self._waiting)
        last[2].set_exception(QueueFull("a more urgent request took the place"))

    def _run(self) -> None:
        if self._niceness:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
        while (entry := self._next()) is not None:
            future, work = entry
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001  # whoever waits for the future gets it
                future.set_exception(error)
            else:
                future.set_result(result)

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            while True:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return None
                _, _, future, work = heapq.heappop(self._waiting)
                if future.set_running_or_notify_cancel():
                    return future, work
