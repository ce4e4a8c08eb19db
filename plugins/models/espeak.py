"""espeak-ng through ctypes: the voice that is always there, a thousandth of real time, inside any process.

API: espeak-ng `speak_lib.h`. The library keeps global state, so one instance serves the process under a lock.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache

import espeakng_loader
import numpy as np

from plugins.models.audio import VOICE_RATE_HZ, Samples, finish_speech, pcm_to_samples, resample

AUDIO_OUTPUT_SYNCHRONOUS = 2
BUFFER_MS = 60
POSITION_CHARACTER = 1
CHARACTERS_UTF8 = 1
PARAMETER_RATE = 1
WORDS_PER_MINUTE = 165
SLOWEST_WORDS_PER_MINUTE = 80
FASTEST_WORDS_PER_MINUTE = 400

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakSpeaker:
    """The process's espeak-ng; get it with `espeak_speaker()`."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._rate_hz: int = self._library.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, BUFFER_MS, espeakng_loader.get_data_path().encode(), 0
        )
        if self._rate_hz <= 0:
            raise OSError("espeak-ng did not start: its data folder is not readable")
        self._library.espeak_SetVoiceByName(b"en-us")
        self._pieces: list[bytes] = []
        self._callback = _CALLBACK(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._lock = threading.Lock()

    def speak(self, text: str, speed: float = 1.0) -> Samples:
        """The text at 24 kHz, levelled and trimmed; empty where nothing in it can be said."""
        rate = min(max(round(WORDS_PER_MINUTE * speed), SLOWEST_WORDS_PER_MINUTE), FASTEST_WORDS_PER_MINUTE)
        encoded = text.replace("\0", " ").encode()
        with self._lock:
            self._pieces = []
            self._library.espeak_SetParameter(PARAMETER_RATE, rate, 0)
            self._library.espeak_Synth(encoded, len(encoded) + 1, 0, POSITION_CHARACTER, 0, CHARACTERS_UTF8, None, None)
            self._library.espeak_Synchronize()
            pcm, self._pieces = b"".join(self._pieces), []
        if not pcm:
            return np.zeros(0, np.float32)
        return finish_speech(resample(pcm_to_samples(pcm), self._rate_hz, VOICE_RATE_HZ), VOICE_RATE_HZ)

    # ctypes passes a pointer whose type it makes at run time, hence Any's stand-in `object` and the cast.
    def _collect(self, samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, count * 2))  # type: ignore[arg-type]
        return 0


@cache
def espeak_speaker() -> EspeakSpeaker:
    """The process's one espeak-ng; raises OSError where the library does not load."""
    return EspeakSpeaker()
