"""Finding livekit-server, and the command line it gets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from agent.errors import PartMissing
from agent.settings import Settings
from agent.sfu import SFU_VERSION, cached_path, find_sfu, require_sfu, sfu_command


def _binary(path: Path, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho livekit-server version {version}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place on PATH for a livekit-server; nothing else is there but the shell."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "livekit-server"


def test_the_exact_version_on_path_is_taken(on_path: Path, tmp_path: Path) -> None:
    _binary(on_path, SFU_VERSION)
    found = find_sfu(tmp_path / "cache")
    assert found is not None
    assert (found.path, found.found) == (on_path, "on PATH")


def test_another_version_on_path_is_passed_over(on_path: Path, tmp_path: Path) -> None:
    _binary(on_path, "1.9.0")
    _binary(cached_path(tmp_path / "cache"), SFU_VERSION)
    found = find_sfu(tmp_path / "cache")
    assert found is not None
    assert found.path == cached_path(tmp_path / "cache")


def test_a_missing_sfu_says_how_to_get_it(on_path: Path, tmp_path: Path) -> None:
    with pytest.raises(PartMissing, match=r"make setup.*PATH.*LIVEKIT_URL"):
        require_sfu(tmp_path / "cache")


def test_the_command_line_holds_no_secret_and_keeps_to_loopback(tmp_path: Path) -> None:
    command = sfu_command(tmp_path / "sfu", Settings(home=tmp_path, sfu_port=1, return_grace_s=30), tmp_path / "keys")
    assert ("--bind", "127.0.0.1") in pairwise(command)
    assert ("--node-ip", "127.0.0.1") in pairwise(command)
    assert ("--room.departure_timeout", "90") in pairwise(command)
    assert ("--key-file", str(tmp_path / "keys")) in pairwise(command)


def test_the_local_network_is_reached_by_one_setting(tmp_path: Path) -> None:
    command = sfu_command(tmp_path / "sfu", Settings(home=tmp_path, node_ip="192.168.1.20"), tmp_path / "keys")
    assert ("--bind", "0.0.0.0") in pairwise(command)
    assert ("--node-ip", "192.168.1.20") in pairwise(command)
