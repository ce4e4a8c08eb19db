"""`viva up`."""

from __future__ import annotations

import typer

from agent.cli.edge import JsonFlag, run, settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="up")(up)


def up(*, as_json: JsonFlag = False) -> None:
    """Start everything on this machine, print the links, stop everything at Ctrl-C."""
    from agent.up import run_up
    from agent.up_screen import UpScreen

    run(run_up(settings(), UpScreen(as_json=as_json)))
