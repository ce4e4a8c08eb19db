"""The page before the interview: what it says, and what it does when the microphone is not there."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.integration.browser.page import PHONE, Door, candidate_at

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_welcome_says_what_will_happen_before_anything_starts(browser: Browser, door: Door):
    async with candidate_at(browser, door) as candidate:
        await candidate.opens_the_link()
        await expect(candidate.page.get_by_role("heading", level=1)).to_have_text("Welcome, Ada Lovelace")
        for words in ("about", "computer program", "What is stored", "asks whether you agree"):
            await candidate.sees(words)
        await candidate.picture("welcome", full=True)
        assert candidate.complaints == []


async def test_microphone_check_hears_the_candidate(browser: Browser, door: Door):
    async with candidate_at(browser, door) as candidate:
        await candidate.checks_devices()
        await candidate.sees("Your microphone works.")
        await expect(candidate.page.get_by_label("Microphone", exact=True)).to_have_count(1)
        await expect(candidate.page.get_by_role("button", name="Start the interview")).to_be_enabled()
        await candidate.picture("devices")
        assert candidate.complaints == []


async def test_without_a_microphone_the_page_explains_and_offers_to_type(
    browser_without_microphone: Browser, door: Door
):
    async with candidate_at(browser_without_microphone, door) as candidate:
        await candidate.checks_devices()
        await candidate.sees("No microphone was found")
        assert await candidate.focus() == "microphone-problem-title"
        await expect(candidate.page.get_by_role("button", name="Start the interview")).to_be_disabled()
        await expect(candidate.page.get_by_role("button", name="Continue without a microphone")).to_be_enabled()
        await candidate.picture("no-microphone", full=True)


async def test_denied_permission_is_explained_and_can_be_put_right(browser: Browser, door: Door):
    async with candidate_at(browser, door, microphone=False, viewport=PHONE) as candidate:
        await candidate.checks_devices()
        await candidate.sees("does not let this page use the microphone")
        await candidate.sees("address bar")
        await candidate.picture("permission-denied-phone", full=True)
        await candidate.page.context.grant_permissions(["microphone"])
        retry = candidate.page.get_by_role("button", name="Try again")
        if await retry.is_visible():  # the page may have noticed the change by itself
            await retry.click()
        await candidate.sees("Your microphone works.")
