"""The database of a home: the embedded Postgres under supervision for `viva up`, or opened for one command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from agent.lifeline import Lifeline
from agent.processes import FIRST_BACKOFF_S, LONGEST_BACKOFF_S, Report
from agent.settings import Settings

if TYPE_CHECKING:
    from knowledge.embedded import EmbeddedPostgres
    from knowledge.repository import InterviewRepository

NAME: Final = "database"
WATCH_EVERY_S: Final = 1.0
START_WITHIN_S: Final = 60.0


class HomeDatabase:
    """The embedded Postgres of a home: started, watched and started again when it dies."""

    def __init__(self, settings: Settings, lifeline: Lifeline, report: Report) -> None:
        from knowledge.embedded import EmbeddedPostgres

        self._server: EmbeddedPostgres = EmbeddedPostgres(settings.folders.database, cache=settings.cache)
        self._lifeline = lifeline
        self._report = report
        self._starting: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.ready_s: float | None = None
        """Seconds from start to ready."""

    @property
    def dsn(self) -> str:
        """Address for everybody; the role is no superuser."""
        return self._server.dsn

    @property
    def admin_dsn(self) -> str:
        """Address for migrations."""
        return self._server.admin_dsn

    @property
    def pid(self) -> int | None:
        """Pid of the server."""
        return self._server.pid

    async def start(self) -> None:
        """Start the server and keep it running. Raises `knowledge.errors.EmbeddedPostgresError`."""
        began = time.monotonic()
        self._starting = asyncio.create_task(self._start_server(), name="start-database")
        await asyncio.shield(self._starting)
        self.ready_s = time.monotonic() - began
        self._watcher = asyncio.create_task(self._watch(), name="keep-database")

    async def stop(self) -> None:
        """Stop the server, also one that is still starting."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._starting is None:
            return
        await asyncio.wait({self._starting})
        pid = self._server.pid
        await asyncio.to_thread(self._server.stop)
        if pid is not None:
            self._lifeline.release(pid)

    async def _start_server(self) -> None:
        await asyncio.to_thread(self._server.start, START_WITHIN_S)
        pid = self._server.pid
        # The lifeline signals whole groups, so only a server that leads its own may be held by it.
        if pid is not None and os.getpgid(pid) == pid:
            self._lifeline.hold(pid, signal.SIGINT)

    async def _watch(self) -> None:
        from knowledge.errors import EmbeddedPostgresError

        backoff_s = FIRST_BACKOFF_S
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            if await asyncio.to_thread(self._server.alive):
                continue
            self._report(NAME, f"stopped; starting again in {backoff_s:g} s")
            await asyncio.sleep(backoff_s)
            try:
                await self._start_server()
            except EmbeddedPostgresError as failure:
                self._report(NAME, str(failure))
                backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)
            else:
                self._report(NAME, "ready again")
                backoff_s = FIRST_BACKOFF_S


@asynccontextmanager
async def open_repository(settings: Settings) -> AsyncIterator[InterviewRepository]:
    """The store of interviews for one command.

    Uses DATABASE_URL or the running system's database; where neither is there, starts the home's own for as long as
    the command runs. Raises `knowledge.errors.KnowledgeError` and `agent.errors.VivaError`.
    """
    from knowledge.migrations import migrate
    from knowledge.postgres_repository import PostgresRepository

    async with open_dsn(settings) as (dsn, admin_dsn):
        if admin_dsn is not None:
            await asyncio.to_thread(migrate, dsn, admin_dsn)
        repository = await PostgresRepository.connect(dsn)
        try:
            yield repository
        finally:
            await repository.aclose()


@asynccontextmanager
async def open_dsn(settings: Settings) -> AsyncIterator[tuple[str, str | None]]:
    """The addresses of the database that `open_repository` uses: for everybody, and for migrations where it is ours."""
    if settings.database_url is not None:
        yield settings.dsn(), None
        return
    from knowledge.embedded import EmbeddedPostgres

    home = settings.folders
    home.prepare()
    with home.lock("a command that reads the database"):
        server = EmbeddedPostgres(home.database, cache=settings.cache)
        await asyncio.to_thread(server.start, START_WITHIN_S)
        try:
            yield server.dsn, server.admin_dsn
        finally:
            await asyncio.to_thread(server.stop)
