"""The token endpoint: what it hands out, to whom, and what a candidate can read in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from agent.protocol import AGENT_NAME, candidate_identity, room_name
from agent.web.join import INVITE_COOKIE
from knowledge.records import InterviewStatus
from tests.unit.web.conftest import API_SECRET, House, token_of

Ask = Callable[[httpx.AsyncClient, str], Any]


async def post(client: httpx.AsyncClient, invite_token: str) -> httpx.Response:
    client.cookies.set(INVITE_COOKIE, invite_token)
    return await client.post("/api/token", json={})


async def get(client: httpx.AsyncClient, invite_token: str) -> httpx.Response:
    client.cookies.set(INVITE_COOKIE, invite_token)
    return await client.get("/api/connection-details")


def claims_of(details: dict[str, str]) -> dict[str, Any]:
    return jwt.decode(details["participantToken"], API_SECRET, algorithms=["HS256"])


@pytest.mark.parametrize("ask", [post, get])
async def test_both_paths_answer_in_camel_case(house: House, client: httpx.AsyncClient, ask: Ask):
    invite = await house.invite()
    answer = await ask(client, token_of(invite))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    details = answer.json()
    assert details.keys() == {"serverUrl", "roomName", "participantName", "participantToken"}
    assert details["serverUrl"] == "wss://sfu.example:7443"
    assert details["roomName"] == room_name(invite.interview_id)
    assert details["participantName"] == "Candidate"


async def test_grants(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    claims = claims_of((await post(client, token_of(invite))).json())
    assert claims["sub"] == candidate_identity(invite.interview_id)
    assert claims["video"] == {
        "roomJoin": True,
        "room": room_name(invite.interview_id),
        "canPublish": True,
        "canPublishSources": ["microphone"],
        "canSubscribe": True,
        "canPublishData": True,
        "canUpdateOwnMetadata": False,
    }
    assert 600 <= claims["exp"] - claims["nbf"] <= 3600


async def test_room_configuration_is_what_every_frontend_reads(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    configuration = claims_of((await post(client, token_of(invite))).json())["roomConfig"]
    assert configuration.keys() == {"agents", "emptyTimeout", "departureTimeout"}
    (agent,) = configuration["agents"]
    assert agent.keys() == {"agentName", "metadata"}
    assert agent["agentName"] == AGENT_NAME
    assert json.loads(agent["metadata"]) == {"interview_id": str(invite.interview_id)}
    assert configuration["departureTimeout"] > house.options.return_grace_s


async def test_nothing_about_the_candidate_or_the_flow_is_in_the_token(house: House, client: httpx.AsyncClient):
    invite = await house.invite("Zuleika Secretname")
    record = await house.repository.interview(invite.interview_id)
    details = (await post(client, token_of(invite))).json()
    header, payload, _ = details["participantToken"].split(".")
    readable = "".join(base64.urlsafe_b64decode(part + "==").decode() for part in (header, payload)) + str(details)
    plan = record.plan["flow"]
    secrets = ["Zuleika", "Secretname", record.title, record.flow_id, token_of(invite), invite.access_code, API_SECRET]
    secrets += [question["words"] for section in plan["sections"] for question in section["questions"]]
    for secret in secrets:
        assert secret not in readable
    assert claims_of(details).keys() <= {"sub", "iss", "nbf", "exp", "name", "video", "roomConfig"}
    assert claims_of(details)["name"] == "Candidate"


async def test_asking_again_gives_the_same_place_and_creates_nothing(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    first = (await post(client, token_of(invite))).json()
    second = (await get(client, token_of(invite))).json()
    assert claims_of(first)["sub"] == claims_of(second)["sub"]
    assert first["roomName"] == second["roomName"]
    assert await house.rooms.open_interviews() == frozenset()
    record = await house.repository.interview(invite.interview_id)
    assert (record.status, record.last_seq) == (InterviewStatus.SCHEDULED, 0)


async def test_wishes_of_the_client_are_not_heard(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    client.cookies.set(INVITE_COOKIE, token_of(invite))
    wishes = {
        "room_name": "other-room",
        "participant_identity": "agent-1",
        "participant_name": "Recruiter",
        "participant_attributes": {"viva.status": "x"},
        "room_config": {"agents": [{"agent_name": "other", "metadata": "x"}]},
    }
    for body in (json.dumps(wishes), "not json", "[]", ""):
        answer = await client.post("/api/token?room=x", content=body, headers={"content-type": "application/json"})
        claims = claims_of(answer.json())
        assert claims["sub"] == candidate_identity(invite.interview_id)
        assert claims["video"]["room"] == room_name(invite.interview_id)
        assert claims["roomConfig"]["agents"][0]["agentName"] == AGENT_NAME
        assert "attributes" not in claims
        assert "metadata" not in claims


async def test_bearer_token_goes_before_the_cookie(house: House, client: httpx.AsyncClient):
    mine, other = await house.invite("One"), await house.invite("Two")
    client.cookies.set(INVITE_COOKIE, token_of(other))
    answer = await client.post("/api/token", headers={"Authorization": f"Bearer {token_of(mine)}"})
    assert answer.json()["roomName"] == room_name(mine.interview_id)


async def test_join_page_sets_what_the_endpoint_reads(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    await client.get(f"/join/{token_of(invite)}")
    assert (await client.post("/api/token", json={})).json()["roomName"] == room_name(invite.interview_id)


async def test_refusals_are_json_in_words(house: House, client: httpx.AsyncClient):
    refused = await client.post("/api/token", json={})
    assert refused.status_code == 401
    assert refused.headers["cache-control"] == "no-store"
    assert refused.json() == {
        "error": "This browser has not opened an invitation yet.",
        "nextStep": "Open the link from your invitation first.",
        "code": "no_invite",
    }
    assert (await post(client, "unknown")).status_code == 404
    finished = await house.invite()
    await house.finish(finished.interview_id)
    assert (await post(client, token_of(finished))).status_code == 410
    expired = await house.invite()
    house.clock.advance(4 * 24 * 3600)
    answer = await post(client, token_of(expired))
    assert (answer.status_code, answer.json()["code"]) == (410, "expired_invite")
    assert (await client.put("/api/token")).json()["code"] == "wrong_method"
    assert (await client.get("/api/nothing")).json()["code"] == "not_there"


async def test_full_house(house: House, client: httpx.AsyncClient):
    seated = [await house.invite() for _ in range(house.options.rooms)]
    for invite in seated:
        house.rooms.candidate_joins(invite.interview_id)
    answer = await post(client, token_of(await house.invite()))
    assert (answer.status_code, answer.json()["code"]) == (503, "no_seat")
    assert answer.headers["retry-after"] == "60"
    assert (await post(client, token_of(seated[0]))).status_code == 200
    await house.rooms.close_room(seated[1].interview_id)
    assert (await post(client, token_of(await house.invite()))).status_code == 200


async def test_a_rush_cannot_overfill_the_house(house: House, client: httpx.AsyncClient):
    early = [await house.invite() for _ in range(house.options.rooms)]
    late = await house.invite()
    for invite in early:
        assert (await post(client, token_of(invite))).status_code == 200
    assert (await post(client, token_of(late))).status_code == 503
    assert (await post(client, token_of(early[0]))).status_code == 200
    house.clock.advance(31)
    assert (await post(client, token_of(late))).status_code == 200


async def test_sfu_down(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    house.rooms.reachable = False
    answer = await post(client, token_of(invite))
    assert (answer.status_code, answer.json()["code"]) == (503, "rooms_unreachable")
