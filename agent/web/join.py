"""The candidate's way in: the page behind an invitation link, and the token that opens the room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Cookie, Header
from fastapi.responses import JSONResponse, Response

from agent.web.admission import Admission
from agent.web.assets import page_assets
from agent.web.dependencies import WebDependencies, WebOptions
from agent.web.metrics import WebMetrics
from agent.web.pages import NO_STORE, Pages
from agent.web.problems import NO_INVITE, Problem
from agent.web.tokens import connection_details
from interview_flows.plan import Plan
from knowledge.records import InterviewRecord, InterviewStatus

INVITE_COOKIE: Final = "viva_invite"

PRIVACY: Final = (
    "What you say is turned into text by programs on the interviewer's own computers.",
    "The text is kept, with your name, for the people who invited you. The sound of your voice is not kept.",
    "Before you have agreed, nothing you say is kept. If you do not agree, nothing of it is stored.",
    "Nothing is sent to other companies.",
)


def join_routes(
    deps: WebDependencies, admission: Admission, pages: Pages, metrics: WebMetrics, nudge: Callable[[UUID], None]
) -> APIRouter:
    """GET /join/{token}, POST /api/token, GET /api/connection-details. `nudge` hears of candidates who come."""
    router = APIRouter()

    @router.get("/join/{token}", response_class=Response)
    async def join(token: str) -> Response:
        record = await admission.invited(token)
        assets = page_assets(deps.options.static_folder)
        await admission.check_seat(record.id)
        context = {**page_context(record), "page_script": assets.script, "page_styles": assets.styles}
        response = pages.render("join.html.j2", context)
        _remember_invite(response, token, deps.options)
        return response

    async def connect(
        viva_invite: Annotated[str, Cookie()] = "", authorization: Annotated[str, Header()] = ""
    ) -> Response:
        record = await admission.invited(_invite_of(viva_invite, authorization))
        await admission.take_seat(record.id)
        details = connection_details(deps.options, record.id)
        nudge(record.id)
        metrics.tokens_issued.inc()
        return JSONResponse(details.model_dump(by_alias=True), headers=NO_STORE)

    router.add_api_route("/api/token", connect, methods=["POST"])
    router.add_api_route("/api/connection-details", connect, methods=["GET"])
    return router


def page_context(record: InterviewRecord) -> dict[str, object]:
    """What the candidate page says about this interview."""
    plan = Plan.model_validate(record.plan)
    return {
        "title": record.title,
        "candidate": record.candidate_name,
        "minutes": plan.fill("{minutes}"),
        "language": plan.flow.language,
        "steps": _steps(plan),
        "privacy": PRIVACY,
        "expires_at": record.expires_at,
        "returning": record.status is not InterviewStatus.SCHEDULED,
    }


def _steps(plan: Plan) -> list[str]:
    count = len(plan.flow.questions)
    questions = "one question" if count == 1 else f"{count} questions"
    return [
        "You check your microphone on this page.",
        "The interviewer says who it is and asks whether you agree. Nothing is kept before you do.",
        f"It asks you {questions}, one at a time, and may ask for more detail.",
        "It says goodbye, and the people who invited you read what you said.",
    ]


def _invite_of(cookie: str, authorization: str) -> str:
    """The invite token a request carries; a bearer token goes before the cookie. Raises `Problem`."""
    scheme, _, bearer = authorization.partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else cookie
    if not token:
        raise Problem(NO_INVITE)
    return token


def _remember_invite(response: Response, token: str, options: WebOptions) -> None:
    """A cookie for the browser's session: the token endpoint reads it, scripts and other sites cannot."""
    response.set_cookie(INVITE_COOKIE, token, path="/", secure=options.secure_cookies, httponly=True, samesite="lax")
