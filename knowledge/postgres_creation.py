"""Create the data directory of an embedded server: complete, with its passwords, or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.errors import EmbeddedPostgresError
from knowledge.postgres_account import Account

ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": os.defpath}
"""All that Postgres sees of the environment: nobody's PGDATA, locale or time zone."""


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A data directory to be made."""

    data: Path
    major: int
    binaries: Path
    account: Account
    sync: bool
    """Whether to wait until the files are on the disk."""


def create_cluster(cluster: NewCluster, superuser: str, password: str, before_it_appears: Callable[[], None]) -> None:
    """Make the data directory beside its place, call `before_it_appears`, then move it there.

    Raises EmbeddedPostgresError, OSError; nothing is left then.
    """
    data = cluster.data
    if data.exists() and any(data.iterdir()):
        raise EmbeddedPostgresError(f"{data} is not a Postgres data directory", "choose an empty folder")
    partial = data.with_name(f"{data.name}.initializing")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        os.chown(partial, cluster.account.uid, cluster.account.gid)
        _run_initdb(cluster, partial, superuser, password)
        before_it_appears()
        if data.exists():
            data.rmdir()
        partial.rename(data)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _run_initdb(cluster: NewCluster, folder: Path, superuser: str, password: str) -> None:
    account = cluster.account
    with tempfile.TemporaryFile(dir=folder.parent) as password_file:
        password_file.write(password.encode() + b"\n")
        password_file.seek(0)
        os.fchown(password_file.fileno(), account.uid, account.gid)
        command = [
            str(cluster.binaries / "initdb"),
            f"--pgdata={account.path_in(folder)}",
            f"--username={superuser}",
            # An open file, because the account may not be able to enter the folder that a path would name.
            f"--pwfile=/dev/fd/{password_file.fileno()}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
        ]
        if cluster.major >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not cluster.sync:
            command.append("--no-sync")
        done = subprocess.run(
            command,
            cwd=folder,
            env=ENVIRONMENT,
            pass_fds=[password_file.fileno()],
            capture_output=True,
            text=True,
            check=False,
            **account.identity,
        )
    if done.returncode != 0:
        problem = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[-300:])
        raise EmbeddedPostgresError(
            f"initdb could not create {cluster.data}: {problem.strip()}", "free some space or choose another folder"
        )
