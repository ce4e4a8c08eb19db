"""The supervised server: what it leaves on disk, who gets in, and what it does when it cannot start."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from knowledge.embedded import EmbeddedPostgres
from knowledge.errors import EmbeddedPostgresError
from knowledge.postgres_account import account_for
from knowledge.postgres_binaries import copy_binaries
from knowledge.postmaster import command_line, command_lines_from_ps, is_postmaster


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "home" / "postgres"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running server for the tests that only look."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("home") / "postgres", durable=False) as running:
        yield running


@pytest.fixture
def its_data(server: EmbeddedPostgres) -> Path:
    """The data directory of `server`."""
    return server.log_path.with_name("postgres")


def _value(dsn: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select value from kept").fetchone()
        return row and row[0]


def _keep(dsn: str, value: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("create table kept as select %s as value", (value,))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _give_to_postgres(folder: Path) -> None:
    """Make the folder belong to the account that Postgres will run under."""
    account = account_for(folder.with_name("not there"))
    os.chown(folder, account.uid, account.gid)


def test_what_was_stored_is_there_after_a_restart(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    _keep(server.admin_dsn, "still here")
    first_dsn = server.dsn
    server.stop()
    assert (server.alive(), server.pid) == (False, None)

    server.start()

    assert server.dsn == first_dsn
    assert _value(server.admin_dsn) == "still here"
    server.stop()
    server.stop()


def test_starting_a_running_server_changes_nothing(server: EmbeddedPostgres):
    pid = server.pid

    server.start()

    assert (server.pid, server.alive()) == (pid, True)


def test_passwords_and_data_are_private(server: EmbeddedPostgres, its_data: Path):
    assert _mode(its_data) == 0o700
    assert _mode(its_data.with_name("postgres.pgpass")) == 0o600
    assert _mode(its_data.with_name("postgres.log")) == 0o600
    assert list(its_data.parent.rglob(".s.PGSQL*")) == []


def test_the_server_listens_on_loopback_only(server: EmbeddedPostgres):
    with psycopg.connect(server.dsn) as connection:
        settings = connection.execute("select current_setting('listen_addresses'), current_setting('port')").fetchone()
        assert settings == ("127.0.0.1", str(connection.info.port))


@pytest.mark.parametrize("role", ["supabase_admin", "postgres"])
def test_a_wrong_or_missing_password_is_refused(server: EmbeddedPostgres, role: str):
    port = psycopg.conninfo.conninfo_to_dict(server.dsn)["port"]
    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{role}:{password}@127.0.0.1:{port}/postgres", passfile="/dev/null")


def test_the_schema_owner_is_no_superuser(server: EmbeddedPostgres):
    with psycopg.connect(server.dsn) as connection:
        role = connection.execute("select current_user, rolsuper from pg_roles where rolname = current_user").fetchone()
        assert role == ("postgres", False)


def test_what_candidates_said_stays_out_of_the_server_log(server: EmbeddedPostgres):
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute("create table answers (text text unique)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("insert into answers values ('my private words')")

    log = server.log_path.read_text()
    assert "duplicate key" in log
    assert "private" not in log


def test_a_second_supervisor_is_refused_and_the_first_goes_on(server: EmbeddedPostgres, its_data: Path):
    second = EmbeddedPostgres(its_data, durable=False)

    with pytest.raises(EmbeddedPostgresError, match=f"another process \\({os.getpid()}\\) already runs Postgres"):
        second.start()
    second.stop()

    assert server.alive()
    psycopg.connect(server.dsn).close()


def test_a_port_in_use_is_named_and_nothing_is_left_running(data: Path):
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        server = EmbeddedPostgres(data, port=port, durable=False)
        with pytest.raises(EmbeddedPostgresError, match=f"port {port} is in use") as failed:
            server.start()
    assert "another port" in failed.value.next_step
    assert not server.alive()

    server.start()
    assert f":{port}/" in server.dsn
    server.stop()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match=r"cannot use .*file/postgres") as failed:
        EmbeddedPostgres(tmp_path / "file" / "postgres").start()
    assert "writable" in failed.value.next_step


def test_an_unwritable_folder_is_named(tmp_path: Path):
    """Root may write anywhere but in /proc."""
    folder = Path("/proc")
    if os.geteuid() != 0:
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o500)

    with pytest.raises(EmbeddedPostgresError, match=f"cannot use {folder}/postgres"):
        EmbeddedPostgres(folder / "postgres").start()


def test_a_folder_of_something_else_is_left_alone(data: Path):
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("do not touch")
    _give_to_postgres(data)

    with pytest.raises(EmbeddedPostgresError, match="not a Postgres data directory"):
        EmbeddedPostgres(data).start()

    assert (data / "thesis.txt").read_text() == "do not touch"


def test_an_empty_folder_is_used(data: Path):
    data.mkdir(parents=True)
    _give_to_postgres(data)

    with EmbeddedPostgres(data, durable=False) as server:
        assert server.alive()


def test_what_an_interrupted_creation_left_is_replaced(data: Path):
    partial = data.with_name("postgres.initializing")
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18")
    data.with_name("postgres.pgpass").write_text("left over")

    with EmbeddedPostgres(data, durable=False) as server:
        assert server.alive()
    assert not partial.exists()


def test_data_of_another_major_version_is_refused(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    server.stop()
    (data / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedPostgresError, match="made by Postgres 17; this is 18"):
        server.start()


def test_a_lost_password_file_is_named(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    server.stop()
    data.with_name("postgres.pgpass").unlink()

    with pytest.raises(EmbeddedPostgresError, match=r"there is no .*postgres\.pgpass"):
        EmbeddedPostgres(data, durable=False).start()


def test_a_foreign_password_file_is_named_and_nothing_is_left_running(data: Path):
    server = EmbeddedPostgres(data, durable=False)
    server.start()
    server.stop()
    password_file = data.with_name("postgres.pgpass")
    password_file.write_text(password_file.read_text().replace("supabase_admin:", "supabase_admin:not-"))
    second = EmbeddedPostgres(data, durable=False)

    with pytest.raises(EmbeddedPostgresError, match="refuses the password"):
        second.start()

    assert not second.alive()
    assert not (data / "postmaster.pid").exists()


def test_the_postmaster_is_recognised_with_and_without_proc(server: EmbeddedPostgres, its_data: Path):
    assert server.pid is not None
    assert is_postmaster(server.pid, its_data.resolve())
    assert not is_postmaster(server.pid, its_data.with_name("post"))
    assert not is_postmaster(os.getpid(), its_data)
    assert command_lines_from_ps()[server.pid] == command_line(server.pid)


def test_root_reaches_binaries_in_a_closed_folder_through_a_copy(tmp_path: Path):
    """As a clone in /root makes it: the virtual environment, the data and their parents out of everybody's reach."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    site_packages = copy_binaries(18, closed).parent
    with tempfile.TemporaryDirectory(dir="/var/tmp") as cache:
        Path(cache).chmod(0o755)
        program = (
            "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
            "from knowledge.embedded import EmbeddedPostgres\n"
            "from knowledge.postmaster import command_line\n"
            "with EmbeddedPostgres(Path(sys.argv[2]), cache=Path(sys.argv[3]), durable=False) as server:\n"
            "    print(command_line(server.pid))\n"
        )
        command = [sys.executable, "-c", program, str(site_packages), str(closed / "postgres"), cache]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        expected = cache if account_for(closed / "not there").dropped else str(site_packages)
        assert done.stdout.startswith(f"{expected}/")
