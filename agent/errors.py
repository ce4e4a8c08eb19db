"""What can go wrong in `agent`, in words for the person at the keyboard.

    VivaError                 exit 1; one sentence and the next step
    ├── UsageError            exit 2; the command or its input is wrong
    ├── HomeInUse             another `viva up` holds this VIVA_HOME
    ├── HomeNotWritable       VIVA_HOME cannot be created or written
    ├── PortInUse             a port that a part needs is taken
    ├── PartMissing           a server, model or tool that is needed is not there
    └── PartFailed            a part did not start, or died while it was starting

The command line catches `VivaError` at its edge; nothing else does.
"""

from __future__ import annotations

from typing import Final

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


class VivaError(Exception):
    """A failure a person can act upon."""

    exit_code: int = EXIT_FAILED

    def __init__(self, message: str, next_step: str = "") -> None:
        """`message` is one sentence on what is wrong; `next_step` says what to do about it, or is empty."""
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UsageError(VivaError):
    """The command was called wrongly, or a file given to it is not valid."""

    exit_code = EXIT_USAGE


class HomeInUse(VivaError):
    """Another process holds the lock of this VIVA_HOME."""


class HomeNotWritable(VivaError):
    """VIVA_HOME cannot be created or written."""


class PortInUse(VivaError):
    """A port that a part needs is taken."""


class PartMissing(VivaError):
    """A server, a model or a tool that is needed is not there."""


class PartFailed(VivaError):
    """A part did not become ready."""
