"""What is installed is pinned to the byte, and from nowhere in particular."""

from __future__ import annotations

import re
import tomllib

import pytest

from agent.project import ROOT
from agent.sfu import SFU_VERSION

PIP_LOCKS = ("requirements.lock", "requirements-dev.lock", "web/node.lock", "servers/go-toolchain.lock")


def _requirements(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", PIP_LOCKS)
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    lines = _requirements(name)
    assert lines
    assert [line for line in lines if not re.match(r"[\w.\-\[\],]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []


@pytest.mark.parametrize("name", PIP_LOCKS)
def test_no_lock_file_names_an_index(name: str) -> None:
    assert not re.search(r"index|find-links|https?://", "\n".join(_requirements(name)))


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {re.split(r"[\[<>=! ]", line)[0].lower() for line in project["project"]["dependencies"]}
    locked = {re.split(r"[\[=]", line)[0].lower() for line in _requirements("requirements.lock")}
    assert named <= locked


def test_the_page_s_packages_are_pinned_with_a_digest_and_no_address() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity": "sha512-' in text
    assert '"resolved"' not in text


def test_the_sfu_s_module_pins_one_version_and_every_source() -> None:
    folder = ROOT / "servers" / "livekit-server"
    module = (folder / "go.mod").read_text(encoding="utf-8")
    assert f"livekit-server v{SFU_VERSION}\n" in module
    assert "replace" not in module
    sums = (folder / "go.sum").read_text(encoding="utf-8")
    assert f"github.com/livekit/livekit-server v{SFU_VERSION} h1:" in sums


def test_make_installs_only_what_is_locked() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if "$(PIP) install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
