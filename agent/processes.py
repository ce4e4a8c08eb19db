"""Child processes under supervision: started, waited for, restarted with back-off when they crash, ended together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from agent.errors import PartFailed
from agent.lifeline import Lifeline

POLL_S: Final = 0.05
FIRST_BACKOFF_S: Final = 0.5
LONGEST_BACKOFF_S: Final = 30.0
LARGE_LOG_BYTES: Final = 10 * 2**20
STEADY_AFTER_S: Final = 60.0
"""A part that lived this long starts its next back-off from the beginning."""


@dataclass(frozen=True, slots=True)
class Part:
    """A child process: how it starts, when it counts as ready, how long it may take to end."""

    name: str
    command: tuple[str, ...]
    log: Path
    is_ready: Callable[[int], Awaitable[bool]]
    """Asked with the pid of the process until it says yes."""
    environment: Mapping[str, str]
    """The whole environment of the process."""
    ready_within_s: float = 60.0
    stop_within_s: float = 8.0
    """Between SIGTERM and SIGKILL."""


Report = Callable[[str, str], None]
"""Told of a part's name and what happened to it, in words."""


class SupervisedPart:
    """One child process and its successors."""

    def __init__(self, part: Part, lifeline: Lifeline, report: Report) -> None:
        self.part = part
        self.restarts = 0
        self.ready_s: float | None = None
        """Seconds from start to ready, of the first process."""
        self._lifeline = lifeline
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Pid of the process that runs, or None between two."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process, wait until it is ready, and keep it running from then on.

        Raises `PartFailed` when it ends first or is not ready in time.
        """
        began = time.monotonic()
        process = await self._spawn()
        await self._wait_ready(process)
        self.ready_s = time.monotonic() - began
        self._keeper = asyncio.create_task(self._keep(process), name=f"keep-{self.part.name}")

    async def stop(self) -> None:
        """End the process: SIGTERM, then SIGKILL to its whole group."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self.part.stop_within_s)
        await self._bury(process)
        self._process = None

    async def _spawn(self) -> asyncio.subprocess.Process:
        with open_log(self.part.log) as log:
            process = await asyncio.create_subprocess_exec(
                *self.part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.part.environment),
                # A group of its own: Ctrl-C in the terminal reaches the supervisor, which ends the parts in order.
                start_new_session=True,
            )
        self._lifeline.hold(process.pid)
        self._process = process
        return process

    async def _wait_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + self.part.ready_within_s
        while not await self.part.is_ready(process.pid):
            if process.returncode is not None:
                raise PartFailed(
                    f"The part {self.part.name!r} ended while it was starting ({_how(process.returncode)}): "
                    f"{last_line(self.part.log)}",
                    f"See {self.part.log}.",
                )
            if time.monotonic() > deadline:
                raise PartFailed(
                    f"The part {self.part.name!r} was not ready within {self.part.ready_within_s:.0f} s.",
                    f"See {self.part.log}.",
                )
            await asyncio.sleep(POLL_S)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        backoff_s = FIRST_BACKOFF_S
        while True:
            began = time.monotonic()
            code = await process.wait()
            await self._bury(process)
            if time.monotonic() - began > STEADY_AFTER_S:
                backoff_s = FIRST_BACKOFF_S
            self._report(self.part.name, f"stopped ({_how(code)}); starting again in {backoff_s:g} s")
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)
            process = await self._spawn()
            self.restarts += 1
            try:
                await self._wait_ready(process)
            except PartFailed as failure:
                self._report(self.part.name, failure.message)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                continue
            self._report(self.part.name, "ready again")

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """Kill what is left of the process's group, and forget the group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self._lifeline.release(process.pid)


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Run side by side; the first failure cancels the rest and is raised as it is."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def stop_all(parts: Sequence[SupervisedPart]) -> None:
    """End parts side by side."""
    await asyncio.gather(*(part.stop() for part in parts))


async def run_once(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    lifeline: Lifeline,
    line: Callable[[str], None],
) -> int:
    """Run a command to its end and return its exit code; each line it prints goes to `line`, its errors to the log."""
    with open_log(log) as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=dict(environment),
            start_new_session=True,
        )
    lifeline.hold(process.pid)
    try:
        assert process.stdout is not None
        async for text in process.stdout:
            line(text.decode(errors="replace").rstrip())
        return await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        lifeline.release(process.pid)


def open_log(path: Path) -> IO[bytes]:
    """A log to append to; one that has grown large makes room first and is kept as `NAME.1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGE_LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def last_line(log: Path) -> str:
    """The last line of a log that is not empty, shortened; what a part said before it ended."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace")[-4000:].split("\n")
    except OSError:
        return "it left no log"
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it logged nothing")


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
