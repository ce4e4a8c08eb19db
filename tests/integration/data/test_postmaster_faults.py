"""Crashes of the server and of its supervisor, and lock files that lie."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from knowledge.embedded import EmbeddedPostgres
from knowledge.errors import EmbeddedPostgresError
from knowledge.postgres_account import account_for
from knowledge.postmaster import command_line, is_postmaster, lock_file_path
from tests.integration.data.deadlines import wait_until

SUPERVISOR = """
import sys
from pathlib import Path
from knowledge.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def reused_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("faults") / "postgres", durable=False) as running:
        with psycopg.connect(running.admin_dsn) as connection:
            connection.execute("create table kept as select 1 as value")
        yield running


@pytest.fixture
def server(reused_server: EmbeddedPostgres) -> EmbeddedPostgres:
    """A running server with a table `kept` of one row, which every test must find as the one before left it."""
    reused_server.start()
    return reused_server


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A living process of the account that Postgres runs under, so that Postgres itself would believe it."""
    account = account_for(tmp_path / "postgres")
    process = subprocess.Popen(["sleep", "600"], cwd="/", **account.identity)
    yield process
    process.kill()
    process.wait()


def _kill(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: not server.alive())


def _data(server: EmbeddedPostgres) -> Path:
    return server.log_path.with_name("postgres")


def _values(server: EmbeddedPostgres) -> list[int]:
    with psycopg.connect(server.admin_dsn) as connection:
        return [value for (value,) in connection.execute("select value from kept order by value")]


def test_no_acknowledged_row_is_lost_when_the_postmaster_is_killed(tmp_path: Path):
    acknowledged: list[int] = []

    def insert_until_it_fails(dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            while True:
                row = len(acknowledged) + 1
                try:
                    connection.execute("insert into kept values (%s)", (row,))
                except psycopg.OperationalError:
                    return
                acknowledged.append(row)

    with EmbeddedPostgres(tmp_path / "postgres") as server:
        with psycopg.connect(server.admin_dsn) as connection:
            connection.execute("create table kept (value int primary key)")
        writer = threading.Thread(target=insert_until_it_fails, args=(server.admin_dsn,))
        writer.start()
        wait_until(lambda: len(acknowledged) > 200)
        _kill(server)
        writer.join(10)
        assert not writer.is_alive()

        server.start()

        stored = _values(server)
        # The row in flight may have been stored without its reply.
        assert stored in (acknowledged, [*acknowledged, len(acknowledged) + 1])


def test_a_killed_server_comes_back_on_the_same_port(server: EmbeddedPostgres):
    dsn = server.dsn
    _kill(server)
    assert server.pid is None

    server.start()

    assert server.dsn == dsn
    assert _values(server) == [1]


@pytest.mark.parametrize("content", ["", "123", "garbage\nin\nevery\nline\n", "-1\n", "99999999999999999999\n\n\n1\n"])
def test_a_damaged_lock_file_does_not_stop_the_next_start(server: EmbeddedPostgres, content: str):
    _kill(server)
    lock_file_path(_data(server)).write_text(content)

    server.start()

    assert _values(server) == [1]


def test_a_lock_file_that_names_a_stranger_is_not_believed(server: EmbeddedPostgres, stranger: subprocess.Popen[bytes]):
    _kill(server)
    path = lock_file_path(_data(server))
    path.write_text(path.read_text().replace(path.read_text().splitlines()[0], str(stranger.pid), 1))

    server.start()
    assert _values(server) == [1]
    server.stop()

    assert stranger.poll() is None


def test_a_lock_file_that_names_another_server_of_ours_is_not_believed(server: EmbeddedPostgres, tmp_path: Path):
    with EmbeddedPostgres(tmp_path / "postgres2", durable=False) as other:
        _kill(server)
        path = lock_file_path(_data(server))
        path.write_text(path.read_text().replace(path.read_text().splitlines()[0], str(other.pid), 1))

        server.start()
        server.stop()

        assert other.alive()
        psycopg.connect(other.dsn).close()


def test_a_lock_file_that_names_a_process_that_is_gone(server: EmbeddedPostgres):
    _kill(server)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    path = lock_file_path(_data(server))
    path.write_text(path.read_text().replace(path.read_text().splitlines()[0], str(gone.pid), 1))

    server.start()

    assert _values(server) == [1]


@pytest.mark.parametrize("lock_file", ["as it was", "damaged"])
def test_no_second_server_starts_beside_a_child_of_the_first(server: EmbeddedPostgres, lock_file: str):
    """A stopped child still has the shared memory: two servers on one directory would destroy it."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        child = connection.info.backend_pid
        os.kill(child, signal.SIGSTOP)
        try:
            _kill(server)
            if lock_file == "damaged":
                lock_file_path(_data(server)).write_text("")
            with pytest.raises(EmbeddedPostgresError, match="still"):
                server.start(timeout_s=1.0)
        finally:
            os.kill(child, signal.SIGCONT)

    server.start()

    assert _values(server) == [1]


@pytest.fixture
def start_supervisor(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], int]]]:
    """Starts a supervisor as a process of its own; gives it and the pid of its postmaster."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-c", SUPERVISOR, str(tmp_path / "postgres")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_server_of_a_killed_supervisor_is_stopped_and_replaced(
    tmp_path: Path, start_supervisor: Callable[[], tuple[subprocess.Popen[str], int]]
):
    data = tmp_path / "postgres"
    supervisor, orphan = start_supervisor()
    supervisor.kill()
    supervisor.wait()
    assert is_postmaster(orphan, data)

    with EmbeddedPostgres(data, durable=False) as server:
        assert server.pid not in (None, orphan)
        assert not is_postmaster(orphan, data)
        psycopg.connect(server.dsn).close()
        assert _log_says_clean_shutdown(server)


def test_supervisors_killed_again_and_again_leave_one_server(
    tmp_path: Path, start_supervisor: Callable[[], tuple[subprocess.Popen[str], int]]
):
    postmasters = []
    for _ in range(3):
        supervisor, postmaster = start_supervisor()
        postmasters.append(postmaster)
        supervisor.kill()
        supervisor.wait()

    assert [pid for pid in postmasters if command_line(pid)] == postmasters[-1:]

    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        assert command_line(postmasters[-1]) == ""


def _log_says_clean_shutdown(server: EmbeddedPostgres) -> bool:
    log = server.log_path.read_text()
    return "received fast shutdown request" in log and "not properly shut down" not in log
