"""rough signatures"""
from collections.abc import Iterable
from pathlib import Path
from livekit.agents import tts
class VoiceTTS(tts.TTS):
    def __init__(self, address: str, voice: str = "tiny", speed: float = 1.0, cache_dir: Path | None = None) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=True), sample_rate=24000, num_channels=1)
    async def prepare(self, texts: Iterable[str]) -> int: ...
