"""Reads a flow from TOML and says everything that is wrong with it at once, by file, key and allowed values."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from interview_flows.checking import Problem, cross_problems, one_of
from interview_flows.flow import (
    Dimension,
    ExpectedPoint,
    Flow,
    Patience,
    Probe,
    Question,
    QuestionKind,
    Section,
    Words,
)

_MODELS: Final[Mapping[tuple[str, ...], type[BaseModel]]] = {
    (): Flow,
    ("words",): Words,
    ("rubric",): Dimension,
    ("sections",): Section,
    ("sections", "questions"): Question,
    ("sections", "questions", "expects"): ExpectedPoint,
    ("sections", "questions", "probes"): Probe,
}
_CHOICES: Final[Mapping[str, type[StrEnum]]] = {"kind": QuestionKind, "patience": Patience}
_EXPLANATIONS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "string_type": "must be text, not {value}",
    "float_type": "must be a number, not {value}",
    "finite_number": "must be a number, not {value}",
    "int_type": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "greater_than": "must be more than {gt:g}, not {value}",
    "greater_than_equal": "must be {ge:g} or more, not {value}",
    "less_than_equal": "must be {le:g} or less, not {value}",
    "too_short": "needs at least one",
    "tuple_type": "must be a list, not {value}",
    "model_type": "must be a table, not {value}",
}
"""By pydantic's error type; what is not here is explained by `_explained`."""
_TOML_NAMES: Final = ((bool, "a true or false"), (dict, "a table"), (list, "a list"))


class FlowError(Exception):
    """A flow cannot be used. `problems` holds every (key, problem); `key` and `problem` are the first of them."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        self.key, self.problem = self.problems[0]
        super().__init__("\n".join(": ".join(part for part in (source, *pair) if part) for pair in self.problems))


def parse_flow(text: str, source: str) -> Flow:
    """The flow in `text`; `source` names it in errors. Raises FlowError with every problem found."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FlowError(source, [("", f"is not valid TOML: {error}")]) from error
    try:
        return Flow.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise FlowError(source, [*_problems(details), *cross_problems(data)]) from error


def _problems(details: Sequence[ErrorDetails]) -> list[Problem]:
    """The problems of single values. The error without a key is the model's summary of `cross_problems`."""
    locations = [detail["loc"] for detail in details]
    return [
        (_key(detail["loc"]), _explained(detail))
        for detail in details
        if detail["loc"] and not _follows_from_others(detail, locations)
    ]


def _follows_from_others(detail: ErrorDetails, locations: Sequence[tuple[int | str, ...]]) -> bool:
    """A list is also reported as too short when its items are wrong."""
    location = detail["loc"]
    inside = (other for other in locations if len(other) > len(location) and other[: len(location)] == location)
    return detail["type"] == "too_short" and any(inside)


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def _explained(detail: ErrorDetails) -> str:
    kind, location, value = detail["type"], detail["loc"], detail["input"]
    names = [part for part in location if isinstance(part, str)]
    name = names[-1]
    match kind:
        case "missing" if name in _CHOICES:
            return f"is missing (one of {', '.join(_CHOICES[name])})"
        case "enum":
            return one_of(value, _CHOICES[name])
        case "extra_forbidden":
            return _unknown_key(names)
        case "string_pattern_mismatch":
            return _pattern(names, value)
        case "too_short" | "too_long" if name == "anchors":
            return f"needs exactly 5 texts, '1: ...' to '5: ...', not {len(value)}"
        case "tuple_type" if tuple(names) in _MODELS:
            return f"must be a list of tables, [[{'.'.join(names)}]], not {_described(value)}"
    template = _EXPLANATIONS.get(kind)
    return detail["msg"] if template is None else template.format(value=_described(value), **detail.get("ctx", {}))


def _unknown_key(names: Sequence[str]) -> str:
    *owner, name = names
    model = _MODELS[tuple(owner)]
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{name!r} is not a key here; {hint}allowed: {', '.join(model.model_fields)}"


def _pattern(names: Sequence[str], value: object) -> str:
    if names == ["language"]:
        return f"{one_of(value, ['en'])} or a region of it such as en-GB"
    if names == ["id"]:
        return f"{value!r} may only have lower-case letters, digits and underscores"
    return f"{value!r} may only have letters, digits, underscores, hyphens and dots"


def _described(value: object) -> str:
    name = next((name for kind, name in _TOML_NAMES if isinstance(value, kind)), None)
    return repr(value) if name is None else name
