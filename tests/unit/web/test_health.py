"""What watchers are told, and what happens when a part is down or the code is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from agent.keeper import KeeperAction
from agent.web.app import create_app
from agent.web.dependencies import WebDependencies
from agent.web.join import INVITE_COOKIE
from agent.web.memory_rooms import MemoryRooms
from knowledge.errors import DatabaseUnreachable
from knowledge.memory_repository import MemoryRepository
from knowledge.records import InterviewRecord
from tests.unit.web.conftest import PUBLIC_URL, House, token_of


class DownRepository(MemoryRepository):
    """A store whose server does not answer."""

    async def interviews(self, limit: int = 100) -> list[InterviewRecord]:
        raise DatabaseUnreachable("the database does not answer")

    async def interview_by_token(self, token_sha256: bytes) -> InterviewRecord | None:
        raise DatabaseUnreachable("the database does not answer")


class WrongRepository(MemoryRepository):
    """A store with a defect."""

    async def interview_by_token(self, token_sha256: bytes) -> InterviewRecord | None:
        raise ZeroDivisionError("a candidate called Ada")


def browser(deps: WebDependencies) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(deps), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)


async def test_process_is_alive_whatever_is_down(house: House, client: httpx.AsyncClient):
    house.rooms.reachable = False
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_readiness_names_what_is_down(house: House, client: httpx.AsyncClient):
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "ok", "sfu": "ok"})
    house.rooms.reachable = False
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["sfu"], answer.json()["database"]) == (503, "unreachable", "ok")
    async with browser(replace(house.deps, repository=DownRepository())) as other:
        assert (await other.get("/readyz")).json()["database"] == "unreachable"


async def test_metrics(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    await house.finish((await house.invite()).interview_id)
    client.cookies.set(INVITE_COOKIE, token_of(invite))
    await client.post("/api/token")
    await client.get("/join/unknown")
    text = (await client.get("/metrics")).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['viva_interviews{status="scheduled"}'] == "1.0"
    assert lines['viva_interviews{status="finished"}'] == "1.0"
    assert lines['viva_interviews{status="live"}'] == "0.0"
    assert lines["viva_tokens_issued_total"] == "1.0"
    assert lines['viva_requests_refused_total{code="unknown_invite"}'] == "1.0"
    for action in KeeperAction:
        assert f'viva_keeper_actions_total{{action="{action.value}"}}' in lines


async def test_store_down_is_said_in_words(house: House):
    async with browser(replace(house.deps, repository=DownRepository())) as other:
        page = await other.get("/join/some-token")
        assert page.status_code == 503
        assert page.headers["retry-after"] == "30"
        assert "does not answer" in page.text
        refused = await other.post("/api/token", headers={"authorization": "Bearer some-token"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unreachable")


@pytest.mark.parametrize("path", ["/join/some-token", "/api/connection-details"])
async def test_defect_shows_nothing_and_keeps_its_headers(house: House, path: str):
    async with browser(replace(house.deps, repository=WrongRepository())) as other:
        answer = await other.get(path, headers={"authorization": "Bearer some-token"})
    assert answer.status_code == 500
    assert "Ada" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


class RingingRooms(MemoryRooms):
    """Rooms that ring when an agent is asked for."""

    def __init__(self, bell: asyncio.Event) -> None:
        super().__init__(time.time)
        self._bell = bell

    async def dispatch_agent(self, interview_id: UUID) -> str:
        self._bell.set()
        return await super().dispatch_agent(interview_id)


@pytest.fixture
def dispatched() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def lifespan_app(house: House, dispatched: asyncio.Event) -> AsyncIterator[House]:
    """The application as a server runs it, so with its keeper, on the clock of the wall."""
    house.rooms = RingingRooms(dispatched)
    app = create_app(replace(house.deps, clock=lambda: datetime.now(UTC)))
    async with app.router.lifespan_context(app):
        yield house
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "keeper"]


async def test_keeper_lives_with_the_application(lifespan_app: House, dispatched: asyncio.Event):
    keepers = [task for task in asyncio.all_tasks() if task.get_name() == "keeper"]
    assert len(keepers) == 1
    interview_id = (await lifespan_app.invite()).interview_id
    claim = await lifespan_app.repository.claim(interview_id, "worker", 600)
    await lifespan_app.repository.release(interview_id, claim.epoch, "live")
    lifespan_app.rooms.candidate_joins(interview_id)
    async with asyncio.timeout(5):
        await dispatched.wait()
