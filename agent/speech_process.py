"""`viva speech`: the speech server with this machine's settings."""

from __future__ import annotations

import asyncio

from agent.errors import PartFailed, PortInUse
from agent.log import configure_logging
from agent.settings import Settings
from agent.system import announce_ready
from plugins.models.manifest import models_folder
from plugins.speech.options import SpeechOptions
from plugins.speech.server import AddressInUse, serve


def run_speech(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Blocking. Raises `VivaError` or `ModelError` when it cannot start."""
    configure_logging("speech", level=settings.log_level, form=settings.log_format)
    options = SpeechOptions(
        address=settings.speech_address,
        models=models_folder(settings.cache),
        whisper=settings.whisper,
        voice=settings.voice,
    )
    home = settings.folders
    home.prepare()
    try:
        asyncio.run(serve(options, lambda: announce_ready(home, "speech")))
    except AddressInUse as error:
        raise PortInUse(f"{error}.", "The setting is VIVA_SPEECH_ADDRESS.") from error
    except (OSError, ValueError) as error:
        raise PartFailed(
            f"The speech process cannot listen at {settings.speech_address!r}: {error}.",
            "Set VIVA_SPEECH_ADDRESS to unix:PATH or tcp://127.0.0.1:PORT.",
        ) from error
