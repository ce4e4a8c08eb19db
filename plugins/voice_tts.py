"""Speech synthesis for LiveKit: prepared sentences from disk, others from the speech process, else espeak-ng."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Literal

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, APIError, tts, utils

from plugins.models.audio import VOICE_RATE_HZ, samples_to_pcm
from plugins.models.espeak import espeak_speaker
from plugins.models.text import SentenceReader, speakable, split_clauses, split_sentences
from plugins.sentence_cache import ESPEAK, SentenceCache
from plugins.speech.client import SpeechClient
from plugins.speech.protocol import Priority

FRAME_MS = 10
SENTENCE_PAUSE_S = 0.2
CONTINUED_PAUSE_S = 0.08
"""Behind a sentence that was cut because it is too long."""
AWAY_S = 0.4
"""Time that a lost speech process has to come back before espeak-ng speaks in its place."""
SLOW_S = 6.0
"""Time that the speech process has for one clause."""
PREPARE_LIMIT_S = 60.0
BYTES_PER_S = 2 * VOICE_RATE_HZ


class VoiceTTS(tts.TTS[Literal["degraded"]]):
    """A voice of the speech process at `address`, 24 kHz mono."""

    def __init__(self, address: str, voice: str = "tiny", speed: float = 1.0, cache_dir: Path | None = None) -> None:
        """Connects when first used. Without `cache_dir` nothing is kept. Raises ValueError or UnknownModel."""
        super().__init__(capabilities=tts.TTSCapabilities(streaming=True), sample_rate=VOICE_RATE_HZ, num_channels=1)
        self._voice = voice
        self._speed = speed
        self._client = SpeechClient(address)
        self._cache = None if cache_dir is None else SentenceCache(cache_dir, voice, speed)
        self._away = False

    @property
    def model(self) -> str:
        """Name for metrics."""
        return self._voice

    @property
    def provider(self) -> str:
        """Name for metrics."""
        return "viva"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """Speaks a whole text."""
        return self._synthesize_with_stream(text, conn_options=conn_options)

    def stream(self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS) -> tts.SynthesizeStream:
        """Speaks text as it comes, sentence by sentence."""
        return VoiceStream(self, conn_options)

    async def prepare(self, texts: Iterable[str]) -> int:
        """Synthesises the sentences of `texts` that are not on disk, behind all live speech; returns how many.

        Raises APIError where the speech process does not answer, OSError where the cache cannot be written.
        """
        cache = self._cache
        if cache is None or self._voice == ESPEAK:
            return 0
        sentences = dict.fromkeys(sentence for text in texts for sentence in split_sentences(speakable(text)))
        made = 0
        for sentence in sentences:
            if cache.get(sentence) is None:
                parts = [part async for part in self._from_server(sentence, Priority.BACKGROUND, PREPARE_LIMIT_S)]
                await asyncio.to_thread(cache.put, sentence, b"".join(parts))
                made += 1
        return made

    async def speak_sentence(self, sentence: str, degraded: list[APIError]) -> AsyncGenerator[bytes, None]:
        """PCM of one speakable sentence, as it becomes ready.

        An error of the speech process is added to `degraded`, and espeak-ng speaks what was still to be said.
        """
        if self._cache is not None and (pcm := self._cache.get(sentence)) is not None:
            yield pcm
            return
        unsaid = split_clauses(sentence)
        if self._voice != ESPEAK:
            try:
                async with contextlib.aclosing(self._from_server(sentence, Priority.FINAL, SLOW_S)) as parts:
                    async for part in parts:
                        self._away = False
                        del unsaid[:1]
                        yield part
            except APIError as error:
                self._away = True
                degraded.append(error)
            else:
                return
        yield samples_to_pcm(await asyncio.to_thread(espeak_speaker().speak, " ".join(unsaid), self._speed))

    async def aclose(self) -> None:
        """Ends the connection to the speech process."""
        await self._client.aclose()

    def _from_server(self, sentence: str, priority: Priority, limit_s: float) -> AsyncGenerator[bytes, None]:
        away_s = limit_s if priority is Priority.BACKGROUND else 0.0 if self._away else AWAY_S
        return self._client.synthesize(
            sentence, self._voice, self._speed, priority=priority, limit_s=limit_s, away_s=away_s
        )


class VoiceStream(tts.SynthesizeStream):
    """One utterance."""

    def __init__(self, owner: VoiceTTS, conn_options: APIConnectOptions) -> None:
        super().__init__(tts=owner, conn_options=conn_options)
        self._owner = owner
        self._pause = b""

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid(),
            sample_rate=VOICE_RATE_HZ,
            num_channels=1,
            mime_type="audio/pcm",
            frame_size_ms=FRAME_MS,
            stream=True,
        )
        output_emitter.start_segment(segment_id=utils.shortuuid())
        self._pause = b""
        reader = SentenceReader()
        async for item in self._input_ch:
            sentences = reader.push(item) if isinstance(item, str) else reader.flush()
            for sentence in sentences:
                await self._say(sentence, output_emitter)
        for sentence in reader.flush():
            await self._say(sentence, output_emitter)
        if not self._pause:
            # A text of marks and emoji alone says nothing, and LiveKit takes no sound for an error.
            output_emitter.push(bytes(BYTES_PER_S // 100))
        output_emitter.end_segment()

    async def _say(self, sentence: str, output_emitter: tts.AudioEmitter) -> None:
        self._mark_started()
        degraded: list[APIError] = []
        async with contextlib.aclosing(self._owner.speak_sentence(sentence, degraded)) as parts:
            async for pcm in parts:
                output_emitter.push(self._pause + pcm)
                self._pause = b""
        for error in degraded:
            self._emit_error(error, recoverable=True)
        ended = sentence.rstrip("\"')").endswith((".", "!", "?"))
        self._pause = bytes(2 * int((SENTENCE_PAUSE_S if ended else CONTINUED_PAUSE_S) * VOICE_RATE_HZ))
