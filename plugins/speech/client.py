"""Client of the speech process: one WebSocket for many requests, found again when it is lost.

Requests are stateless: one that lost its connection is sent again, to the same or a restarted process, until its time
is up. Only APIError subclasses come out: anything else would silence the pipeline of a LiveKit session for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

import aiohttp
from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError

from plugins.speech.options import Address, parse_address
from plugins.speech.protocol import (
    LARGEST_MESSAGE_BYTES,
    READY_PATH,
    STREAM_PATH,
    AudioReply,
    CancelRequest,
    ErrorCode,
    ErrorReply,
    Health,
    Priority,
    ProtocolError,
    SpokenWord,
    SynthesizeRequest,
    TranscribeReply,
    TranscribeRequest,
    pack,
    unpack_reply,
)

REQUEST_LIMIT_S = 10.0
HEALTH_LIMIT_S = 2.0
FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 0.5
AGAIN = frozenset({ErrorCode.BUSY, ErrorCode.STOPPING})

_Reply = TranscribeReply | AudioReply | ErrorReply


@dataclass(frozen=True, slots=True)
class Transcription:
    """What was said. `text` is empty where nothing was."""

    text: str
    confidence: float
    """Geometric mean of the tokens' probabilities, 0 to 1."""
    no_speech: float
    words: tuple[SpokenWord, ...] = ()
    """With times from the start of the sound, where they were asked for."""


class _Lost(Exception):
    """The connection ended, or the process cannot take the request at present."""


@dataclass(slots=True)
class _Link:
    """One live connection."""

    socket: aiohttp.ClientWebSocketResponse
    replies: dict[int, asyncio.Queue[tuple[_Reply, bytes] | None]]
    reader: asyncio.Task[None]


class SpeechClient:
    """Speaks to one speech process. Belongs to one event loop; close it with `aclose`."""

    def __init__(self, address: str) -> None:
        """`address` as in SpeechOptions; raises ValueError for another form. Connects when first used."""
        self._address: Address = parse_address(address)
        self._name = address
        self._ids = itertools.count()
        self._session: aiohttp.ClientSession | None = None
        self._link: _Link | None = None
        self._linking = asyncio.Lock()
        self._farewells: set[asyncio.Task[None]] = set()

    async def transcribe(
        self,
        pcm: bytes,
        *,
        priority: Priority = Priority.FINAL,
        prompt: str = "",
        words: bool = False,
        limit_s: float = REQUEST_LIMIT_S,
    ) -> Transcription:
        """Text of at most 30 s of 16 kHz 16-bit mono PCM; raises APIError subclasses."""
        delays = _retry_delays()
        with _limit(self._name, limit_s):
            async with asyncio.timeout(limit_s):
                while True:
                    request = TranscribeRequest(id=next(self._ids), priority=priority, prompt=prompt, words=words)
                    try:
                        async with contextlib.aclosing(self._exchange(request, pcm)) as replies:
                            async for reply, _ in replies:
                                if isinstance(reply, TranscribeReply):
                                    return Transcription(reply.text, reply.confidence, reply.no_speech, reply.words)
                    except _Lost:
                        if priority is Priority.PARTIAL:
                            raise APIConnectionError(f"the speech process at {self._name} is away") from None
                    await asyncio.sleep(next(delays))

    async def synthesize(
        self,
        text: str,
        voice: str,
        speed: float = 1.0,
        *,
        priority: Priority = Priority.FINAL,
        limit_s: float = REQUEST_LIMIT_S,
        away_s: float = REQUEST_LIMIT_S,
    ) -> AsyncGenerator[bytes, None]:
        """24 kHz 16-bit mono PCM of one sentence, clause by clause; raises APIError subclasses.

        `limit_s` bounds the wait for each clause, `away_s` the time without a connection. After a lost connection it
        goes on with the clause that was missing.
        """
        delays = _retry_delays()
        had = 0
        while True:
            request = SynthesizeRequest(id=next(self._ids), priority=priority, text=text, voice=voice, speed=speed)
            got = 0
            try:
                async with contextlib.aclosing(self._exchange(request)) as replies:
                    while True:
                        with _limit(self._name, limit_s):
                            async with asyncio.timeout(limit_s):
                                reply, pcm = await anext(replies)
                        got += 1
                        if got > had:
                            had = got
                            if pcm:
                                yield pcm
                        if isinstance(reply, AudioReply) and reply.last:
                            return
            except _Lost:
                delay_s = next(delays)
                if delay_s > away_s:
                    raise APIConnectionError(f"the speech process at {self._name} is away") from None
                away_s -= delay_s
                await asyncio.sleep(delay_s)

    async def health(self) -> Health:
        """What the process says of itself; raises APIConnectionError where it does not answer."""
        try:
            url = self._address.url + READY_PATH
            async with self._http().get(url, timeout=aiohttp.ClientTimeout(total=HEALTH_LIMIT_S)) as response:
                return Health.model_validate_json(await response.text())
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise APIConnectionError(f"the speech process at {self._name} does not answer: {error}") from error

    async def aclose(self) -> None:
        """Ends the connection; requests in progress fail."""
        link, self._link = self._link, None
        if link is not None:
            await link.socket.close()
            await link.reader
        await asyncio.gather(*self._farewells, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(
        self, request: TranscribeRequest | SynthesizeRequest, pcm: bytes = b""
    ) -> AsyncGenerator[tuple[TranscribeReply | AudioReply, bytes], None]:
        """Sends a request and yields its replies; raises _Lost where it may be sent again, APIStatusError where not."""
        link = await self._connected()
        replies: asyncio.Queue[tuple[_Reply, bytes] | None] = asyncio.Queue()
        link.replies[request.id] = replies
        answered = False
        try:
            try:
                await link.socket.send_bytes(pack(request, pcm))
            except (ConnectionError, aiohttp.ClientError) as error:
                raise _Lost from error
            while True:
                received = await replies.get()
                if received is None:
                    raise _Lost
                reply, sound = received
                if isinstance(reply, ErrorReply):
                    answered = True
                    if reply.code in AGAIN:
                        raise _Lost
                    raise APIStatusError(reply.message, status_code=400, request_id=str(reply.id), retryable=False)
                answered = isinstance(reply, TranscribeReply) or reply.last
                yield reply, sound
        finally:
            link.replies.pop(request.id, None)
            if not answered and not link.socket.closed:
                self._say_cancelled(link, request.id)

    def _say_cancelled(self, link: _Link, request_id: int) -> None:
        async def say() -> None:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await link.socket.send_bytes(pack(CancelRequest(id=request_id)))

        task = asyncio.create_task(say())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _connected(self) -> _Link:
        async with self._linking:
            if self._link is not None and not self._link.socket.closed and not self._link.reader.done():
                return self._link
            try:
                socket = await self._http().ws_connect(
                    self._address.url + STREAM_PATH, max_msg_size=LARGEST_MESSAGE_BYTES * 4
                )
            except (aiohttp.ClientError, OSError) as error:
                raise _Lost from error
            replies: dict[int, asyncio.Queue[tuple[_Reply, bytes] | None]] = {}
            self._link = _Link(socket, replies, asyncio.create_task(_read(socket, replies)))
            return self._link

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            path = self._address.path
            connector = aiohttp.TCPConnector() if path is None else aiohttp.UnixConnector(path=str(path))
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


async def _read(
    socket: aiohttp.ClientWebSocketResponse, replies: dict[int, asyncio.Queue[tuple[_Reply, bytes] | None]]
) -> None:
    """Hands replies to their requests until the connection ends, then tells every request."""
    try:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            reply, pcm = unpack_reply(message.data)
            queue = replies.get(reply.id)
            if queue is not None:
                queue.put_nowait((reply, pcm))
    except (ProtocolError, ConnectionError, aiohttp.ClientError):
        await socket.close()
    finally:
        for queue in list(replies.values()):
            queue.put_nowait(None)


def _retry_delays() -> itertools.chain[float]:
    doubled = (FIRST_RETRY_S * 2**step for step in range(10))
    rising = itertools.takewhile(lambda delay_s: delay_s < LONGEST_RETRY_S, doubled)
    return itertools.chain(rising, itertools.repeat(LONGEST_RETRY_S))


@contextlib.contextmanager
def _limit(name: str, limit_s: float) -> Iterator[None]:
    """Says a time-out in the terms that LiveKit's pipelines know."""
    try:
        yield
    except TimeoutError:
        raise APITimeoutError(f"the speech process at {name} gave no answer in {limit_s:.0f} s") from None
