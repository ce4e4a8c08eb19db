"""`python -m agent.setup.sfu`: livekit-server into VIVA_CACHE, unless there is one already."""

from __future__ import annotations

from agent.settings import load_settings
from agent.setup.console import exits_with_a_sentence, say
from agent.sfu_build import ensure_sfu


@exits_with_a_sentence
def main() -> None:
    """Get the SFU and say where it is."""
    settings = load_settings()
    if settings.livekit_url is not None:
        say(f"sfu: LIVEKIT_URL is set, {settings.livekit_url} is used")
        return
    binary = ensure_sfu(settings.cache, say)
    say(f"sfu: {binary.path} ({binary.found})")


if __name__ == "__main__":
    main()
