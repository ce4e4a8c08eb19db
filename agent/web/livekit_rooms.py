"""`RoomService` by LiveKit's server API."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, TypeVar
from uuid import UUID

import aiohttp
from livekit import api

from agent.protocol import AGENT_NAME, JobMetadata, candidate_identity, interview_of_room, room_name
from agent.web.rooms import Dispatch, Occupant, RoomServerUnreachable, RoomView

CALL_TIMEOUT_S: Final = 4.0

T = TypeVar("T")


class LiveKitRooms:
    """Rooms on a running SFU. Make it inside an event loop."""

    def __init__(self, url: str, api_key: str, api_secret: str) -> None:
        """`url` is the SFU's address, ws:// or http://."""
        timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
        self._url = url
        self._api = api.LiveKitAPI(url, api_key, api_secret, timeout=timeout, failover=False)

    async def open_interviews(self) -> frozenset[UUID]:
        reply = await self._call(self._api.room.list_rooms(api.ListRoomsRequest()))
        ours = (interview_of_room(room.name) for room in reply.rooms) if reply else ()
        return frozenset(interview_id for interview_id in ours if interview_id is not None)

    async def view(self, interview_id: UUID) -> RoomView:
        room = room_name(interview_id)
        reply = await self._call(self._api.room.list_participants(api.ListParticipantsRequest(room=room)))
        participants = list(reply.participants) if reply else []
        if not participants:
            return RoomView()
        identity = candidate_identity(interview_id)
        candidates = [_occupant(each) for each in participants if each.identity == identity and _is_in(each)]
        agents = tuple(_occupant(each) for each in participants if _is_agent(each))
        return RoomView(candidates[0] if candidates else None, agents, await self._dispatches(room))

    async def remove_agent(self, interview_id: UUID, identity: str) -> None:
        place = api.RoomParticipantIdentity(room=room_name(interview_id), identity=identity)
        await self._call(self._api.room.remove_participant(place))

    async def dispatch_agent(self, interview_id: UUID) -> str:
        room = room_name(interview_id)
        for earlier in await self._dispatches(room):
            await self._call(self._api.agent_dispatch.delete_dispatch(earlier.id, room))
        metadata = JobMetadata(interview_id=interview_id).model_dump_json()
        request = api.CreateAgentDispatchRequest(agent_name=AGENT_NAME, room=room, metadata=metadata)
        created = await self._call(self._api.agent_dispatch.create_dispatch(request))
        return created.id if created else ""

    async def close_room(self, interview_id: UUID) -> None:
        await self._call(self._api.room.delete_room(api.DeleteRoomRequest(room=room_name(interview_id))))

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _dispatches(self, room: str) -> tuple[Dispatch, ...]:
        found = await self._call(self._api.agent_dispatch.list_dispatch(room)) or []
        return tuple(
            Dispatch(each.id, each.state.created_at / 1e9, accepted=bool(each.state.jobs))
            for each in found
            if each.agent_name == AGENT_NAME
        )

    async def _call(self, request: Awaitable[T]) -> T | None:
        """The reply, or None when the room or what was asked for in it is gone. Raises `RoomServerUnreachable`."""
        try:
            return await request
        except api.TwirpError as error:
            if error.code == api.TwirpErrorCode.NOT_FOUND:
                return None
            raise self._unreachable(error.message) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error

    def _unreachable(self, reason: str) -> RoomServerUnreachable:
        return RoomServerUnreachable(
            f"The SFU at {self._url} does not answer as it should: {reason}.",
            "Look at it with `viva check`, or start everything with `viva up`.",
        )


def _occupant(participant: api.ParticipantInfo) -> Occupant:
    joined_at_s = participant.joined_at_ms / 1000 if participant.joined_at_ms else float(participant.joined_at)
    return Occupant(participant.identity, joined_at_s)


def _is_in(participant: api.ParticipantInfo) -> bool:
    return participant.state in {api.ParticipantInfo.State.JOINED, api.ParticipantInfo.State.ACTIVE}


def _is_agent(participant: api.ParticipantInfo) -> bool:
    gone = api.ParticipantInfo.State.DISCONNECTED
    return participant.kind == api.ParticipantInfo.Kind.AGENT and participant.state != gone
