"""What the web door and the keeper ask of the SFU, and what it answers, without LiveKit's own types.

`LiveKitRooms` asks a real SFU, `MemoryRooms` keeps rooms in memory; both pass the same contract tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from agent.errors import VivaError


class RoomServerUnreachable(VivaError):
    """The SFU did not answer in time, or refused the key. The same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Occupant:
    """A participant in a room."""

    identity: str
    joined_at_s: float
    """Unix time by the SFU's clock."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A request to the workers for an agent, as the SFU remembers it."""

    id: str
    created_at_s: float
    """Unix time by the SFU's clock."""
    accepted: bool
    """Whether a worker took the job. Stays true after that worker died: the SFU does not notice."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """Who is in an interview's room. Empty when there is no room."""

    candidate: Occupant | None = None
    agents: tuple[Occupant, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()


class RoomService(Protocol):
    """Rooms of interviews on the SFU. Every method but `aclose` may raise `RoomServerUnreachable`."""

    async def open_interviews(self) -> frozenset[UUID]:
        """Interviews that have a room, whoever is in it. Rooms of other applications are left out."""
        ...

    async def view(self, interview_id: UUID) -> RoomView:
        """Who is in the room of an interview."""
        ...

    async def remove_agent(self, interview_id: UUID, identity: str) -> None:
        """Take an agent out of the room. Nothing happens when it is not there."""
        ...

    async def dispatch_agent(self, interview_id: UUID) -> str:
        """Withdraw every earlier dispatch of our agent in this room, ask for a new agent, return the dispatch's id.

        The room must exist: the SFU would otherwise open an empty one.
        """
        ...

    async def close_room(self, interview_id: UUID) -> None:
        """Send everybody out and close the room. Nothing happens when there is none."""
        ...

    async def aclose(self) -> None:
        """Close connections. The service cannot be used afterwards."""
        ...
