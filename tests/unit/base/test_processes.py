"""Supervision of child processes, on small real ones."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agent.errors import PartFailed
from agent.lifeline import Lifeline, watch
from agent.processes import Part, SupervisedPart, last_line, open_log, run_once, together
from agent.settings import base_environment

DEADLINE_S = 15.0
READY = "import pathlib, os, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + READY


@pytest.fixture
def lifeline() -> Iterator[Lifeline]:
    """A lifeline that ends with the test."""
    made = Lifeline()
    yield made
    made.close()


class Notes:
    """What the supervisor reported."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, name: str, what: str) -> None:
        self.lines.append(f"{name}: {what}")


def part(tmp_path: Path, code: str, *, ready_within_s: float = DEADLINE_S, stop_within_s: float = 5.0) -> Part:
    """A part that runs Python code; it is ready when it has written its pid."""
    mark = tmp_path / "ready"

    async def is_ready(pid: int) -> bool:
        return mark.exists() and mark.read_text(encoding="ascii") == str(pid)

    return Part(
        name="child",
        command=(sys.executable, "-S", "-c", code, str(mark)),
        log=tmp_path / "logs" / "child.log",
        is_ready=is_ready,
        environment=base_environment(),
        ready_within_s=ready_within_s,
        stop_within_s=stop_within_s,
    )


@pytest.fixture
async def child(tmp_path: Path, lifeline: Lifeline) -> AsyncIterator[SupervisedPart]:
    """A part that is ready."""
    supervised = SupervisedPart(part(tmp_path, READY), lifeline, Notes())
    await supervised.start()
    yield supervised
    await supervised.stop()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.returncode == 0 and not done.stdout.strip().startswith("Z")


async def until(condition: object) -> None:
    """Wait for a condition, not longer than the deadline."""
    assert callable(condition)
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(0.02)


async def test_a_part_is_ready_and_ends(child: SupervisedPart) -> None:
    pid = child.pid
    assert pid is not None
    assert child.ready_s is not None
    await child.stop()
    assert not is_alive(pid)
    assert child.pid is None


async def test_a_killed_part_starts_again(child: SupervisedPart) -> None:
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.restarts == 1 and child.pid not in {None, first})


async def test_a_part_that_ends_at_once_is_a_failure_with_its_last_words(tmp_path: Path, lifeline: Lifeline) -> None:
    failing = SupervisedPart(part(tmp_path, "raise SystemExit('the model is gone')"), lifeline, Notes())
    with pytest.raises(PartFailed, match=r"ended while it was starting \(exit code 1\): the model is gone"):
        await failing.start()
    await failing.stop()


async def test_a_part_that_is_never_ready_is_a_failure(tmp_path: Path, lifeline: Lifeline) -> None:
    silent = SupervisedPart(part(tmp_path, "import time; time.sleep(600)", ready_within_s=0.3), lifeline, Notes())
    with pytest.raises(PartFailed, match="not ready within"):
        await silent.start()
    await silent.stop()
    assert silent.pid is None


async def test_a_part_that_ignores_sigterm_is_killed(tmp_path: Path, lifeline: Lifeline) -> None:
    stubborn = SupervisedPart(part(tmp_path, STUBBORN, stop_within_s=0.2), lifeline, Notes())
    await stubborn.start()
    pid = stubborn.pid
    assert pid is not None
    await stubborn.stop()
    assert not is_alive(pid)


async def test_what_a_part_started_ends_with_it(tmp_path: Path, lifeline: Lifeline) -> None:
    grandchild = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, pathlib;"
        f"pathlib.Path({str(grandchild)!r}).write_text(str(subprocess.Popen(['sleep', '600']).pid));"
    )
    supervised = SupervisedPart(part(tmp_path, code + READY), lifeline, Notes())
    await supervised.start()
    pid = int(grandchild.read_text(encoding="ascii"))
    assert is_alive(pid)
    await supervised.stop()
    assert not is_alive(pid)


async def test_a_supervisor_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
import asyncio, pathlib, sys
from agent.lifeline import Lifeline
from tests.unit.base.test_processes import Notes, READY, SupervisedPart, part
async def main():
    child = SupervisedPart(part(pathlib.Path({str(tmp_path)!r}), READY), Lifeline(), Notes())
    await child.start()
    pathlib.Path({str(pids)!r}).write_text(str(child.pid))
    await asyncio.sleep(600)
asyncio.run(main())
"""
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await until(lambda: pids.exists() and pids.read_text(encoding="ascii"))
    pid = int(pids.read_text(encoding="ascii"))
    assert is_alive(pid)
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: not is_alive(pid))


def test_a_lifeline_forgets_what_has_ended() -> None:
    assert watch([b"+10 9\n", b"+11 2\n", b"-10\n"]) == {11: 2}


async def test_one_failure_ends_the_wait_for_the_others() -> None:
    async def fail() -> None:
        raise PartFailed("broken")

    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(PartFailed, match="broken"):
        await together(wait(), fail())


async def test_a_command_s_lines_are_passed_on(tmp_path: Path, lifeline: Lifeline) -> None:
    lines: list[str] = []
    code = await run_once(
        [sys.executable, "-S", "-c", "print('one'); print('two'); raise SystemExit(3)"],
        environment=base_environment(),
        log=tmp_path / "log",
        lifeline=lifeline,
        line=lines.append,
    )
    assert (code, lines) == (3, ["one", "two"])


def test_the_last_words_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_line(log) == "it left no log"
    log.write_text("first\nlast\n\n", encoding="utf-8")
    assert last_line(log) == "last"


def test_a_large_log_makes_room(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * (11 * 2**20))
    open_log(log).close()
    assert log.stat().st_size == 0
    assert (tmp_path / "log.1").exists()
