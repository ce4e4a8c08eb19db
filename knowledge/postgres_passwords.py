"""The passwords of an embedded server, in libpq's format, so that `PGPASSFILE` lets a person in with psql.

Source of the format: https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from knowledge.errors import EmbeddedPostgresError


def read_passwords(path: Path) -> dict[str, str]:
    """Passwords by role. Raises EmbeddedPostgresError when the file is missing or damaged."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        return {role: password for *_, role, password in (line.split(":") for line in lines)}
    except FileNotFoundError:
        problem = f"the passwords of the embedded Postgres are missing: there is no {path}"
    except ValueError:
        problem = f"the passwords of the embedded Postgres are damaged: {path}"
    raise EmbeddedPostgresError(problem, "restore that file, or move the data directory away to start afresh")


def write_passwords(path: Path, passwords: Mapping[str, str]) -> None:
    """Write the file whole or not at all, readable by this account only."""
    partial = path.with_name(f"{path.name}.new")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600, exist_ok=False)
    lines = (f"127.0.0.1:*:*:{role}:{password}\n" for role, password in passwords.items())
    partial.write_text("".join(lines), encoding="ascii")
    partial.replace(path)
