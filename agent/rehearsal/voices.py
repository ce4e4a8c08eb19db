"""The candidates' own voices and their lines as sound, made before a room is joined and kept on disk.

A candidate has the agent's neural voice at another speed and pitch (the sound is resampled as if it had been recorded
at another rate, so pitch and formants move together as they do between people), or espeak where thousands of lines are
needed. Every piece of a line is trimmed to its first and last voiced sample, so that the end of what was said is known
to the sample.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

import numpy as np

from agent.rehearsal.delivery import Delivery, PauseKind
from agent.rehearsal.lines import LineKey
from agent.rehearsal.voice_activity import Samples, voiced_span
from plugins.models import audio
from plugins.models.espeak import espeak_speaker
from plugins.models.manifest import models_folder
from plugins.models.piper import PiperSpeaker

SEND_RATE_HZ: Final = 48_000
CLIP_VERSION: Final = 1
"""Rises when clips of the same words sound different, so that kept ones are made again."""

VoiceName = Literal["tiny", "espeak"]


class Speaker(Protocol):
    """An engine that speaks a text at 24 kHz."""

    def speak(self, text: str, speed: float = 1.0) -> audio.Samples:
        """Mono samples in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class VoiceTone:
    """How one candidate sounds: `pitch` multiplies every frequency, `tempo` is the final speed of speech."""

    pitch: float
    tempo: float


TONES: Final = (VoiceTone(1.125, 0.9), VoiceTone(0.9, 0.9), VoiceTone(1.0625, 0.9), VoiceTone(0.95, 0.9))
"""Tones of the candidates of a run, in turn; pitches keep the resampling ratio rational and small."""


@dataclass(frozen=True, slots=True)
class ClipPause:
    """A thinker's pause: samples [begin, end) of the clip are silent."""

    begin: int
    end: int
    kind: PauseKind


@dataclass(frozen=True, slots=True)
class Clip:
    """A line as sound at `SEND_RATE_HZ`: its first and last samples are voiced."""

    samples: Samples
    text: str
    pauses: tuple[ClipPause, ...] = ()

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.samples) / SEND_RATE_HZ


class CandidateVoice:
    """Speaks pieces of text in one tone, from the disk where they were spoken before."""

    def __init__(self, name: VoiceName, tone: VoiceTone, cache: Path, speaker: Speaker) -> None:
        self._name = name
        self._tone = tone
        self._folder = cache / "rehearsal"
        self._speaker = speaker

    def clips(self, lines: Mapping[LineKey, Delivery]) -> dict[LineKey, Clip]:
        """All lines as sound. Blocking; about 0.3 s of work a second of new speech."""
        return {key: self.clip(delivery) for key, delivery in lines.items()}

    def clip(self, delivery: Delivery) -> Clip:
        """One line as sound."""
        parts: list[Samples] = []
        pauses: list[ClipPause] = []
        length = 0
        for piece in delivery.pieces:
            spoken = self._piece(piece.text)
            silence = np.zeros(round(piece.pause_s * SEND_RATE_HZ), np.int16)
            parts += [spoken, silence]
            length += len(spoken)
            if piece.kind:
                pauses.append(ClipPause(length, length + len(silence), piece.kind))
            length += len(silence)
        return Clip(np.concatenate(parts), delivery.text, tuple(pauses))

    def _piece(self, text: str) -> Samples:
        name = f"{CLIP_VERSION}|{self._name}|{self._tone.pitch}|{self._tone.tempo}|{text}"
        path = self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.npy"
        if path.is_file():
            kept: Samples = np.load(path)
            return kept
        spoken = self._speak(text)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
            np.save(part, spoken)
        Path(part.name).replace(path)
        return spoken

    def _speak(self, text: str) -> Samples:
        spoken = self._speaker.speak(text, self._tone.tempo / self._tone.pitch)
        as_recorded_hz = round(audio.VOICE_RATE_HZ * self._tone.pitch)
        toned = audio.resample(spoken, as_recorded_hz, SEND_RATE_HZ)
        pcm: Samples = np.round(np.clip(toned, -1.0, 1.0) * 32767.0).astype(np.int16)
        begin, end = voiced_span(pcm, SEND_RATE_HZ)
        if begin == end:
            raise ValueError(f"nothing in {text!r} can be spoken")
        return pcm[begin:end]


def load_speaker(name: VoiceName, cache: Path) -> Speaker:
    """The engine of a voice. Raises `plugins.models.errors.ModelMissing` when the neural voice has not been built."""
    return espeak_speaker() if name == "espeak" else PiperSpeaker(models_folder(cache), "tiny", threads=1)
