"""Nothing in the files that are tracked is secret, or true on one machine only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.project import ROOT
from tests.guards.repository import text_files

# Written in pieces, so that this file does not contain what it looks for.
REGISTRIES = ("registry.npm" + "js.org", "files.python" + "hosted.org", "proxy." + "golang.org", "py" + "pi.org/simple")
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE " + "KEY-----",
    "an access key": r"\bAKIA" + "[0-9A-Z]{16}\\b",
    "a token of a code host": r"\bgh[pousr]_" + "[A-Za-z0-9]{36}\\b",
    "a key of a model service": r"\bsk-" + "[A-Za-z0-9_-]{32,}",
    "an API secret": r"(?i)(api_secret|secret_key|password)\s*[:=]\s*[\"']?[0-9a-f]{32,}",
}


def _places(pattern: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match.group()[:60]}"
        for path, text in text_files()
        for match in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_tracked(kind: str) -> None:
    assert _places(SECRETS[kind]) == []


def test_no_path_of_this_machine_is_tracked() -> None:
    folders = {ROOT.parent, Path.home()} - {Path("/")}
    pattern = "|".join(rf"(?<![\w/.]){re.escape(str(folder))}/" for folder in folders)
    assert _places(pattern) == []


def test_no_registry_address_is_tracked() -> None:
    assert _places("|".join(re.escape(host) for host in REGISTRIES)) == []


def test_no_default_key_of_livekit_is_used() -> None:
    assert _places(r"\bdev" + r"key\b") == []
