"""What the web application is made of, passed in by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.settings import Settings
from agent.web.rooms import RoomService
from knowledge.repository import InterviewRepository

WEB_FOLDER: Final = Path(__file__).parent


def utc_now() -> datetime:
    """The time of day, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Settings of the web door."""

    public_url: str
    """Address of this server as candidates see it."""
    livekit_url: str
    """WebSocket address of the SFU as candidates' browsers see it."""
    livekit_api_key: str
    livekit_api_secret: str = field(repr=False)
    signing_key: str = field(repr=False)
    """Key from which the console key is derived."""
    rooms: int = 8
    """Interviews held at once."""
    return_grace_s: float = 120
    """Seconds an interview waits for a candidate who dropped out."""
    static_folder: Path = WEB_FOLDER / "static"
    """Holds the built candidate page under `build/`."""

    @classmethod
    def from_settings(cls, settings: Settings) -> WebOptions:
        """Raises `agent.errors.PartMissing` when SFU or keys are not known yet."""
        access = settings.livekit()
        return cls(
            public_url=settings.public_url.rstrip("/"),
            livekit_url=access.public_url,
            livekit_api_key=access.api_key,
            livekit_api_secret=access.api_secret,
            signing_key=settings.signing_key(),
            rooms=settings.rooms,
            return_grace_s=settings.return_grace_s,
        )

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach this server by https."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class WebDependencies:
    """Everything `create_app` needs. Whoever made the parts closes them."""

    options: WebOptions
    repository: InterviewRepository
    rooms: RoomService
    clock: Callable[[], datetime] = utc_now
