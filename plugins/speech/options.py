"""Options of the speech process, and its address as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """What one speech process serves and where."""

    address: str
    """`unix:/path/to.sock` or `tcp://host:port`."""
    models: Path
    """Folder of built models."""
    whisper: str = "tiny.en"
    voice: str = "tiny"
    """`tiny`, or `espeak` for a process without a neural voice."""
    threads: int = 1
    """Cores that one decode or one synthesis may use."""
    queued_requests: int = 64
    """Requests waiting per engine; above it the least urgent are refused."""
    drain_s: float = 5.0
    """Time that work in progress has after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address: either `path` or `host` and `port`."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        """Base URL for HTTP; the host is a label where the transport is a Unix socket."""
        return "http://speech" if self.path is not None else f"http://{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """The address in `unix:/path` or `tcp://host:port`; ValueError says what is wrong with any other text."""
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if not path:
            raise ValueError("a speech address 'unix:' needs a path behind it")
        return Address(path=Path(path))
    if text.startswith("tcp://"):
        host, separator, port = text.removeprefix("tcp://").rpartition(":")
        if separator and host and port.isdigit() and int(port) < 65_536:
            return Address(host=host.strip("[]"), port=int(port))
    raise ValueError(f"{text!r} is not a speech address; write unix:/path/to.sock or tcp://host:port")
