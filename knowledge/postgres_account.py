"""The account that Postgres runs under. It refuses to run as root, so root drops to an unprivileged one."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from knowledge.errors import EmbeddedPostgresError

_UNPRIVILEGED_ACCOUNTS: Final = ("postgres", "nobody")


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

    def path_in(self, folder: Path) -> str:
        """A path by which a child of the account reaches the folder that is its working directory.

        On Linux that works even below folders which the account may not enter. Raises EmbeddedPostgresError.
        """
        if self.reaches(folder):
            return str(folder)
        if self.dropped and Path("/proc/self/cwd").exists():
            return "/proc/self/cwd"
        raise EmbeddedPostgresError(f"user {self.uid} may not enter {folder}", "choose a folder outside mode 0700")


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
