"""What the packages need at run time is installed with them, and every room says what lives in it."""

from __future__ import annotations

import ast
import fnmatch
import tomllib
from pathlib import Path

import pytest

from agent.project import ROOT
from tests.guards.repository import PACKAGES, package_files

ROOMS = sorted({path.parent for path in package_files() if path.suffix == ".py"})


def _patterns(package: str) -> list[str]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    return [*data.get(package, []), *data["*"]]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_data_file_is_installed(package: str) -> None:
    folder = ROOT / package
    names = [str(path.relative_to(folder)) for path in package_files() if path.is_relative_to(folder)]
    data = [name for name in names if not name.endswith((".py", ".pyi"))]
    patterns = [pattern.replace("**/", "*") for pattern in _patterns(package)]
    assert [name for name in data if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_every_folder_says_what_lives_there(room: Path) -> None:
    text = (room / "__init__.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{room.relative_to(ROOT)}/__init__.py has no docstring"
