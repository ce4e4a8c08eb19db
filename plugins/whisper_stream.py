"""One candidate's sound on its way through voice activity, segmenter and speech process to LiveKit's speech events."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from livekit.agents import APIConnectOptions, APIError, LanguageCode, stt, utils
from livekit.agents.types import TimedString

from plugins.endpointing import Endpointing
from plugins.models.audio import HEARING_RATE_HZ
from plugins.speech.client import SpeechClient
from plugins.speech.protocol import Priority
from plugins.speech.segmenter import Segmenter
from plugins.speech.segments import (
    WINDOW_SAMPLES,
    Action,
    Committed,
    DecodeKind,
    DecodeUnwanted,
    DecodeWanted,
    HeardText,
    Interim,
    SegmenterOptions,
    SpeechResumed,
    SpeechStarted,
)
from plugins.voice_activity import VadName, make_voice_activity

logger = logging.getLogger(__name__)

STALL_S = 0.3
"""Sound that does not arrive for this long within a turn, as from a muted microphone, counts as silence."""
NOTHING_SAID_WAIT_S = 0.4
"""A turn without words, such as a cough, is over after this much silence."""
SHORTEST_PAUSE_S = 0.1
"""Gaps below this are part of speaking."""
PRESSING_SPLIT_S = 16.0
"""From this length on a piece must be cut soon: Whisper takes 30 s."""
RETRY_S = 0.2
REFUSALS = 3
"""A sound that the speech process refuses this often is given up."""
FALLBACK_WAIT_S = 1.0


@dataclass(slots=True)
class Hearing:
    """What a recogniser and its streams share: how to hear, and what was measured."""

    client: SpeechClient
    endpointing: Endpointing
    language: LanguageCode
    vad: VadName
    segmenter: SegmenterOptions
    prompt: str = ""
    speech_s: float = 0.0
    last_speech_end_s: float | None = None
    text_ready_s: float | None = None


class WhisperStream(stt.RecognizeStream):
    """One candidate's speech."""

    def __init__(self, owner: stt.STT[Any], shared: Hearing, conn_options: APIConnectOptions) -> None:
        self._shared = shared
        self._activity = make_voice_activity(shared.vad)
        self._segmenter = Segmenter(shared.segmenter)
        self._leftover: npt.NDArray[np.int16] = np.zeros(0, np.int16)
        self._decodes: dict[int, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._newest_at_s = self._loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._asked: tuple[int, str] | None = None
        self._used_s = 0.0
        super().__init__(stt=owner, conn_options=conn_options, sample_rate=HEARING_RATE_HZ)

    async def _run(self) -> None:
        try:
            while True:
                try:
                    async with asyncio.timeout(STALL_S if self._segmenter.in_turn else None):
                        item = await self._input_ch.recv()
                except TimeoutError:
                    self._take(np.zeros(int(STALL_S * HEARING_RATE_HZ), np.int16))
                    continue
                except utils.aio.ChanClosed:
                    break
                if not isinstance(item, self._FlushSentinel):
                    self._take(np.frombuffer(item.data, np.int16))
            await self._settle()
        finally:
            self._cancel_deadline()
            await utils.aio.cancel_and_wait(*self._decodes.values())

    def _take(self, samples: npt.NDArray[np.int16]) -> None:
        """Runs voice activity over new sound and does what the segmenter asks for."""
        self._used_s += samples.size / HEARING_RATE_HZ
        sound = np.concatenate([self._leftover, samples])
        whole = sound.size // WINDOW_SAMPLES * WINDOW_SAMPLES
        self._leftover = sound[whole:]
        self._newest_at_s = self._loop.time() - self._leftover.size / HEARING_RATE_HZ
        for window in sound[:whole].reshape(-1, WINDOW_SAMPLES):
            self._do(self._segmenter.push(window, self._activity.probability(window)))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case SpeechStarted(at):
                    self._event_ch.send_nowait(
                        stt.SpeechEvent(type=stt.SpeechEventType.START_OF_SPEECH, speech_start_time=self._unix_time(at))
                    )
                case SpeechResumed(_, pause_s) if pause_s >= SHORTEST_PAUSE_S:
                    self._tell_paused(pause_s)
                case DecodeWanted(request):
                    self._decodes[request] = asyncio.create_task(self._recognise(action), name=f"decode-{request}")
                case DecodeUnwanted(request):
                    if (task := self._decodes.pop(request, None)) is not None:
                        task.cancel()
                case Interim(text, confidence) if text:
                    self._send(stt.SpeechEventType.INTERIM_TRANSCRIPT, text, confidence)
                case Committed():
                    self._send_final(action)
                case _:
                    pass
        self._shared.speech_s = self._segmenter.spoken_s if self._segmenter.in_turn else self._shared.speech_s
        self._decide()

    def _decide(self) -> None:
        """Sets, moves or cancels the end of the turn."""
        text, silent_since = self._segmenter.text, self._segmenter.silence_since
        if text is None or silent_since is None:
            self._cancel_deadline()
            self._asked = None
            return
        if self._asked == (silent_since, text):
            return
        spoken_until = self._loop_time(silent_since)
        if self._asked is None:
            self._shared.text_ready_s = self._loop.time() - spoken_until
        self._asked = (silent_since, text)
        self._cancel_deadline()
        self._deadline = self._loop.call_at(spoken_until + self._ask_wait(text), self._end_turn)

    def _end_turn(self) -> None:
        """The silence has lasted long enough."""
        if self._segmenter.may_resume:
            self._deadline = self._loop.call_later(WINDOW_SAMPLES / HEARING_RATE_HZ, self._end_turn)
            return
        silent_since = self._segmenter.silence_since
        if silent_since is None or self._segmenter.text is None:
            return
        self._deadline = self._asked = None
        ended_s = self._unix_time(silent_since)
        for action in self._segmenter.end_turn():
            if isinstance(action, Committed):
                self._send_final(action)
        self._shared.last_speech_end_s = ended_s
        self._event_ch.send_nowait(stt.SpeechEvent(type=stt.SpeechEventType.END_OF_SPEECH, speech_end_time=ended_s))
        usage, self._used_s = stt.RecognitionUsage(audio_duration=self._used_s), 0.0
        self._event_ch.send_nowait(stt.SpeechEvent(type=stt.SpeechEventType.RECOGNITION_USAGE, recognition_usage=usage))

    async def _recognise(self, wanted: DecodeWanted) -> None:
        """Gets a decode's text; that of a pause is tried until it is there."""
        length_s = len(wanted.pcm) / 2 / HEARING_RATE_HZ
        may_fail = wanted.kind is DecodeKind.PARTIAL or (
            wanted.kind is DecodeKind.SPLIT and length_s < PRESSING_SPLIT_S
        )
        heard = await (self._ask_once(wanted) if may_fail else self._ask_until_answered(wanted))
        self._decodes.pop(wanted.request, None)
        if heard is None:
            self._segmenter.failed(wanted.request)
        else:
            self._do(self._segmenter.heard(wanted.request, heard))

    async def _ask_once(self, wanted: DecodeWanted) -> HeardText | None:
        try:
            return await self._ask_text(wanted, Priority.PARTIAL)
        except APIError:
            return None

    async def _ask_until_answered(self, wanted: DecodeWanted) -> HeardText:
        refusals = 0
        while refusals < REFUSALS:
            try:
                return await self._ask_text(wanted, Priority.FINAL)
            except APIError as error:
                refusals += 0 if error.retryable else 1
                self._emit_error(error, recoverable=True)
                await asyncio.sleep(RETRY_S)
        return HeardText("", 0.0)

    async def _ask_text(self, wanted: DecodeWanted, priority: Priority) -> HeardText:
        said = await self._shared.client.transcribe(
            wanted.pcm,
            priority=priority,
            prompt=self._shared.prompt,
            words=wanted.kind is DecodeKind.SPLIT,
            limit_s=self._conn_options.timeout,
        )
        return HeardText(said.text, said.confidence, said.words)

    async def _settle(self) -> None:
        """At the end of the input: the rest is recognised and the turn is over."""
        self._take(np.zeros(WINDOW_SAMPLES * 8, np.int16))
        while self._decodes:
            await asyncio.wait(list(self._decodes.values()))
        if self._segmenter.in_turn:
            self._cancel_deadline()
            self._end_turn()

    def _ask_wait(self, text: str) -> float:
        if not text:
            return NOTHING_SAID_WAIT_S
        try:
            return self._shared.endpointing.wait_s(text, self._segmenter.spoken_s)
        except Exception:
            # The pipeline of a LiveKit session is deaf for good after an error it does not know.
            logger.exception("endpointing failed; waiting %.1f s", FALLBACK_WAIT_S)
            return FALLBACK_WAIT_S

    def _tell_paused(self, pause_s: float) -> None:
        try:
            self._shared.endpointing.paused(pause_s)
        except Exception:
            # See `_ask_wait`.
            logger.exception("endpointing failed to note a pause")

    def _send_final(self, piece: Committed) -> None:
        words = [
            TimedString(
                word.text,
                start_time=self._unix_time(int(word.start_s * HEARING_RATE_HZ)),
                end_time=self._unix_time(int(word.end_s * HEARING_RATE_HZ)),
                confidence=word.confidence,
            )
            for word in piece.words
        ]
        self._send(
            stt.SpeechEventType.FINAL_TRANSCRIPT,
            piece.text,
            piece.confidence,
            (self._unix_time(piece.start), self._unix_time(piece.end)),
            words,
        )

    def _send(
        self,
        kind: stt.SpeechEventType,
        text: str,
        confidence: float,
        span_s: tuple[float, float] = (0.0, 0.0),
        words: list[TimedString] | None = None,
    ) -> None:
        """Sends a text; `span_s` is in unix time, which the session's own alignment is not asked to understand."""
        data = stt.SpeechData(
            language=self._shared.language,
            text=text,
            start_time=span_s[0],
            end_time=span_s[1],
            confidence=confidence,
            words=words or None,
        )
        self._event_ch.send_nowait(stt.SpeechEvent(type=kind, alternatives=[data]))

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _loop_time(self, sample: int) -> float:
        return self._newest_at_s - (self._segmenter.position - sample) / HEARING_RATE_HZ

    def _unix_time(self, sample: int) -> float:
        return time.time() - (self._loop.time() - self._loop_time(sample))
