"""Resampling, loudness and trimming, measured."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.models.audio import TARGET_RMS, fade_edges, finish_speech, pcm_to_samples, resample, samples_to_pcm

RATE_HZ = 24_000


def tone(frequency_hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(int(rate_hz * seconds)) / rate_hz).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt((samples[1000:-1000].astype(np.float64) ** 2).mean()) * np.sqrt(2) + 1e-12))


@pytest.mark.parametrize("rates", [(44_100, 24_000), (22_050, 24_000), (24_000, 16_000), (16_000, 48_000)])
@pytest.mark.parametrize("frequency_hz", [100.0, 1_000.0, 6_500.0])
def test_resampled_tones_are_the_tones_at_the_other_rate(rates: tuple[int, int], frequency_hz: float) -> None:
    from_hz, to_hz = rates
    resampled = resample(tone(frequency_hz, from_hz), from_hz, to_hz)
    assert resampled.size == to_hz
    assert level_db(resampled - tone(frequency_hz, to_hz)) < -60


@pytest.mark.parametrize("frequency_hz", [13_000.0, 15_000.0, 20_000.0])
def test_what_the_lower_rate_cannot_hold_is_gone(frequency_hz: float) -> None:
    assert level_db(resample(tone(frequency_hz, 44_100), 44_100, 24_000)) < -75


def test_resampling_nothing() -> None:
    assert resample(np.zeros(0, np.float32), 44_100, 24_000).size == 0
    same = tone(100, 24_000)
    assert resample(same, 24_000, 24_000) is same


def test_speech_is_levelled_and_trimmed() -> None:
    for gain in (0.02, 0.9):
        silence = np.zeros(RATE_HZ // 2, np.float32)
        finished = finish_speech(np.concatenate([silence, gain * tone(300, RATE_HZ), silence]), RATE_HZ)
        assert 1.0 <= finished.size / RATE_HZ < 1.1
        assert np.sqrt((finished**2).mean()) == pytest.approx(TARGET_RMS, rel=0.1)


def test_a_soft_onset_is_shortened() -> None:
    breath = 0.03 * tone(5_000, RATE_HZ, 0.2)
    finished = finish_speech(np.concatenate([breath, tone(300, RATE_HZ)]), RATE_HZ)
    assert 1.0 < finished.size / RATE_HZ < 1.05


def test_a_peak_is_not_clipped() -> None:
    speech = (0.01 * tone(300, RATE_HZ)).astype(np.float32)
    speech[RATE_HZ // 2] = 0.9
    assert np.abs(finish_speech(speech, RATE_HZ)).max() <= 0.98


def test_silence_is_finished_to_nothing() -> None:
    assert finish_speech(np.zeros(RATE_HZ, np.float32), RATE_HZ).size == 0
    assert finish_speech(np.zeros(3, np.float32), RATE_HZ).size == 0


def test_joins_begin_and_end_at_zero() -> None:
    faded = fade_edges(np.ones(RATE_HZ, np.float32), RATE_HZ)
    assert faded[0] == faded[-1] == 0.0
    assert faded[RATE_HZ // 2] == 1.0


def test_pcm_there_and_back() -> None:
    samples = (tone(440, 16_000, 0.1) * 0.5).astype(np.float32)
    assert np.abs(pcm_to_samples(samples_to_pcm(samples)) - samples).max() < 1e-4
    assert pcm_to_samples(b"\1").size == 0
    assert samples_to_pcm(np.array([2.0, -2.0], np.float32)) == b"\xff\x7f\x01\x80"
