"""Runs one speech process: `python -m plugins.speech --address unix:/path/to.sock --models DIR`; prints "ready"."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TextIO

from plugins.models.errors import ModelError
from plugins.speech.options import SpeechOptions
from plugins.speech.server import AddressInUse, serve


def say(line: str, to: TextIO) -> None:
    """Writes a line at once."""
    to.write(line + "\n")
    to.flush()


def main() -> int:
    """Parses the options and serves; 1 with one sentence on stderr where it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m plugins.speech", description=__doc__)
    parser.add_argument("--address", required=True, help="unix:/path/to.sock or tcp://host:port")
    parser.add_argument("--models", required=True, type=Path, help="folder of built models")
    parser.add_argument("--whisper", default="tiny.en", help="speech-to-text model")
    parser.add_argument("--voice", default="tiny", help="voice, or espeak for none but espeak-ng")
    parser.add_argument("--threads", default=1, type=int, help="cores one decode or synthesis may use")
    given = parser.parse_args()
    options = SpeechOptions(
        address=given.address, models=given.models, whisper=given.whisper, voice=given.voice, threads=given.threads
    )
    try:
        asyncio.run(serve(options, lambda: say("ready", sys.stdout)))
    except (ModelError, AddressInUse, ValueError, OSError) as error:
        say(str(error), sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
