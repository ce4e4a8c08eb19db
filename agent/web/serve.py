"""`viva web`: the web application on a port, over the real store and the real SFU."""

from __future__ import annotations

import asyncio
import errno
import socket
from types import FrameType
from typing import Final

import uvicorn

from agent.errors import PartFailed, PortInUse
from agent.log import configure_logging
from agent.settings import Settings
from agent.web.app import create_app
from agent.web.dependencies import WebDependencies, WebOptions
from agent.web.livekit_rooms import LiveKitRooms
from knowledge.postgres_repository import PostgresRepository

STOP_WITHIN_S: Final = 3


class _Server(uvicorn.Server):
    """Ends by returning. The library would raise the signal again, and the process would die before it closes up."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the library's signature
        self.should_exit = True


def run_web(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Blocking. Raises `agent.errors.VivaError` when it cannot start."""
    configure_logging("web", level=settings.log_level, form=settings.log_format)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    options, access = WebOptions.from_settings(settings), settings.livekit()
    with _listen(settings.web_host, settings.web_port) as listener:
        repository = await PostgresRepository.connect(settings.dsn())
        rooms = LiveKitRooms(access.url, access.api_key, access.api_secret)
        try:
            app = create_app(WebDependencies(options, repository, rooms))
            config = uvicorn.Config(
                app,
                log_config=None,
                # An address of this server may hold a join token: no line per request.
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_WITHIN_S,
            )
            await _Server(config).serve(sockets=[listener])
        finally:
            await rooms.aclose()
            await repository.aclose()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `PortInUse`, `PartFailed`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Port {port} of {host} is in use, so the web server cannot start.",
                "Stop what uses it, or set VIVA_WEB_PORT to another port.",
            ) from error
        raise PartFailed(
            f"The web server cannot listen on {host}:{port}: {error.strerror}.",
            "Set VIVA_WEB_HOST to an address of this machine.",
        ) from error
    return listener
