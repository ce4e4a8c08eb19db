"""Rendering of HTML pages. Everything is escaped; a missing name in a template is an error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from agent.report_rendering import clock
from agent.web.dependencies import WEB_FOLDER
from agent.web.problems import Refusal

NO_STORE: Final = {"Cache-Control": "no-store"}


class Pages:
    """Templates of this folder."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(WEB_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["minutes"] = minutes_text
        self._templates.filters["when"] = when_text
        self._templates.filters["clock"] = clock

    def render(self, template: str, context: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
        """A page that no cache keeps."""
        html = self._templates.get_template(template).render(context)
        return HTMLResponse(html, status_code=status, headers=NO_STORE)

    def refusal(self, refusal: Refusal) -> HTMLResponse:
        """The page of a refusal; the same for every request that is refused for this reason."""
        context = {
            "status": refusal.status,
            "code": refusal.code,
            "title": refusal.title,
            "message": refusal.message,
            "next_step": refusal.next_step,
        }
        return self.render("invite_problem.html.j2", context, status=refusal.status)


def minutes_text(minutes: float) -> str:
    """Minutes for a person: whole ones from 10 up, else one decimal where it matters."""
    if minutes >= 10:
        return str(math.ceil(minutes - 0.25))
    return f"{minutes:.1f}".removesuffix(".0")


def when_text(moment: datetime | None) -> str:
    """Date and time in UTC, or a dash."""
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
