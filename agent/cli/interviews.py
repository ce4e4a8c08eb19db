"""What happened: `viva interviews`, `viva transcript`, `viva report`, and `viva erase`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from agent.cli.edge import JsonFlag, print_json, print_table, print_text, run, settings
from agent.errors import VivaError

if TYPE_CHECKING:
    from knowledge.records import InterviewRecord, StoredEvent

Limit = Annotated[int, typer.Option(help="At most so many, newest first.", min=1)]
InterviewId = Annotated[UUID, typer.Argument(help="Id of the interview, from `viva interviews`.", metavar="ID")]


class ReportFormat(StrEnum):
    """How a report is printed."""

    HTML = "html"
    MD = "md"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="interviews")(interviews)
    app.command(name="transcript")(transcript)
    app.command(name="report")(report)
    app.command(name="erase")(erase)


def interviews(limit: Limit = 100, *, as_json: JsonFlag = False) -> None:
    """List interviews, newest first."""
    records = run(_records(limit))
    rows = [
        {
            "id": str(record.id),
            "flow": record.flow_id,
            "candidate": record.candidate_name,
            "status": str(record.status),
            "outcome": record.outcome,
            "created_at": record.created_at.isoformat(),
            "started_at": record.started_at and record.started_at.isoformat(),
            "ended_at": record.ended_at and record.ended_at.isoformat(),
            "expires_at": record.expires_at.isoformat(),
        }
        for record in records
    ]
    if as_json:
        print_json(rows)
        return
    headings = ["id", "flow", "candidate", "status", "outcome", "created_at"]
    cells = [[str(row[name] or "") for name in headings] for row in rows]
    print_table(headings, cells, empty="There are no interviews yet.")


def transcript(interview_id: InterviewId, *, as_json: JsonFlag = False) -> None:
    """What was said in an interview, turn by turn."""
    from agent.transcript import transcript as turns_of

    record, events = run(_interview(interview_id))
    turns = turns_of(record, events)
    if as_json:
        print_json([turn.model_dump(mode="json") for turn in turns])
        return
    lines = [f"[{turn.start_s // 60:02.0f}:{turn.start_s % 60:04.1f}] {turn.speaker}: {turn.text}" for turn in turns]
    print_text("\n".join(lines) or "Nothing was said yet.")


def report(
    interview_id: InterviewId,
    form: Annotated[ReportFormat, typer.Option("--format", help="How to print it.")] = ReportFormat.MD,
    *,
    as_json: JsonFlag = False,
) -> None:
    """The report of an interview: questions, answers, points covered, timing."""
    from agent.report import build_report
    from agent.report_rendering import to_html, to_markdown

    made = build_report(*run(_interview(interview_id)))
    if as_json or form is ReportFormat.JSON:
        print_json(json.loads(made.model_dump_json()))
    elif form is ReportFormat.HTML:
        print_text(to_html(made))
    else:
        print_text(to_markdown(made))


def erase(
    interview_id: InterviewId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete everything stored about an interview; an audit line without personal data stays."""
    if not yes and not typer.confirm(f"Erase interview {interview_id} for good?", err=True):
        raise VivaError("Nothing was erased.")
    run(_erase(interview_id))
    if as_json:
        print_json({"erased": str(interview_id)})
    else:
        print_text(f"Interview {interview_id} is erased.")


async def _records(limit: int) -> list[InterviewRecord]:
    from agent.database import open_repository

    async with open_repository(settings()) as repository:
        return await repository.interviews(limit)


async def _interview(interview_id: UUID) -> tuple[InterviewRecord, list[StoredEvent]]:
    from agent.database import open_repository

    async with open_repository(settings()) as repository:
        record = await repository.interview(interview_id)
        return record, await repository.events(interview_id)


async def _erase(interview_id: UUID) -> None:
    from agent.database import open_repository

    async with open_repository(settings()) as repository:
        await repository.erase_interview(interview_id, "viva erase")
