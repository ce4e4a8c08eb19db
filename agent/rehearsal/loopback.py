"""The rehearsal's own timings, checked: mouth to ear through the SFU alone, with the very mouth and ear of a candidate.

What this reads is in every figure that a candidate measures at its ear: 47 to 80 ms on a quiet machine, of which 10 ms
are the microphone's frame and the rest codec, network and playout buffer. More than that means a machine too busy to
measure on.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

import numpy as np
from livekit import api, rtc
from livekit.protocol.room import RoomConfiguration

from agent.errors import PartFailed
from agent.rehearsal.ear import Ear
from agent.rehearsal.mouth import Mouth
from agent.rehearsal.voices import SEND_RATE_HZ, Clip
from agent.settings import LiveKitAccess

BURST_S: Final = 0.3
BETWEEN_S: Final = 0.5
SETTLE_S: Final = 1.0
"""The playout buffer adapts during the first second of a track."""
WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Loopback:
    """Mouth to ear in seconds, one for each burst that was heard, and how many were sent."""

    heard_s: tuple[float, ...]
    sent: int
    late_s: tuple[float, ...]
    """How late the microphone's frames were."""


async def mouth_to_ear(access: LiveKitAccess, bursts: int = 12) -> Loopback:
    """Send tone bursts from one participant to another. Raises `PartFailed` when the SFU does not carry them."""
    name = f"loopback-{uuid4()}"
    speaking, listening = rtc.Room(), rtc.Room()
    mouth, ear = Mouth(seed=0), Ear()
    tasks: list[asyncio.Task[None]] = []
    subscribed = asyncio.Event()

    def hear(track: rtc.Track, *_: object) -> None:
        tasks.append(asyncio.create_task(ear.listen(track), name="loopback-ear"))
        subscribed.set()

    listening.on("track_subscribed", hear)
    try:
        async with asyncio.timeout(WITHIN_S):
            await listening.connect(access.url, _token(access, name, "ear"))
            await speaking.connect(access.url, _token(access, name, "mouth"))
            track = rtc.LocalAudioTrack.create_audio_track("microphone", mouth.source)
            tasks.append(asyncio.create_task(mouth.pump(), name="loopback-mouth"))
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await speaking.local_participant.publish_track(track, options)
            await subscribed.wait()
            await asyncio.sleep(SETTLE_S)
            sent_s = [await _burst(mouth) for _ in range(bursts)]
    except (rtc.ConnectError, TimeoutError) as error:
        problem = str(error) or "no sound within 20 s"
        raise PartFailed(f"The SFU at {access.url} does not carry sound: {problem}.", "See its log.") from error
    finally:
        await speaking.disconnect()
        await listening.disconnect()
        await mouth.aclose()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    began_s = [span.began_s for span in ear.spans]
    found = [next((at for at in began_s if sent < at < sent + BETWEEN_S), None) for sent in sent_s]
    heard_s = tuple(at - sent for at, sent in zip(found, sent_s, strict=True) if at is not None)
    return Loopback(heard_s, bursts, tuple(mouth.late_s))


async def _burst(mouth: Mouth) -> float:
    times = np.arange(round(BURST_S * SEND_RATE_HZ)) / SEND_RATE_HZ
    tone = (6000 * np.sin(2 * np.pi * 400 * times)).astype(np.int16)
    saying = mouth.say(Clip(tone, "tone"))
    await saying.done.wait()
    await asyncio.sleep(BETWEEN_S)
    return saying.began_s


def _token(access: LiveKitAccess, room: str, identity: str) -> str:
    return (
        api.AccessToken(access.api_key, access.api_secret)
        .with_identity(identity)
        .with_ttl(timedelta(minutes=5))
        .with_grants(api.VideoGrants(room_join=True, room=room))
        # Interview rooms hold one candidate; here two stand in for both ends.
        .with_room_config(RoomConfiguration(max_participants=2, empty_timeout=10))
        .to_jwt()
    )
