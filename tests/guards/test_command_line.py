"""`viva --help` answers at once, because nothing heavy is imported for it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("livekit", "numpy", "psycopg", "pydantic", "aiohttp", "fastapi", "onnxruntime", "asyncio", "rich")


def test_nothing_heavy_is_imported_for_a_command_s_name() -> None:
    code = f"import sys, agent.cli; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
