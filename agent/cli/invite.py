"""`viva invite`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.edge import JsonFlag, print_json, print_text, run, settings
from agent.errors import UsageError

if TYPE_CHECKING:
    from agent.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="invite")(invite)


def invite(
    flow: Annotated[str, typer.Option(help="Id of a flow, or path of a flow file.")],
    candidate: Annotated[str, typer.Option(help="Name of the candidate, as the interviewer says it.")],
    email: Annotated[str | None, typer.Option(help="Address of the candidate; stored, never written to.")] = None,
    accommodate: Annotated[
        str, typer.Option(help="extra-time=1.5, longer-pauses=2, slower-speech=1.2, captions-only, typed-answers.")
    ] = "",
    minutes: Annotated[float | None, typer.Option(help="Length of the interview; the flow's own by default.")] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Invite a candidate: prints the link and the access code, once."""
    from agent.flow_library import find_flow
    from agent.invites import Invite, InviteOptions, create_invite
    from interview_flows.plan import Accommodations

    try:
        options = InviteOptions(email=email, minutes=minutes, accommodations=Accommodations.parse(accommodate))
    except ValueError as error:
        raise UsageError(f"--accommodate is not valid: {error}.", "See `viva invite --help`.") from None
    plan_of = find_flow(flow)

    async def create(settings: Settings) -> Invite:
        from agent.database import open_repository

        async with open_repository(settings) as repository:
            return await create_invite(repository, settings, plan_of, candidate, options)

    try:
        made = run(create(settings()))
    except ValueError as error:
        raise UsageError(f"The interview cannot be planned: {error}.", "See `viva invite --help`.") from None
    result = {
        "interview_id": str(made.interview_id),
        "join_url": made.join_url,
        "access_code": made.access_code,
        "expires_at": made.expires_at.isoformat(),
    }
    if as_json:
        print_json(result)
    else:
        print_text("\n".join(f"{name.replace('_', ' ') + ':':14}{value}" for name, value in result.items()))
