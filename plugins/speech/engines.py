"""The models of one speech process, loaded and warmed, with a thread for each kind of work."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Protocol

import numpy as np

from plugins.models.audio import HEARING_RATE_HZ, VOICE_RATE_HZ, Samples, pcm_to_samples, samples_to_pcm
from plugins.models.espeak import espeak_speaker
from plugins.models.piper import PiperSpeaker
from plugins.models.text import speakable, split_clauses
from plugins.models.whisper import Recognised, WhisperModel
from plugins.speech.options import SpeechOptions
from plugins.speech.protocol import LONGEST_SPEECH_S, URGENCY, Priority
from plugins.speech.work import QueueFull, Worker

ESPEAK = "espeak"
CLAUSE_PAUSE_S = 0.06
LIVE_NICENESS = 3
BACKGROUND_NICENESS = 15
PARTIALS_REFUSED_AT = 2
"""Waiting transcriptions at which a partial text is not worth its time."""


class Speaker(Protocol):
    """A voice: text to sound at 24 kHz."""

    def speak(self, text: str, speed: float = 1.0) -> Samples: ...


class Engines:
    """Whisper on one thread, live speech on another below it, prepared speech on a third that yields to both."""

    def __init__(self, options: SpeechOptions) -> None:
        """Loads and warms all models, in seconds; raises ModelError."""
        self._whisper = WhisperModel(options.models, options.whisper, options.threads)
        self._voices: dict[str, Speaker] = {ESPEAK: espeak_speaker()}
        if options.voice != ESPEAK:
            self._voices[options.voice] = PiperSpeaker(options.models, options.voice, options.threads)
        self._warm()
        limit = options.queued_requests
        self._decoder = Worker("decode", limit=limit)
        self._live = Worker("speak", limit=limit, niceness=LIVE_NICENESS)
        self._background = Worker("prepare", limit=limit, niceness=BACKGROUND_NICENESS)

    @property
    def voices(self) -> tuple[str, ...]:
        """Names of the voices this process speaks."""
        return tuple(self._voices)

    @property
    def waiting_decodes(self) -> int:
        """Transcriptions that have not begun."""
        return self._decoder.waiting

    @property
    def waiting_syntheses(self) -> int:
        """Clauses and sentences that have not begun."""
        return self._live.waiting + self._background.waiting

    def transcribe(self, pcm: bytes, *, priority: Priority, prompt: str, words: bool) -> Future[Recognised]:
        """Queues a transcription of at most 30 s of 16 kHz PCM; raises QueueFull.

        Partials are refused while others wait, and one that has begun gives up (GivenUp) for what is more urgent.
        """
        urgency = URGENCY[priority]
        unwanted = None
        if priority is Priority.PARTIAL:
            if self._decoder.waiting >= PARTIALS_REFUSED_AT:
                raise QueueFull("the engine is busy with final texts")
            unwanted = partial(self._decoder.waits_before, urgency)
        samples = pcm_to_samples(pcm)[: int(LONGEST_SPEECH_S * HEARING_RATE_HZ)]
        return self._decoder.submit(
            urgency, lambda: self._whisper.transcribe(samples, prompt=prompt, words=words, unwanted=unwanted)
        )

    def pieces(self, text: str, priority: Priority) -> list[str]:
        """The parts in which a sentence is spoken: its clauses where somebody waits, else the whole."""
        spoken = speakable(text)
        return [spoken] if priority is Priority.BACKGROUND else split_clauses(spoken)

    def synthesize(self, piece: str, *, priority: Priority, voice: str, speed: float, last: bool) -> Future[bytes]:
        """Queues one piece for its 24 kHz PCM; all but the last end in a clause's pause. Raises QueueFull, KeyError."""
        speaker = self._voices[voice]
        worker = self._background if priority is Priority.BACKGROUND else self._live

        def work() -> bytes:
            pcm = samples_to_pcm(speaker.speak(piece, speed))
            return pcm if last else pcm + bytes(2 * int(CLAUSE_PAUSE_S * VOICE_RATE_HZ))

        return worker.submit(URGENCY[priority], work)

    def stop(self) -> None:
        """Ends the threads after the work in progress."""
        for worker in (self._decoder, self._live, self._background):
            worker.stop()

    def _warm(self) -> None:
        for speaker in self._voices.values():
            speaker.speak("Thank you.")
        for seconds in (1, 4):
            self._whisper.transcribe(np.zeros(seconds * HEARING_RATE_HZ, np.float32))
