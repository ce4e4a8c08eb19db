"""The layout of VIVA_HOME: which folder holds what, who holds the lock, which secrets it keeps.

Nothing here is created by looking; `prepare` and `make_secrets` write.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from agent.errors import HomeInUse, HomeNotWritable

SECRET_FILES: Final = ("livekit_api_key", "livekit_api_secret", "secret_key")
"""Settings that are made on first start and kept in the folder `secrets`, one file each."""

LOCK_PATIENCE_S: Final = 0.3
"""Other commands hold the lock shared for an instant to see whether a system runs; an `up` outwaits them."""


@dataclass(frozen=True, slots=True)
class Home:
    """Folders and files of one VIVA_HOME."""

    root: Path

    @property
    def database(self) -> Path:
        """Data directory of the embedded Postgres; its passwords and log lie beside it."""
        return self.root / "postgres" / "data"

    @property
    def secrets(self) -> Path:
        """Keys made on first start; mode 0700, its files 0600."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """One log file per part."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Sockets, rendered configuration and the state of the running system; empty when nothing runs."""
        return self.root / "run"

    @property
    def lock_file(self) -> Path:
        """Held with flock by the one `viva up` of this home; says who holds it."""
        return self.run / "up.lock"

    @property
    def state_file(self) -> Path:
        """Settings the running system chose, mode 0600."""
        return self.run / "up.json"

    def prepare(self) -> None:
        """Make the folders. Raises `HomeNotWritable`."""
        try:
            for folder in (self.root, self.logs, self.run, self.secrets):
                folder.mkdir(parents=True, exist_ok=True)
            self.secrets.chmod(0o700)
            self.run.chmod(0o700)
            probe = self.run / f".write-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise HomeNotWritable(
                f"The folder {str(self.root)!r} cannot be written: {error.strerror}.",
                "Set VIVA_HOME to a folder you may write to.",
            ) from error

    def lock(self, purpose: str) -> IO[str]:
        """Take this home for one process; the lock ends with the returned file, or with the process however it dies.

        Raises `HomeInUse` with the holder's pid and link.
        """
        handle = self.lock_file.open("a+", encoding="utf-8")
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not _try_lock(handle, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                handle.close()
                raise HomeInUse(
                    f"Viva is already running on {str(self.root)!r}{self._holder()}.",
                    "Use that one, stop it with Ctrl-C, or set VIVA_HOME to another folder.",
                )
            time.sleep(0.02)
        handle.truncate(0)
        handle.write(json.dumps({"pid": os.getpid(), "purpose": purpose}))
        handle.flush()
        return handle

    def running_values(self) -> dict[str, object]:
        """Settings of the system that runs on this home; empty when none does."""
        if not self._locked():
            return {}
        values = _read_json(self.state_file).get("settings", {})
        return dict(values) if isinstance(values, dict) else {}

    def kept_secrets(self) -> dict[str, object]:
        """Secrets made on an earlier start."""
        found: dict[str, object] = {}
        for name in SECRET_FILES:
            with suppress(OSError):
                found[name] = (self.secrets / name).read_text(encoding="ascii").strip()
        return found

    def make_secrets(self) -> dict[str, object]:
        """Make the secrets that are not there yet, mode 0600, and return all of them."""
        kept = self.kept_secrets()
        for name in SECRET_FILES:
            if name not in kept:
                value = f"API{secrets.token_hex(8)}" if name == "livekit_api_key" else secrets.token_hex(32)
                write_private(self.secrets / name, value)
                kept[name] = value
        return kept

    def write_state(self, settings: Mapping[str, object], links: Mapping[str, object]) -> None:
        """Tell other commands on this home what runs here."""
        state = {"pid": os.getpid(), "settings": dict(settings), "links": dict(links)}
        write_private(self.state_file, json.dumps(state))

    def clear_run(self) -> None:
        """Remove what only the running system needed; the lock file stays, because it is what is locked."""
        for path in self.run.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path != self.lock_file:
                path.unlink(missing_ok=True)

    def _locked(self) -> bool:
        try:
            with self.lock_file.open(encoding="utf-8") as handle:
                return not _try_lock(handle, fcntl.LOCK_SH)
        except OSError:
            return False

    def _holder(self) -> str:
        lock, state = _read_json(self.lock_file), _read_json(self.state_file)
        links = state.get("links")
        link = links.get("web_url") if isinstance(links, dict) and state.get("pid") == lock.get("pid") else None
        parts = [f"pid {lock['pid']}"] if "pid" in lock else []
        parts += [str(link)] if link else []
        return f" ({', '.join(parts)})" if parts else ""


def _try_lock(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, at no moment readable by others or half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    part.replace(path)


def _read_json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
