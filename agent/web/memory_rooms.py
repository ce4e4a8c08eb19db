"""`RoomService` in memory, with the SFU's other side: candidates who come and go, workers that take jobs or do not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from agent.protocol import candidate_identity
from agent.web.rooms import Dispatch, Occupant, RoomServerUnreachable, RoomView


@dataclass(slots=True)
class _Room:
    view: RoomView = field(default_factory=RoomView)


class MemoryRooms:
    """Rooms in memory. `clock` gives unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rooms: dict[UUID, _Room] = {}
        self._numbers = itertools.count(1)
        self.reachable = True
        """False: every call fails as if the SFU were down."""
        self.workers_free = True
        """Whether a worker takes the jobs that are dispatched. Its agent joins by `agent_joins`."""

    async def open_interviews(self) -> frozenset[UUID]:
        self._answer()
        return frozenset(self._rooms)

    async def view(self, interview_id: UUID) -> RoomView:
        self._answer()
        room = self._rooms.get(interview_id)
        return RoomView() if room is None else room.view

    async def remove_agent(self, interview_id: UUID, identity: str) -> None:
        self._answer()
        room = self._rooms.get(interview_id)
        if room is not None:
            room.view = replace(room.view, agents=tuple(one for one in room.view.agents if one.identity != identity))

    async def dispatch_agent(self, interview_id: UUID) -> str:
        self._answer()
        dispatch = Dispatch(f"dispatch-{next(self._numbers)}", self._clock(), self.workers_free)
        room = self._rooms.setdefault(interview_id, _Room())
        room.view = replace(room.view, dispatches=(dispatch,))
        return dispatch.id

    async def close_room(self, interview_id: UUID) -> None:
        self._answer()
        self._rooms.pop(interview_id, None)

    async def aclose(self) -> None:
        return None

    def candidate_joins(self, interview_id: UUID) -> None:
        """The candidate connects with a token; the first to come opens the room and so dispatches an agent."""
        if interview_id not in self._rooms:
            dispatch = Dispatch(f"dispatch-{next(self._numbers)}", self._clock(), self.workers_free)
            self._rooms[interview_id] = _Room(RoomView(dispatches=(dispatch,)))
        room = self._rooms[interview_id]
        room.view = replace(room.view, candidate=Occupant(candidate_identity(interview_id), self._clock()))

    def candidate_leaves(self, interview_id: UUID) -> None:
        """The candidate disconnects; the room stays open for a while."""
        room = self._rooms[interview_id]
        room.view = replace(room.view, candidate=None)

    def agent_joins(self, interview_id: UUID) -> str:
        """An agent enters the room; returns its identity."""
        room = self._rooms[interview_id]
        agent = Occupant(f"agent-{next(self._numbers)}", self._clock())
        room.view = replace(room.view, agents=(*room.view.agents, agent))
        return agent.identity

    def _answer(self) -> None:
        if not self.reachable:
            raise RoomServerUnreachable("The SFU in memory is switched off.", "Switch it on.")
