"""What watchers ask: is the process alive, can it do its work, what has it done."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from agent.web.dependencies import WebDependencies
from agent.web.metrics import WebMetrics
from agent.web.pages import NO_STORE
from agent.web.rooms import RoomServerUnreachable
from knowledge.errors import KnowledgeError

PROBE_WITHIN_S: Final = 3.0
COUNTED_INTERVIEWS: Final = 1000


def health_routes(deps: WebDependencies, metrics: WebMetrics) -> APIRouter:
    """GET /healthz, /readyz and /metrics."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok\n", headers=NO_STORE)

    @router.get("/readyz")
    async def readyz() -> Response:
        database, sfu = await asyncio.gather(
            _answers(deps.repository.interviews(limit=1)), _answers(deps.rooms.open_interviews())
        )
        parts = {"database": database, "sfu": sfu}
        ready = all(parts.values())
        body = {"ready": ready, **{name: "ok" if well else "unreachable" for name, well in parts.items()}}
        return JSONResponse(body, status_code=200 if ready else 503, headers=NO_STORE)

    @router.get("/metrics")
    async def read_metrics() -> Response:
        interviews = await deps.repository.interviews(limit=COUNTED_INTERVIEWS)
        return Response(metrics.render(interviews), media_type=CONTENT_TYPE_LATEST, headers=NO_STORE)

    return router


async def _answers(probe: Coroutine[Any, Any, object]) -> bool:
    """Whether a part answers in time. `Any`: what a coroutine is sent does not matter to whoever awaits it."""
    try:
        async with asyncio.timeout(PROBE_WITHIN_S):
            await probe
    except (TimeoutError, KnowledgeError, RoomServerUnreachable):
        return False
    return True
