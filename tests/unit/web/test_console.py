"""The console: who may see it, and that nothing a candidate says or is called becomes markup."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from agent.web.console_access import CONSOLE_COOKIE, console_url
from interview_flows.actions import SayKind
from interview_flows.events import AnswerFinished, Consent, Event, Heard, Joined, Said, to_json
from knowledge.records import EventDraft
from tests.unit.web.conftest import PUBLIC_URL, SIGNING_KEY, House

NASTY = "<img src=x onerror=alert(1)>\"'&{{7*7}}"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


async def enter(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get(console_url(PUBLIC_URL, SIGNING_KEY))


async def held_interview(house: House, candidate: str, words: str) -> UUID:
    """An interview in which the candidate has said `words` to the first question."""
    interview_id = (await house.invite(candidate)).interview_id
    record = await house.repository.interview(interview_id)
    first = record.plan["flow"]["sections"][0]["questions"][0]
    claim = await house.repository.claim(interview_id, "worker", 6)
    at_s = house.clock.seconds()
    events: list[Event] = [
        Joined(),
        Consent(given=True),
        Said(SayKind.QUESTION, first["id"], first["words"], interrupted=False, started_s=at_s + 3, ended_s=at_s + 6),
        Heard(words, 0.9, at_s + 7, at_s + 12),
        AnswerFinished(),
    ]
    drafts = []
    for number, event in enumerate(events):
        kind, payload = to_json(event)
        drafts.append(EventDraft(kind, payload, str(number), "worker", at_s + number * 3))
    await house.repository.append(interview_id, claim.epoch, drafts, 6)
    return interview_id


async def test_console_is_locked_without_the_link(house: House, client: httpx.AsyncClient):
    interview_id = await held_interview(house, "Ada", "I led it.")
    for path in ("/console", f"/console/interviews/{interview_id}", f"/console/interviews/{interview_id}/report"):
        answer = await client.get(path)
        assert answer.status_code == 401
        assert "viva up" in answer.text
        assert "Ada" not in answer.text
    client.cookies.set(CONSOLE_COOKIE, "guess")
    assert (await client.get("/console")).status_code == 401


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?key=%F0%9F%8E%99", f"?key={'0' * 64}"])
async def test_wrong_link(client: httpx.AsyncClient, query: str):
    answer = await client.get(f"/console/open{query}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_link_opens_the_console_and_the_key_stays_out_of_address_and_cookie(client: httpx.AsyncClient):
    link = console_url(PUBLIC_URL, SIGNING_KEY)
    key = link.rpartition("=")[2]
    answer = await enter(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    cookie = answer.headers["set-cookie"]
    assert key not in cookie
    assert SIGNING_KEY not in cookie + link
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "secure", "path=/"} <= parts
    listing = await client.get("/console")
    assert listing.status_code == 200
    assert listing.headers["cache-control"] == "no-store"
    assert "viva invite" in listing.text
    assert console_url(PUBLIC_URL, "another key") != link


async def test_list_says_where_each_interview_stands(house: House, client: httpx.AsyncClient):
    await house.invite("Invited Person")
    live = (await house.invite("Live Person")).interview_id
    await house.repository.claim(live, "worker", 600)
    broken = (await house.invite("Broken Person")).interview_id
    await house.repository.claim(broken, "worker", 1)
    away = (await house.invite("Away Person")).interview_id
    claim = await house.repository.claim(away, "worker", 6)
    await house.repository.release(away, claim.epoch, "paused")
    await house.finish((await house.invite("Refusing Person")).interview_id, "consent_refused")
    house.clock.advance(2)
    await enter(client)
    text = " ".join((await client.get("/console")).text.split())
    for name, status in {
        "Invited Person": "<td>invited</td>",
        "Live Person": "<td>live</td>",
        "Broken Person": "<td>interrupted</td>",
        "Away Person": "<td>candidate away</td>",
        "Refusing Person": '<td>finished <span class="outcome">(consent refused)</span></td>',
    }.items():
        row = text[text.index(name) :].split("</tr>")[0]
        assert status in row
    assert "5 interviews, newest first" in text


async def test_transcript_and_report_of_a_running_interview(house: House, client: httpx.AsyncClient):
    interview_id = await held_interview(house, "Ada Example", "I led the migration and it was a problem.")
    await enter(client)
    page = await client.get(f"/console/interviews/{interview_id}")
    assert page.status_code == 200
    assert "I led the migration and it was a problem." in page.text
    assert "Ada Example" in page.text
    assert "Not scored." in page.text
    report = f"/console/interviews/{interview_id}/report"
    html = await client.get(report)
    assert html.headers["content-type"].startswith("text/html")
    assert html.headers["content-security-policy"].startswith("default-src 'none'")
    assert "script-src" not in html.headers["content-security-policy"]
    assert "I led the migration" in html.text
    markdown = await client.get(f"{report}?format=md")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "I led the migration" in markdown.text
    body = (await client.get(f"{report}?format=json")).json()
    assert (body["interview_id"], body["scored"]) == (str(interview_id), False)


async def test_stored_report_is_shown_as_stored(house: House, client: httpx.AsyncClient):
    interview_id = await held_interview(house, "Ada", "I led it.")
    await enter(client)
    report = f"/console/interviews/{interview_id}/report?format=json"
    body = (await client.get(report)).json()
    await house.repository.save_report(interview_id, {**body, "title": "As delivered"})
    assert (await client.get(report)).json()["title"] == "As delivered"


async def test_nothing_of_the_candidate_becomes_markup(house: House, client: httpx.AsyncClient):
    interview_id = await held_interview(house, NASTY, NASTY)
    await enter(client)
    for path in ("/console", f"/console/interviews/{interview_id}", f"/console/interviews/{interview_id}/report"):
        text = (await client.get(path)).text
        assert ESCAPED in text
        assert "<img src=x" not in text
        assert "{{7*7}}" in text


@pytest.mark.parametrize(
    "path",
    ["/console/interviews/56796c07-02cf-4c5b-a11e-309e1b89fc12", "/console/interviews/1", "/console/none"],
)
async def test_unknown_interviews_get_a_page(client: httpx.AsyncClient, path: str):
    await enter(client)
    assert (await client.get(path)).status_code == 404


async def test_unknown_report_format(house: House, client: httpx.AsyncClient):
    interview_id = await held_interview(house, "Ada", "I led it.")
    await enter(client)
    assert (await client.get(f"/console/interviews/{interview_id}/report?format=pdf")).status_code == 404


async def test_styles_of_the_console_need_no_key(client: httpx.AsyncClient):
    answer = await client.get("/console/static/console.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
