import numpy as np
import pytest

from agent.rehearsal.voice_activity import VoiceBegan, VoiceDetector, VoiceEnded, level_dbfs, voiced_span

RATE = 48_000
FRAME = 480


def tone(seconds: float, dbfs: float, hz: float = 220.0) -> np.ndarray:
    amplitude = 32768 * 10 ** (dbfs / 20) * 2**0.5
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def noise(seconds: float, dbfs: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 32768 * 10 ** (dbfs / 20), round(seconds * RATE))


def events(sound: np.ndarray, start_s: float = 100.0) -> list[VoiceBegan | VoiceEnded]:
    detector = VoiceDetector(RATE)
    pcm = np.clip(np.round(sound), -32768, 32767).astype(np.int16)
    found = []
    for index in range(0, len(pcm) - FRAME + 1, FRAME):
        event = detector.feed(pcm[index : index + FRAME], start_s + index / RATE)
        if event:
            found.append(event)
    return found


@pytest.mark.parametrize("offset_ms", [0.0, 3.0, 7.5, 9.9])
@pytest.mark.parametrize("floor_dbfs", [-90.0, -70.0, -60.0])
def test_onset_to_the_millisecond_and_end_to_the_frame(offset_ms, floor_dbfs):
    begin_s = 1.0 + offset_ms / 1000
    sound = noise(3.0, floor_dbfs)
    voice = tone(0.8, -20.0)
    first = round(begin_s * RATE)
    sound[first : first + len(voice)] += voice
    began, ended = events(sound)
    assert isinstance(began, VoiceBegan)
    assert began.at_s == pytest.approx(100.0 + begin_s, abs=0.001)
    assert isinstance(ended, VoiceEnded)
    assert ended.at_s == pytest.approx(100.0 + begin_s + 0.8, abs=0.0101)


def test_digital_silence_and_steady_noise_are_no_voice():
    assert events(np.zeros(3 * RATE)) == []
    assert events(noise(5.0, -55.0)) == []


def test_a_click_is_no_voice():
    sound = noise(2.0, -75.0)
    sound[RATE : RATE + 480] += 20_000
    assert events(sound) == []


def test_a_breath_between_words_does_not_end_the_voice():
    sound = np.concatenate(
        [noise(0.5, -75.0), tone(0.4, -20.0), noise(0.2, -75.0), tone(0.4, -20.0), noise(1.0, -75.0)]
    )
    began, ended = events(sound)
    assert ended.at_s - began.at_s == pytest.approx(1.0, abs=0.02)


def test_a_longer_silence_does():
    sound = np.concatenate(
        [noise(0.5, -75.0), tone(0.4, -20.0), noise(0.4, -75.0), tone(0.4, -20.0), noise(1.0, -75.0)]
    )
    assert [type(event) for event in events(sound)] == [VoiceBegan, VoiceEnded, VoiceBegan, VoiceEnded]


def test_the_threshold_follows_a_louder_floor():
    sound = np.concatenate([noise(12.0, -52.0), tone(0.5, -25.0), noise(1.0, -52.0)])
    began = [event for event in events(sound) if isinstance(event, VoiceBegan)]
    assert began[-1].at_s == pytest.approx(112.0, abs=0.002)


def test_level_of_a_known_tone():
    assert level_dbfs(np.round(tone(0.1, -30.0)).astype(np.int16)) == pytest.approx(-30.0, abs=0.1)
    assert level_dbfs(np.zeros(10, np.int16)) == -90.0


def test_voiced_span_trims_silence_and_keeps_the_voice():
    sound = np.concatenate([np.zeros(4800), tone(0.5, -20.0), np.zeros(9600)])
    begin, end = voiced_span(np.round(sound).astype(np.int16), RATE)
    assert begin == pytest.approx(4800, abs=240)
    assert end == pytest.approx(4800 + 24_000, abs=240)
    assert voiced_span(np.zeros(1000, np.int16), RATE) == (0, 0)
