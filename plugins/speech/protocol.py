"""Messages between the speech process and its clients, and their framing.

Every WebSocket message is binary: u32 little-endian length of the header, the header (JSON), then PCM: 16 kHz speech in
a transcribe request, 24 kHz speech in an audio reply, 16-bit mono both. Requests are independent of each other and of
the connection: one that got no answer may be sent again to another process.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

STREAM_PATH = "/v1/stream"
HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"
LONGEST_SPEECH_S = 30.0
LONGEST_TEXT_CHARACTERS = 2_000
LARGEST_MESSAGE_BYTES = 2_000_000
_LENGTH = struct.Struct("<I")


class ProtocolError(Exception):
    """A message that does not follow the protocol."""


class Priority(StrEnum):
    """How urgent a request is."""

    FINAL = "final"
    """A reply waits for it."""
    PARTIAL = "partial"
    """Text while somebody speaks; worthless when late."""
    BACKGROUND = "background"
    """Prepared ahead."""


URGENCY = {Priority.FINAL: 0, Priority.PARTIAL: 5, Priority.BACKGROUND: 9}
"""Queue order; less is sooner."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int = Field(ge=0)
    """Chosen by the client, unique on its connection; replies carry it."""


class TranscribeRequest(_Message):
    """Recognise the PCM behind the header."""

    type: Literal["transcribe"] = "transcribe"
    priority: Priority = Priority.FINAL
    prompt: str = Field(default="", max_length=LONGEST_TEXT_CHARACTERS)
    words: bool = False


class SynthesizeRequest(_Message):
    """Speak one clause or sentence."""

    type: Literal["synthesize"] = "synthesize"
    priority: Priority = Priority.FINAL
    text: str = Field(min_length=1, max_length=LONGEST_TEXT_CHARACTERS)
    voice: str
    speed: float = Field(default=1.0, ge=0.25, le=4.0)


class CancelRequest(_Message):
    """Forget the request with this id; no reply."""

    type: Literal["cancel"] = "cancel"


class SpokenWord(BaseModel):
    """A recognised word with its times from the start of the request's sound."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    start_s: float
    end_s: float
    confidence: float


class TranscribeReply(_Message):
    """What was said; `text` is empty where nothing was."""

    type: Literal["transcription"] = "transcription"
    text: str
    confidence: float
    no_speech: float
    words: tuple[SpokenWord, ...] = ()


class AudioReply(_Message):
    """The PCM behind the header; `last` ends the reply."""

    type: Literal["audio"] = "audio"
    last: bool


class ErrorCode(StrEnum):
    """Why a request has no answer."""

    BUSY = "busy"
    BAD_REQUEST = "bad_request"
    UNKNOWN_VOICE = "unknown_voice"
    FAILED = "failed"
    STOPPING = "stopping"


class ErrorReply(_Message):
    """The request failed; BUSY and STOPPING may be tried again."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str


Request = Annotated[TranscribeRequest | SynthesizeRequest | CancelRequest, Field(discriminator="type")]
Reply = Annotated[TranscribeReply | AudioReply | ErrorReply, Field(discriminator="type")]
_REQUEST: TypeAdapter[TranscribeRequest | SynthesizeRequest | CancelRequest] = TypeAdapter(Request)
_REPLY: TypeAdapter[TranscribeReply | AudioReply | ErrorReply] = TypeAdapter(Reply)


class Health(BaseModel):
    """Body of /readyz."""

    ready: bool
    stt: str
    tts: str
    waiting_decodes: int
    waiting_syntheses: int


def pack(message: BaseModel, pcm: bytes = b"") -> bytes:
    """One WebSocket message."""
    header = message.model_dump_json().encode()
    return _LENGTH.pack(len(header)) + header + pcm


def unpack_request(message: bytes) -> tuple[TranscribeRequest | SynthesizeRequest | CancelRequest, bytes]:
    """A request and its PCM; ProtocolError for anything else."""
    header, pcm = _split(message)
    try:
        return _REQUEST.validate_json(header), pcm
    except ValidationError as error:
        raise ProtocolError(_first_problem(error)) from error


def unpack_reply(message: bytes) -> tuple[TranscribeReply | AudioReply | ErrorReply, bytes]:
    """A reply and its PCM; ProtocolError for anything else."""
    header, pcm = _split(message)
    try:
        return _REPLY.validate_json(header), pcm
    except ValidationError as error:
        raise ProtocolError(_first_problem(error)) from error


def _split(message: bytes) -> tuple[bytes, bytes]:
    if len(message) < _LENGTH.size:
        raise ProtocolError("a message is shorter than its length field")
    (length,) = _LENGTH.unpack_from(message)
    end = _LENGTH.size + length
    if length == 0 or end > len(message):
        raise ProtocolError(f"a header of {length} bytes does not fit a message of {len(message)}")
    if (len(message) - end) % 2:
        raise ProtocolError("16-bit PCM has an odd number of bytes")
    return message[_LENGTH.size : end], message[end:]


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'header'}: {first['msg']}"
