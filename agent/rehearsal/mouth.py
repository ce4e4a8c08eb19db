"""A candidate's microphone: frames of 10 ms sent on a steady beat, with the time of every sample known."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import numpy as np
from livekit import rtc

from agent.rehearsal.voice_activity import Samples
from agent.rehearsal.voices import SEND_RATE_HZ, Clip, ClipPause

FRAME_S: Final = 0.01
FRAME_SAMPLES: Final = round(SEND_RATE_HZ * FRAME_S)
ROOM_NOISE_RMS: Final = 8.0
"""Level of a quiet room, in 16-bit units: about -72 dBFS."""
BEHIND_S: Final = 0.25
"""A beat later than this is not caught up: the sound stalls, as it does in a browser on a busy machine."""


class Saying:
    """A clip on its way out. `done` resolves when its last sample has been sent or it was stopped."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._sent_s: list[float] = []
        self.done = asyncio.Event()

    @property
    def began_s(self) -> float:
        """When the first sample was sent."""
        return self.time_of(0)

    @property
    def ended_s(self) -> float:
        """When the last sample was sent."""
        return self.time_of(len(self._clip.samples) - 1)

    def time_of(self, sample: int) -> float:
        """When a sample of the clip left the mouth: a frame is sent when its last sample has been spoken.

        Monotonic seconds. A sample that was never sent counts as sent with the last frame that was.
        """
        frame = min(sample // FRAME_SAMPLES, len(self._sent_s) - 1)
        return self._sent_s[frame] - (FRAME_SAMPLES - 1 - sample % FRAME_SAMPLES) / SEND_RATE_HZ

    def pause_times(self, pause: ClipPause) -> tuple[float, float]:
        """When a pause began (last voiced sample before it) and ended (first voiced sample after it)."""
        return self.time_of(pause.begin - 1), self.time_of(pause.end)

    def next_frame(self) -> Samples:
        """The next frame's samples, padded with silence; the caller sends it and then calls `sent`."""
        start = len(self._sent_s) * FRAME_SAMPLES
        return self._clip.samples[start : start + FRAME_SAMPLES]

    def sent(self, at_s: float) -> None:
        """Note that the frame of `next_frame` was sent."""
        self._sent_s.append(at_s)
        if len(self._sent_s) * FRAME_SAMPLES >= len(self._clip.samples):
            self.done.set()


class Mouth:
    """Sends room noise without end, and clips over it."""

    def __init__(self, seed: int) -> None:
        self.source = rtc.AudioSource(SEND_RATE_HZ, 1, queue_size_ms=0)
        rng = np.random.default_rng(seed)
        self._noise = rng.normal(0.0, ROOM_NOISE_RMS, (100, FRAME_SAMPLES)).astype(np.int16)
        self._saying: Saying | None = None
        self.late_s: list[float] = []
        """How late each frame was against its beat."""

    @property
    def speaking(self) -> bool:
        """Whether a clip is on its way out."""
        return self._saying is not None

    def say(self, clip: Clip) -> Saying:
        """Begin a clip with the next frame."""
        self._saying = Saying(clip)
        return self._saying

    async def pump(self) -> None:
        """Send until cancelled."""
        beat_s = time.monotonic()
        count = 0
        while True:
            now_s = time.monotonic()
            if now_s < beat_s:
                await asyncio.sleep(beat_s - now_s)
                now_s = time.monotonic()
            self.late_s.append(now_s - beat_s)
            if now_s - beat_s > BEHIND_S:
                beat_s = now_s
            await self._send(self._noise[count % len(self._noise)].copy())
            beat_s += FRAME_S
            count += 1

    async def _send(self, frame: Samples) -> None:
        saying = self._saying
        if saying is not None:
            voice = saying.next_frame()
            frame[: len(voice)] += voice
        sent_s = time.monotonic()
        await self.source.capture_frame(rtc.AudioFrame(frame.tobytes(), SEND_RATE_HZ, 1, FRAME_SAMPLES))
        if saying is not None:
            saying.sent(sent_s)
            if saying.done.is_set():
                self._saying = None

    async def aclose(self) -> None:
        """Give the source back; a clip on its way counts as done."""
        if self._saying is not None:
            self._saying.done.set()
            self._saying = None
        await self.source.aclose()
