"""`python -m agent.setup.docs`: the pages of settings, commands and licences, written from what they describe.

A guard test fails when the files differ from what is written here.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from agent.project import ROOT
from agent.settings import Settings, environment_name
from agent.setup.licences import LICENCES_PAGE, licences_page

SETTINGS_PAGE = Path("docs/settings.md")
COMMANDS_PAGE = Path("docs/commands.md")

COMPUTED = {
    "web_host": "127.0.0.1, or 0.0.0.0",
    "public_url": "http://VIVA_NODE_IP:VIVA_WEB_PORT",
    "speech_address": "unix:VIVA_HOME/run/speech.sock",
}
"""What to say of defaults that follow from other settings."""

SETTINGS_INTRO = """\
# Settings

Settings come from the environment, or from a file `.env` in the working directory (see `.env.example`); the
environment wins. What is not set has the default below, so that nothing at all needs to be set to try Viva.
A value that is not valid stops every command with the setting's name. `make docs` writes this page from the code.

Ports that are 0 mean "pick a free one". Ports, addresses and keys that a running `viva up` chose are known to every
other command on the same `VIVA_HOME`; secrets made on first start are kept in `VIVA_HOME/secrets`, readable by their
owner only.
"""

LOCAL_NETWORK = """\

## On a local network

`VIVA_NODE_IP=192.168.1.20 viva up` makes the SFU and the web server listen on every interface and puts that address
into links and into what browsers are told. Browsers give a page the microphone only over https or on the machine
itself: put a proxy with a certificate in front of the web server and of the SFU's signalling port, and set
`VIVA_PUBLIC_URL=https://...` and `VIVA_LIVEKIT_PUBLIC_URL=wss://...`. Media goes straight to
`VIVA_RTC_UDP_PORT` or `VIVA_RTC_TCP_PORT`.
"""

COMMANDS_INTRO = """\
# Commands

`viva` is `.venv/bin/viva` after `make setup`. Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed (one sentence and the next step on standard error), 2 wrong use.
`make docs` writes this page from the code.
"""


def main() -> None:
    """Write the pages."""
    pages = {SETTINGS_PAGE: settings_page(), COMMANDS_PAGE: commands_page(), LICENCES_PAGE: licences_page()}
    for page, text in pages.items():
        path = ROOT / page
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def settings_page() -> str:
    """The page of settings."""
    rows = ["| setting | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        what = " ".join((field.description or "").split())
        rows.append(f"| `{environment_name(name)}` | {_default(name, field)} | {what}{_bounds(field)} |")
    return SETTINGS_INTRO + "\n" + "\n".join(rows) + "\n" + LOCAL_NETWORK


def commands_page() -> str:
    """The page of commands."""
    return COMMANDS_INTRO + "".join(_sections())


def _default(name: str, field: FieldInfo) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    if field.default is None or field.default is PydanticUndefined:
        return ""
    if isinstance(field.default, SecretStr):
        raise TypeError(f"the secret {name} must not have a default")
    return f"`{field.default}`"


def _bounds(field: FieldInfo) -> str:
    if typing.get_origin(field.annotation) is typing.Literal:
        return f" One of {', '.join(f'`{value}`' for value in typing.get_args(field.annotation))}."
    return ""


def _sections() -> Iterator[str]:
    from agent.cli import app
    from agent.rehearsal.cli import app as rehearse

    forwarded = {"rehearse": typer.main.get_command(rehearse)}
    for name, command in typer.main.get_group(app).commands.items():
        if not command.hidden:
            yield from _command(f"viva {name}", forwarded.get(name, command))


# `Any`: typer carries its own copy of click, whose classes it does not export.
def _command(name: str, command: typing.Any) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children:
        for child, inner in children.items():
            yield from _command(f"{name} {child}", inner)
        return
    arguments = [_names(parameter) for parameter in command.params if parameter.param_type_name == "argument"]
    yield f"\n## `{' '.join([name, *arguments])}`\n\n{_paragraph(command.help)}\n"
    rows = [f"| `{_names(parameter)}` | {_paragraph(parameter.help)} |" for parameter in command.params]
    if rows:
        yield "\n" + "\n".join(["| option | |", "|---|---|", *rows]) + "\n"


def _names(parameter: typing.Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return ", ".join([*parameter.opts, *parameter.secondary_opts])


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    main()
