"""The machine a figure was taken on: without it the figure says nothing."""

from __future__ import annotations

import os
import platform

from pydantic import BaseModel, ConfigDict


class MachineFacts(BaseModel):
    """Where and how quietly figures were taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cores: int
    """Cores this process may use."""
    load: float
    """Load average of the minute before the run, which the run itself has not raised yet."""
    load_after: float | None = None
    python: str
    system: str
    mouth_to_ear_s: float | None = None
    """Median from a candidate's mouth to another's ear through the SFU, without an agent; contained in every gap."""
    microphone_late_p99_s: float | None = None
    """How late the candidates' own frames were: above 0.02 s the candidates are starved, not the agent."""


def this_machine() -> MachineFacts:
    """Facts of this machine at this moment."""
    return MachineFacts(
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load=current_load(),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
    )


def current_load() -> float:
    """Load average over the last minute."""
    return round(os.getloadavg()[0], 2)
