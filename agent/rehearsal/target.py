"""The system that is rehearsed: the one that runs, or one started for the rehearsal on a temporary home."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from livekit.agents import APIConnectionError
from pydantic import ValidationError

from agent.errors import PartFailed
from agent.processes import last_line
from agent.settings import Settings, load_settings
from agent.up_screen import UpSummary
from plugins.speech.client import SpeechClient

READY_WITHIN_S: Final = 300.0
"""A first start synthesises the fixed words of the flows."""
STOP_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """A running system."""

    settings: Settings
    """With its addresses, keys and database."""
    root_pid: int | None
    """Its `viva up`; None where it runs elsewhere."""
    engines: dict[str, str]

    @property
    def sfu_port(self) -> int:
        """TCP port of the SFU's signalling."""
        parts = urlsplit(self.settings.livekit().url)
        return parts.port or (443 if parts.scheme == "wss" else 80)


@asynccontextmanager
async def open_target(settings: Settings) -> AsyncIterator[Target]:
    """The system of these settings, or a temporary one. Raises `VivaError` when neither can be had."""
    if settings.livekit_url is not None and settings.database_url is not None:
        yield Target(settings, running_pid(settings), await _engines(settings))
        return
    async with _temporary(settings) as target:
        yield target


def running_pid(settings: Settings) -> int | None:
    """Pid of the `viva up` of this home."""
    if not settings.folders.running_values():
        return None
    try:
        pid = json.loads(settings.folders.state_file.read_text(encoding="utf-8")).get("pid")
    except (OSError, ValueError):
        return None
    return pid if isinstance(pid, int) else None


@asynccontextmanager
async def _temporary(settings: Settings) -> AsyncIterator[Target]:
    with tempfile.TemporaryDirectory(prefix="viva-") as folder:
        free = dict.fromkeys(("web_port", "sfu_port", "rtc_tcp_port", "rtc_udp_port"), 0)
        own = settings.with_values(home=Path(folder), **free)
        log = Path(folder) / "up.log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "agent", "up", "--json"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=own.environment(),
                # Ctrl-C reaches the rehearsal only, which then stops the system in order.
                start_new_session=True,
            )
        try:
            summary = await _wait_ready(process, log)
            running = load_running(own)
            yield Target(running, process.pid, summary.engines.model_dump())
        finally:
            await _stop(process)


def load_running(settings: Settings) -> Settings:
    """The settings with what the system on their home chose."""
    values = settings.folders.running_values()
    return load_settings() if not values else settings.with_values(**values)


async def _wait_ready(process: asyncio.subprocess.Process, log: Path) -> UpSummary:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)
        return UpSummary.model_validate_json(line)
    except (TimeoutError, ValidationError) as error:
        raise PartFailed(
            f"The system for the rehearsal did not start: {last_line(log)}", "Try `viva up` by itself."
        ) from error


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        return
    process.kill()
    await process.wait()


async def _engines(settings: Settings) -> dict[str, str]:
    client = SpeechClient(settings.speech_address)
    try:
        health = await client.health()
    except APIConnectionError:
        return {"stt": settings.whisper, "tts": settings.voice, "llm": "scripted"}
    finally:
        await client.aclose()
    return {"stt": health.stt, "tts": health.tts, "llm": "scripted"}
