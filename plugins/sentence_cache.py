"""Spoken sentences on disk, so that what is known beforehand starts at once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from plugins.models.store import model_fingerprint

SOUND_VERSION = 1
"""Rises when the same model and text sound different: trimming, level, pauses."""
UNUSED_DAYS = 60.0
ESPEAK = "espeak"


@dataclass(frozen=True, slots=True)
class SentenceCache:
    """PCM of sentences spoken by one voice at one speed, 24 kHz 16-bit mono."""

    folder: Path
    voice: str
    speed: float

    def get(self, sentence: str) -> bytes | None:
        """The sentence's PCM, or None where it is not there or not whole."""
        path = self._path(sentence)
        try:
            pcm = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return pcm if pcm and len(pcm) % 2 == 0 else None

    def put(self, sentence: str, pcm: bytes) -> None:
        """Keeps the sentence's PCM; raises OSError where the folder cannot be written."""
        path = self._path(sentence)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            part.write(pcm)
        Path(part.name).replace(path)

    def prune(self, unused_days: float = UNUSED_DAYS) -> int:
        """Deletes sentences, of any voice, that nobody asked for in that time; returns how many."""
        oldest_s = time.time() - unused_days * 86_400
        removed = 0
        for path in self.folder.glob("*/*.*"):
            if path.suffix in {".pcm", ".part"} and path.stat().st_mtime < oldest_s:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, sentence: str) -> Path:
        model = "" if self.voice == ESPEAK else model_fingerprint(self.voice)
        identity = [SOUND_VERSION, model, self.voice, self.speed, sentence]
        key = hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.pcm"
