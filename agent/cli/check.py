"""`viva check`."""

from __future__ import annotations

import typer

from agent.cli.edge import JsonFlag, print_json, print_text, run, settings
from agent.errors import EXIT_FAILED


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="check")(check)


def check(*, as_json: JsonFlag = False) -> None:
    """Say for each part whether it is ok, missing or degraded, and what to do; exit 1 when one is missing."""
    from agent.check import State, check_parts

    findings = run(check_parts(settings()))
    if as_json:
        print_json([finding.model_dump(mode="json") for finding in findings])
    else:
        width = max(len(finding.part) for finding in findings)
        for finding in findings:
            print_text(f"{finding.state:9}{finding.part:{width}}  {finding.found}")
            if finding.next_step:
                print_text(f"{'':9}{'':{width}}  {finding.next_step}")
    if any(finding.state is State.MISSING for finding in findings):
        raise typer.Exit(EXIT_FAILED)
