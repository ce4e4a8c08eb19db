"""`viva rehearse`: the command line of a rehearsal."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.errors import EXIT_FAILED
from agent.flow_library import find_flow
from agent.rehearsal.personas import Persona
from agent.rehearsal.results import RehearsalResult, as_table
from agent.rehearsal.run import RehearsalOptions, rehearse
from agent.rehearsal.voices import VoiceName
from agent.settings import load_settings

STDOUT = Path("-")

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def rehearse_command(  # noqa: PLR0913 - an option per parameter is typer's way
    *,
    rooms: Annotated[int, typer.Option(min=1, max=1000, help="Interviews at once.")] = 1,
    flow: Annotated[str, typer.Option(help="Id of a flow, or path of a .toml file.")] = "short_demo",
    persona: Annotated[Persona, typer.Option(help="How the candidates behave.")] = Persona.STEADY,
    json: Annotated[
        Path | None, typer.Option(help="Write the figures as JSON to this file; - is standard output.")
    ] = None,
    voice: Annotated[VoiceName, typer.Option(help="The candidates' voice; espeak costs next to nothing.")] = "tiny",
    seed: Annotated[int, typer.Option(min=0, help="Decides pauses and voices; the same seed gives the same run.")] = 1,
    interviews: Annotated[int, typer.Option(min=1, help="Interviews in each room, one after the other.")] = 1,
    kill_worker: Annotated[
        bool, typer.Option("--kill-worker", help="Kill the interview's process in the middle of an answer.")
    ] = False,
) -> None:
    """Hold interviews with synthetic candidates over real WebRTC, and measure them at the candidate's ear.

    Uses the system that runs on VIVA_HOME; where none does, starts one on a temporary home and stops it afterwards.
    Fails when an interview did not come to its end.
    """
    # The SDK tells of every channel that closes when a room is deleted.
    logging.getLogger("livekit").setLevel(logging.CRITICAL)
    screen = Console(stderr=True, highlight=False)
    options = RehearsalOptions(
        flow=find_flow(flow),
        persona=persona,
        rooms=rooms,
        interviews=interviews,
        voice=voice,
        seed=seed,
        kill_worker=kill_worker,
    )
    result = asyncio.run(rehearse(load_settings(), options, lambda text: screen.print(f"viva: {text}")))
    if json == STDOUT:
        typer.echo(to_json(result), nl=False)
    else:
        Console(highlight=False).print(as_table(result))
        if json is not None:
            json.write_text(to_json(result), encoding="utf-8")
    if not all(one.outcome for one in result.interviews):
        raise typer.Exit(EXIT_FAILED)


def to_json(result: RehearsalResult) -> str:
    """The figures as JSON; `recovery` is there only where a process was killed."""
    left_out = {"recovery"} if result.recovery is None else set()
    return result.model_dump_json(indent=1, exclude=left_out) + "\n"
