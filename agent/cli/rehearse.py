"""`viva rehearse` and `viva bench`: known here by name, read by their own packages when they run."""

from __future__ import annotations

import typer

FORWARD = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Every word after the command's name, `--help` too, is for the command's own parser."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="rehearse", context_settings=FORWARD)(rehearse)
    app.command(name="bench", context_settings=FORWARD)(bench)


def rehearse(context: typer.Context) -> None:
    """Hold interviews with synthetic candidates over real WebRTC: demo, load test and flow check."""
    from agent.rehearsal.cli import app

    app(context.args, prog_name="viva rehearse")


def bench(context: typer.Context) -> None:
    """Measure a part: prints one JSON object with the figures and the machine."""
    from agent.bench.cli import app

    app(context.args, prog_name="viva bench")
