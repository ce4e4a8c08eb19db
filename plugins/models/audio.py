"""Sound as numpy arrays: resampling, loudness, trimming. Mono float32 in [-1, 1]; PCM is 16-bit little-endian."""

from __future__ import annotations

from functools import cache
from math import gcd

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

VOICE_RATE_HZ = 24_000
"""Rate of all synthesised speech that leaves the model layer."""
HEARING_RATE_HZ = 16_000
"""Rate of all speech that is recognised."""

TARGET_RMS = 0.1
"""Level of voiced speech: -20 dB of full scale."""
PEAK_LIMIT = 0.97
FRAME_S = 0.005
SILENCE_DB = -40.0
"""Below the voiced level by this much is silence."""
SOFT_ONSET_DB = -24.0
"""Between silence and this is a soft onset, such as the breath before a vowel or a weak fricative."""
KEPT_ONSET_S = 0.02
KEPT_TAIL_S = 0.03
FADE_S = 0.005
FILTER_ZEROS = 24
"""Zero crossings of the resampling filter on each side."""
KAISER_BETA = 9.0


def pcm_to_samples(pcm: bytes) -> Samples:
    """16-bit PCM as floats; a trailing odd byte is dropped."""
    whole = len(pcm) // 2 * 2
    return np.frombuffer(pcm[:whole], "<i2").astype(np.float32) / 32768.0


def samples_to_pcm(samples: Samples) -> bytes:
    """Floats as 16-bit PCM; what is beyond full scale is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Band-limited resampling by a rational factor: Kaiser-windowed sinc, one matrix product for all blocks.

    A block of `from_hz / g` input samples gives `to_hz / g` output samples (g: greatest common divisor), each with its
    own phase of the filter. Length is kept to the nearest sample; no delay. Images and aliases are below -80 dB.
    """
    if from_hz == to_hz or samples.size == 0:
        return samples
    divisor = gcd(from_hz, to_hz)
    taken, given = from_hz // divisor, to_hz // divisor
    matrix = _resampling_matrix(taken, given)
    reach = (matrix.shape[0] - taken) // 2
    wanted = round(samples.size * given / taken)
    blocks = -(-wanted // given)
    padded = np.zeros(blocks * taken + 2 * reach, np.float32)
    padded[reach : reach + samples.size] = samples[: padded.size - reach]
    windows = np.lib.stride_tricks.sliding_window_view(padded, taken + 2 * reach)[::taken]
    return np.ascontiguousarray((windows @ matrix).reshape(-1)[:wanted])


@cache
def _resampling_matrix(taken: int, given: int) -> Samples:
    """Shape (taken + 2 * reach, given): column k weighs the inputs around output k of a block."""
    cutoff = min(1.0, given / taken) * 0.95
    reach = int(np.ceil(FILTER_ZEROS / cutoff))
    inputs = np.arange(-reach, taken + reach)[:, None]
    outputs = (np.arange(given) * taken / given)[None, :]
    distance = inputs - outputs
    shape = np.sqrt(np.clip(1.0 - (distance / reach) ** 2, 0.0, None))
    window = np.where(np.abs(distance) <= reach, np.i0(KAISER_BETA * shape) / np.i0(KAISER_BETA), 0.0)
    return np.asarray(cutoff * np.sinc(cutoff * distance) * window, np.float32)


def finish_speech(samples: Samples, rate_hz: int) -> Samples:
    """Synthesised speech made ready to be heard: levelled, trimmed, with 5 ms fades; empty if it is silent."""
    levels = _frame_levels(samples, rate_hz)
    if levels.size == 0 or levels.max() < 1e-4:
        return np.zeros(0, np.float32)
    voiced = levels[levels > levels.max() * 0.1]
    rms = float(np.sqrt((voiced**2).mean()))
    start, end = _speech_bounds(levels / rms, samples.size, rate_hz)
    speech = samples[start:end]
    speech = speech * min(TARGET_RMS / rms, PEAK_LIMIT / float(np.abs(speech).max()))
    return fade_edges(speech.astype(np.float32), rate_hz)


def fade_edges(samples: Samples, rate_hz: int) -> Samples:
    """A copy with linear fades of 5 ms at both ends, so that joins do not click."""
    faded = samples.copy()
    length = min(int(FADE_S * rate_hz), faded.size // 2)
    if length:
        ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
        faded[:length] *= ramp
        faded[-length:] *= ramp[::-1]
    return faded


def _frame_levels(samples: Samples, rate_hz: int) -> npt.NDArray[np.float64]:
    """RMS of each 5 ms frame."""
    step = int(FRAME_S * rate_hz)
    whole = samples[: samples.size // step * step].reshape(-1, step).astype(np.float64)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)), np.float64)


def _speech_bounds(levels: npt.NDArray[np.float64], size: int, rate_hz: int) -> tuple[int, int]:
    """First and last sample to keep, for frame levels relative to the voiced level."""
    step = int(FRAME_S * rate_hz)
    audible = np.flatnonzero(levels > 10 ** (SILENCE_DB / 20))
    clear = np.flatnonzero(levels > 10 ** (SOFT_ONSET_DB / 20))
    kept_onset = int(KEPT_ONSET_S / FRAME_S)
    start = max(int(audible[0]) - 1, int(clear[0]) - kept_onset, 0)
    end = (int(audible[-1]) + 1) * step + int(KEPT_TAIL_S * rate_hz)
    return start * step, min(end, size)
