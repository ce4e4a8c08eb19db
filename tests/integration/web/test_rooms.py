"""One contract for both room services: the SFU's own, with real participants, and the one in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from livekit import api, rtc

from agent.protocol import candidate_identity, room_name
from agent.web.dependencies import WebOptions
from agent.web.livekit_rooms import LiveKitRooms
from agent.web.memory_rooms import MemoryRooms
from agent.web.rooms import RoomServerUnreachable, RoomService, RoomView
from agent.web.tokens import connection_details
from tests.fixtures_sfu import Sfu

WITHIN_S = 10


class Side(Protocol):
    """A room service, and the participants it speaks of."""

    @property
    def rooms(self) -> RoomService: ...

    async def candidate_joins(self, interview_id: UUID) -> None: ...

    async def candidate_leaves(self, interview_id: UUID) -> None: ...

    async def agent_joins(self, interview_id: UUID) -> str: ...


@dataclass
class MemorySide:
    rooms: MemoryRooms

    async def candidate_joins(self, interview_id: UUID) -> None:
        self.rooms.candidate_joins(interview_id)

    async def candidate_leaves(self, interview_id: UUID) -> None:
        self.rooms.candidate_leaves(interview_id)

    async def agent_joins(self, interview_id: UUID) -> str:
        return self.rooms.agent_joins(interview_id)


@dataclass
class SfuSide:
    """Participants over real signalling: the candidate by the token our endpoint hands out, agents by an agent's."""

    rooms: LiveKitRooms
    options: WebOptions
    connected: dict[UUID, rtc.Room] = field(default_factory=dict)
    agents: list[rtc.Room] = field(default_factory=list)

    async def candidate_joins(self, interview_id: UUID) -> None:
        details = connection_details(self.options, interview_id)
        self.connected[interview_id] = room = rtc.Room()
        await room.connect(details.server_url, details.participant_token)

    async def candidate_leaves(self, interview_id: UUID) -> None:
        await self.connected.pop(interview_id).disconnect()

    async def agent_joins(self, interview_id: UUID) -> str:
        identity = f"agent-{len(self.agents)}"
        token = (
            api.AccessToken(self.options.livekit_api_key, self.options.livekit_api_secret)
            .with_identity(identity)
            .with_kind("agent")
            .with_grants(api.VideoGrants(room_join=True, room=room_name(interview_id), agent=True))
        )
        room = rtc.Room()
        self.agents.append(room)
        await room.connect(self.options.livekit_url, token.to_jwt())
        return identity

    async def aclose(self) -> None:
        for room in [*self.connected.values(), *self.agents]:
            await room.disconnect()
        await self.rooms.aclose()


def options_of(sfu: Sfu) -> WebOptions:
    access = sfu.access
    return WebOptions(
        public_url="http://127.0.0.1",
        livekit_url=access.public_url,
        livekit_api_key=access.api_key,
        livekit_api_secret=access.api_secret,
        signing_key="k" * 64,
    )


@pytest.fixture(params=["memory", "sfu"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    if request.param == "memory":
        memory = MemoryRooms(time.time)
        memory.workers_free = False
        yield MemorySide(memory)
        return
    sfu: Sfu = request.getfixturevalue("sfu")
    options = options_of(sfu)
    real = SfuSide(LiveKitRooms(sfu.access.url, sfu.access.api_key, sfu.access.api_secret), options)
    yield real
    await real.aclose()


async def eventually(look: Callable[[], Awaitable[RoomView]], holds: Callable[[RoomView], bool]) -> RoomView:
    """The first view for which `holds`, within the deadline."""
    deadline = time.monotonic() + WITHIN_S
    while not holds(view := await look()):
        assert time.monotonic() < deadline, f"still {view}"
        await asyncio.sleep(0.05)
    return view


async def test_no_room(side: Side):
    interview_id = uuid4()
    assert interview_id not in await side.rooms.open_interviews()
    assert await side.rooms.view(interview_id) == RoomView()
    await side.rooms.remove_agent(interview_id, "agent-x")
    await side.rooms.close_room(interview_id)
    assert interview_id not in await side.rooms.open_interviews()


async def test_candidate_opens_the_room_and_asks_for_our_agent(side: Side):
    interview_id, other = uuid4(), uuid4()
    before_s = time.time()
    await side.candidate_joins(interview_id)
    view = await eventually(lambda: side.rooms.view(interview_id), lambda view: view.candidate is not None)
    assert view.candidate is not None
    assert view.candidate.identity == candidate_identity(interview_id)
    assert view.candidate.joined_at_s == pytest.approx(before_s, abs=10)
    assert view.agents == ()
    (dispatch,) = view.dispatches
    assert not dispatch.accepted
    assert dispatch.created_at_s == pytest.approx(view.candidate.joined_at_s, abs=2)
    assert interview_id in await side.rooms.open_interviews()
    assert await side.rooms.view(other) == RoomView()


async def test_new_dispatch_takes_the_place_of_the_old(side: Side):
    interview_id = uuid4()
    await side.candidate_joins(interview_id)
    view = await eventually(lambda: side.rooms.view(interview_id), lambda view: len(view.dispatches) == 1)
    made = await side.rooms.dispatch_agent(interview_id)
    again = await side.rooms.dispatch_agent(interview_id)
    assert len({made, again, view.dispatches[0].id}) == 3
    after = await side.rooms.view(interview_id)
    assert [dispatch.id for dispatch in after.dispatches] == [again]


async def test_agent_comes_and_is_removed(side: Side):
    interview_id = uuid4()
    await side.candidate_joins(interview_id)
    identity = await side.agent_joins(interview_id)
    view = await eventually(lambda: side.rooms.view(interview_id), lambda view: view.agents != ())
    assert [agent.identity for agent in view.agents] == [identity]
    assert view.candidate is not None
    await side.rooms.remove_agent(interview_id, identity)
    await eventually(lambda: side.rooms.view(interview_id), lambda view: view.agents == ())
    await side.rooms.remove_agent(interview_id, identity)


async def test_room_outlives_the_candidate_who_leaves_and_returns(side: Side):
    interview_id = uuid4()
    await side.candidate_joins(interview_id)
    await side.agent_joins(interview_id)
    await side.candidate_leaves(interview_id)
    await eventually(lambda: side.rooms.view(interview_id), lambda view: view.candidate is None)
    assert interview_id in await side.rooms.open_interviews()
    await side.candidate_joins(interview_id)
    view = await eventually(lambda: side.rooms.view(interview_id), lambda view: view.candidate is not None)
    assert len(view.dispatches) == 1


async def test_closed_room_is_gone(side: Side):
    interview_id = uuid4()
    await side.candidate_joins(interview_id)
    await side.rooms.close_room(interview_id)
    await eventually(lambda: side.rooms.view(interview_id), lambda view: view == RoomView())
    assert interview_id not in await side.rooms.open_interviews()


async def test_new_tab_of_the_candidate_takes_over(sfu: Sfu):
    """The SFU's own rule for one identity, on which the handling of a second tab rests."""
    interview_id = uuid4()
    rooms = LiveKitRooms(sfu.access.url, sfu.access.api_key, sfu.access.api_secret)
    first, second = (SfuSide(rooms, options_of(sfu)) for _ in range(2))
    await first.candidate_joins(interview_id)
    reasons: asyncio.Queue[object] = asyncio.Queue()
    first.connected[interview_id].on("disconnected", reasons.put_nowait)
    await second.candidate_joins(interview_id)
    async with asyncio.timeout(WITHIN_S):
        assert await reasons.get() == rtc.DisconnectReason.DUPLICATE_IDENTITY
    assert (await rooms.view(interview_id)).candidate is not None
    await first.connected[interview_id].disconnect()
    await second.aclose()


async def test_wrong_key_and_absent_server_are_said_in_words(sfu: Sfu):
    for url, secret in ((sfu.access.url, "x" * 40), ("ws://127.0.0.1:1", sfu.access.api_secret)):
        rooms = LiveKitRooms(url, sfu.access.api_key, secret)
        with pytest.raises(RoomServerUnreachable, match="viva check"):
            await rooms.open_interviews()
        await rooms.aclose()
