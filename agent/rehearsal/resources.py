"""What interviews cost: private memory of each interview's process, CPU time of the whole system."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import psutil

SAMPLE_EVERY_S: Final = 1.0
MEMORY_EVERY: Final = 3
"""Memory is read with every third sample: it walks page tables."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Costs per room; None where the system's processes are not on this machine."""

    memory_mb_per_room: float | None = None
    """Mean over the interviews' processes of the most private memory (USS, 10**6 bytes) each had."""
    cpu_s_per_minute_per_room: float | None = None
    """CPU seconds of every process of the system, candidates excluded, per minute of interview."""


class ResourceWatch:
    """Watches the processes under one `viva up`. Cancel the task of `run`, then ask for `result`."""

    def __init__(self, root_pid: int, sfu_port: int) -> None:
        self._root_pid = root_pid
        self._sfu_port = sfu_port
        self._first_cpu_s: dict[int, float] = {}
        self._last_cpu_s: dict[int, float] = {}
        self._memory_mb: dict[int, float] = {}

    async def run(self) -> None:
        """Sample until cancelled."""
        count = 0
        while True:
            await asyncio.to_thread(self._sample, with_memory=count % MEMORY_EVERY == 0)
            count += 1
            await asyncio.sleep(SAMPLE_EVERY_S)

    def result(self, interview_minutes: float) -> Resources:
        """Costs, for so many minutes of interviews added up over the rooms."""
        cpu_s = sum(last - self._first_cpu_s[pid] for pid, last in self._last_cpu_s.items())
        memory = list(self._memory_mb.values())
        return Resources(
            memory_mb_per_room=round(sum(memory) / len(memory), 1) if memory else None,
            cpu_s_per_minute_per_room=round(cpu_s / interview_minutes, 2) if interview_minutes > 0 else None,
        )

    def _sample(self, *, with_memory: bool) -> None:
        fresh = bool(self._last_cpu_s)
        for process in processes_under(self._root_pid):
            try:
                times = process.cpu_times()
                used_s = times.user + times.system
                # A process that began during the run counts from its start.
                self._first_cpu_s.setdefault(process.pid, 0.0 if fresh else used_s)
                self._last_cpu_s[process.pid] = used_s
                if with_memory and holds_interview(process, self._sfu_port):
                    private_mb = process.memory_full_info().uss / 1e6
                    self._memory_mb[process.pid] = max(private_mb, self._memory_mb.get(process.pid, 0.0))
            except psutil.Error:
                continue


def processes_under(root_pid: int) -> list[psutil.Process]:
    """A process and everything it started that still runs."""
    try:
        root = psutil.Process(root_pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def holds_interview(process: psutil.Process, sfu_port: int) -> bool:
    """Whether a process is a job of the worker with an interview: an idle one has no connection to the SFU.

    Raises `psutil.Error` when the process is gone.
    """
    if not any("multiprocessing" in word for word in process.cmdline()):
        return False
    connections = process.net_connections(kind="tcp")
    return any(
        connection.status == psutil.CONN_ESTABLISHED and connection.raddr and connection.raddr.port == sfu_port
        for connection in connections
    )


def interview_processes(root_pid: int, sfu_port: int) -> list[int]:
    """Pids of the processes that hold an interview at this moment."""
    found: list[int] = []
    for process in processes_under(root_pid):
        try:
            if holds_interview(process, sfu_port):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
