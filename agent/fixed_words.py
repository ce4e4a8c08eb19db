"""Synthesises ahead what a flow says word for word, so that those sentences start at once in an interview.

`prepare` runs in a process of its own (`viva up` starts it), because it needs the voice plugin and with it LiveKit.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from agent.flow_library import find_flow
from agent.settings import Settings
from interview_flows.flow import Flow
from interview_flows.plan import make_plan

DEMO_CANDIDATE: Final = "Demo candidate"
"""Name in the invite that `viva up` makes."""

BATCH: Final = 4
"""Texts between two lines of progress."""


def fixed_words(flow: Flow, candidate: str = DEMO_CANDIDATE) -> tuple[str, ...]:
    """Every text of the flow that may be spoken word for word to this candidate."""
    return make_plan(flow, candidate).fixed_words()


def is_prepared(settings: Settings, flow: Flow) -> bool:
    """Whether this flow's words were synthesised with this voice at this speed."""
    return _marker(settings, flow).exists()


async def prepare_flows(settings: Settings, flows: Sequence[str], line: Callable[[str], None]) -> None:
    """Synthesise what is missing of these flows' words."""
    for name in flows:
        flow = find_flow(name)
        await prepare(settings, flow, line)


async def prepare(settings: Settings, flow: Flow, line: Callable[[str], None]) -> None:
    """Synthesise what is missing of the flow's words, with a line of progress now and then."""
    from plugins.voice_tts import VoiceTTS

    voice = VoiceTTS(
        settings.speech_address,
        voice=settings.voice,
        speed=settings.voice_speed,
        cache_dir=speech_cache(settings),
    )
    texts = fixed_words(flow)
    try:
        for begin in range(0, len(texts), BATCH):
            line(f"speech: {flow.id}: {begin} of {len(texts)} fixed texts ready")
            await voice.prepare(texts[begin : begin + BATCH])
    finally:
        await voice.aclose()
    line(f"speech: {flow.id}: all {len(texts)} fixed texts ready")
    await asyncio.to_thread(_leave_marker, _marker(settings, flow))


def speech_cache(settings: Settings) -> Path:
    """Folder of synthesised sentences."""
    return settings.cache / "speech"


def _marker(settings: Settings, flow: Flow) -> Path:
    from plugins.models.store import model_fingerprint

    model = "" if settings.voice == "espeak" else model_fingerprint(settings.voice)
    said: Sequence[object] = (settings.voice, model, settings.voice_speed, fixed_words(flow))
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    return speech_cache(settings) / "prepared" / digest


def _leave_marker(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
