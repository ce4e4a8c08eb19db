"""The candidate's key to the room: one room, microphone only, opaque ids only, because the candidate can read it."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final
from uuid import UUID

from livekit import api
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from agent.protocol import AGENT_NAME, JobMetadata, candidate_identity, room_name
from agent.web.dependencies import WebOptions

TOKEN_TTL: Final = timedelta(minutes=45)
"""A frontend that asks once and waits on its welcome page still gets in; connected clients are renewed by the SFU."""

PARTICIPANT_NAME: Final = "Candidate"

EMPTY_ROOM_S: Final = 60
"""A room that nobody enters is closed after this many seconds."""

GRACE_MARGIN_S: Final = 15
"""The agent decides first that the candidate will not return; the SFU closes the room this much later."""


class ConnectionDetails(BaseModel):
    """What LiveKit's frontends expect of a token endpoint, in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    server_url: str
    room_name: str
    participant_name: str
    participant_token: str


def connection_details(options: WebOptions, interview_id: UUID) -> ConnectionDetails:
    """Where and as whom the candidate of this interview connects: always the same room and identity."""
    room = room_name(interview_id)
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        can_publish=True,
        can_publish_sources=["microphone"],
        can_subscribe=True,
        can_publish_data=True,
        can_update_own_metadata=False,
    )
    # Frontends refuse any other field here: they read this message without tolerance for unknown ones.
    configuration = api.RoomConfiguration(
        agents=[
            api.RoomAgentDispatch(
                agent_name=AGENT_NAME,
                metadata=JobMetadata(interview_id=interview_id).model_dump_json(),
            )
        ],
        empty_timeout=EMPTY_ROOM_S,
        departure_timeout=math.ceil(options.return_grace_s) + GRACE_MARGIN_S,
    )
    token = (
        api.AccessToken(options.livekit_api_key, options.livekit_api_secret)
        .with_identity(candidate_identity(interview_id))
        .with_name(PARTICIPANT_NAME)
        .with_ttl(TOKEN_TTL)
        .with_grants(grants)
        .with_room_config(configuration)
    )
    return ConnectionDetails(
        server_url=options.livekit_url,
        room_name=room,
        participant_name=PARTICIPANT_NAME,
        participant_token=token.to_jwt(),
    )
