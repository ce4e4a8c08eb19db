"""A candidate's ear: the agent's voice as it arrives, with the times at which it began and ended."""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from livekit import rtc

from agent.rehearsal.measuring import SAME_UTTERANCE_S, VoiceSpan
from agent.rehearsal.voice_activity import VoiceBegan, VoiceDetector, VoiceEnded

HEARING_RATE_HZ: Final = 48_000
"""The rate of the decoded sound: no resampling adds delay."""


class Ear:
    """Hears every agent track of one interview, one after the other."""

    def __init__(self) -> None:
        self._spans: list[VoiceSpan] = []
        self._began_s: float | None = None
        self._utterance_began_s = 0.0
        self._last_voice_s = 0.0

    @property
    def spans(self) -> tuple[VoiceSpan, ...]:
        """Voice heard so far; one that still sounds ends at its last loud frame."""
        open_ = (VoiceSpan(self._began_s, self._last_voice_s),) if self._began_s is not None else ()
        return (*self._spans, *open_)

    @property
    def voiced(self) -> bool:
        """Whether the agent's voice sounds at this moment."""
        return self._began_s is not None

    @property
    def last_voice_s(self) -> float:
        """When voice was last heard, monotonic; 0 before the first."""
        return self._last_voice_s

    @property
    def utterance_began_s(self) -> float:
        """When the utterance heard last began; breaths of less than 0.7 s do not end one."""
        return self._utterance_began_s

    async def listen(self, track: rtc.Track) -> None:
        """Hear one track until it ends. A frame's first sample is heard when the frame arrives."""
        detector = VoiceDetector(HEARING_RATE_HZ)
        stream = rtc.AudioStream.from_track(track=track, sample_rate=HEARING_RATE_HZ, num_channels=1, frame_size_ms=10)
        try:
            async for event in stream:
                self._hear(detector, np.frombuffer(event.frame.data, np.int16), time.monotonic())
        finally:
            self._end(self._last_voice_s)
            await stream.aclose()

    def _hear(self, detector: VoiceDetector, samples: np.ndarray[tuple[int], np.dtype[np.int16]], now_s: float) -> None:
        match detector.feed(samples, now_s):
            case VoiceBegan(at_s):
                if at_s - self._last_voice_s > SAME_UTTERANCE_S:
                    self._utterance_began_s = at_s
                self._began_s = at_s
            case VoiceEnded(at_s):
                self._last_voice_s = at_s
                self._end(at_s)
        if detector.voiced:
            self._last_voice_s = detector.last_loud_s

    def _end(self, at_s: float) -> None:
        if self._began_s is not None:
            self._spans.append(VoiceSpan(self._began_s, at_s))
            self._began_s = None
