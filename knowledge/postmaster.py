"""Tell our postmaster from a stranger's process, and signal only ours.

A process id outlives its meaning: after a crash or a container restart `postmaster.pid` may name any process.
A postmaster of ours carries a name made from the data directory's path in its command line, and so do its children
in their titles. Any user may read those (other parts of /proc need the same user or ptrace rights, which root in a
container may lack).
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

POLL_S: Final = 0.02

_PROC: Final = Path("/proc/self/cmdline")

_PID_LINE, _PORT_LINE, _MEMORY_LINE, _STATUS_LINE = 0, 3, 6, 7  # src/include/utils/pidfile.h


@dataclass(frozen=True, slots=True)
class LockFile:
    """What `postmaster.pid` says."""

    pid: int | None
    """None when the file is damaged."""
    port: int | None
    ready: bool
    """Whether the server accepts connections."""


def lock_file_path(data: Path) -> Path:
    return data / "postmaster.pid"


def read_lock_file(data: Path) -> LockFile | None:
    """The lock file of a data directory, or None when there is none."""
    try:
        lines = lock_file_path(data).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (_STATUS_LINE + 1 - len(lines))
    return LockFile(
        pid=_positive(lines[_PID_LINE]), port=_positive(lines[_PORT_LINE]), ready=lines[_STATUS_LINE].strip() == "ready"
    )


def take_over_lock_file(data: Path, deadline: float) -> bool:
    """Make a lock file that names no postmaster of ours harmless, keeping Postgres's own guard.

    Postgres ignores a lock file that names its parent process, but still refuses to start while the shared memory
    named further down has users: children of a crashed postmaster that have not ended. So the process id is replaced
    by this process's, which must then be the one that starts Postgres. A file too damaged to name shared memory is
    removed once nobody works in the data directory; False when that is not so by `deadline` (of `time.monotonic`).
    """
    path = lock_file_path(data)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) > _MEMORY_LINE and len(lines[_MEMORY_LINE].split()) == 2:
        lines[_PID_LINE] = str(os.getpid())
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return True
    while _users(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    path.unlink()
    return True


def cluster_name(data: Path) -> str:
    """Value of the setting `cluster_name` for a data directory; Postgres shows it in the titles of its processes."""
    return f"viva_{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process is a living postmaster of ours over this data directory."""
    line = command_line(pid)
    program = line.split(" -", 1)[0]
    return program.endswith("/postgres") and f"cluster_name={cluster_name(data)}" in line


def command_line(pid: int) -> str:
    """The command line of a process, joined by blanks; empty when it is gone or a zombie."""
    if not _PROC.exists():
        return command_lines_from_ps().get(pid, "")
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def command_lines_from_ps() -> dict[int, str]:
    """The command line of every process, where there is no /proc (macOS)."""
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    found = (line.strip().partition(" ") for line in listing.stdout.splitlines())
    return {int(pid): command.strip() for pid, _, command in found}


def signal_postmaster(pid: int, data: Path, number: signal.Signals) -> bool:
    """Signal the process if it is our postmaster; False when it is not (any more)."""
    handle = _process_handle(pid)
    try:
        if not is_postmaster(pid, data):
            return False
        if handle is None:
            os.kill(pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def stop_postmaster(pid: int, data: Path, timeout_s: float) -> bool:
    """Stop our postmaster: fast shutdown, then at once. Returns whether it is gone."""
    for number, patience_s in ((signal.SIGINT, timeout_s), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if not signal_postmaster(pid, data, number):
            return True
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not is_postmaster(pid, data):
                return True
            time.sleep(POLL_S)
    return False


def _process_handle(pid: int) -> int | None:
    """A handle that cannot come to mean another process, where the system has one."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        # The process is gone, or a sandbox forbids the call; the identity check follows either way.
        return None


def _users(data: Path) -> list[int]:
    """Processes of a Postgres of ours over the data directory."""
    if _PROC.exists():
        lines = {pid: command_line(pid) for pid in (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))}
    else:
        lines = command_lines_from_ps()
    return [pid for pid, line in lines.items() if cluster_name(data) in line]


def _positive(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() and int(text) > 0 else None
