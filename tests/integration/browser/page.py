"""The candidate's page as a person meets it: its door, a browser, and waiting for what it shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize

ARTEFACTS: Final = Path(__file__).parents[2] / "artefacts" / "page"
"""Screenshots are kept here for people to look at."""

DEADLINE_S: Final = 20
DESKTOP: Final = ViewportSize(width=1280, height=860)
PHONE: Final = ViewportSize(width=390, height=844)


@dataclass(frozen=True, slots=True)
class Door:
    """A running web door with one invited candidate."""

    origin: str
    join_url: str
    interview_id: UUID


@asynccontextmanager
async def served(app: FastAPI, port: int) -> AsyncIterator[None]:
    """The application on a loopback port, ready when the block begins."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or serving.done(), "the web door starts")
        yield
    finally:
        server.should_exit = True
        await serving


async def until(condition: Callable[[], bool], what: str, within_s: float = DEADLINE_S) -> None:
    """Wait for a condition of our own side. Raises `TimeoutError` that names it."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        await asyncio.sleep(0.02)


class Candidate:
    """A person at the page: presses, reads and looks. Nothing here reaches around the page."""

    def __init__(self, page: Page, door: Door) -> None:
        self.page = page
        self.door = door
        self.complaints: list[str] = []
        """What the browser reported as errors: scripts that failed, blocked loads."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def opens_the_link(self) -> None:
        await self.page.goto(self.door.join_url)
        await self.page.get_by_role("button", name="Check my microphone").wait_for()

    async def checks_devices(self) -> None:
        await self.opens_the_link()
        await self.press("Check my microphone")

    async def starts(self) -> None:
        """From the link into the interview."""
        await self.checks_devices()
        await self.press("Start the interview")
        await self.sees("Interview in progress")

    async def press(self, button: str) -> None:
        await self.page.get_by_role("button", name=button).click()

    async def sees(self, text: str) -> None:
        await self.page.get_by_text(text).filter(visible=True).first.wait_for(timeout=DEADLINE_S * 1000)

    async def focus(self) -> str:
        """Id of the focused element, else its tag."""
        return str(await self.page.evaluate("document.activeElement.id || document.activeElement.tagName"))

    async def picture(self, name: str, *, full: bool = False) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=full)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@asynccontextmanager
async def candidate_at(
    browser: Browser,
    door: Door,
    *,
    microphone: bool = True,
    dark: bool = False,
    viewport: ViewportSize = DESKTOP,
) -> AsyncIterator[Candidate]:
    """A fresh browser profile at the door; `microphone` is the browser's permission."""
    context = await browser.new_context(
        viewport=viewport,
        color_scheme="dark" if dark else "light",
        permissions=["microphone"] if microphone else [],
    )
    try:
        yield Candidate(await context.new_page(), door)
    finally:
        await context.close()
