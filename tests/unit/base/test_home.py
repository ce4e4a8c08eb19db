"""VIVA_HOME: one `up` at a time, secrets for the owner only, a plain word when it cannot be written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import HomeInUse, HomeNotWritable
from agent.home import Home, write_private


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home."""
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def test_a_home_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeNotWritable, match="cannot be written: Not a directory") as caught:
        Home(tmp_path / "file" / "home").prepare()
    assert "VIVA_HOME" in caught.value.next_step


def test_the_second_holder_is_told_of_the_first(home: Home) -> None:
    with home.lock("a test"):
        home.write_state({}, {"web_url": "http://127.0.0.1:1"})
        with pytest.raises(HomeInUse, match=rf"already running .*pid {os.getpid()}, http://127.0.0.1:1"):
            home.lock("another test")


def test_the_lock_ends_with_its_holder_however_it_dies(home: Home) -> None:
    code = (
        "import sys, pathlib, agent.home\n"
        "lock = agent.home.Home(pathlib.Path(sys.argv[1])).lock('a test')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeInUse, match=f"pid {holder.pid}"):
            home.lock("a test")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    home.lock("a test").close()


def test_secrets_are_made_once_and_for_the_owner_only(home: Home) -> None:
    made = home.make_secrets()
    assert home.make_secrets() == made == home.kept_secrets()
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.secrets.iterdir()} == {0o600}
    assert all(len(str(made[name])) >= 32 for name in ("livekit_api_secret", "secret_key"))


def test_two_homes_have_different_secrets(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.prepare()
    assert set(home.make_secrets().values()).isdisjoint(other.make_secrets().values())


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, "one")
    write_private(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_but_the_lock_stays_when_the_system_stops(home: Home) -> None:
    with home.lock("a test"):
        home.write_state({}, {})
        (home.run / "metrics").mkdir()
        home.clear_run()
    assert list(home.run.iterdir()) == [home.lock_file]
