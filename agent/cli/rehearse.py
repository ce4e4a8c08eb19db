"""`viva rehearse`: known here by name, read by its own package when it runs."""

from __future__ import annotations

import typer

FORWARD = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Every word after the command's name, `--help` too, is for the command's own parser."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="rehearse", context_settings=FORWARD)(rehearse)


def rehearse(context: typer.Context) -> None:
    """Hold interviews with synthetic candidates over real WebRTC: demo, load test and flow check."""
    from agent.rehearsal.cli import app

    app(context.args, prog_name="viva rehearse")
