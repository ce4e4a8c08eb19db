"""livekit-server: where to find it, how to build it, and how to start it on this machine.

Ways to have it, first wins: LIVEKIT_URL (a running one), the exact version on PATH, the one built earlier into
VIVA_CACHE; else it is built from the pinned Go module in `servers/livekit-server`, or taken out of its Docker image.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.errors import PartMissing
from agent.home import Home, write_private
from agent.project import project_file
from agent.settings import LOOPBACK, Settings

SFU_VERSION: Final = "1.13.5"

DEPARTURE_MARGIN_S: Final = 60
"""A room outlives the return grace by this long, so that the interviewer ends it and not the SFU."""

Progress = Callable[[str], None]
"""Told what is being done, in words."""


@dataclass(frozen=True, slots=True)
class SfuBinary:
    """A livekit-server of the right version."""

    path: Path
    found: str
    """How it was found, in words."""


def find_sfu(cache: Path) -> SfuBinary | None:
    """The SFU's binary on PATH or in the cache, or None."""
    on_path = shutil.which("livekit-server")
    if on_path and _version(Path(on_path)) == SFU_VERSION:
        return SfuBinary(Path(on_path), "on PATH")
    cached = cached_path(cache)
    if cached.is_file():
        return SfuBinary(cached, "built into VIVA_CACHE")
    return None


def cached_path(cache: Path) -> Path:
    """Where a built SFU is kept."""
    return cache / "bin" / f"livekit-server-{SFU_VERSION}"


def require_sfu(cache: Path) -> SfuBinary:
    """The SFU's binary. Raises `PartMissing` with the ways to get it."""
    found = find_sfu(cache)
    if found is None:
        raise PartMissing(
            f"livekit-server {SFU_VERSION} is not here.",
            "`make setup` builds it; or put it on PATH, or set LIVEKIT_URL to a running one.",
        )
    return found


def sfu_command(binary: Path, settings: Settings, key_file: Path) -> tuple[str, ...]:
    """The command line of the SFU: livekit.yaml and, as arguments, what depends on this machine and home."""
    departure_s = round(settings.return_grace_s) + DEPARTURE_MARGIN_S
    bind = [LOOPBACK] if settings.web_host == LOOPBACK else ["0.0.0.0"]  # noqa: S104 - asked for by VIVA_NODE_IP
    return (
        str(binary),
        *("--config", str(project_file("livekit.yaml"))),
        *("--key-file", str(key_file)),
        *(part for address in bind for part in ("--bind", address)),
        *("--node-ip", settings.node_ip),
        *("--port", str(settings.sfu_port)),
        *("--rtc.tcp_port", str(settings.rtc_tcp_port)),
        *("--udp-port", str(settings.rtc_udp_port)),
        *("--room.departure_timeout", str(departure_s)),
    )


def write_key_file(home: Home, api_key: str, api_secret: str) -> Path:
    """Write the keys as the SFU reads them, mode 0600; the secret never stands on a command line."""
    path = home.secrets / "livekit.keys"
    write_private(path, f"{api_key}: {api_secret}\n")
    return path


def _version(binary: Path) -> str | None:
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    return found.group() if found else None
