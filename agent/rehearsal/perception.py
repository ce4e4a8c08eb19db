"""What a client in the room is told of the agent: its state, its status and its captions."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

from livekit import rtc
from pydantic import ValidationError

from agent.protocol import STATUS_ATTRIBUTE, InterviewStatus

AGENT_STATE_ATTRIBUTE = "lk.agent.state"
CAPTION_TOPIC = "lk.transcription"


@dataclass(slots=True)
class Caption:
    """One segment of the agent's words as it grows."""

    at_s: float
    text: str = ""


class Perception:
    """Follows the agent of one room. A new connection gets a new one."""

    def __init__(self, room: rtc.Room) -> None:
        self._room = room
        self._agent: rtc.RemoteParticipant | None = None
        self._captions: dict[str, Caption] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self.status: InterviewStatus | None = None
        self.agent_state: str | None = None
        self.agents_seen = 0
        room.on("participant_attributes_changed", self._on_attributes)
        room.on("participant_connected", self._on_arrival)
        room.register_text_stream_handler(CAPTION_TOPIC, self._on_caption)

    def look_around(self) -> None:
        """Take in who is there already; call it once connected."""
        for participant in self._room.remote_participants.values():
            self._on_arrival(participant)

    def words_since(self, moment_s: float) -> str:
        """The agent's captions that began or grew after a monotonic moment, in order."""
        return " ".join(caption.text for caption in self._captions.values() if caption.at_s > moment_s)

    async def aclose(self) -> None:
        """Stop reading captions."""
        for task in tuple(self._readers):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _on_arrival(self, participant: rtc.RemoteParticipant) -> None:
        if is_agent(participant):
            if self._agent is None or self._agent.sid != participant.sid:
                self.agents_seen += 1
            self._agent = participant
            self._on_attributes(participant.attributes, participant)

    def _on_attributes(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        if self._agent is None or participant.identity != self._agent.identity:
            return
        if (state := changed.get(AGENT_STATE_ATTRIBUTE)) is not None:
            self.agent_state = state
        if (status := changed.get(STATUS_ATTRIBUTE)) is not None:
            with contextlib.suppress(ValidationError):
                self.status = InterviewStatus.model_validate_json(status)

    def _on_caption(self, reader: rtc.TextStreamReader, identity: str) -> None:
        if identity == self._room.local_participant.identity:
            reader.close()
            return
        task = asyncio.create_task(self._read(reader), name="caption")
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _read(self, reader: rtc.TextStreamReader) -> None:
        segment = (reader.info.attributes or {}).get("lk.segment_id", reader.info.stream_id)
        caption = Caption(time.monotonic())
        self._captions[segment] = caption
        with contextlib.suppress(ConnectionError):
            async for chunk in reader:
                caption.text += chunk
                caption.at_s = time.monotonic()


def is_agent(participant: rtc.Participant) -> bool:
    """Whether a participant is an agent that the SFU knows as one."""
    return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
