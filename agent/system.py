"""The parts of one machine: what each is started with and how it says that it is ready."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal

from agent.errors import UsageError
from agent.home import Home, write_private
from agent.ports import free_port, require_free
from agent.processes import Part
from agent.settings import LOOPBACK, Settings, environment_name
from agent.sfu import SfuBinary, sfu_command, write_key_file

PROBE_WITHIN_S: Final = 2.0
SFU_READY_WITHIN_S: Final = 20.0


def with_ports(settings: Settings) -> Settings:
    """The settings with free ports where 0 was asked for. Raises `PortInUse` for a named port that is taken."""
    own_sfu = settings.livekit_url is None
    wanted = [("web_port", settings.web_host, "tcp")]
    if own_sfu:
        # Media ports are bound on every interface whatever the SFU's signalling listens on.
        every = "0.0.0.0"  # noqa: S104 - probed only
        wanted += [
            ("sfu_port", settings.web_host, "tcp"),
            ("rtc_tcp_port", every, "tcp"),
            ("rtc_udp_port", every, "udp"),
        ]
    picked: dict[str, int] = {}
    for name, host, protocol in wanted:
        kind: Literal["tcp", "udp"] = "udp" if protocol == "udp" else "tcp"
        port = getattr(settings, name)
        if port == 0:
            picked[name] = free_port(host, kind)
        else:
            require_free(host, port, kind, environment_name(name))
    return settings.with_values(**picked) if picked else settings


def with_keys(settings: Settings) -> Settings:
    """The settings with keys, made and kept in the home where none were given.

    Raises `UsageError` when only half of the SFU's keys are given, or none for an SFU that is not ours.
    """
    pair = (settings.livekit_api_key, settings.livekit_api_secret)
    if (settings.livekit_url is not None and None in pair) or pair.count(None) == 1:
        raise UsageError(
            "LIVEKIT_API_KEY and LIVEKIT_API_SECRET belong together, and to LIVEKIT_URL.",
            "Set all of them for a running SFU, or none and `viva up` runs its own.",
        )
    made = settings.folders.make_secrets()
    missing = {name: value for name, value in made.items() if getattr(settings, name) is None}
    return settings.with_values(**missing)


def with_own_sfu(settings: Settings) -> Settings:
    """The settings with the address of the SFU that this machine starts."""
    return settings.with_values(livekit_url=f"ws://{settings.node_ip}:{settings.sfu_port}")


def sfu_part(settings: Settings, binary: SfuBinary) -> Part:
    """livekit-server with livekit.yaml."""
    access = settings.livekit()
    key_file = write_key_file(settings.folders, access.api_key, access.api_secret)
    return Part(
        name="sfu",
        command=sfu_command(binary.path, settings, key_file),
        log=settings.folders.logs / "sfu.log",
        is_ready=lambda _pid: answers_ok(LOOPBACK, settings.sfu_port, "/"),
        # livekit-server reads LIVEKIT_* variables as options of its own; it gets none of ours.
        environment={"PATH": "/usr/bin:/bin", "HOME": str(settings.home)},
        ready_within_s=SFU_READY_WITHIN_S,
        # It waits for rooms to empty at the first signal; the parts before it are gone by then.
        stop_within_s=2.0,
    )


def speech_part(settings: Settings) -> Part:
    """Whisper and the voice for every room."""
    return _own_part(settings, "speech", "speech.ready")


def worker_part(settings: Settings) -> Part:
    """The interviewer: one process an interview."""
    metrics = settings.folders.run / "metrics"
    metrics.mkdir(exist_ok=True)
    return _own_part(settings, "worker", "worker.ready", {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}, stop_within_s=12.0)


def web_part(settings: Settings) -> Part:
    """Candidate page, console, API and the keeper."""
    host = LOOPBACK if settings.web_host in {LOOPBACK, "0.0.0.0"} else settings.web_host  # noqa: S104 - compared only
    return Part(
        name="web",
        command=_viva("web"),
        log=settings.folders.logs / "web.log",
        is_ready=lambda _pid: answers_ok(host, settings.web_port, "/readyz"),
        environment=settings.environment(),
    )


async def answers_ok(host: str, port: int, path: str, *, secure: bool = False) -> bool:
    """Whether an HTTP server answers GET with 200; `secure` asks over TLS."""
    try:
        async with asyncio.timeout(PROBE_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=secure or None)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode("ascii"))
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]


def announce_ready(home: Home, part: str) -> None:
    """Say that this process, which is the part of that name, is ready."""
    write_private(home.run / f"{part}.ready", str(os.getpid()))


def _own_part(
    settings: Settings, name: str, ready_file: str, extra: dict[str, str] | None = None, *, stop_within_s: float = 8.0
) -> Part:
    return Part(
        name=name,
        command=_viva(name),
        log=settings.folders.logs / f"{name}.log",
        is_ready=_file_names(settings.folders.run / ready_file),
        environment=settings.environment() | (extra or {}),
        stop_within_s=stop_within_s,
    )


def _viva(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "agent", *words)


def _file_names(path: Path) -> Callable[[int], Awaitable[bool]]:
    async def is_ready(pid: int) -> bool:
        return _names(path, pid)

    return is_ready


def _names(path: Path, pid: int) -> bool:
    try:
        return path.read_text(encoding="ascii").strip() == str(pid)
    except OSError:
        return False
