"""Everything the web door refuses, in words for the person in front of it: one page, one JSON shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused and what the person can do."""

    status: int
    """HTTP status code."""
    code: str
    """Stable name for programs and metrics."""
    title: str
    message: str
    """One sentence on what is wrong."""
    next_step: str
    """One sentence on what to do."""
    retry_after_s: int | None = None


class Problem(Exception):
    """A request that ends in a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class ProblemBody(BaseModel):
    """A refusal as JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    error: str
    """One sentence for a person."""
    next_step: str
    code: str


NO_INVITE: Final = Refusal(
    401,
    "no_invite",
    "No invitation",
    "This browser has not opened an invitation yet.",
    "Open the link from your invitation first.",
)
UNKNOWN_INVITE: Final = Refusal(
    404,
    "unknown_invite",
    "We do not know this invitation",
    "This link does not belong to an interview.",
    "Check that the whole link was copied, or ask the person who invited you for a new one.",
)
EXPIRED_INVITE: Final = Refusal(
    410,
    "expired_invite",
    "This invitation has expired",
    "The time for this interview is over.",
    "Ask the person who invited you for a new link.",
)
FINISHED_INTERVIEW: Final = Refusal(
    410,
    "finished_interview",
    "This interview is finished",
    "Your interview has ended, so its link cannot be used again.",
    "You need not do anything. If you think this is a mistake, write to the person who invited you.",
)
NO_SEAT: Final = Refusal(
    503,
    "no_seat",
    "All interview rooms are taken",
    "Every interview room is in use at this moment.",
    "Keep this page and try again in a few minutes; your invitation stays valid.",
    retry_after_s=60,
)
ROOMS_UNREACHABLE: Final = Refusal(
    503,
    "rooms_unreachable",
    "The interview cannot be opened right now",
    "The server that carries the sound does not answer.",
    "Try again in a minute; your invitation stays valid. If it stays like this, write to the person who invited you.",
    retry_after_s=30,
)
STORE_UNREACHABLE: Final = Refusal(
    503,
    "store_unreachable",
    "The interview cannot be opened right now",
    "The server that keeps the interviews does not answer.",
    "Try again in a minute; nothing is lost. If it stays like this, write to the person who invited you.",
    retry_after_s=30,
)
PAGE_NOT_BUILT: Final = Refusal(
    503,
    "page_not_built",
    "The candidate page is not built",
    "The files of the candidate page are missing on this server.",
    "Whoever runs this server can build them with `make setup`.",
)
NO_CONSOLE_KEY: Final = Refusal(
    401,
    "no_console_key",
    "The console is locked",
    "This browser has not opened the console link yet.",
    "Open the console link that `viva up` prints.",
)
WRONG_CONSOLE_KEY: Final = Refusal(
    403,
    "wrong_console_key",
    "This console link is not valid",
    "The key in this link is not the key of this server.",
    "Open the console link that `viva up` prints.",
)
NO_INTERVIEW: Final = Refusal(
    404,
    "no_interview",
    "There is no such interview",
    "No interview has this number; it may have been erased.",
    "Go back to the list of interviews at /console.",
)
NOT_THERE: Final = Refusal(
    404,
    "not_there",
    "There is nothing here",
    "No page has this address.",
    "Candidates: open the link from your invitation.",
)
WRONG_METHOD: Final = Refusal(
    405,
    "wrong_method",
    "This address cannot be used like that",
    "The request has the wrong method for this address.",
    "Open the link from your invitation.",
)
BROKEN: Final = Refusal(
    500,
    "broken",
    "Something went wrong",
    "This server made a mistake.",
    "Try again in a minute. If it stays like this, write to the person who invited you.",
)
