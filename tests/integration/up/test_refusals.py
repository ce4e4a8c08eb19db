"""What `viva up` says when it cannot start: one sentence, the next step, exit 1, and nothing half-started."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from agent.settings import Settings
from agent.sfu import cached_path, require_sfu
from tests.integration.up.conftest import viva

pytestmark = pytest.mark.system


def _refused(done: subprocess.CompletedProcess[str], home: Path) -> str:
    """What was said last, after checking that nothing else was left behind."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not (home / "run" / "up.json").exists()
    leftovers = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if any(str(home) in word for word in process.info["cmdline"] or [])
    ]
    assert leftovers == []
    return done.stderr


@pytest.mark.parametrize("setting", ["VIVA_WEB_PORT", "VIVA_SFU_PORT", "VIVA_RTC_TCP_PORT"])
def test_a_port_in_use(setting: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = _refused(viva("up", home=tmp_path / "home", **{setting: str(port)}), tmp_path / "home")
    assert f"TCP port {port} is in use by" in said
    assert f"pid {os.getpid()}" in said
    assert f"set {setting} to another port" in said


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = _refused(viva("up", home=tmp_path / "file" / "home"), tmp_path / "file" / "home")
    assert "cannot be written" in said
    assert "VIVA_HOME" in said


def test_no_sfu(tmp_path: Path) -> None:
    done = viva("up", home=tmp_path / "home", VIVA_CACHE=str(tmp_path / "cache"), PATH="/usr/bin:/bin")
    said = _refused(done, tmp_path / "home")
    assert "livekit-server" in said
    assert "make setup" in said


def test_a_missing_model(tmp_path: Path) -> None:
    binary = cached_path(tmp_path / "cache")
    binary.parent.mkdir(parents=True)
    binary.symlink_to(require_sfu(Settings().cache).path)
    done = viva("up", home=tmp_path / "home", VIVA_CACHE=str(tmp_path / "cache"))
    assert "viva models pull" in _refused(done, tmp_path / "home")


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = viva("up", home=tmp_path / "home", DATABASE_URL="postgresql://viva:hush@127.0.0.1:1/viva")
    said = _refused(done, tmp_path / "home")
    assert "hush" not in said
    assert "DATABASE_URL" in said


def test_half_of_the_sfu_s_keys(tmp_path: Path) -> None:
    done = viva("up", home=tmp_path / "home", LIVEKIT_API_KEY="APIonly")
    assert done.returncode == 2
    assert "LIVEKIT_API_SECRET" in done.stderr
