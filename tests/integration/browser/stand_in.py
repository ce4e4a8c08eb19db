"""An interviewer for the page's tests: a real agent participant in a real room that does what a test tells it.

It speaks LiveKit's own contracts (agent state, captions, chat) and Viva's status attribute as the worker does, but has
no engines, so that a test decides what the page sees and when.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final, Literal
from uuid import UUID, uuid4

import numpy as np
from livekit import api, rtc

from agent.protocol import CHAT_TOPIC, STATUS_ATTRIBUTE, InterviewStatus, candidate_identity, room_name
from agent.settings import LiveKitAccess
from tests.integration.browser.page import until

AGENT_STATE_ATTRIBUTE: Final = "lk.agent.state"
CAPTION_TOPIC: Final = "lk.transcription"
SAMPLE_RATE_HZ: Final = 24_000
FRAME_SAMPLES: Final = 480

AgentState = Literal["initializing", "listening", "thinking", "speaking"]


class StandInInterviewer:
    """An agent participant under a test's control."""

    def __init__(self, interview_id: UUID) -> None:
        self._room = rtc.Room()
        self._room_name = room_name(interview_id)
        self._candidate = candidate_identity(interview_id)
        self._replies: list[asyncio.Task[None]] = []
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1)
        self.typed: asyncio.Queue[str] = asyncio.Queue()
        """What the candidate typed or chose by a button, in order."""

    async def enter(self, access: LiveKitAccess, name: str) -> None:
        """Join the room as an agent, sound published, not ready yet."""
        self._room.register_text_stream_handler(CHAT_TOPIC, self._take_typed)
        await self._room.connect(access.url, agent_token(access, name, self._room_name))
        await self.is_in("initializing")
        track = rtc.LocalAudioTrack.create_audio_track("interviewer", self._source)
        await self._room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )

    async def is_in(self, state: AgentState) -> None:
        """Show what the interviewer is doing."""
        await self._room.local_participant.set_attributes({AGENT_STATE_ATTRIBUTE: state})

    async def reports(self, status: InterviewStatus) -> None:
        """Show how far the interview is."""
        await self._room.local_participant.set_attributes({STATUS_ATTRIBUTE: status.model_dump_json()})

    async def says(self, *pieces: str) -> None:
        """Caption of the interviewer's own words: one stream that grows piece by piece."""
        writer = await self._stream(f"said-{uuid4().hex[:8]}", final=False, sender=None)
        for piece in pieces:
            await writer.write(piece)
        await writer.aclose(attributes={"lk.transcription_final": "true"})

    async def hears(self, text: str, *, segment: str, final: bool) -> None:
        """Caption of the candidate's words: the whole text so far, a new stream for each correction."""
        writer = await self._stream(segment, final=final, sender=self._candidate)
        await writer.write(text)
        await writer.aclose()

    async def sounds(self, duration_s: float) -> None:
        """Play a tone, as loud as speech, in real time."""
        for frame in _tone(duration_s):
            await self._source.capture_frame(frame)

    def candidate_microphone(self) -> rtc.RemoteTrackPublication | None:
        """The microphone that the candidate publishes, if any."""
        candidate = self._room.remote_participants.get(self._candidate)
        if candidate is None:
            return None
        publications = candidate.track_publications.values()
        return next((one for one in publications if one.source == rtc.TrackSource.SOURCE_MICROPHONE), None)

    async def meets_candidate(self) -> None:
        """Wait until the candidate's microphone is heard; what is sent earlier may not reach the page."""
        await until(lambda: self.candidate_microphone() is not None, "the candidate's microphone is published")

    def candidate_is_here(self) -> bool:
        return self._candidate in self._room.remote_participants

    async def leave(self) -> None:
        await self._room.disconnect()
        for reply in self._replies:
            await reply
        await self._source.aclose()

    async def _stream(self, segment: str, *, final: bool, sender: str | None) -> rtc.TextStreamWriter:
        attributes = {"lk.segment_id": segment, "lk.transcription_final": "true" if final else "false"}
        return await self._room.local_participant.stream_text(
            topic=CAPTION_TOPIC, attributes=attributes, sender_identity=sender
        )

    def _take_typed(self, reader: rtc.TextStreamReader, _sender: str) -> None:
        async def read() -> None:
            await self.typed.put(await reader.read_all())

        self._replies.append(asyncio.create_task(read()))


@asynccontextmanager
async def stand_in(access: LiveKitAccess, interview_id: UUID, name: str = "one") -> AsyncIterator[StandInInterviewer]:
    """An interviewer in the interview's room, until the end of the block."""
    interviewer = StandInInterviewer(interview_id)
    try:
        await interviewer.enter(access, name)
        yield interviewer
    finally:
        await interviewer.leave()


async def close_room(access: LiveKitAccess, interview_id: UUID) -> None:
    """Send everybody out of the interview's room, as the end of an interview does."""
    async with api.LiveKitAPI(access.url, access.api_key, access.api_secret) as livekit:
        await livekit.room.delete_room(api.DeleteRoomRequest(room=room_name(interview_id)))


def status(
    phase: Literal["waiting", "consent", "asking", "paused", "finished"],
    *,
    question: int = 0,
    remaining_s: float = 480,
    clock_running: bool = False,
) -> InterviewStatus:
    """Progress of an interview of five questions at this moment."""
    return InterviewStatus(
        phase=phase,
        remaining_s=remaining_s,
        clock_running=clock_running,
        question=question,
        questions=5,
        at=time.time(),
    )


def agent_token(access: LiveKitAccess, name: str, room: str) -> str:
    """A token of kind agent: only such a participant may send captions in the candidate's name."""
    grants = api.VideoGrants(room_join=True, room=room, agent=True, can_update_own_metadata=True)
    return (
        api.AccessToken(access.api_key, access.api_secret)
        .with_identity(f"agent-{name}")
        .with_kind("agent")
        .with_grants(grants)
        .to_jwt()
    )


def _tone(duration_s: float) -> Iterator[rtc.AudioFrame]:
    """Frames of 20 ms of a 300 Hz tone."""
    for number in range(math.ceil(duration_s * SAMPLE_RATE_HZ / FRAME_SAMPLES)):
        at = (np.arange(FRAME_SAMPLES) + number * FRAME_SAMPLES) / SAMPLE_RATE_HZ
        samples = (np.sin(2 * np.pi * 300 * at) * 12_000).astype(np.int16)
        yield rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE_HZ, 1, FRAME_SAMPLES)
