"""The single processes that `viva up`, compose and Kubernetes start: worker, web, speech, migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.edge import JsonFlag, print_json, print_text, run, settings

if TYPE_CHECKING:
    from agent.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="worker")(worker)
    app.command(name="web")(web)
    app.command(name="speech")(speech)
    app.command(name="migrate")(migrate)
    app.command(name="prepare", hidden=True)(prepare)


def worker() -> None:
    """Hold interviews: takes jobs from the SFU, one process each."""
    from agent.worker import run_worker

    run_worker(settings())


def web() -> None:
    """Serve candidate page, console and API, and keep interviews attended."""
    from agent.web.serve import run_web

    run_web(settings())


def speech() -> None:
    """Recognise and synthesise speech for every room of this machine."""
    from agent.speech_process import run_speech

    run_speech(settings())


def migrate(*, as_json: JsonFlag = False) -> None:
    """Bring the database's schema up to date."""
    applied = run(_migrate(settings()))
    if as_json:
        print_json({"applied": applied})
    else:
        print_text("\n".join(applied) or "The schema is up to date.")


def prepare(flows: Annotated[list[str], typer.Argument(help="Ids of flows.")]) -> None:
    """Synthesise ahead what flows say word for word."""
    from agent.fixed_words import prepare_flows

    run(prepare_flows(settings(), flows, print_text))


async def _migrate(settings: Settings) -> list[str]:
    import asyncio

    from agent.database import open_dsn
    from knowledge.migrations import migrate as apply

    async with open_dsn(settings) as (dsn, admin_dsn):
        return await asyncio.to_thread(apply, dsn, admin_dsn)
