"""The page for people who use a keyboard, a screen reader, large text, dark colours or a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.fixtures_sfu import Sfu
from tests.integration.browser.accessibility import violations
from tests.integration.browser.page import DESKTOP, PHONE, Candidate, Door, candidate_at
from tests.integration.browser.stand_in import StandInInterviewer, stand_in, status

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ZOOMED: ViewportSize = ViewportSize(width=640, height=430)
"""A window of 1280 by 860 at 200 % zoom, in CSS pixels."""


async def converse(interviewer: StandInInterviewer, candidate: Candidate) -> None:
    """Some of an interview, so that every part of the screen is filled."""
    await interviewer.reports(status("asking", question=2, remaining_s=431, clock_running=True))
    await interviewer.is_in("speaking")
    await interviewer.says("Thank you. ", "Tell me about a piece of work from the last year that you are proud of.")
    await interviewer.is_in("listening")
    await interviewer.hears(
        "Last spring we moved our billing to a new system without an hour of downtime.", segment="a", final=True
    )
    await interviewer.says("What was your own part in it?")
    await interviewer.hears("I wrote the plan and then I", segment="b", final=False)
    await candidate.sees("I wrote the plan")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing_wrong_on_any_screen(browser: Browser, door: Door, sfu: Sfu, *, dark: bool):
    scheme = "dark" if dark else "light"
    async with candidate_at(browser, door, dark=dark) as candidate:
        page = candidate.page
        await candidate.opens_the_link()
        assert await violations(page) == []
        await candidate.press("Check my microphone")
        await candidate.sees("Your microphone works.")
        assert await violations(page) == []
        async with stand_in(sfu.access, door.interview_id) as interviewer:
            await candidate.press("Start the interview")
            await interviewer.meets_candidate()
            await interviewer.reports(status("consent"))
            await interviewer.is_in("listening")
            await candidate.sees("Do you agree to be interviewed?")
            assert await violations(page) == []
            await converse(interviewer, candidate)
            await candidate.picture(f"interview-{scheme}")
            assert await violations(page) == []
            await candidate.press("Mute")
            await candidate.press("Leave")
            await candidate.sees("Leave the interview?")
            assert await violations(page) == []
            await candidate.picture(f"leave-{scheme}")
            await candidate.press("Stay")
        await candidate.sees("Another one takes over")
        assert await violations(page) == []
        await candidate.press("Leave")
        await candidate.press("Leave for now")
        await candidate.sees("You have left the interview")
        assert await violations(page) == []
        await candidate.picture(f"left-{scheme}")


async def test_a_microphone_problem_is_accessible_in_the_dark(browser_without_microphone: Browser, door: Door):
    async with candidate_at(browser_without_microphone, door, dark=True) as candidate:
        await candidate.checks_devices()
        await candidate.sees("No microphone was found")
        assert await violations(candidate.page) == []


async def test_the_whole_way_can_be_walked_by_keyboard(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        page = candidate.page
        await candidate.opens_the_link()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip-link"
        await page.keyboard.press("Tab")
        assert await candidate.focus() == "begin"
        await page.keyboard.press("Enter")
        assert await candidate.focus() == "devices-heading"
        await candidate.sees("Your microphone works.")
        order = []
        for _ in range(4):
            await page.keyboard.press("Tab")
            order.append(await candidate.focus())
        assert order == ["microphone-choice", "test-sound", "start", "start-typing"]
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        assert await candidate.focus() == "interview-heading"
        await interviewer.meets_candidate()
        await interviewer.reports(status("consent"))
        await interviewer.is_in("listening")
        await candidate.sees("Do you agree to be interviewed?")
        order = []
        for _ in range(8):
            await page.keyboard.press("Tab")
            order.append(await candidate.focus())
        assert order == [
            *("consent-yes", "consent-no", "mute", "repeat", "pause", "leave", "captions", "typed-answer-field"),
        ]
        await page.locator("#leave").focus()
        await page.keyboard.press("Enter")
        assert await candidate.focus() == "leave-stay"
        await page.keyboard.press("Escape")
        assert await candidate.focus() == "leave"


@pytest.mark.parametrize(("name", "viewport"), [("phone", PHONE), ("zoom-200", ZOOMED), ("desktop", DESKTOP)])
async def test_nothing_needs_sideways_scrolling(
    browser: Browser, door: Door, sfu: Sfu, name: str, viewport: ViewportSize
):
    async with candidate_at(browser, door, viewport=viewport) as candidate:
        await candidate.opens_the_link()
        assert await _overflow_px(candidate) == 0
        await candidate.picture(f"welcome-{name}", full=True)
        await candidate.press("Check my microphone")
        await candidate.sees("Your microphone works.")
        assert await _overflow_px(candidate) == 0
        async with stand_in(sfu.access, door.interview_id) as interviewer:
            await candidate.press("Start the interview")
            await interviewer.meets_candidate()
            await converse(interviewer, candidate)
            assert await _overflow_px(candidate) == 0
            await candidate.picture(f"interview-{name}", full=True)


async def test_reduced_motion_stills_the_page(browser: Browser, door: Door):
    async with candidate_at(browser, door) as candidate:
        await candidate.page.emulate_media(reduced_motion="reduce")
        await candidate.starts()
        await candidate.sees("The interviewer is on the way")
        moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
        assert await candidate.page.evaluate(moving) == 0
        await expect(candidate.page.locator("#presence-state")).to_be_visible()


async def _overflow_px(candidate: Candidate) -> int:
    return int(
        await candidate.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )
