"""Ends the parts when their supervisor dies in a way that leaves it no time: SIGKILL, out of memory, a crash.

A small process that holds one end of a pipe whose other end only the supervisor has. The supervisor tells it which
process groups live (`+GROUP SIGNAL`) and which ended (`-GROUP`); at the end of the pipe it signals those that are
left. Whole groups, because a worker has job processes of its own; a pipe, because it works on every POSIX system,
where the kernel's parent-death signal is Linux only and reaches direct children only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


class Lifeline:
    """The supervisor's end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Process id of the watcher."""
        return self._process.pid

    def hold(self, group: int, at_end: signal.Signals = signal.SIGKILL) -> None:
        """Signal this process group should the supervisor die."""
        self._tell(f"+{group} {int(at_end)}\n")

    def release(self, group: int) -> None:
        """Forget a process group that has ended."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End the watcher; it signals what is still held."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            try:
                self._process.stdin.write(line.encode("ascii"))
                self._process.stdin.flush()
            except BrokenPipeError:
                return  # The watcher was killed; the parts live on without it.


def watch(lines: Iterable[bytes]) -> dict[int, int]:
    """The process groups that are left when the lines end, each with the signal it gets."""
    held: dict[int, int] = {}
    for line in lines:
        group, _, number = line[1:].partition(b" ")
        if line.startswith(b"+"):
            held[int(group)] = int(number)
        else:
            held.pop(int(group), None)
    return held


def main() -> None:
    """The watcher's side: read until the supervisor is gone, then signal what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for group, at_end in watch(sys.stdin.buffer).items():
        try:
            os.killpg(group, at_end)
        except (ProcessLookupError, PermissionError):
            continue


if __name__ == "__main__":
    main()
