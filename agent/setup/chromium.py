"""`python -m agent.setup.chromium`: a Chromium for the browser tests.

The one on PATH; else Debian's package, as root; else Playwright's own build. Says which.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from agent.errors import PartMissing
from agent.settings import base_environment
from agent.setup.console import exits_with_a_sentence, say

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Commands by which browsers of this family go."""


@exits_with_a_sentence
def main() -> None:
    """Find or install Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        say(f"chromium: {found} is used")
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("chromium: none on PATH; installing Debian's package")
        if _works(["apt-get", "update", "-qq"]) and _works(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        ):
            say(f"chromium: {shutil.which('chromium')} was installed")
            return
    say("chromium: none on PATH; installing Playwright's own build")
    if not _works([sys.executable, "-m", "playwright", "install", "chromium"]):
        raise PartMissing("There is no Chromium and none could be installed.", "Install one, so that it is on PATH.")
    say("chromium: Playwright's build was installed")


def _works(command: Sequence[str]) -> bool:
    environment = base_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    main()
