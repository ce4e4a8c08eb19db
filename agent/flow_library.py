"""Flows by id or path: those that come with Viva, and files of other people."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import UsageError

if TYPE_CHECKING:
    from interview_flows.flow import Flow

BUNDLED_FOLDER = "flows"


def bundled_flows() -> dict[str, Flow]:
    """Flows that come with Viva, by id, in the order of their ids."""
    return dict(_bundled())


def find_flow(id_or_path: str) -> Flow:
    """The flow with this id, or the flow in the file at this path.

    Raises `interview_flows.reading.FlowError` when the file is not a valid flow, and `UsageError` naming the flows
    there are when nothing goes by this id and no such file exists.
    """
    flow = _bundled().get(id_or_path)
    if flow is not None:
        return flow
    path = Path(id_or_path)
    if path.suffix == ".toml" or path.is_file():
        return read_flow(path)
    known = ", ".join(_bundled())
    raise UsageError(f"There is no flow {id_or_path!r}.", f"Flows: {known}; or give the path of a .toml file.")


def read_flow(path: Path) -> Flow:
    """The flow in a file. Raises `FlowError` when it is not valid, `UsageError` when it cannot be read."""
    from interview_flows.reading import parse_flow

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"The flow {str(path)!r} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"The flow {str(path)!r} cannot be read: {error.strerror}.", "Check the path.") from None
    return parse_flow(text, str(path))


@cache
def _bundled() -> dict[str, Flow]:
    from interview_flows.reading import parse_flow

    folder = resources.files("interview_flows").joinpath(BUNDLED_FOLDER)
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    flows = (parse_flow(item.read_text(encoding="utf-8"), f"{BUNDLED_FOLDER}/{item.name}") for item in files)
    return {flow.id: flow for flow in flows}
