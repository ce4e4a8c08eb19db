"""The page during the interview, opposite an agent participant in a real room."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from interview_flows.intents import Intent, read_consent, read_intent
from tests.fixtures_sfu import Sfu
from tests.integration.browser.page import Candidate, Door, candidate_at, until
from tests.integration.browser.stand_in import StandInInterviewer, stand_in, status

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TYPED_WITHIN_S = 10


async def typed(interviewer: StandInInterviewer) -> str:
    return await asyncio.wait_for(interviewer.typed.get(), TYPED_WITHIN_S)


async def captions(candidate: Candidate) -> list[str]:
    """Turns as a person reads them: who, and the words."""
    turns = await candidate.page.locator("#captions .turn").all_inner_texts()
    return [re.sub(r"\s+", " ", turn).strip() for turn in turns]


async def test_consent_is_given_by_button(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await interviewer.reports(status("consent"))
        await interviewer.is_in("listening")
        await candidate.sees("Do you agree to be interviewed?")
        await interviewer.says("Hello Ada. ", "I am an automated interviewer. ", "Do you agree?")
        await candidate.sees("Do you agree?")
        await candidate.picture("consent")
        await candidate.press("Yes, I agree")
        assert read_consent(await typed(interviewer)) is True
        await interviewer.reports(status("asking", question=1, clock_running=True))
        await expect(candidate.page.locator("#consent-panel")).to_be_hidden()
        assert await candidate.focus() == "interview-heading"
        assert candidate.complaints == []


async def test_consent_is_refused_by_button_and_the_end_says_that_nothing_is_kept(
    browser: Browser, door: Door, sfu: Sfu
):
    async with candidate_at(browser, door) as candidate:
        async with stand_in(sfu.access, door.interview_id) as interviewer:
            await candidate.starts()
            await interviewer.meets_candidate()
            await interviewer.reports(status("consent"))
            await interviewer.is_in("listening")
            await candidate.press("No, I do not agree")
            assert read_consent(await typed(interviewer)) is False
            await interviewer.reports(status("finished"))
            await candidate.sees("The interview is over")
        await candidate.sees("Nothing of what you said.")
        await expect(candidate.page.get_by_text("That is your right.")).to_be_visible()


async def test_captions_grow_and_correct_in_place(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await interviewer.says("Tell me about ", "your last project.")
        await interviewer.hears("I build", segment="a", final=False)
        await interviewer.hears("I built an engine", segment="a", final=False)
        await interviewer.hears("I built an analytical engine.", segment="a", final=True)
        await interviewer.hears("It was", segment="b", final=False)
        await expect(candidate.page.locator("#captions .segment.is-open")).to_have_text("It was")
        await interviewer.hears("It was mechanical.", segment="b", final=True)
        await candidate.sees("It was mechanical.")
        await expect(candidate.page.locator("#captions .segment.is-open")).to_have_count(0)
        assert await captions(candidate) == [
            "Interviewer Tell me about your last project.",
            "You I built an analytical engine. It was mechanical.",
        ]
        spoken = candidate.page.locator("#announcements")
        await expect(spoken).to_contain_text("You: I built an analytical engine.")
        assert "I built an engine" not in await spoken.inner_text()


async def test_state_progress_and_time_are_shown_in_words(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await candidate.sees("The interviewer is on the way")
        await interviewer.reports(status("asking", question=2, remaining_s=471, clock_running=True))
        await interviewer.is_in("speaking")
        await candidate.sees("The interviewer is speaking")
        await candidate.sees("Question 2 of 5")
        await candidate.sees("About 8 minutes left")
        await interviewer.is_in("thinking")
        await candidate.sees("One moment")
        await interviewer.is_in("listening")
        await candidate.sees("Listening to you")
        await interviewer.reports(status("asking", question=5, remaining_s=30, clock_running=True))
        await candidate.sees("Less than a minute left")
        await interviewer.reports(status("paused", question=5, remaining_s=30))
        await candidate.sees("The clock is stopped")
        await candidate.press("Continue")
        assert read_intent(await typed(interviewer)) is Intent.RESUME


async def test_the_interviewer_is_heard(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await interviewer.is_in("speaking")
        level = "parseFloat(document.getElementById('presence').style.getPropertyValue('--level'))"
        sounding = asyncio.create_task(interviewer.sounds(4))
        loudest = 0.0
        while not sounding.done():
            loudest = max(loudest, float(await candidate.page.evaluate(level)))
        await sounding
        assert loudest > 0.5
        assert await candidate.page.evaluate("[...document.querySelectorAll('audio')].map((one) => one.paused)") == [
            False
        ]
        assert candidate.complaints == []


async def test_answers_can_be_typed_and_questions_repeated(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await interviewer.reports(status("asking", question=1, clock_running=True))
        await interviewer.is_in("listening")
        await candidate.sees("Listening to you")
        await candidate.press("Please repeat")
        assert read_intent(await typed(interviewer)) is Intent.REPEAT
        await candidate.press("Pause")
        assert read_intent(await typed(interviewer)) is Intent.PAUSE
        field = candidate.page.get_by_label("Type instead of speaking")
        await field.fill("I led a team of four.")
        await field.press("Enter")
        assert await typed(interviewer) == "I led a team of four."
        await expect(field).to_have_value("")
        assert (await captions(candidate))[-1] == "You I led a team of four."


async def test_a_typed_answer_is_kept_while_no_interviewer_is_there(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate:
        await candidate.starts()
        field = candidate.page.get_by_label("Type instead of speaking")
        await field.fill("Hello?")
        await field.press("Enter")
        await candidate.sees("That could not be sent")
        await expect(field).to_have_value("Hello?")


async def test_mute_by_button_and_by_key_reaches_the_room(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate, stand_in(sfu.access, door.interview_id) as interviewer:
        await candidate.starts()
        await interviewer.meets_candidate()
        await interviewer.reports(status("asking", question=1, clock_running=True))
        await interviewer.is_in("listening")
        mute = candidate.page.locator("#mute")
        await mute.click()
        await expect(mute).to_have_attribute("aria-pressed", "true")
        await candidate.sees("You are muted")
        await until(lambda: _muted(interviewer), "the room hears of the mute")
        await candidate.page.keyboard.press("m")
        await expect(mute).to_have_attribute("aria-pressed", "false")
        await until(lambda: not _muted(interviewer), "the room hears of the unmute")
        await candidate.page.get_by_label("Type instead of speaking").press_sequentially("mmm")
        await expect(mute).to_have_attribute("aria-pressed", "false")
        await candidate.page.get_by_text("Settings").click()
        await candidate.page.get_by_label("The key M mutes").uncheck()
        await candidate.page.keyboard.press("m")
        await expect(mute).to_have_attribute("aria-pressed", "false")


async def test_the_end_thanks_and_says_what_happens_next(browser: Browser, door: Door, sfu: Sfu):
    async with candidate_at(browser, door) as candidate:
        async with stand_in(sfu.access, door.interview_id) as interviewer:
            await candidate.starts()
            await interviewer.meets_candidate()
            await interviewer.reports(status("asking", question=5, clock_running=True))
            await interviewer.is_in("listening")
            await interviewer.reports(status("finished", question=5))
            await candidate.sees("The interview is over")
        await expect(candidate.page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Lovelace")
        await expect(candidate.page.get_by_text("What happens next").first).to_be_visible()
        await expect(candidate.page.get_by_text("The sound of your voice is not kept").last).to_be_visible()
        assert await candidate.focus() == "ending-heading"
        await candidate.picture("ending", full=True)


def _muted(interviewer: StandInInterviewer) -> bool:
    microphone = interviewer.candidate_microphone()
    return microphone is not None and microphone.muted
