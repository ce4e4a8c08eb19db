"""`viva web` as a process of its own, over a real SFU and a real Postgres."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import jwt
import pytest
from pydantic import SecretStr

from agent.flow_library import find_flow
from agent.invites import create_invite
from agent.ports import free_port
from agent.protocol import room_name
from agent.settings import LOOPBACK, Settings
from agent.web.console_access import console_url
from knowledge.postgres_repository import PostgresRepository
from tests.fixtures_sfu import Sfu

WITHIN_S = 30
SECRET_KEY = "k" * 64


@pytest.fixture
def settings(sfu: Sfu, database_dsn: str, tmp_path: Path) -> Settings:
    access = sfu.access
    return Settings(
        home=tmp_path,
        rooms=1000,  # other tests leave rooms on the shared SFU
        web_port=free_port(LOOPBACK),
        livekit_url=access.url,
        livekit_api_key=access.api_key,
        livekit_api_secret=SecretStr(access.api_secret),
        database_url=SecretStr(database_dsn),
        secret_key=SecretStr(SECRET_KEY),
    )


def start(settings: Settings) -> subprocess.Popen[str]:
    secrets = {
        "LIVEKIT_API_SECRET": settings.livekit().api_secret,
        "DATABASE_URL": settings.dsn(),
        "VIVA_SECRET_KEY": settings.signing_key(),
    }
    environment = settings.environment() | secrets
    return subprocess.Popen([sys.executable, "-m", "agent", "web"], env=environment, stderr=subprocess.PIPE, text=True)


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """The process, once it is ready; stopped by SIGTERM, which it must obey."""
    process = start(settings)
    try:
        with httpx.Client(base_url=settings.public_url, timeout=5) as client:
            deadline = time.monotonic() + WITHIN_S
            ready = False
            while not ready:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                assert time.monotonic() < deadline, "not ready in time"
                with suppress(httpx.TransportError):
                    ready = client.get("/readyz").status_code == 200
                time.sleep(0.05)
            yield client
        process.terminate()
        assert process.wait(timeout=WITHIN_S) == 0
    finally:
        process.kill()
        _, log = process.communicate()
    assert "/join/" not in log
    assert "Ada" not in log


@pytest.mark.slow
async def test_candidate_gets_in_and_recruiter_sees_it(settings: Settings):
    repository = await PostgresRepository.connect(settings.dsn())
    invite = await create_invite(repository, settings, find_flow("short_demo"), "Ada Example")
    await repository.aclose()
    with serving(settings) as client:
        assert client.get("/join/unknown").status_code == 404
        page = client.get(invite.join_url)
        assert "viva_invite" in page.headers.get("set-cookie", "") or "make setup" in page.text
        answer = client.get("/api/connection-details", headers={"Authorization": f"Bearer {invite.join_url[-43:]}"})
        details = answer.json()
        assert details["roomName"] == room_name(invite.interview_id)
        assert details["serverUrl"] == settings.livekit().public_url
        claims = jwt.decode(details["participantToken"], settings.livekit().api_secret, algorithms=["HS256"])
        assert claims["video"]["room"] == room_name(invite.interview_id)
        console = client.get(console_url(settings.public_url, SECRET_KEY), follow_redirects=True)
        assert "Ada Example" in console.text
        assert "invited" in console.text
        assert 'viva_interviews{status="scheduled"} 1.0' in client.get("/metrics").text
        assert "server" not in client.get("/healthz").headers


@pytest.mark.slow
def test_port_in_use(settings: Settings):
    with socket.create_server((LOOPBACK, settings.web_port)):
        process = start(settings)
        _, error = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 1
    assert f"Port {settings.web_port}" in error
    assert "VIVA_WEB_PORT" in error
    assert "Traceback" not in error


@pytest.mark.slow
def test_database_that_does_not_answer(settings: Settings):
    process = start(settings.with_values(database_url=SecretStr(f"postgresql://x:y@127.0.0.1:{free_port(LOOPBACK)}/z")))
    _, error = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 1
    assert "Traceback" not in error
    assert "y@" not in error
