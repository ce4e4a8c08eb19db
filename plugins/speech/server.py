"""The speech server: transcription and synthesis for every room of a machine, by WebSocket on a Unix or TCP socket."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from plugins.models.whisper import GivenUp
from plugins.speech.engines import Engines
from plugins.speech.options import Address, SpeechOptions, parse_address
from plugins.speech.protocol import (
    HEALTH_PATH,
    LARGEST_MESSAGE_BYTES,
    READY_PATH,
    STREAM_PATH,
    AudioReply,
    CancelRequest,
    ErrorCode,
    ErrorReply,
    Health,
    ProtocolError,
    SpokenWord,
    SynthesizeRequest,
    TranscribeReply,
    TranscribeRequest,
    pack,
    unpack_request,
)
from plugins.speech.work import QueueFull

logger = logging.getLogger(__name__)

HEARTBEAT_S = 20.0
ADDRESS_PROBE_S = 1.0


class AddressInUse(Exception):
    """Another process serves this address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"another process serves {address}; stop it, or give this one another address")


async def serve(options: SpeechOptions, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what it has begun and returns.

    `ready` is called once, when the models are loaded and warm. Raises ModelError, AddressInUse, ValueError or OSError.
    """
    address = parse_address(options.address)
    _refuse_taken(address, options.address)
    engines = await asyncio.to_thread(Engines, options)
    server = SpeechServer(options, engines)
    runner = web.AppRunner(server.app(), access_log=None)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await runner.setup()
        await _site(runner, address).start()
        if address.path is not None:
            address.path.chmod(0o600)
        ready()
        await stop.wait()
        await server.drain()
    finally:
        await runner.cleanup()
        engines.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@dataclass(slots=True, eq=False)
class _Connection:
    """One client: its socket and the requests it waits for."""

    socket: web.WebSocketResponse
    requests: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def send(self, message: TranscribeReply | AudioReply | ErrorReply, pcm: bytes = b"") -> None:
        """Sends a reply; a client that has gone gets none."""
        if not self.socket.closed:
            await self.socket.send_bytes(pack(message, pcm))


class SpeechServer:
    """HTTP and WebSocket edge around the engines."""

    def __init__(self, options: SpeechOptions, engines: Engines) -> None:
        self._options = options
        self._engines = engines
        self._stopping = False
        self._connections: set[_Connection] = set()

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application()
        app.router.add_get(HEALTH_PATH, self._healthz)
        app.router.add_get(READY_PATH, self._readyz)
        app.router.add_get(STREAM_PATH, self._stream)
        app.on_shutdown.append(self._close_connections)
        return app

    async def drain(self) -> None:
        """Refuses new requests and waits for those in progress, within the options' limit."""
        self._stopping = True
        try:
            async with asyncio.timeout(self._options.drain_s):
                while tasks := [task for connection in self._connections for task in connection.requests.values()]:
                    await asyncio.wait(tasks)
        except TimeoutError:
            logger.warning("speech requests were cut off after %.0f s of draining", self._options.drain_s)

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        health = Health(
            ready=not self._stopping,
            stt=self._options.whisper,
            tts=self._options.voice,
            waiting_decodes=self._engines.waiting_decodes,
            waiting_syntheses=self._engines.waiting_syntheses,
        )
        return web.Response(
            text=health.model_dump_json(), content_type="application/json", status=200 if health.ready else 503
        )

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE_BYTES, heartbeat=HEARTBEAT_S)
        await response.prepare(request)
        connection = _Connection(response)
        self._connections.add(connection)
        try:
            async for message in response:
                if message.type is not WSMsgType.BINARY:
                    await response.close(code=1003, message=b"only binary messages")
                    break
                await self._accept(connection, message.data)
        finally:
            self._connections.discard(connection)
            for task in connection.requests.values():
                task.cancel()
            await asyncio.gather(*connection.requests.values(), return_exceptions=True)
        return response

    async def _accept(self, connection: _Connection, data: bytes) -> None:
        try:
            message, pcm = unpack_request(data)
        except ProtocolError as error:
            await connection.socket.close(code=1002, message=str(error).encode()[:120])
            return
        if isinstance(message, CancelRequest):
            task = connection.requests.get(message.id)
            if task is not None:
                task.cancel()
            return
        if message.id in connection.requests:
            await connection.socket.close(code=1002, message=b"a request id is in use")
            return
        task = asyncio.create_task(self._answer(connection, message, pcm))
        connection.requests[message.id] = task
        task.add_done_callback(lambda _: connection.requests.pop(message.id, None))

    async def _answer(
        self, connection: _Connection, message: TranscribeRequest | SynthesizeRequest, pcm: bytes
    ) -> None:
        if self._stopping:
            await connection.send(ErrorReply(id=message.id, code=ErrorCode.STOPPING, message="the process is stopping"))
            return
        try:
            if isinstance(message, TranscribeRequest):
                await self._transcribe(connection, message, pcm)
            else:
                await self._synthesize(connection, message)
        except (QueueFull, GivenUp) as error:
            await connection.send(ErrorReply(id=message.id, code=ErrorCode.BUSY, message=str(error) or "given up"))
        except ConnectionError:
            return
        except Exception:
            # The edge of the process: one bad request must not end the others.
            logger.exception("a %s request failed", message.type)
            await connection.send(ErrorReply(id=message.id, code=ErrorCode.FAILED, message=f"{message.type} failed"))

    async def _transcribe(self, connection: _Connection, message: TranscribeRequest, pcm: bytes) -> None:
        future = self._engines.transcribe(pcm, priority=message.priority, prompt=message.prompt, words=message.words)
        heard = await asyncio.wrap_future(future)
        words = tuple(
            SpokenWord(text=word.text, start_s=word.start_s, end_s=word.end_s, confidence=word.confidence)
            for word in heard.words
        )
        await connection.send(
            TranscribeReply(
                id=message.id, text=heard.text, confidence=heard.confidence, no_speech=heard.no_speech, words=words
            )
        )

    async def _synthesize(self, connection: _Connection, message: SynthesizeRequest) -> None:
        if message.voice not in self._engines.voices:
            problem = f"no voice {message.voice!r}; this process speaks {', '.join(self._engines.voices)}"
            await connection.send(ErrorReply(id=message.id, code=ErrorCode.UNKNOWN_VOICE, message=problem))
            return
        pieces = self._engines.pieces(message.text, message.priority)
        for index, piece in enumerate(pieces):
            last = index == len(pieces) - 1
            future = self._engines.synthesize(
                piece, priority=message.priority, voice=message.voice, speed=message.speed, last=last
            )
            pcm = await asyncio.wrap_future(future)
            await connection.send(AudioReply(id=message.id, last=last), pcm)

    async def _close_connections(self, _app: web.Application) -> None:
        for connection in list(self._connections):
            await connection.socket.close(code=1001, message=b"the process is stopping")


def _site(runner: web.AppRunner, address: Address) -> web.BaseSite:
    if address.path is not None:
        address.path.parent.mkdir(parents=True, exist_ok=True)
        return web.UnixSite(runner, str(address.path))
    return web.TCPSite(runner, address.host, address.port)


def _refuse_taken(address: Address, text: str) -> None:
    """A Unix socket's file outlives its server, and binding would silently take a live one's place."""
    if address.path is None or not address.path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ADDRESS_PROBE_S)
        try:
            probe.connect(str(address.path))
        except OSError:
            return
    raise AddressInUse(text)
