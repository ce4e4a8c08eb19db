"""The recruiter's console: the list of interviews, and of each its transcript and report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from agent.report import Report, build_report
from agent.report_rendering import notes, outcome_sentence, to_html, to_markdown
from agent.transcript import transcript
from agent.web.console_access import ConsoleAccess
from agent.web.dependencies import WebDependencies
from agent.web.pages import NO_STORE, Pages
from agent.web.problems import NO_INTERVIEW, Problem
from agent.web.security import DOCUMENT_POLICY
from interview_flows.plan import Plan
from knowledge.errors import NotFound
from knowledge.records import InterviewRecord, InterviewStatus

LISTED_INTERVIEWS: Final = 200


class ReportFormat(StrEnum):
    """How a report is handed out."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview as the list shows it."""

    id: UUID
    candidate: str
    flow: str
    status: str
    """In words; says when nobody holds an interview that is under way."""
    outcome: str
    when: datetime
    """Its start, or its invitation where it has not started."""
    planned_minutes: float
    held_minutes: float | None
    """From first start to end, pauses included; None before the end."""


def console_routes(deps: WebDependencies, access: ConsoleAccess, pages: Pages) -> APIRouter:
    """GET /console, /console/open, /console/interviews/{id} and its report."""
    router = APIRouter(prefix="/console")
    locked = [Depends(access.require)]

    @router.get("/open")
    async def open_console(key: str = "") -> Response:
        response = RedirectResponse("/console", status_code=303, headers=NO_STORE)
        access.open(key, response)
        return response

    @router.get("", dependencies=locked)
    async def interviews() -> Response:
        records = await deps.repository.interviews(limit=LISTED_INTERVIEWS)
        rows = [interview_row(record, deps.clock()) for record in records]
        return pages.render("console.html.j2", {"rows": rows, "limit": LISTED_INTERVIEWS})

    @router.get("/interviews/{interview_id}", dependencies=locked)
    async def interview(interview_id: UUID) -> Response:
        record, report = await _report_of(deps, interview_id)
        context = {
            "row": interview_row(record, deps.clock()),
            "summary": outcome_sentence(report),
            "notes": notes(report),
            "answered": report.answered,
            "questions": len(report.questions),
            "turns": transcript(record, await deps.repository.events(interview_id)),
        }
        return pages.render("console_interview.html.j2", context)

    @router.get("/interviews/{interview_id}/report", dependencies=locked)
    async def report(interview_id: UUID, format: ReportFormat = ReportFormat.HTML) -> Response:  # noqa: A002 - its name in the address
        _, found = await _report_of(deps, interview_id)
        return _render_report(found, format)

    return router


def interview_row(record: InterviewRecord, now: datetime) -> InterviewRow:
    """The record in words for the list."""
    held = None
    if record.started_at is not None and record.ended_at is not None:
        held = (record.ended_at - record.started_at).total_seconds() / 60
    return InterviewRow(
        id=record.id,
        candidate=record.candidate_name,
        flow=record.title,
        status=_status_words(record, now),
        outcome=(record.outcome or "").replace("_", " "),
        when=record.started_at or record.created_at,
        planned_minutes=Plan.model_validate(record.plan).budget_s / 60,
        held_minutes=held,
    )


def _status_words(record: InterviewRecord, now: datetime) -> str:
    match record.status:
        case InterviewStatus.SCHEDULED:
            return "invited" if record.expires_at > now else "invitation expired"
        case InterviewStatus.LIVE:
            return "live" if record.lease_until is not None and record.lease_until > now else "interrupted"
        case InterviewStatus.PAUSED:
            return "candidate away"
        case InterviewStatus.FINISHED:
            return "finished"


async def _report_of(deps: WebDependencies, interview_id: UUID) -> tuple[InterviewRecord, Report]:
    """The stored report, or what the log gives so far. Raises `Problem` when there is no such interview."""
    try:
        record = await deps.repository.interview(interview_id)
    except NotFound as error:
        raise Problem(NO_INTERVIEW) from error
    stored = await deps.repository.report(interview_id)
    if stored is not None:
        return record, Report.model_validate(stored)
    return record, build_report(record, await deps.repository.events(interview_id))


def _render_report(report: Report, form: ReportFormat) -> Response:
    match form:
        case ReportFormat.HTML:
            headers = {**NO_STORE, "Content-Security-Policy": DOCUMENT_POLICY}
            return Response(to_html(report), media_type="text/html", headers=headers)
        case ReportFormat.MARKDOWN:
            return PlainTextResponse(to_markdown(report), media_type="text/markdown", headers=NO_STORE)
        case ReportFormat.JSON:
            return JSONResponse(report.model_dump(mode="json"), headers=NO_STORE)
