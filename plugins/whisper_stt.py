"""Speech recognition for LiveKit that decides itself when a turn is over.

Voice activity runs here, recognition in the speech process, which hears nothing in silence. Emits START_OF_SPEECH,
INTERIM and FINAL texts (a FINAL is a piece, not the whole turn) and END_OF_SPEECH when the turn is given: as long after
the last word as `Endpointing` says, unless speech resumes first. `start_time` and `end_time` of a FINAL and its words
are unix seconds. Use with `turn_detection="stt"` or "manual".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectOptions,
    LanguageCode,
    NotGivenOr,
    stt,
    utils,
)

from plugins.endpointing import Endpointing, FixedEndpointing
from plugins.speech.client import SpeechClient
from plugins.speech.segments import SegmenterOptions
from plugins.voice_activity import VadName, make_voice_activity
from plugins.whisper_stream import Hearing, WhisperStream

__all__ = ["Endpointing", "FixedEndpointing", "WhisperSTT"]


class WhisperSTT(stt.STT[Literal["degraded"]]):
    """Whisper behind the speech process at `address`."""

    def __init__(
        self,
        address: str,
        endpointing: Endpointing | None = None,
        language: str = "en",
        *,
        vad: VadName = "native",
        segmenter: SegmenterOptions | None = None,
    ) -> None:
        """Connects when first used; ValueError for an address of another form."""
        super().__init__(
            capabilities=stt.STTCapabilities(streaming=True, interim_results=True, offline_recognize=False)
        )
        # Loads the detector on the caller's thread: the first one of a process costs most.
        make_voice_activity(vad)
        self._shared = Hearing(
            client=SpeechClient(address),
            endpointing=endpointing or FixedEndpointing(),
            language=LanguageCode(language),
            vad=vad,
            segmenter=segmenter or SegmenterOptions(),
        )

    @property
    def model(self) -> str:
        """Name for metrics."""
        return "whisper"

    @property
    def provider(self) -> str:
        """Name for metrics."""
        return "viva"

    @property
    def speech_s(self) -> float:
        """Voiced seconds of the turn in progress, or of the last one."""
        return self._shared.speech_s

    @property
    def last_speech_end_s(self) -> float | None:
        """Unix time at which the last words of the last turn ended."""
        return self._shared.last_speech_end_s

    @property
    def text_ready_s(self) -> float | None:
        """Seconds from the end of the last words to their text, in the last silence."""
        return self._shared.text_ready_s

    def listen_for(self, endpointing: Endpointing) -> None:
        """Asks `endpointing` from the next silence on."""
        self._shared.endpointing = endpointing

    def expect_words(self, words: Iterable[str]) -> None:
        """Names and terms that the next answers may hold; they help recognition. Empty for none."""
        self._shared.prompt = ", ".join(words)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,  # noqa: ARG002  # the base's name
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        """A stream in the language of the recogniser, whatever `language` says."""
        return WhisperStream(self, self._shared, conn_options)

    async def aclose(self) -> None:
        """Ends the connection to the speech process."""
        await self._shared.client.aclose()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        raise NotImplementedError("WhisperSTT streams; for a recording ask SpeechClient.transcribe")
