"""A Postgres server of our own, started and watched by this process.

Loopback TCP only, SCRAM passwords, no socket in the file system. Beside the data directory `NAME` stand
`NAME.pgpass` (both passwords, mode 0600), `NAME.log` and `NAME.lock` (held by the one process that may start it).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO, Final, Self

import psycopg
from psycopg import sql

from knowledge.errors import EmbeddedPostgresError
from knowledge.postgres_account import Account, account_for
from knowledge.postgres_binaries import runnable_binaries
from knowledge.postgres_creation import ENVIRONMENT, NewCluster, create_cluster
from knowledge.postgres_passwords import read_passwords, write_passwords
from knowledge.postmaster import (
    POLL_S,
    cluster_name,
    is_postmaster,
    read_lock_file,
    stop_postmaster,
    take_over_lock_file,
)

HOST: Final = "127.0.0.1"
ADMIN: Final = "supabase_admin"
OWNER: Final = "postgres"
"""The role that owns the schema. Not a superuser, as on Supabase, so that migrations which need one fail here too."""

_SETTINGS: Final = (
    "unix_socket_directories=",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] ",
    # Statements and details may quote what a candidate said.
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
)
_LOG_LIMIT_BYTES: Final = 10 * 2**20


class EmbeddedPostgres:
    """One server over one data directory. Not thread-safe; `start` may be called again after a crash."""

    def __init__(
        self,
        data: Path,
        *,
        major: int = 18,
        port: int | None = None,
        cache: Path | None = None,
        durable: bool = True,
    ) -> None:
        """`port` None picks the last one used or a free one. `cache` is for a copy of binaries that root may need.

        `durable` False gives up safety against power loss for speed: for tests.
        """
        self._data = data.absolute().resolve()
        self._major = major
        self._fixed_port = port
        self._port: int | None = port
        self._cache = cache
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._passwords: dict[str, str] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        """Connection string of the role that owns the schema."""
        return self._dsn(OWNER)

    @property
    def admin_dsn(self) -> str:
        """Connection string of the superuser: for `platform.sql` only."""
        return self._dsn(ADMIN)

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster while it runs."""
        return self._child.pid if self._child is not None and self.alive() else None

    @property
    def log_path(self) -> Path:
        return self._beside("log")

    def alive(self) -> bool:
        """Whether the postmaster that this object started still runs."""
        return self._child is not None and self._child.poll() is None

    def start(self, timeout_s: float = 60.0) -> None:
        """Create the data directory if needed, end what a killed predecessor left, and start; returns when it accepts.

        Raises EmbeddedPostgresError; nothing of ours runs then.
        """
        if self.alive():
            return
        deadline = time.monotonic() + timeout_s
        try:
            self._hold_directory()
            account = account_for(self._data)
            binaries = runnable_binaries(self._major, account, self._cache)
            self._initialize(binaries, account)
            self._settle_predecessor(deadline)
            self._launch(binaries, account, deadline)
            self._provide_owner()
        except OSError as error:
            self.stop()
            raise EmbeddedPostgresError(
                f"Postgres cannot use {self._data}: {error.strerror or error}",
                "make the folder writable, free some space, or choose another one",
            ) from error
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout_s: float = 30.0) -> None:
        """Stop the server (fast: open transactions are rolled back) and give up the data directory."""
        if self._child is not None:
            for number, patience_s in ((signal.SIGINT, timeout_s), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
                self._child.send_signal(number)
                try:
                    self._child.wait(patience_s)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self._child = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _hold_directory(self) -> None:
        """Become the one supervisor of the directory. The lock ends with this process, however that ends."""
        if self._lock is not None:
            return
        self._data.parent.mkdir(parents=True, exist_ok=True)
        lock = self._beside("lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedPostgresError(
                f"another process ({holder}) already runs Postgres on {self._data}", "stop it first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _initialize(self, binaries: Path, account: Account) -> None:
        password_path = self._beside("pgpass")
        version = self._data / "PG_VERSION"
        if version.is_file():
            self._check_version(version.read_text(encoding="ascii").strip())
            self._passwords = read_passwords(password_path)
            return
        self._passwords = {role: secrets.token_urlsafe(32) for role in (ADMIN, OWNER)}
        cluster = NewCluster(self._data, self._major, binaries, account, sync=self._durable)
        create_cluster(cluster, ADMIN, self._passwords[ADMIN], lambda: write_passwords(password_path, self._passwords))

    def _check_version(self, found: str) -> None:
        if found != str(self._major):
            raise EmbeddedPostgresError(
                f"{self._data} was made by Postgres {found}; this is {self._major}",
                "move the folder away, or dump it with the old version and load it with the new one",
            )

    def _settle_predecessor(self, deadline: float) -> None:
        """Stop the postmaster of a supervisor that was killed; clear a lock file that names nobody of ours."""
        lock_file = read_lock_file(self._data)
        if lock_file is None:
            return
        if self._port is None:
            # Clients of the predecessor find the server again where it was.
            self._port = lock_file.port
        if lock_file.pid is not None and is_postmaster(lock_file.pid, self._data):
            if not stop_postmaster(lock_file.pid, self._data, max(deadline - time.monotonic(), 1.0)):
                raise EmbeddedPostgresError(f"the Postgres of an earlier run ({lock_file.pid}) does not stop")
            lock_file = read_lock_file(self._data)
        if lock_file is not None and not take_over_lock_file(self._data, deadline):
            raise EmbeddedPostgresError(
                f"processes of an earlier Postgres still use {self._data}", "end them, then start again"
            )

    def _launch(self, binaries: Path, account: Account, deadline: float) -> None:
        """Start the postmaster and wait until it accepts connections.

        Tries again while children of a crashed predecessor still end, and when a port of our choice is snatched.
        """
        problem = ""
        while True:
            port = self._choose_port()
            latest = self._try_launch(binaries, account, port, deadline)
            if latest is None:
                self._port = port
                return
            problem = latest or problem or "it was not ready in time"
            passing = "still in use" in latest or (
                self._fixed_port is None and ("could not bind" in latest or "could not create any TCP" in latest)
            )
            if not passing or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"Postgres did not start: {problem}", f"see {self.log_path}")
            time.sleep(POLL_S * 5)

    def _try_launch(self, binaries: Path, account: Account, port: int, deadline: float) -> str | None:
        """Start the postmaster once; returns None when it accepts connections, else why it ended.

        The reason is empty when it has not ended but time is over.
        """
        settings = [*_SETTINGS, f"cluster_name={cluster_name(self._data)}"]
        if not self._durable:
            settings += ["fsync=off", "full_page_writes=off"]
        with self._open_log() as log:
            log_start = log.tell()
            self._child = subprocess.Popen(
                [
                    binaries / "postgres", "-D", account.path_in(self._data), "-h", HOST, "-p", str(port),
                    *(argument for setting in settings for argument in ("-c", setting)),
                ],
                cwd=self._data, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **account.identity,
            )  # fmt: skip
        while self._child.poll() is None:
            lock_file = read_lock_file(self._data)
            # Only our own child answers on the port once the file names it: it has bound the port itself.
            if lock_file is not None and lock_file.pid == self._child.pid and lock_file.ready:
                return None
            if time.monotonic() > deadline:
                return ""
            time.sleep(POLL_S)
        status = self._child.returncode
        self._child = None
        return _last_complaint(self.log_path, log_start) or f"it ended with status {status}"

    def _choose_port(self) -> int:
        if self._fixed_port is not None:
            if not _is_free(self._fixed_port):
                raise EmbeddedPostgresError(
                    f"port {self._fixed_port} is in use", "stop what listens there or choose another port"
                )
            return self._fixed_port
        return self._port if self._port is not None and _is_free(self._port) else _free_port()

    def _provide_owner(self) -> None:
        """Create the role that owns the schema, with its password, unless it is there."""
        try:
            with psycopg.connect(self.admin_dsn, autocommit=True, connect_timeout=10) as connection:
                if connection.execute("select to_regrole(%s)", (OWNER,)).fetchone() != (None,):
                    return
                # The verifier, so that the password itself never crosses the wire or reaches a log.
                password = self._passwords[OWNER].encode()
                verifier = connection.pgconn.encrypt_password(password, OWNER.encode(), b"scram-sha-256")
                connection.execute(
                    sql.SQL("create role {} login createdb createrole replication bypassrls password {}").format(
                        sql.Identifier(OWNER), sql.Literal(verifier.decode())
                    )
                )
        except psycopg.OperationalError as error:
            raise EmbeddedPostgresError(
                f"the server refuses the password in {self._beside('pgpass')}",
                "restore that file, or move the data directory away to start afresh",
            ) from error

    def _dsn(self, role: str) -> str:
        if not self._passwords or self._port is None:
            raise EmbeddedPostgresError("the embedded Postgres has not been started")
        # Without TLS and GSS negotiation: loopback needs neither, and each costs a round trip.
        address = f"{HOST}:{self._port}/postgres?sslmode=disable&gssencmode=disable"
        return f"postgresql://{role}:{self._passwords[role]}@{address}"

    def _open_log(self) -> IO[bytes]:
        path = self.log_path
        if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
        path.touch(mode=0o600)
        return path.open("ab")

    def _beside(self, suffix: str) -> Path:
        return self._data.with_name(f"{self._data.name}.{suffix}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _last_complaint(log_path: Path, start: int) -> str:
    """The reason Postgres gave for ending, from what it logged after byte `start`."""
    with log_path.open("rb") as log:
        log.seek(start)
        lines = log.read().decode(errors="replace").splitlines()
    complaints = [line for line in lines if "FATAL:" in line or "could not bind" in line or "could not create" in line]
    return "; ".join(line.split("] ", 1)[-1].strip() for line in complaints)
