"""The command line: one module per group of commands. A command parses, calls one function, prints its result.

Commands import what they need when they run, so that `viva --help` answers at once.
"""

from __future__ import annotations

import sys

import typer

from agent.cli import check, flows, interviews, invite, models, processes, rehearse, up
from agent.cli.edge import Explanation, explain

app = typer.Typer(
    name="viva",
    help="Viva, a self-hosted voice interviewer. `viva up` starts everything on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (up, check, processes, flows, invite, interviews, models, rehearse):
    group.register(app)


def main() -> None:
    """Run a command; a failure that a person can act upon becomes one sentence and the next step on stderr."""
    try:
        app()
    except Exception as error:
        explanation = explain(error)
        if explanation is None:
            raise
        _print(explanation)
        sys.exit(explanation.exit_code)


def _print(explanation: Explanation) -> None:
    lines = [f"viva: {explanation.message}"] + ([explanation.next_step] if explanation.next_step else [])
    sys.stderr.write("\n".join(lines) + "\n")
