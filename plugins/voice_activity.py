"""Voice activity of 32 ms windows at 16 kHz, by one of two builds of the same model (silero)."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

VadName = Literal["native", "silero"]


class VoiceActivity(Protocol):
    """Keeps state from window to window; one per stream."""

    def probability(self, window: npt.NDArray[np.int16]) -> float:
        """Probability of speech in the next 512 samples."""


class NativeVoiceActivity:
    """LiveKit's native build: 16 microseconds a window."""

    def __init__(self) -> None:
        from livekit.local_inference import VAD

        self._vad = VAD()

    def probability(self, window: npt.NDArray[np.int16]) -> float:
        """See `VoiceActivity.probability`."""
        return float(self._vad.predict(window))


class SileroVoiceActivity:
    """The ONNX build of livekit-plugins-silero."""

    def __init__(self) -> None:
        from livekit.plugins.silero import onnx_model

        session = onnx_model.new_inference_session(force_cpu=True)
        self._model = onnx_model.OnnxModel(onnx_session=session, sample_rate=16_000)

    def probability(self, window: npt.NDArray[np.int16]) -> float:
        """See `VoiceActivity.probability`."""
        return float(self._model(window.astype(np.float32) / 32768.0))


def make_voice_activity(name: VadName) -> VoiceActivity:
    """A detector with fresh state. LiveKit registers silero at its first import, which must be on the main thread."""
    return SileroVoiceActivity() if name == "silero" else NativeVoiceActivity()
