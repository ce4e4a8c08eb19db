"""The SFU answers with our keys and with no others."""

from __future__ import annotations

import pytest
from livekit import api

from tests.fixtures_sfu import Sfu


async def test_rooms_can_be_made_with_the_generated_keys(sfu: Sfu) -> None:
    access = sfu.access
    async with api.LiveKitAPI(access.url, access.api_key, access.api_secret) as livekit:
        await livekit.room.create_room(api.CreateRoomRequest(name="interview-test"))
        rooms = await livekit.room.list_rooms(api.ListRoomsRequest(names=["interview-test"]))
    assert [room.name for room in rooms.rooms] == ["interview-test"]
    assert rooms.rooms[0].departure_timeout == 180
    assert rooms.rooms[0].max_participants == 1


async def test_another_secret_is_refused(sfu: Sfu) -> None:
    access = sfu.access
    async with api.LiveKitAPI(access.url, access.api_key, "x" * 32) as livekit:
        with pytest.raises(api.TwirpError, match="status=401"):
            await livekit.room.list_rooms(api.ListRoomsRequest())


def test_the_key_file_is_private(sfu: Sfu) -> None:
    path = sfu.settings.folders.secrets / "livekit.keys"
    assert path.stat().st_mode & 0o777 == 0o600
