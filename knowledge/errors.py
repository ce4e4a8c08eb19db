"""Every error that leaves this package.

KnowledgeError
├── DatabaseUnreachable    the server did not answer, or refused the login
├── MigrationFailed        the schema could not be brought up to date; nothing of the failed file is left
├── NotFound               no such interview
├── LeaseHeld              another worker holds the interview; carries owner and until
├── Fenced                 this worker's epoch is over: another one took the interview, or it was released
├── Conflict               the request contradicts what is stored (finished interview, invite used twice)
└── EmbeddedPostgresError  the supervised server could not be started or stopped
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class KnowledgeError(Exception):
    """Base of every error of this package.

    `str()` is one sentence about what is wrong; `next_step` says what a person can do, or is empty.
    """

    retryable: ClassVar[bool] = False
    """Whether the same call may succeed later without anyone doing anything."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class DatabaseUnreachable(KnowledgeError):
    """The server did not answer within the time allowed, or refused the login."""

    retryable = True


class MigrationFailed(KnowledgeError):
    """A migration file failed and was rolled back; the files before it stay applied."""


class NotFound(KnowledgeError):
    """No interview has this id."""


class LeaseHeld(KnowledgeError):
    """Another worker holds the interview until `until`, or longer if it renews."""

    retryable = True

    def __init__(self, owner: str, until: datetime) -> None:
        super().__init__(f"the interview is held by {owner} until {until.isoformat(timespec='seconds')}")
        self.owner = owner
        self.until = until


class Fenced(KnowledgeError):
    """The epoch of this worker is over. It must stop speaking and leave; nothing of the call was stored."""


class Conflict(KnowledgeError):
    """The request contradicts what is stored."""


class EmbeddedPostgresError(KnowledgeError):
    """The embedded server could not be started or stopped."""
