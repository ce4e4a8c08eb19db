"""The web application: routes, headers and errors, wired together from what it is given."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from agent.keeper import Keeper
from agent.web.admission import Admission
from agent.web.assets import StaticFolder
from agent.web.console import console_routes
from agent.web.console_access import ConsoleAccess
from agent.web.dependencies import WEB_FOLDER, WebDependencies
from agent.web.health import health_routes
from agent.web.join import join_routes
from agent.web.metrics import WebMetrics
from agent.web.pages import NO_STORE, Pages
from agent.web.problems import (
    BROKEN,
    NOT_THERE,
    ROOMS_UNREACHABLE,
    STORE_UNREACHABLE,
    WRONG_METHOD,
    Problem,
    ProblemBody,
    Refusal,
)
from agent.web.rooms import RoomServerUnreachable
from agent.web.security import SecurityHeaders, security_headers
from knowledge.errors import DatabaseUnreachable

logger = logging.getLogger("viva.web")

JSON_PATHS: Final = "/api/"
"""Refusals under this path are JSON, all others are pages."""


def create_app(deps: WebDependencies) -> FastAPI:
    """The application over `deps`. The keeper runs while the application's lifespan does."""
    metrics, pages = WebMetrics(), Pages()
    keeper = Keeper(deps.repository, deps.rooms, clock=deps.clock, on_action=metrics.count_keeper_action)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeping = asyncio.create_task(keeper.run(), name="keeper")
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    app = FastAPI(title="Viva", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    headers = security_headers(deps.options.livekit_url)
    app.add_middleware(SecurityHeaders, headers=headers)
    app.include_router(join_routes(deps, Admission(deps), pages, metrics, keeper.nudge))
    app.include_router(console_routes(deps, ConsoleAccess(deps.options), pages))
    app.include_router(health_routes(deps, metrics))
    app.mount("/static", StaticFolder(directory=deps.options.static_folder, check_dir=False), name="static")
    app.mount("/console/static", StaticFolder(directory=WEB_FOLDER / "console_static"), name="console-static")

    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/console", status_code=303)

    _answer_problems(app, pages, metrics, headers)
    return app


def _answer_problems(app: FastAPI, pages: Pages, metrics: WebMetrics, headers: dict[str, str]) -> None:
    """Turn every exception that reaches the edge into a refusal, as JSON or as a page."""

    def refuse(request: Request, refusal: Refusal) -> Response:
        metrics.requests_refused.labels(refusal.code).inc()
        response: Response
        if request.url.path.startswith(JSON_PATHS):
            body = ProblemBody(error=refusal.message, next_step=refusal.next_step, code=refusal.code)
            response = JSONResponse(body.model_dump(by_alias=True), status_code=refusal.status, headers=NO_STORE)
        else:
            response = pages.refusal(refusal)
        if refusal.retry_after_s is not None:
            response.headers["Retry-After"] = str(refusal.retry_after_s)
        return response

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return refuse(request, error.refusal)

    @app.exception_handler(DatabaseUnreachable)
    async def no_store(request: Request, error: DatabaseUnreachable) -> Response:
        logger.warning("database unreachable", extra={"error": str(error)})
        return refuse(request, STORE_UNREACHABLE)

    @app.exception_handler(RoomServerUnreachable)
    async def no_rooms(request: Request, error: RoomServerUnreachable) -> Response:
        logger.warning("SFU unreachable", extra={"error": str(error)})
        return refuse(request, ROOMS_UNREACHABLE)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, _: RequestValidationError) -> Response:
        return refuse(request, NOT_THERE)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return refuse(request, WRONG_METHOD if error.status_code == WRONG_METHOD.status else NOT_THERE)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        # The server's outermost layer calls this one, outside the middleware that sets the headers.
        logger.error("request failed", exc_info=error, extra={"method": request.method})
        response = refuse(request, BROKEN)
        response.headers.update(headers)
        return response
