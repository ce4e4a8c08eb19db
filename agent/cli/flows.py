"""`viva flows`: the flows there are, and whether a file is a valid one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.edge import JsonFlag, print_json, print_table, print_text
from agent.errors import EXIT_USAGE, UsageError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    flows = typer.Typer(name="flows", help="Interview flows: the questions, their order and their rubric.")
    flows.command(name="list")(list_flows)
    flows.command(name="validate")(validate)
    app.add_typer(flows, no_args_is_help=True)


def list_flows(*, as_json: JsonFlag = False) -> None:
    """The flows that come with Viva."""
    from agent.flow_library import bundled_flows

    rows = [
        {"id": flow.id, "title": flow.title, "minutes": flow.minutes, "questions": len(flow.questions)}
        for flow in bundled_flows().values()
    ]
    if as_json:
        print_json(rows)
        return
    cells = [[str(row["id"]), str(row["title"]), f"{row['minutes']:g}", str(row["questions"])] for row in rows]
    print_table(["id", "title", "minutes", "questions"], cells, empty="There are no flows.")


def validate(
    paths: Annotated[list[Path], typer.Argument(help="Flow files (TOML).", metavar="PATH...")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Check flow files; every problem names file, key and the allowed values."""
    results = [(str(path), _problems(path)) for path in paths]
    if as_json:
        print_json([{"path": path, "valid": not problems, "problems": problems} for path, problems in results])
    else:
        for path, problems in results:
            for problem in problems:
                typer.echo(problem, err=True)
            if not problems:
                print_text(f"{path}: ok")
    if any(problems for _, problems in results):
        raise typer.Exit(EXIT_USAGE)


def _problems(path: Path) -> list[str]:
    from agent.flow_library import read_flow
    from interview_flows.reading import FlowError

    try:
        read_flow(path)
    except FlowError as error:
        return str(error).split("\n")
    except UsageError as error:
        return [str(error)]
    return []
