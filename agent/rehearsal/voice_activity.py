"""When a voice begins and ends in received audio, for measuring at a listener's ear.

Method. The level (RMS, dBFS) of each frame of 10 ms is compared with a noise floor. The floor falls with the quietest
frames at once and rises by 3 dB per second while nothing is heard. Voice begins with the first of three frames in a row
that are 15 dB above the floor (never below -50 dBFS, never above -36 dBFS); it ends with the last frame before 250 ms
below that threshold less 6 dB. Three frames keep out clicks; two thresholds keep the soft middle of a word from ending
it. Both times are dated back to the sample, so the confirmation costs no accuracy.

Error. For a tone in noise the first sample is found within 1 ms and the last within 10 ms. A voice that begins
with a soft consonant ("th", "h", "f") crosses the threshold 10 to 60 ms after a phonetician would place its onset,
always late, so a response gap reads a little too long, never too short. Codec and playout delay are part of what the
listener hears and are not subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
"""Mono PCM."""

_FULL_SCALE: Final = 32768.0
_SILENCE_DBFS: Final = -90.0


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """Thresholds in dB and dBFS, times in seconds."""

    margin_db: float = 15.0
    hysteresis_db: float = 6.0
    least_on_dbfs: float = -50.0
    most_on_dbfs: float = -36.0
    floor_rise_db_per_s: float = 3.0
    confirm_s: float = 0.03
    hang_s: float = 0.25


@dataclass(frozen=True, slots=True)
class VoiceBegan:
    """The first voiced sample was heard at `at_s`, on the clock of the frames."""

    at_s: float


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The last voiced sample was heard at `at_s`."""

    at_s: float


VoiceEvent = VoiceBegan | VoiceEnded


class VoiceDetector:
    """Feed it frames as they arrive; it says when voice began and ended. The sample rate is in Hz."""

    def __init__(self, sample_rate: int, options: DetectorOptions | None = None) -> None:
        self._rate = sample_rate
        self._options = options or DetectorOptions()
        self._floor_dbfs = self._options.least_on_dbfs - self._options.margin_db
        self._voiced = False
        self._candidate_s: float | None = None
        self._loud_s = 0.0
        self._last_loud_s = 0.0

    @property
    def voiced(self) -> bool:
        """Whether a voice is sounding, hang-over included."""
        return self._voiced

    @property
    def last_loud_s(self) -> float:
        """When a loud frame was last heard; 0 before the first."""
        return self._last_loud_s

    def feed(self, samples: Samples, arrived_s: float) -> VoiceEvent | None:
        """Take one frame whose first sample is heard at `arrived_s`; frames may not overlap."""
        frame_s = len(samples) / self._rate
        level = level_dbfs(samples)
        on_dbfs = self._on_dbfs()
        loud = level > (on_dbfs - self._options.hysteresis_db if self._voiced else on_dbfs)
        if loud:
            return self._hear_loud(samples, arrived_s, frame_s, on_dbfs)
        self._candidate_s = None
        self._loud_s = 0.0
        if not self._voiced:
            self._follow_floor(level, frame_s)
            return None
        if arrived_s + frame_s - self._last_loud_s >= self._options.hang_s:
            self._voiced = False
            return VoiceEnded(self._last_loud_s)
        return None

    def _hear_loud(self, samples: Samples, arrived_s: float, frame_s: float, on_dbfs: float) -> VoiceBegan | None:
        self._loud_s += frame_s
        if self._voiced:
            self._last_loud_s = arrived_s + frame_s
            return None
        if self._candidate_s is None:
            self._candidate_s = arrived_s + _first_loud_sample(samples, on_dbfs) / self._rate
        if self._loud_s + 1e-9 < self._options.confirm_s:
            return None
        self._voiced = True
        self._last_loud_s = arrived_s + frame_s
        return VoiceBegan(self._candidate_s)

    def _on_dbfs(self) -> float:
        options = self._options
        return min(max(self._floor_dbfs + options.margin_db, options.least_on_dbfs), options.most_on_dbfs)

    def _follow_floor(self, level_dbfs_: float, frame_s: float) -> None:
        risen = self._floor_dbfs + self._options.floor_rise_db_per_s * frame_s
        self._floor_dbfs = max(min(level_dbfs_, risen), _SILENCE_DBFS)


def level_dbfs(samples: Samples) -> float:
    """RMS of a frame against full scale; digital silence is -90."""
    power = float(np.mean(np.square(samples.astype(np.float64)))) if len(samples) else 0.0
    rms = power**0.5 / _FULL_SCALE
    return max(20.0 * float(np.log10(rms)), _SILENCE_DBFS) if rms > 0 else _SILENCE_DBFS


def voiced_span(samples: Samples, sample_rate: int, *, below_peak_db: float = 34.0) -> tuple[int, int]:
    """First voiced sample and one past the last of a clean recording, by the level of 10 ms around each sample.

    A sample is voiced where that level is within `below_peak_db` of the loudest. (0, 0) for silence.
    """
    window = max(sample_rate // 100, 1)
    power = np.convolve(np.square(samples.astype(np.float64)), np.ones(window) / window, "same")
    peak = float(power.max(initial=0.0))
    if peak < 1.0:
        return 0, 0
    loud = np.flatnonzero(power > peak * 10 ** (-below_peak_db / 10))
    return int(loud[0]), int(loud[-1]) + 1


def _first_loud_sample(samples: Samples, on_dbfs: float) -> int:
    over = np.flatnonzero(np.abs(samples.astype(np.int32)) >= _FULL_SCALE * 10 ** (on_dbfs / 20))
    return int(over[0]) if over.size else 0
