"""`viva up`: everything on this machine, started in order, kept running, ended together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from agent import system
from agent.database import NAME as DATABASE
from agent.database import HomeDatabase
from agent.fixed_words import DEMO_CANDIDATE, is_prepared
from agent.flow_library import bundled_flows, find_flow
from agent.lifeline import Lifeline
from agent.processes import Part, SupervisedPart, run_once, stop_all, together
from agent.settings import Settings
from agent.sfu import SfuBinary, require_sfu
from agent.up_screen import Engines, PartRow, UpScreen, UpSummary

T = TypeVar("T")

DEMO_FLOW: Final = "short_demo"
SCRIPTED: Final = "scripted"
"""Name of the brain that needs no language model."""


async def run_up(settings: Settings, screen: UpScreen) -> None:
    """Bring everything up, print the links, and stop everything at Ctrl-C or SIGTERM.

    Raises `VivaError` or an error of `knowledge` or `plugins` when something is missing or fails; nothing is left
    running then.
    """
    home = settings.folders
    home.prepare()
    with home.lock("viva up"), _stop_signals() as stop:
        plan = _preflight(settings)
        machine = Machine(plan, screen)
        try:
            summary = await _unless(stop, machine.start())
            if summary is None:
                return
            screen.ready(summary, machine.rows())
            await _unless(stop, machine.prepare_other_flows())
            await stop.wait()
        finally:
            screen.say("stopping")
            await machine.stop()
            screen.say("stopped")


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found and chosen before anything starts."""

    settings: Settings
    """With ports, keys and addresses, but for the database."""
    sfu: SfuBinary | None
    """None when LIVEKIT_URL names a running one."""


def _preflight(settings: Settings) -> Preflight:
    """Everything that can be known to fail, before anything starts."""
    sfu = None if settings.livekit_url is not None else require_sfu(settings.cache)
    require_models(settings)
    ready = system.with_keys(system.with_ports(settings))
    if sfu is not None:
        ready = system.with_own_sfu(ready)
    return Preflight(ready, sfu)


def require_models(settings: Settings) -> None:
    """Raise `ModelError` when a model that the settings name is unknown or was not built.

    Whether its files are whole is for the speech process to check.
    """
    from plugins.models.errors import ModelMissing
    from plugins.models.manifest import find_model, models_folder
    from plugins.models.store import RECEIPT

    for name in sorted({settings.whisper, settings.voice} - {"espeak"}):
        find_model(name)
        if not (models_folder(settings.cache) / name / RECEIPT).is_file():
            raise ModelMissing(name)


class Machine:
    """The parts of this machine, from start to stop."""

    def __init__(self, preflight: Preflight, screen: UpScreen) -> None:
        self._settings = preflight.settings
        self._sfu = preflight.sfu
        self._screen = screen
        self._lifeline = Lifeline()
        self._database: HomeDatabase | None = None
        self._parts: list[SupervisedPart] = []

    async def start(self) -> UpSummary:
        """Start every part, side by side where none waits for another. Raises the first failure."""
        await together(self._start_database_and_doors(), self._start_sfu(), self._start_speech())
        links = await self._invite()
        self._settings.folders.write_state(self._state(), links)
        settings = self._settings
        return UpSummary(
            ready_s=round(time.time() - _process_began(), 2),
            web_url=settings.public_url,
            livekit_url=settings.livekit().public_url,
            console_url=links["console_url"],
            join_url=links["join_url"],
            access_code=links["access_code"],
            engines=Engines(stt=f"whisper {settings.whisper}", tts=settings.voice, llm=SCRIPTED),
        )

    async def prepare_other_flows(self) -> None:
        """Synthesise the fixed words of the flows that the demo did not need, without hurry."""
        others = [flow.id for flow in bundled_flows().values() if not is_prepared(self._settings, flow)]
        if others:
            await self._prepare(others)

    async def stop(self) -> None:
        """End every part: those that others lean on last."""
        doors = [part for part in self._parts if part.part.name in {"web", "worker"}]
        rest = [part for part in self._parts if part not in doors]
        await stop_all(doors)
        await stop_all(rest)
        if self._database is not None:
            await self._database.stop()
        await asyncio.to_thread(self._lifeline.close)
        self._settings.folders.clear_run()

    def rows(self) -> list[PartRow]:
        """The table's rows, in the order parts lean on each other."""
        settings = self._settings
        where = {
            "sfu": settings.livekit_url or "",
            "speech": settings.speech_address,
            "worker": f"{settings.rooms} interviews at once",
            "web": settings.public_url,
        }
        database = self._database
        rows = [PartRow(DATABASE, "DATABASE_URL" if database is None else "embedded", _ready_s(database), "")]
        if self._sfu is None:
            rows.append(PartRow("sfu", f"{settings.livekit_url} (LIVEKIT_URL)", None, ""))
        order = list(where)
        for part in sorted(self._parts, key=lambda part: order.index(part.part.name)):
            log = os.path.relpath(part.part.log)
            rows.append(PartRow(part.part.name, where[part.part.name], part.ready_s, log))
        return rows

    async def _start_database_and_doors(self) -> None:
        from knowledge.migrations import migrate

        admin_dsn = None
        if self._settings.database_url is None:
            self._database = HomeDatabase(self._settings, self._lifeline, self._screen.event)
            await self._database.start()
            self._settings = self._settings.with_values(database_url=SecretStr(self._database.dsn))
            admin_dsn = self._database.admin_dsn
        applied = await asyncio.to_thread(migrate, self._settings.dsn(), admin_dsn)
        self._screen.part_ready(DATABASE, _ready_s(self._database))
        if applied:
            self._screen.say(f"database: {len(applied)} migrations applied")
        self._settings.folders.write_state(self._state(), {})
        await together(
            self._start(system.worker_part(self._settings)),
            self._start(system.web_part(self._settings)),
        )

    async def _start_sfu(self) -> None:
        if self._sfu is not None:
            await self._start(system.sfu_part(self._settings, self._sfu))

    async def _start_speech(self) -> None:
        await self._start(system.speech_part(self._settings))
        if not is_prepared(self._settings, find_flow(DEMO_FLOW)):
            await self._prepare([DEMO_FLOW])

    async def _start(self, part: Part) -> None:
        supervised = SupervisedPart(part, self._lifeline, self._screen.event)
        self._parts.append(supervised)
        await supervised.start()
        self._screen.part_ready(part.name, supervised.ready_s)

    async def _prepare(self, flows: list[str]) -> None:
        log = self._settings.folders.logs / "prepare.log"
        command = (sys.executable, "-m", "agent", "prepare", *flows)
        environment = self._settings.environment()
        code = await run_once(command, environment=environment, log=log, lifeline=self._lifeline, line=self._screen.say)
        if code != 0:
            self._screen.say(f"the fixed words of {', '.join(flows)} were not synthesised ahead; see {log}")

    async def _invite(self) -> dict[str, str]:
        from agent.invites import create_invite
        from agent.web.console_access import console_url
        from knowledge.postgres_repository import PostgresRepository

        repository = await PostgresRepository.connect(self._settings.dsn())
        try:
            invite = await create_invite(repository, self._settings, find_flow(DEMO_FLOW), DEMO_CANDIDATE)
        finally:
            await repository.aclose()
        return {
            "web_url": self._settings.public_url,
            "console_url": console_url(self._settings.public_url, self._settings.signing_key()),
            "join_url": invite.join_url,
            "access_code": invite.access_code,
        }

    def _state(self) -> dict[str, object]:
        settings = self._settings
        access = settings.livekit()
        return {
            "web_host": settings.web_host,
            "web_port": settings.web_port,
            "public_url": settings.public_url,
            "sfu_port": settings.sfu_port,
            "rtc_tcp_port": settings.rtc_tcp_port,
            "rtc_udp_port": settings.rtc_udp_port,
            "livekit_url": access.url,
            "livekit_public_url": access.public_url,
            "livekit_api_key": access.api_key,
            "livekit_api_secret": access.api_secret,
            "database_url": settings.dsn(),
            "secret_key": settings.signing_key(),
            "speech_address": settings.speech_address,
        }


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of the work, or None when the stop came first and the work was cancelled."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that is set by Ctrl-C, SIGTERM or the terminal's end; a second signal ends everything at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)  # The lifeline ends the parts.
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _ready_s(part: HomeDatabase | None) -> float | None:
    return None if part is None else part.ready_s


def _process_began() -> float:
    """When this process was started, in unix seconds: `ready_s` counts Python's own start too."""
    import psutil

    began: float = psutil.Process().create_time()
    return began
