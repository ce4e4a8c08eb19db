"""rough signatures"""
from typing import Protocol
from livekit.agents import stt
class Endpointing(Protocol):
    def wait_s(self, text: str, spoken_s: float) -> float: ...
    def paused(self, pause_s: float) -> None: ...
class WhisperSTT(stt.STT):
    def __init__(self, address: str, endpointing: Endpointing, language: str = "en") -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.last_speech_end_s: float | None = None
        self.speech_s = 0.0
