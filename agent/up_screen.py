"""What `viva up` prints: progress on stderr while it starts, then one table with the links, or one line of JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from rich.console import Console


class Engines(BaseModel):
    """Which engines hold the interview."""

    model_config = ConfigDict(frozen=True)

    stt: str
    tts: str
    llm: str


class UpSummary(BaseModel):
    """The line that `viva up --json` prints when everything is ready."""

    model_config = ConfigDict(frozen=True)

    ready_s: float
    """Seconds from the start of the command to ready."""
    web_url: str
    livekit_url: str
    console_url: str
    join_url: str
    """A ready invite to the flow `short_demo`."""
    access_code: str
    engines: Engines


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part in the table."""

    name: str
    address: str
    ready_s: float | None
    log: str


class UpScreen:
    """Prints for a person, or for a script (`as_json`)."""

    def __init__(self, *, as_json: bool) -> None:
        from rich.console import Console

        self._as_json = as_json
        self._progress: Console = Console(stderr=True, highlight=False)

    def part_ready(self, name: str, seconds: float | None) -> None:
        """A part has become ready after so many seconds."""
        self.say(f"{name} ready" + (f" after {seconds:.1f} s" if seconds is not None else ""))

    def event(self, name: str, what: str) -> None:
        """Something happened to a part."""
        self.say(f"{name}: {what}")

    def say(self, text: str) -> None:
        """One line of progress."""
        self._progress.print(f"viva: {text}", markup=False, soft_wrap=True)

    def ready(self, summary: UpSummary, rows: Sequence[PartRow]) -> None:
        """Everything is ready."""
        if self._as_json:
            sys.stdout.write(summary.model_dump_json() + "\n")
            sys.stdout.flush()
            return
        self._print_table(summary, rows)

    def _print_table(self, summary: UpSummary, rows: Sequence[PartRow]) -> None:
        from rich.console import Console
        from rich.table import Table

        console = Console(highlight=False)
        table = Table(title="viva", title_justify="left")
        for heading in ("part", "ready after", "where", "log"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            seconds = "" if row.ready_s is None else f"{row.ready_s:.1f} s"
            table.add_row(row.name, seconds, row.address, row.log)
        console.print(table)
        links = (
            ("candidate link", summary.join_url),
            ("access code", summary.access_code),
            ("console link", summary.console_url),
        )
        for name, value in links:
            console.print(f"{name + ':':16}{value}", markup=False, soft_wrap=True)
        engines = summary.engines
        console.print(f"{'engines:':16}{engines.stt} · {engines.tts} · {engines.llm}", markup=False)
        console.print(f"viva is ready ({summary.ready_s:.1f} s). Ctrl-C stops everything.", markup=False)
