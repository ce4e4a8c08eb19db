"""A real SFU for tests: livekit-server on free loopback ports, one per test process, ended with it."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from agent.home import Home
from agent.ports import free_port
from agent.settings import LOOPBACK, LiveKitAccess, Settings
from agent.sfu import require_sfu, sfu_command, write_key_file

START_WITHIN_S: Final = 20
ATTEMPTS: Final = 3
"""Ports are picked free and bound a moment later; another process may be quicker."""


@dataclass(frozen=True, slots=True)
class Sfu:
    """A running SFU."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def access(self) -> LiveKitAccess:
        """Address and keys."""
        return self.settings.livekit()


@pytest.fixture(scope="session")
def sfu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sfu]:
    """A real SFU on free ports. Fails when livekit-server is missing: `make setup` builds it."""
    binary = require_sfu(Settings().cache).path
    for attempt in range(ATTEMPTS):
        started = _start(binary, tmp_path_factory.mktemp(f"sfu{attempt}"))
        try:
            if _becomes_healthy(started):
                yield started
                return
        finally:
            started.process.kill()
            started.process.wait()
    pytest.fail(f"livekit-server did not start; its log ends:\n{started.log.read_text(errors='replace')[-2000:]}")


def _start(binary: Path, folder: Path) -> Sfu:
    home = Home(folder)
    home.prepare()
    port = free_port(LOOPBACK)
    secrets = home.make_secrets()
    settings = Settings(
        home=folder,
        sfu_port=port,
        rtc_tcp_port=free_port(LOOPBACK),
        rtc_udp_port=free_port(LOOPBACK, "udp"),
        livekit_url=f"ws://{LOOPBACK}:{port}",
        livekit_api_key=str(secrets["livekit_api_key"]),
        livekit_api_secret=str(secrets["livekit_api_secret"]),
    )
    access = settings.livekit()
    command = sfu_command(binary, settings, write_key_file(home, access.api_key, access.api_secret))
    log = home.logs / "sfu.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    return Sfu(settings, process, log)


def _becomes_healthy(sfu: Sfu) -> bool:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and sfu.process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{sfu.settings.sfu_port}/", timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False
