"""Invites: what is handed out, and how little of it is stored."""

from __future__ import annotations

import hashlib

import pytest

from agent.errors import PartMissing
from agent.flow_library import find_flow
from agent.invites import (
    CODE_ATTEMPTS,
    InviteOptions,
    code_hmac,
    create_invite,
    new_access_code,
    new_token,
    token_sha256,
)
from interview_flows.plan import Accommodations, Plan
from knowledge.errors import Conflict
from knowledge.memory_repository import MemoryRepository
from knowledge.records import InterviewRecord, NewInterview
from tests.unit.web.conftest import House, token_of


def test_token_has_256_bits_and_is_stored_as_its_hash():
    token, stored = new_token()
    assert len(token) == 43
    assert stored == hashlib.sha256(token.encode()).digest() == token_sha256(token)
    assert new_token()[0] != token


def test_access_codes_are_eight_digits_leading_zeros_kept():
    codes = [new_access_code() for _ in range(300)]
    assert all(len(code) == 8 and code.isdecimal() for code in codes)
    assert len(set(codes)) > 290


def test_code_is_keyed_and_read_as_people_write_it():
    assert code_hmac("key", "1234 5678") == code_hmac(b"key", "12345678") == code_hmac("key", "1234-5678")
    assert code_hmac("key", "12345678") != code_hmac("other", "12345678")
    assert code_hmac("key", "12345678") != code_hmac("key", "12345679")
    assert len(code_hmac("key", "12345678")) == 32


async def test_invite_is_found_by_token_and_code_and_expires(house: House):
    invite = await house.invite()
    by_token = await house.repository.interview_by_token(token_sha256(token_of(invite)))
    by_code = await house.repository.interview_by_code(code_hmac(house.settings.signing_key(), invite.access_code))
    assert by_token is not None
    assert by_code is not None
    assert by_token.id == by_code.id == invite.interview_id
    assert invite.join_url.startswith("https://viva.example/join/")
    hours = (invite.expires_at - by_token.created_at).total_seconds() / 3600
    assert hours == pytest.approx(72, abs=0.1)


async def test_plan_follows_the_options(house: House):
    options = InviteOptions(email="a@example.com", minutes=9, accommodations=Accommodations(extra_time=1.5))
    invite = await house.invite("Grace Example", options)
    record = await house.repository.interview(invite.interview_id)
    plan = Plan.model_validate(record.plan)
    assert (plan.candidate, plan.minutes, plan.accommodations.extra_time) == ("Grace Example", 9, 1.5)
    assert (record.email, record.candidate_name, record.flow_id) == ("a@example.com", "Grace Example", "short_demo")


async def test_secrets_do_not_show_in_text(house: House):
    invite = await house.invite()
    assert token_of(invite) not in repr(invite)
    assert invite.access_code not in repr(invite)
    assert house.options.livekit_api_secret not in repr(house.options)
    assert house.options.signing_key not in repr(house.options)


async def test_without_a_key_there_is_no_invite(house: House):
    settings = house.settings.model_copy(update={"secret_key": None})
    with pytest.raises(PartMissing, match="viva up"):
        await create_invite(house.repository, settings, find_flow("short_demo"), "Ada")
    assert await house.repository.interviews() == []


class TakenCodes(MemoryRepository):
    """A store in which the first draws of an access code are taken."""

    def __init__(self, taken: int) -> None:
        super().__init__()
        self._taken = taken
        self.draws = 0

    async def create_interview(self, new: NewInterview) -> InterviewRecord:
        self.draws += 1
        if self.draws <= self._taken:
            raise Conflict("the access code is in use")
        return await super().create_interview(new)


async def test_taken_code_is_drawn_again(house: House):
    repository = TakenCodes(2)
    invite = await create_invite(repository, house.settings, find_flow("short_demo"), "Ada")
    assert repository.draws == 3
    assert (await repository.interview(invite.interview_id)).candidate_name == "Ada"


async def test_draws_end(house: House):
    repository = TakenCodes(CODE_ATTEMPTS)
    with pytest.raises(Conflict):
        await create_invite(repository, house.settings, find_flow("short_demo"), "Ada")
    assert repository.draws == CODE_ATTEMPTS
