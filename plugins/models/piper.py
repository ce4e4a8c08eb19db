"""Piper: the neural voice, one clause or sentence at a time (https://github.com/OHF-Voice/piper1-gpl)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig

from plugins.models.audio import VOICE_RATE_HZ, Samples, finish_speech, resample
from plugins.models.store import check_model

MIN_SPEED = 0.5
MAX_SPEED = 2.0


class PiperSpeaker:
    """A loaded voice. `speak` may be called from several threads."""

    def __init__(self, models: Path, name: str, threads: int) -> None:
        """Loads the voice; raises UnknownModel, ModelMissing or ModelDamaged."""
        folder = check_model(models, name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(folder / "voice.onnx"), sess_options=options, providers=["CPUExecutionProvider"]
        )
        config = PiperConfig.from_dict(json.loads((folder / "voice.json").read_text(encoding="utf-8")))
        self._voice = PiperVoice(config=config, session=session)

    def speak(self, text: str, speed: float = 1.0) -> Samples:
        """The text at 24 kHz, levelled and trimmed; empty where nothing can be said. 1.0 is the voice's own speed."""
        config = SynthesisConfig(length_scale=self._voice.config.length_scale / min(max(speed, MIN_SPEED), MAX_SPEED))
        chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(text, config)]
        if not chunks:
            return np.zeros(0, np.float32)
        spoken = np.concatenate(chunks).astype(np.float32)
        return finish_speech(resample(spoken, self._voice.config.sample_rate, VOICE_RATE_HZ), VOICE_RATE_HZ)
