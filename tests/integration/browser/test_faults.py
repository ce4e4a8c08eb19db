"""What the page says and does when something breaks."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.fixtures_sfu import Sfu
from tests.integration.browser.page import Candidate, Door, candidate_at, until
from tests.integration.browser.stand_in import close_room, stand_in, status

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_two_tabs_the_newer_takes_over_and_the_older_can_take_back(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as first, stand_in(sfu.access, door.interview_id) as interviewer:
        await first.starts()
        await interviewer.meets_candidate()
        second = Candidate(await first.page.context.new_page(), door)
        await second.starts()
        await first.sees("This interview is open in another tab")
        await expect(first.page.get_by_role("heading", level=1)).to_be_focused()
        await first.picture("other-tab")
        await first.press("Continue here")
        await second.sees("This interview is open in another tab")
        await first.sees("The clock has not started")


async def test_leaving_asks_first_and_leads_back_by_a_button(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await candidate.press("Leave")
        await candidate.sees("by the same link until")
        await candidate.press("Leave for now")
        await candidate.sees("You have left the interview")
        await until(lambda: not interviewer.candidate_is_here(), "the candidate leaves the room")
        await candidate.press("Go back to the interview")
        await interviewer.meets_candidate()


async def test_an_interviewer_that_breaks_off_is_said_and_its_successor_taken(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate:
        async with stand_in(sfu.access, door.interview_id) as first:
            await candidate.starts()
            await first.meets_candidate()
            await first.reports(status("asking", question=2, clock_running=True))
            await first.is_in("listening")
            await candidate.sees("Listening to you")
        await candidate.sees("The interviewer was disconnected. Another one takes over")
        async with stand_in(sfu.access, door.interview_id, "two") as second:
            await second.meets_candidate()
            await second.reports(status("asking", question=2, clock_running=True))
            await second.is_in("speaking")
            await candidate.sees("The interviewer is speaking")
            await expect(candidate.page.locator("#notices")).to_be_empty()
            await second.says("Welcome back.")
            await candidate.sees("Welcome back.")


async def test_a_room_that_is_closed_too_early_is_entered_again(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate:
        async with stand_in(sfu.access, door.interview_id) as interviewer:
            await candidate.starts()
            await interviewer.meets_candidate()
            await interviewer.reports(status("asking", question=1, clock_running=True))
            await interviewer.is_in("listening")
            await candidate.sees("Listening to you")
            await close_room(sfu.access, door.interview_id)
            await candidate.sees("The connection was lost.")
        async with stand_in(sfu.access, door.interview_id, "two") as successor:
            await successor.meets_candidate()
            await expect(candidate.page.get_by_text("The connection was lost.")).to_have_count(0)


async def test_an_interviewer_who_does_not_come_is_explained(browser: Browser, door: Door):
    async with candidate_at(browser, door) as candidate:
        await candidate.page.clock.install()
        await candidate.starts()
        await candidate.sees("The interviewer is on the way")
        await candidate.page.clock.fast_forward(5_000)
        await expect(candidate.page.get_by_text("The interviewer has not arrived yet")).to_have_count(0)
        await expect(candidate.page.locator("#notices")).to_be_empty()
        await candidate.page.clock.fast_forward(25_000)
        await candidate.sees("The interviewer has not arrived yet")
        await candidate.picture("interviewer-late")
        await expect(candidate.page.get_by_role("button", name="Try again")).to_be_visible()


async def test_an_invitation_that_stopped_working_is_explained(browser: Browser, door: Door):
    async with candidate_at(browser, door) as candidate:
        await candidate.checks_devices()
        await candidate.sees("Your microphone works.")
        await candidate.page.context.clear_cookies()
        await candidate.press("Start the interview")
        await candidate.sees("The interview cannot be opened")
        await candidate.sees("Open the link from your invitation first.")
