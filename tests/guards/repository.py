"""The files that belong to the project, for guards that read them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from agent.project import ROOT

PACKAGES = ("agent", "plugins", "interview_flows", "knowledge")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that git tracks or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def text_files() -> tuple[tuple[Path, str], ...]:
    """Those of them that are text, with their text."""
    found = []
    for path in project_files():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def package_files() -> tuple[Path, ...]:
    """Files of the four packages."""
    return tuple(path for path in project_files() if path.relative_to(ROOT).parts[0] in PACKAGES)
