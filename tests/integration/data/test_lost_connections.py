"""The store while the server goes away, comes back, or takes its replies with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from knowledge.embedded import EmbeddedPostgres
from knowledge.errors import DatabaseUnreachable
from knowledge.migrations import migrate
from knowledge.postgres_repository import PostgresRepository
from tests.integration.data.deadlines import wait_until
from tests.integration.data.interviews import an_event, an_interview

TTL_S = 30.0


@pytest.fixture(scope="module")
def restarted_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("lost") / "postgres", durable=False) as running:
        migrate(running.dsn, running.admin_dsn)
        yield running


@pytest.fixture
def server(restarted_server: EmbeddedPostgres) -> EmbeddedPostgres:
    restarted_server.start()
    return restarted_server


@pytest.fixture
async def repository(server: EmbeddedPostgres) -> AsyncIterator[PostgresRepository]:
    store = await PostgresRepository.connect(server.dsn)
    yield store
    await store.aclose()


def _kill(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: not server.alive())


async def test_a_call_waits_for_a_server_that_comes_back(server: EmbeddedPostgres, repository: PostgresRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    patient = await PostgresRepository.connect(server.dsn, patience_s=20.0)
    _kill(server)

    appended = asyncio.create_task(patient.append(record.id, claim.epoch, [an_event("a")], TTL_S))
    await asyncio.to_thread(server.start)

    assert await appended == 1
    assert len(await repository.events(record.id)) == 1
    await patient.aclose()


async def test_a_call_to_a_dead_server_ends_within_its_patience(server: EmbeddedPostgres):
    impatient = await PostgresRepository.connect(server.dsn, patience_s=0.2)
    _kill(server)

    with pytest.raises(DatabaseUnreachable, match="does not answer") as failed:
        async with asyncio.timeout(5.0):
            await impatient.interviews()

    assert failed.value.retryable
    await asyncio.to_thread(server.start)
    assert isinstance(await impatient.interviews(), list)
    await impatient.aclose()


async def test_closed_connections_are_replaced(server: EmbeddedPostgres, repository: PostgresRepository):
    await repository.interviews()
    with psycopg.connect(server.admin_dsn) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'")

    assert isinstance(await repository.interviews(), list)


async def test_an_append_whose_reply_was_lost_is_stored_once(server: EmbeddedPostgres, repository: PostgresRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    async with _proxy_that_loses_replies(server.dsn, b"append_events", times=2) as (dsn, lost):
        through_proxy = await PostgresRepository.connect(dsn, patience_s=20.0)

        assert await through_proxy.append(record.id, claim.epoch, [an_event("a"), an_event("b")], TTL_S) == 2

        await through_proxy.aclose()
        assert len(lost) == 2
    assert [event.seq for event in await repository.events(record.id)] == [1, 2]


@pytest.mark.parametrize("statement", [b"create_interview", b"erase_interview", b"finish_interview"])
async def test_other_calls_are_safe_to_repeat_as_well(
    server: EmbeddedPostgres, repository: PostgresRepository, statement: bytes
):
    before = len(await repository.interviews())
    async with _proxy_that_loses_replies(server.dsn, statement, times=1) as (dsn, lost):
        through_proxy = await PostgresRepository.connect(dsn, patience_s=20.0)
        record = await through_proxy.create_interview(an_interview())
        claim = await through_proxy.claim(record.id, "worker", TTL_S)
        await through_proxy.finish(record.id, claim.epoch, "completed", {"version": 1})
        assert len(await repository.interviews()) == before + 1
        await through_proxy.erase_interview(record.id, "owner")
        await through_proxy.aclose()
        assert len(lost) == 1
    assert len(await repository.interviews()) == before
    assert [line.object_id for line in await repository.audit()].count(str(record.id)) == 1


async def test_a_refused_password_is_said_at_once(server: EmbeddedPostgres):
    dsn = server.dsn.replace("postgresql://postgres:", "postgresql://postgres:wrong")

    with pytest.raises(DatabaseUnreachable, match="refuses the user or the password"):
        async with asyncio.timeout(5.0):
            await PostgresRepository.connect(dsn, patience_s=60.0)


async def test_a_cancelled_call_leaves_a_usable_store(server: EmbeddedPostgres, repository: PostgresRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    with psycopg.connect(server.dsn) as other:
        other.execute("select from public.interviews where id = %s for update", (record.id,))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await repository.append(record.id, claim.epoch, [an_event("a")], TTL_S)

    assert await repository.append(record.id, claim.epoch, [an_event("b")], TTL_S) == 1


async def test_more_callers_than_connections_take_turns(server: EmbeddedPostgres):
    store = await PostgresRepository.connect(server.dsn, max_size=2)

    await asyncio.gather(*(store.create_interview(an_interview()) for _ in range(20)))

    with psycopg.connect(server.admin_dsn) as connection:
        count = connection.execute("select count(*) from pg_stat_activity where usename = 'postgres'").fetchone()
        assert count is not None
        assert count[0] <= 2
    await store.aclose()


@contextlib.asynccontextmanager
async def _proxy_that_loses_replies(dsn: str, statement: bytes, times: int) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A TCP proxy that passes a statement on and breaks the connection once the server has answered, `times` times.

    Yields the connection string through it and the replies it lost.
    """
    address = urlsplit(dsn)
    lost: list[bytes] = []

    async def serve(client: asyncio.StreamReader, reply: asyncio.StreamWriter) -> None:
        upstream, request = await asyncio.open_connection(address.hostname, address.port)
        marked = asyncio.Event()

        async def forward_requests() -> None:
            while data := await client.read(65536):
                if statement in data and len(lost) < times:
                    marked.set()
                request.write(data)

        async def forward_replies() -> None:
            while data := await upstream.read(65536):
                if marked.is_set():
                    lost.append(data)
                    return
                reply.write(data)

        tasks = {asyncio.create_task(forward_requests()), asyncio.create_task(forward_replies())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in (request, reply):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield dsn.replace(f":{address.port}/", f":{port}/"), lost
