"""Where the files lie that come with the source and are no part of a package: livekit.yaml, servers/."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agent.errors import PartMissing

ROOT: Final = Path(__file__).resolve().parent.parent


def project_file(name: str) -> Path:
    """Path of a file or folder of the source tree. Raises `PartMissing` when Viva was installed without it."""
    path = ROOT / name
    if not path.exists():
        raise PartMissing(
            f"{name} is not beside the installed packages ({str(ROOT)!r}).",
            "Run Viva from its source tree: clone it and use `make run`.",
        )
    return path
