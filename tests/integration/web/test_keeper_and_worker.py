"""The keeper on a real SFU with a real worker that registers too late for the room's own dispatch."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from livekit import rtc
from livekit.agents import AgentServer, JobContext, JobExecutorType

from agent.keeper import Keeper, KeeperAction
from agent.protocol import AGENT_NAME, JobMetadata
from agent.web.livekit_rooms import LiveKitRooms
from agent.web.tokens import connection_details
from knowledge.memory_repository import MemoryRepository
from knowledge.records import NewInterview
from tests.fixtures_sfu import Sfu
from tests.integration.web.test_rooms import options_of

WITHIN_S = 30


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Worker:
    """A worker whose agents take the lease and stay until their room closes. Jobs run in threads of this process."""

    sfu: Sfu
    repository: MemoryRepository
    loop: asyncio.AbstractEventLoop
    claimed: asyncio.Queue[UUID] = field(default_factory=asyncio.Queue)

    async def hold(self, context: JobContext) -> None:
        interview_id = JobMetadata.model_validate_json(context.job.metadata).interview_id
        await context.connect()
        await self.repository.claim(interview_id, context.job.id, 600)
        self.loop.call_soon_threadsafe(self.claimed.put_nowait, interview_id)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve jobs; the body begins once the SFU knows the worker."""
        server = AgentServer(
            job_executor_type=JobExecutorType.THREAD,
            ws_url=self.sfu.access.url,
            api_key=self.sfu.access.api_key,
            api_secret=self.sfu.access.api_secret,
            host="127.0.0.1",
            port=0,
            num_idle_processes=1,
            load_fnc=lambda _: 0.0,
        )
        server.rtc_session(self.hold, agent_name=AGENT_NAME)
        registered = asyncio.Event()
        server.on("worker_registered", lambda *_: registered.set())
        serving = asyncio.create_task(server.run())
        try:
            async with asyncio.timeout(WITHIN_S):
                await registered.wait()
            yield
        finally:
            await server.aclose()
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving


@pytest.mark.slow
async def test_candidate_whose_dispatch_was_dropped_gets_exactly_one_agent(sfu: Sfu):
    repository = MemoryRepository()
    new = NewInterview("demo", "Demo", "Ada", None, {}, b"t" * 32, b"c" * 32, utc_now() + timedelta(hours=1))
    interview_id = (await repository.create_interview(new)).id
    rooms = LiveKitRooms(sfu.access.url, sfu.access.api_key, sfu.access.api_secret)
    actions: Counter[KeeperAction] = Counter()
    keeper = Keeper(repository, rooms, clock=utc_now, on_action=lambda action: actions.update([action]))
    candidate, agents = rtc.Room(), asyncio.Queue[str]()
    candidate.on("participant_connected", lambda participant: agents.put_nowait(participant.identity))
    details = connection_details(options_of(sfu), interview_id)
    await candidate.connect(details.server_url, details.participant_token)
    worker = Worker(sfu, repository, asyncio.get_running_loop())
    async with worker.running():
        keeping = asyncio.create_task(keeper.run())
        async with asyncio.timeout(WITHIN_S):
            await agents.get()
            assert await worker.claimed.get() == interview_id
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        await keeper.reconcile()
        assert actions == {KeeperAction.DISPATCHED: 1}
        assert worker.claimed.empty()
        assert len((await rooms.view(interview_id)).agents) == 1
        await rooms.close_room(interview_id)
    await candidate.disconnect()
    await rooms.aclose()
