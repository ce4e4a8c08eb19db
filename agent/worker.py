"""`viva worker`: takes jobs from the SFU and holds one interview in each job process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

from livekit.agents import AgentServer, JobContext, JobProcess, tokenize

from agent.home import write_private
from agent.log import configure_logging
from agent.protocol import AGENT_NAME
from agent.room import hold_interview
from agent.settings import LOOPBACK, Settings, load_settings
from plugins.voice_tts import VoiceTTS

IDLE_PROCESSES = 2
"""Warm processes that wait for a job; a candidate who comes while both are being replaced waits a second longer."""
DRAIN_S = 5
"""Seconds a stopping worker waits for its interviews; they are picked up by another worker."""


def run_worker(settings: Settings) -> None:
    """Serve jobs until SIGTERM or SIGINT. Blocking."""
    configure_logging("worker", level=settings.log_level, form=settings.log_format)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    access = settings.livekit()
    server = AgentServer(
        ws_url=access.url,
        api_key=access.api_key,
        api_secret=access.api_secret,
        host=LOOPBACK,
        port=0,
        # The default looks at the CPU, and a busy machine then refuses jobs in silence.
        load_fnc=lambda worker: len(worker.active_jobs) / settings.rooms,
        load_threshold=0.999,
        num_idle_processes=min(IDLE_PROCESSES, settings.rooms),
        setup_fnc=warm_up,
        initialize_process_timeout=60.0,
        shutdown_process_timeout=5.0,
        drain_timeout=DRAIN_S,
        preload_modules=["agent.room"],
    )
    server.rtc_session(hold, agent_name=AGENT_NAME)
    ready = settings.folders.run / "worker.ready"
    ready.unlink(missing_ok=True)
    server.on("worker_registered", lambda *_: write_private(ready, str(os.getpid())))
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    running = asyncio.create_task(server.run(devmode=False), name="agent-server")
    stopped = asyncio.create_task(stopping.wait(), name="stop-signal")
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    ready.unlink(missing_ok=True)
    if running.done():
        running.result()
    with contextlib.suppress(asyncio.CancelledError):
        await server.drain()
    await server.aclose()
    stopped.cancel()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def warm_up(process: JobProcess) -> None:
    """Make the engines' clients and load what the framework loads at first speech: that blocks for 0.3 s."""
    settings = load_settings()
    configure_logging("interview", level=settings.log_level, form=settings.log_format)
    tokenize.basic.hyphenate_word("interview")
    process.userdata["settings"] = settings
    process.userdata["tts"] = VoiceTTS(
        settings.speech_address,
        voice=settings.voice,
        speed=settings.voice_speed,
        cache_dir=settings.cache / "speech",
    )


async def hold(ctx: JobContext) -> None:
    """Entry point of a job process."""
    data = ctx.proc.userdata
    await hold_interview(ctx, data["settings"], data["tts"])
