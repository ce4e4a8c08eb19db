"""The candidate's way in: pages, cookies, refusals. Nothing is created by looking."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import httpx
import pytest

from agent.web.app import create_app
from agent.web.join import INVITE_COOKIE
from knowledge.records import InterviewStatus
from tests.unit.web.conftest import House, token_of

DAY_S = 24 * 3600


async def test_page_shows_the_interview_and_loads_the_build(house: House, client: httpx.AsyncClient):
    invite = await house.invite("Ada Example")
    answer = await client.get(f"/join/{token_of(invite)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "Ada Example" in answer.text
    assert "/static/build/assets/main-1a2b.js" in answer.text
    assert answer.text.index("/static/build/assets/shared.css") < answer.text.index("/static/build/assets/main.css")
    assert "agree" in answer.text
    assert token_of(invite) not in answer.text


async def test_cookie_flags(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    cookie = (await client.get(f"/join/{token_of(invite)}")).headers["set-cookie"]
    parts = [part.strip().lower() for part in cookie.split(";")]
    assert parts[0] == f"{INVITE_COOKIE}={token_of(invite)}".lower()
    assert {"httponly", "samesite=lax", "secure", "path=/"} <= set(parts)


async def test_cookie_is_sent_over_plain_http_only_where_the_address_is_plain(house: House):
    house.options = replace(house.options, public_url="http://127.0.0.1:8080")
    invite = await house.invite()
    transport = httpx.ASGITransport(app=create_app(house.deps))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as browser:
        cookie = (await browser.get(f"/join/{token_of(invite)}")).headers["set-cookie"]
    assert "secure" not in cookie.lower()


async def test_security_headers(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    for path in (
        f"/join/{token_of(invite)}",
        "/join/unknown",
        "/healthz",
        "/api/token",
        "/static/icon.svg",
        "/nowhere",
    ):
        headers = (await client.get(path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["connect-src"] == "'self' wss://sfu.example:7443 https://sfu.example:7443"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["object-src"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["permissions-policy"].startswith("microphone=(self)")


async def test_candidate_name_is_escaped(house: House, client: httpx.AsyncClient):
    name = "<script>alert(1)</script>\" onload='x'"
    invite = await house.invite(name)
    answer = await client.get(f"/join/{token_of(invite)}")
    assert "<script>alert" not in answer.text
    assert escape(name, quote=False).split('"')[0] in answer.text
    assert "\" onload='" not in answer.text


@pytest.mark.parametrize("token", ["unknown", "A" * 43, "x" * 2000, "%F0%9F%8E%99", "..%2e", "%00", "%ff%fe"])
async def test_unknown_invites_look_all_the_same(house: House, client: httpx.AsyncClient, token: str):
    known = await client.get("/join/unknown")
    answer = await client.get(f"/join/{token}")
    assert answer.status_code == 404
    assert answer.text == known.text
    assert "set-cookie" not in answer.headers
    assert "ask the person who invited you" in answer.text
    assert await house.repository.interviews() == []
    assert await house.rooms.open_interviews() == frozenset()


async def test_expired_invite(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    house.clock.advance(4 * DAY_S)
    answer = await client.get(f"/join/{token_of(invite)}")
    assert answer.status_code == 410
    assert "expired" in answer.text
    assert "Ada" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_used_invite(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    await house.finish(invite.interview_id)
    answer = await client.get(f"/join/{token_of(invite)}")
    assert answer.status_code == 410
    assert "finished" in answer.text
    assert "set-cookie" not in answer.headers


async def test_interview_closed_for_its_age_reads_as_expired(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    house.clock.advance(4 * DAY_S)
    await house.repository.finish_expired(house.clock())
    assert "expired" in (await client.get(f"/join/{token_of(invite)}")).text


async def test_candidate_may_come_back_while_the_interview_runs_past_its_invite(
    house: House, client: httpx.AsyncClient
):
    invite = await house.invite()
    house.clock.advance(3 * DAY_S - 60)
    await house.repository.claim(invite.interview_id, "worker", 600)
    house.clock.advance(120)
    assert (await client.get(f"/join/{token_of(invite)}")).status_code == 200


async def test_candidate_may_come_back_to_a_paused_interview(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    claim = await house.repository.claim(invite.interview_id, "worker", 6)
    await house.repository.release(invite.interview_id, claim.epoch, "paused")
    assert (await client.get(f"/join/{token_of(invite)}")).status_code == 200


async def test_full_house_is_said_before_anything_is_created(house: House, client: httpx.AsyncClient):
    for _ in range(house.options.rooms):
        house.rooms.candidate_joins((await house.invite()).interview_id)
    late = await house.invite()
    answer = await client.get(f"/join/{token_of(late)}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert "try again in a few minutes" in answer.text
    assert "set-cookie" not in answer.headers
    assert (await house.repository.interview(late.interview_id)).status is InterviewStatus.SCHEDULED
    assert late.interview_id not in await house.rooms.open_interviews()


async def test_sfu_down(house: House, client: httpx.AsyncClient):
    invite = await house.invite()
    house.rooms.reachable = False
    answer = await client.get(f"/join/{token_of(invite)}")
    assert answer.status_code == 503
    assert "does not answer" in answer.text


async def test_page_that_is_not_built(house: House, client: httpx.AsyncClient):
    (house.options.static_folder / "build" / ".vite" / "manifest.json").unlink()
    invite = await house.invite()
    answer = await client.get(f"/join/{token_of(invite)}")
    assert answer.status_code == 503
    assert "make setup" in answer.text


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"src/main.ts": {"isEntry": true}}'])
async def test_broken_build_is_no_crash(house: House, client: httpx.AsyncClient, manifest: str):
    (house.options.static_folder / "build" / ".vite" / "manifest.json").write_text(manifest)
    invite = await house.invite()
    assert "make setup" in (await client.get(f"/join/{token_of(invite)}")).text


async def test_hashed_files_are_kept_and_others_asked_for_again(client: httpx.AsyncClient):
    hashed = await client.get("/static/build/assets/main-1a2b.js")
    assert hashed.status_code == 200
    assert "immutable" in hashed.headers["cache-control"]
    assert (await client.get("/static/icon.svg")).headers["cache-control"] == "no-cache"


async def test_wrong_addresses_and_methods_get_a_page(client: httpx.AsyncClient):
    assert (await client.get("/nowhere")).status_code == 404
    assert "There is nothing here" in (await client.get("/static/none.js")).text
    assert (await client.post("/join/x")).status_code == 405
    assert (await client.get("/docs")).status_code == 404
    assert (await client.get("/openapi.json")).status_code == 404
    home = await client.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/console")
