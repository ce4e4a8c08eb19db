"""The whole system: ready, alone on its home, kept running, and gone without a trace."""

from __future__ import annotations

import json
import signal
import stat
import urllib.request
from pathlib import Path
from typing import Final

import pytest

from agent.up_screen import UpSummary
from tests.integration.up.conftest import STOP_WITHIN_S, Up, start, until, viva

pytestmark = pytest.mark.system

RESTART_WITHIN_S: Final = 60


def test_the_ready_line_says_where_everything_is(up: Up) -> None:
    summary = UpSummary.model_validate(up.summary)
    assert set(up.summary) == set(UpSummary.model_fields)
    assert summary.join_url.startswith(f"{summary.web_url}/join/")
    assert summary.console_url.startswith(f"{summary.web_url}/console")
    assert summary.livekit_url.startswith("ws://127.0.0.1:")
    assert summary.access_code.isdigit()
    assert summary.engines.llm == "scripted"


def test_the_links_answer(up: Up) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for url in (f"{up.summary['web_url']}/readyz", up.summary["join_url"], up.summary["console_url"]):
        with browser.open(url, timeout=10) as answer:
            assert answer.status == 200


def test_what_the_home_keeps_secret_is_the_owner_s(up: Up) -> None:
    private = [*(up.home / "secrets").iterdir(), up.home / "run" / "up.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_other_commands_find_the_running_system(up: Up) -> None:
    invited = viva("invite", "--flow", "short_demo", "--candidate", "Ada", "--json", home=up.home)
    assert invited.returncode == 0, invited.stderr
    invite = json.loads(invited.stdout)
    assert invite["join_url"].startswith(up.summary["web_url"])
    listed = json.loads(viva("interviews", "--json", home=up.home).stdout)
    assert invite["interview_id"] in {interview["id"] for interview in listed}
    checked = viva("check", "--json", home=up.home)
    states = {finding["part"]: finding["state"] for finding in json.loads(checked.stdout)}
    assert (states["sfu"], states["database"], states["system"]) == ("ok", "ok", "ok")


def test_a_second_up_says_that_the_first_runs(up: Up) -> None:
    second = viva("up", home=up.home)
    assert second.returncode == 1
    assert second.stdout == ""
    assert "already running" in second.stderr
    assert f"pid {up.process.pid}" in second.stderr
    assert up.summary["web_url"] in second.stderr


@pytest.mark.parametrize("name", ["sfu", "worker", "speech"])
def test_a_part_that_dies_is_started_again(up: Up, name: str) -> None:
    first = up.part(name)
    assert first is not None
    up.see()
    before = up.errors.read_text(encoding="utf-8").count(f"{name}: ready again")
    first.kill()

    def is_back() -> bool:
        return up.errors.read_text(encoding="utf-8").count(f"{name}: ready again") > before

    until(is_back, RESTART_WITHIN_S, f"{name} is ready again")
    second = up.part(name)
    assert second is not None
    assert second.pid != first.pid


def test_ctrl_c_leaves_nothing_and_the_next_start_is_killed_without_a_trace(up: Up, tmp_path: Path) -> None:
    assert up.end(signal.SIGINT) == 0
    assert up.left() == []
    assert [path.name for path in (up.home / "run").iterdir()] == ["up.lock"]

    again = start(up.home, tmp_path)
    assert again.summary["ready_s"] > 0
    again.end(signal.SIGKILL)
    until(lambda: not again.left(), STOP_WITHIN_S, "nothing is left of a killed system")
