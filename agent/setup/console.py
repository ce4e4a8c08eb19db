"""Words on stderr and exit codes for the set-up commands."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

from agent.errors import VivaError


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"viva: {text}\n")
    sys.stderr.flush()


def exits_with_a_sentence(command: Callable[[], None]) -> Callable[[], None]:
    """Turn a `VivaError` into its sentence and its exit code."""

    @functools.wraps(command)
    def run() -> None:
        try:
            command()
        except VivaError as error:
            say(str(error))
            sys.exit(error.exit_code)

    return run
