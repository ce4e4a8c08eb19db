"""The layers hold: agent -> (plugins | knowledge) -> interview_flows, and LiveKit stays out of the lower ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from agent.project import ROOT


def test_the_contracts_of_import_linter_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
