"""The agent in the room: LiveKit hands it what the recogniser hears, it hands that to turn-taking."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator

from livekit import rtc
from livekit.agents import Agent, AgentSession, ModelSettings, stt
from livekit.agents.voice.room_io import TextInputEvent

from agent.turn_taking import Piece, TurnTaking
from plugins.whisper_stt import WhisperSTT

MAX_TYPED_CHARACTERS = 8_000
"""A typed answer longer than this is cut: ten minutes of speech are shorter."""


class Interviewer(Agent):
    """No language model: words come from the flow, decisions from the machine."""

    def __init__(self, turns: TurnTaking, recogniser: WhisperSTT) -> None:
        super().__init__(instructions="", stt=recogniser)
        self._turns = turns

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent]:
        """Recognise, tell turn-taking, and pass on what becomes captions."""
        async for event in Agent.default.stt_node(self, audio, model_settings):
            if isinstance(event, str):
                continue
            self._hear(event)
            if event.type in (stt.SpeechEventType.INTERIM_TRANSCRIPT, stt.SpeechEventType.FINAL_TRANSCRIPT):
                yield event

    async def read_typed(self, _session: AgentSession[None], event: TextInputEvent) -> None:
        """A typed answer arrived on the chat topic."""
        self._turns.typed(event.text[:MAX_TYPED_CHARACTERS], time.time())

    def _hear(self, event: stt.SpeechEvent) -> None:
        match event.type:
            case stt.SpeechEventType.START_OF_SPEECH:
                self._turns.speech_started()
            case stt.SpeechEventType.INTERIM_TRANSCRIPT if event.alternatives:
                self._turns.words_coming(event.alternatives[0].text)
            case stt.SpeechEventType.FINAL_TRANSCRIPT if event.alternatives:
                best = event.alternatives[0]
                self._turns.heard(Piece(best.text, best.confidence or None, best.start_time, best.end_time))
            case stt.SpeechEventType.END_OF_SPEECH:
                self._turns.turn_given()
            case _:
                pass
