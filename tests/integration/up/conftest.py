"""`viva up` as a person starts it, on homes and ports of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
import pytest

from agent.settings import base_environment

START_WITHIN_S: Final = 120
STOP_WITHIN_S: Final = 40
POLL_S: Final = 0.05

FREE_PORTS: Final = dict.fromkeys(("VIVA_WEB_PORT", "VIVA_SFU_PORT", "VIVA_RTC_TCP_PORT", "VIVA_RTC_UDP_PORT"), "0")


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Free ports and the voice that needs no preparation, unless the settings say otherwise."""
    return base_environment() | FREE_PORTS | {"VIVA_HOME": str(home), "VIVA_VOICE": "espeak"} | settings


def viva(*words: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command on this home to its end."""
    command = [sys.executable, "-m", "agent", *words]
    given = environment(home, **settings)
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=START_WITHIN_S, check=False)


def until(condition: Callable[[], Any], within_s: float, what: str) -> Any:
    """Wait for a condition; what it gives once that is true."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(POLL_S)
    return value


@dataclass(slots=True)
class Up:
    """A running `viva up --json`."""

    home: Path
    process: subprocess.Popen[str]
    summary: dict[str, Any]
    errors: Path
    family: list[psutil.Process] = field(default_factory=list)
    """Every process that it started and that has been seen."""

    def see(self) -> list[psutil.Process]:
        """The processes below it at this moment."""
        children: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        self.family += [child for child in children if child not in self.family]
        return children

    def part(self, name: str) -> psutil.Process | None:
        """The process of a part, by its command line."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if child.cmdline()[-2:] == ["agent", name] or (
                    name == "sfu" and "livekit-server" in child.cmdline()[0]
                ):
                    return child
            except (psutil.NoSuchProcess, IndexError):
                continue
        return None

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end."""
        self.see()
        self.process.send_signal(number)
        code = self.process.wait(STOP_WITHIN_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def left(self) -> list[psutil.Process]:
        """What is left of the family."""
        return [child for child in self.family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def start(home: Path, folder: Path, **settings: str) -> Up:
    """Start `viva up --json` and wait until it is ready."""
    errors = folder / f"up-{time.monotonic_ns()}.err"
    with errors.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", "up", "--json"],
            env=environment(home, **settings),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(STOP_WITHIN_S)
        pytest.fail(f"viva up ended: {errors.read_text(encoding='utf-8')}")
    made = Up(home, process, json.loads(line), errors)
    made.see()
    return made


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running system, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("up")
    running = start(folder / "home", folder)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)
