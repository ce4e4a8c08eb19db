"""Framing of the speech protocol, and what it refuses."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.speech.options import Address, parse_address
from plugins.speech.protocol import (
    AudioReply,
    CancelRequest,
    ErrorCode,
    ErrorReply,
    Priority,
    ProtocolError,
    SpokenWord,
    SynthesizeRequest,
    TranscribeReply,
    TranscribeRequest,
    pack,
    unpack_reply,
    unpack_request,
)


@pytest.mark.parametrize(
    ("message", "pcm"),
    [
        (TranscribeRequest(id=7, priority=Priority.PARTIAL, prompt="Kubernetes", words=True), b"\1\0\2\0"),
        (SynthesizeRequest(id=0, text="Grüße", voice="tiny", speed=1.2), b""),
        (CancelRequest(id=3), b""),
    ],
)
def test_requests_come_out_as_they_went_in(
    message: TranscribeRequest | SynthesizeRequest | CancelRequest, pcm: bytes
) -> None:
    assert unpack_request(pack(message, pcm)) == (message, pcm)


@pytest.mark.parametrize(
    ("message", "pcm"),
    [
        (
            TranscribeReply(
                id=1,
                text="Yes.",
                confidence=0.9,
                no_speech=0.1,
                words=(SpokenWord(text="Yes.", start_s=0.1, end_s=0.4, confidence=0.8),),
            ),
            b"",
        ),
        (AudioReply(id=2, last=True), b"\0\0" * 100),
        (ErrorReply(id=4, code=ErrorCode.BUSY, message="64 requests are waiting"), b""),
    ],
)
def test_replies_come_out_as_they_went_in(message: TranscribeReply | AudioReply | ErrorReply, pcm: bytes) -> None:
    assert unpack_reply(pack(message, pcm)) == (message, pcm)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\1\0",
        struct.pack("<I", 0),
        struct.pack("<I", 1000) + b"{}",
        struct.pack("<I", 0xFFFFFFFF) + b"{}",
        struct.pack("<I", 2) + b"{}",
        struct.pack("<I", 4) + b"null",
        struct.pack("<I", 22) + b'{"type":"sing","id":1}',
        struct.pack("<I", 24) + b'{"type":"cancel","id":-1}',
        pack(CancelRequest(id=1), b"\0"),
    ],
)
def test_a_message_of_another_form_is_refused(message: bytes) -> None:
    with pytest.raises(ProtocolError):
        unpack_request(message)


def test_an_unknown_key_is_refused_by_name() -> None:
    header = b'{"type":"cancel","id":1,"colour":"red"}'
    with pytest.raises(ProtocolError, match="colour"):
        unpack_request(struct.pack("<I", len(header)) + header)


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_worse(message: bytes) -> None:
    for unpack in (unpack_request, unpack_reply):
        with pytest.raises(ProtocolError):
            unpack(message)


def test_addresses() -> None:
    unix = parse_address("unix:/run/speech.sock")
    assert str(unix.path) == "/run/speech.sock"
    assert parse_address("tcp://127.0.0.1:9000") == Address(host="127.0.0.1", port=9000)
    assert parse_address("tcp://[::1]:9000").host == "::1"


@pytest.mark.parametrize("text", ["", "unix:", "127.0.0.1:9000", "tcp://127.0.0.1", "tcp://:9", "tcp://a:99999"])
def test_another_address_is_refused_with_the_two_forms(text: str) -> None:
    with pytest.raises(ValueError, match="unix:"):
        parse_address(text)
