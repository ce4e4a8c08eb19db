"""Logging in to Postgres: options that follow from the address, a small pool, and what a failure is called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypedDict

import psycopg
from psycopg.conninfo import conninfo_to_dict

from knowledge.errors import DatabaseUnreachable

_TRANSACTION_POOLER_PORT: Final = "6543"
"""Supavisor's transaction mode, where a prepared statement may meet another session's."""

_REFUSALS: Final = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "permission denied for database",
)


class DriverOptions(TypedDict, total=False):
    """Arguments of `psycopg.connect` that follow from a connection string. What the string sets itself is kept."""

    prepare_threshold: int | None
    connect_timeout: int
    tcp_user_timeout: int


def driver_options(dsn: str) -> DriverOptions:
    """Raises DatabaseUnreachable when the connection string is malformed."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnreachable(
            "the database address is malformed", "DATABASE_URL reads postgresql://user:password@host:port/database"
        ) from error
    options = DriverOptions()
    if parts.get("port") == _TRANSACTION_POOLER_PORT:
        options["prepare_threshold"] = None
    if "connect_timeout" not in parts:
        options["connect_timeout"] = 5  # seconds
    if "tcp_user_timeout" not in parts:
        options["tcp_user_timeout"] = 5000  # milliseconds until data nobody acknowledges breaks the connection
    return options


def is_refusal(error: psycopg.Error) -> bool:
    """Whether the server refused the login for good. A failed login carries no SQLSTATE, only the server's words."""
    return any(words in str(error) for words in _REFUSALS)


def unreachable(error: psycopg.Error) -> DatabaseUnreachable:
    """What a failed login or a lost connection is to the caller, without the password."""
    lines = str(error).strip().splitlines()
    reason = lines[-1].strip() if lines else type(error).__name__
    if "password" in reason:
        return DatabaseUnreachable("the database refuses the user or the password", "check DATABASE_URL")
    return DatabaseUnreachable(f"the database does not answer: {reason}", "check that it runs, and DATABASE_URL")


class ConnectionPool:
    """At most `max_size` connections, opened when needed.

    A call that needs a new one tries at once and fails at once, with the server's reason: after an outage the first
    call that can succeed does. (psycopg_pool connects in the background with growing pauses, and keeps the reason.)
    """

    def __init__(self, dsn: str, max_size: int) -> None:
        self._dsn = dsn
        self._options = driver_options(dsn)
        self._slots = asyncio.Semaphore(max_size)
        self._idle: list[psycopg.AsyncConnection[tuple[Any, ...]]] = []  # Any: a row's types are its query's
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """An autocommit connection. One that comes back broken or inside a transaction is closed.

        Raises psycopg.OperationalError.
        """
        async with self._slots:
            if self._closed:
                raise DatabaseUnreachable("the repository is closed")
            connection = self._take_idle() or await self._open()
            try:
                yield connection
            finally:
                await self._give_back(connection)

    async def aclose(self) -> None:
        """Close every idle connection, and the busy ones as they come back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()

    async def _give_back(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        if self._closed or connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
            await connection.close()
        else:
            self._idle.append(connection)

    def _take_idle(self) -> psycopg.AsyncConnection[tuple[Any, ...]] | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return None

    async def _open(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        return await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, **self._options)
