"""A web application over a store and rooms in memory, with a clock that the test moves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from agent.flow_library import find_flow
from agent.invites import Invite, InviteOptions, create_invite
from agent.settings import Settings
from agent.web.app import create_app
from agent.web.dependencies import WebDependencies, WebOptions
from agent.web.memory_rooms import MemoryRooms
from knowledge.memory_repository import MemoryRepository

SIGNING_KEY = "k" * 64
API_SECRET = "s" * 40
PUBLIC_URL = "https://viva.example"


@dataclass
class Clock:
    """Time that stands still until the test moves it."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class House:
    """Everything a test of the web door touches."""

    clock: Clock
    repository: MemoryRepository
    rooms: MemoryRooms
    options: WebOptions
    settings: Settings

    @property
    def deps(self) -> WebDependencies:
        return WebDependencies(self.options, self.repository, self.rooms, self.clock)

    async def invite(self, candidate: str = "Ada Example", options: InviteOptions | None = None) -> Invite:
        return await create_invite(self.repository, self.settings, find_flow("short_demo"), candidate, options)

    async def finish(self, interview_id: UUID, outcome: str = "completed") -> None:
        claim = await self.repository.claim(interview_id, "worker", 6)
        await self.repository.finish(interview_id, claim.epoch, outcome, None)


def token_of(invite: Invite) -> str:
    return invite.join_url.rsplit("/", 1)[1]


@pytest.fixture
def static_folder(tmp_path: Path) -> Path:
    """A built candidate page: manifest, script and styles."""
    folder = tmp_path / "static"
    assets = folder / "build" / "assets"
    assets.mkdir(parents=True)
    (folder / "build" / ".vite").mkdir()
    manifest = {
        "src/main.ts": {
            "file": "assets/main-1a2b.js",
            "isEntry": True,
            "imports": ["_shared.js"],
            "css": ["assets/main.css"],
        },
        "_shared.js": {"file": "assets/shared-3c4d.js", "css": ["assets/shared.css"], "imports": ["src/main.ts"]},
    }
    (folder / "build" / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    (assets / "main-1a2b.js").write_text("export {};")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


@pytest.fixture
def house(static_folder: Path, tmp_path: Path) -> House:
    clock = Clock()
    options = WebOptions(
        public_url=PUBLIC_URL,
        livekit_url="wss://sfu.example:7443",
        livekit_api_key="APItest",
        livekit_api_secret=API_SECRET,
        signing_key=SIGNING_KEY,
        rooms=2,
        return_grace_s=90,
        static_folder=static_folder,
    )
    settings = Settings(home=tmp_path / "home", public_url=PUBLIC_URL, secret_key=SIGNING_KEY)
    return House(clock, MemoryRepository(clock), MemoryRooms(clock.seconds), options, settings)


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without cookies. It does not follow redirects."""
    transport = httpx.ASGITransport(app=create_app(house.deps), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as browser:
        yield browser
