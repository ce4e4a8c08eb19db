"""Headers that every response carries: what the browser may load, and to whom this page may talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOCUMENT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
"""Content security policy of a self-contained document: it may style itself and nothing else, no script at all."""


def content_security_policy(livekit_url: str) -> str:
    """Policy of our own pages: this origin, and connections to the SFU at `livekit_url`, by WebSocket and HTTP."""
    sfu = urlsplit(livekit_url)
    secure = sfu.scheme in {"wss", "https"}
    schemes = ("wss", "https") if secure else ("ws", "http")
    connect = " ".join(["'self'", *(f"{scheme}://{sfu.netloc}" for scheme in schemes)])
    directives = {
        "default-src": "'self'",
        "connect-src": connect,
        "media-src": "'self' blob:",
        "img-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def security_headers(livekit_url: str) -> dict[str, str]:
    """Headers by name. No referrer leaves a page, because the address of a join page holds its token."""
    return {
        "Content-Security-Policy": content_security_policy(livekit_url),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), display-capture=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


class SecurityHeaders:
    """ASGI middleware that adds headers which the response does not set itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
