"""The edge of the command line: results to stdout, and every error of the house as a sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from agent.errors import EXIT_FAILED, EXIT_USAGE, VivaError

if TYPE_CHECKING:
    from agent.settings import Settings

T = TypeVar("T")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to tell the person at the keyboard."""

    message: str
    next_step: str
    exit_code: int


def explain(error: Exception) -> Explanation | None:
    """The error in words, or None for one that is a defect of the program."""
    if isinstance(error, VivaError):
        return Explanation(error.message, error.next_step, error.exit_code)
    return _explain_flow(error) or _explain_knowledge(error) or _explain_plugins(error)


def settings() -> Settings:
    """The settings of this command."""
    from agent.settings import load_settings

    return load_settings()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    import asyncio

    return asyncio.run(work)


def print_json(value: object) -> None:
    """One JSON value on one line of stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_text(text: str) -> None:
    """Text to stdout, ended by a line end."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """A table on stdout, or a line that says there is nothing."""
    if not rows:
        print_text(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


# The error classes below were imported by whoever raised them, so asking for their modules costs nothing more.


def _explain_flow(error: Exception) -> Explanation | None:
    if "interview_flows.reading" not in sys.modules:
        return None
    from interview_flows.reading import FlowError

    if not isinstance(error, FlowError):
        return None
    return Explanation(str(error), "Correct the flow; `viva flows validate PATH` checks it.", EXIT_USAGE)


def _explain_knowledge(error: Exception) -> Explanation | None:
    if "knowledge.errors" not in sys.modules:
        return None
    from knowledge.errors import KnowledgeError

    return Explanation(_sentence(error), error.next_step, EXIT_FAILED) if isinstance(error, KnowledgeError) else None


def _explain_plugins(error: Exception) -> Explanation | None:
    if "plugins.models.errors" not in sys.modules:
        return None
    from plugins.models.errors import ModelError

    return Explanation(_sentence(error), "", EXIT_FAILED) if isinstance(error, ModelError) else None


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "`")) else ".")
