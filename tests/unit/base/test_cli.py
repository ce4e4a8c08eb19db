"""The command line from outside: exit codes, sentences, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.settings import base_environment

VALID = "interview_flows/flows/short_demo.toml"


def viva(*words: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command on this home."""
    given = base_environment() | {"VIVA_HOME": str(home)} | environment
    command = [sys.executable, "-m", "agent", *words]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)


def test_flows_are_listed_as_json(tmp_path: Path) -> None:
    done = viva("flows", "list", "--json", home=tmp_path)
    assert {"short_demo", "first_screen", "backend_engineer"} <= {flow["id"] for flow in json.loads(done.stdout)}


def test_a_typo_in_a_flow_names_file_key_and_allowed_values(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(Path(VALID).read_text(encoding="utf-8").replace('kind = "open"', 'kind = "opne"'), encoding="utf-8")
    done = viva("flows", "validate", VALID, str(bad), home=tmp_path)
    assert done.returncode == 2
    assert f"{VALID}: ok" in done.stdout
    assert str(bad) in done.stderr
    assert "kind" in done.stderr
    assert "open, intro, code, closing" in done.stderr or "one of" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("invite",),
        ("invite", "--flow", "no_such_flow", "--candidate", "Ada"),
        ("invite", "--flow", "short_demo", "--candidate", "Ada", "--accommodate", "extra-tim=2"),
        ("report", "not-an-id"),
    ],
)
def test_wrong_use_is_exit_2(words: tuple[str, ...], tmp_path: Path) -> None:
    done = viva(*words, home=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = viva("check", home=tmp_path, VIVA_ROOMS="many")
    assert done.returncode == 2
    assert done.stderr.startswith("viva: The setting VIVA_ROOMS is not valid")
    assert len(done.stderr.splitlines()) == 2


def test_an_unreachable_database_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    done = viva("interviews", home=tmp_path, DATABASE_URL="postgresql://viva:hush@127.0.0.1:1/viva?connect_timeout=2")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_is_missing_and_what_to_do(tmp_path: Path) -> None:
    done = viva("check", "--json", home=tmp_path, VIVA_CACHE=str(tmp_path / "cache"), PATH="/usr/bin:/bin")
    assert done.returncode == 1
    findings = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert findings["sfu"]["state"] == "missing"
    assert "make setup" in findings["sfu"]["next_step"]
    assert findings["model tiny.en"] | {"found": ""} == {
        "part": "model tiny.en",
        "state": "missing",
        "found": "",
        "next_step": "Run `viva models pull`.",
    }
