"""Joining as a person does: open the link of the invite, keep its cookie, ask for a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import PartFailed

TIMEOUT_S: Final = 15.0


class ConnectionDetails(BaseModel):
    """What the token endpoint answers, as LiveKit's frontends read it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    server_url: str = Field(validation_alias="serverUrl")
    room_name: str = Field(validation_alias="roomName")
    participant_token: str = Field(validation_alias="participantToken", repr=False)


@dataclass(frozen=True, slots=True)
class Door:
    """The link of one invite; `enter` may be called again to come back."""

    join_url: str

    async def enter(self) -> ConnectionDetails:
        """Follow the link and get a token. Raises `PartFailed` with what the server said."""
        parts = urlsplit(self.join_url)
        token = parts.path.rstrip("/").rpartition("/")[2]
        # A cookie jar refuses cookies of bare addresses unless told otherwise; browsers take them.
        jar = aiohttp.CookieJar(unsafe=True)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as http:
                async with http.get(self.join_url) as page:
                    if page.status >= 400:
                        raise PartFailed(f"The invite's page answered {page.status}.", "See the log of the web server.")
                endpoint = f"{parts.scheme}://{parts.netloc}/api/token"
                headers = {} if len(jar) else {"Authorization": f"Bearer {token}"}
                async with http.post(endpoint, json={}, headers=headers) as answer:
                    if answer.status >= 400:
                        said = (await answer.text())[:200]
                        raise PartFailed(f"The token endpoint answered {answer.status}: {said}.", "")
                    return ConnectionDetails.model_validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            problem = str(error) or type(error).__name__
            raise PartFailed(f"The web server did not let a candidate in: {problem}.", "Is it running?") from error
