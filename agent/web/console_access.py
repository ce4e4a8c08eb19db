"""Who may see the console: whoever opened the link that `viva up` prints.

Link key and session value are derived from the signing key kept in VIVA_HOME (mode 0600), for one purpose each, so
that neither tells the other. The link is opened once per browser; afterwards the key is neither in the address bar nor
in the cookie.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Final

from fastapi import Cookie
from starlette.responses import Response

from agent.web.dependencies import WebOptions
from agent.web.problems import NO_CONSOLE_KEY, WRONG_CONSOLE_KEY, Problem

CONSOLE_COOKIE: Final = "viva_console"
SESSION_S: Final = 30 * 24 * 3600


def console_url(public_url: str, signing_key: str) -> str:
    """The link that opens the console."""
    return f"{public_url.rstrip('/')}/console/open?key={_derive(signing_key, b'viva console link')}"


class ConsoleAccess:
    """Checks keys and cookies, in constant time."""

    def __init__(self, options: WebOptions) -> None:
        self._link_key = _derive(options.signing_key, b"viva console link")
        self._session = _derive(options.signing_key, b"viva console session")
        self._secure = options.secure_cookies

    def open(self, key: str, response: Response) -> None:
        """Let the browser that gets `response` in. Raises `Problem` when `key` is not the link's."""
        if not _same(key, self._link_key):
            raise Problem(WRONG_CONSOLE_KEY)
        response.set_cookie(
            CONSOLE_COOKIE,
            self._session,
            max_age=SESSION_S,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def require(self, viva_console: Annotated[str, Cookie()] = "") -> None:
        """Dependency of every console route. Raises `Problem`."""
        if not _same(viva_console, self._session):
            raise Problem(NO_CONSOLE_KEY)


def _derive(signing_key: str, purpose: bytes) -> str:
    return hmac.new(signing_key.encode(), purpose, hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())
