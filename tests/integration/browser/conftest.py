"""A real browser at the real web door, over the real SFU."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr

from agent.flow_library import find_flow
from agent.invites import create_invite
from agent.ports import free_port
from agent.settings import LOOPBACK
from agent.web.app import create_app
from agent.web.assets import page_assets
from agent.web.dependencies import WebDependencies, WebOptions
from agent.web.livekit_rooms import LiveKitRooms
from agent.web.problems import Problem
from knowledge.memory_repository import MemoryRepository
from tests.fixtures_sfu import Sfu
from tests.integration.browser.chromium import find_chromium
from tests.integration.browser.page import Door, served

FLAGS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
SEATS: Final = 500
"""The rooms of earlier tests stay open for a while on the same SFU."""

FAKE_MICROPHONE: Final = ("--use-fake-device-for-media-stream",)


@pytest.fixture(scope="session")
def chromium() -> Path:
    return find_chromium()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A browser with a microphone that beeps."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *FAKE_MICROPHONE])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser_without_microphone(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def door(sfu: Sfu) -> AsyncIterator[Door]:
    """The web door as `viva web` serves it, with one candidate invited to the short demo."""
    port = free_port(LOOPBACK)
    settings = sfu.settings.model_copy(
        update={
            "public_url": f"http://{LOOPBACK}:{port}",
            "secret_key": SecretStr("only for tests"),
            "rooms": SEATS,
        }
    )
    options = WebOptions.from_settings(settings)
    try:
        page_assets(options.static_folder)
    except Problem as problem:
        pytest.fail(f"{problem.refusal.message} {problem.refusal.next_step}")
    repository = MemoryRepository()
    access = settings.livekit()
    rooms = LiveKitRooms(access.url, access.api_key, access.api_secret)
    invite = await create_invite(repository, settings, find_flow("short_demo"), "Ada Lovelace")
    try:
        async with served(create_app(WebDependencies(options, repository, rooms)), port):
            yield Door(settings.public_url, invite.join_url, invite.interview_id)
    finally:
        await rooms.aclose()
