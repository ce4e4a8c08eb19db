"""Reads a flow from TOML and says everything that is wrong with it at once, by file, key and allowed values."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, time
from enum import StrEnum

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

_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Flow,
    ("words",): Words,
    ("rubric",): Dimension,
    ("sections",): Section,
    ("sections", "questions"): Question,
    ("sections", "questions", "expects"): ExpectedPoint,
    ("sections", "questions", "probes"): Probe,
}
_CHOICES: dict[str, type[StrEnum]] = {"kind": QuestionKind, "patience": Patience}
_TABLE_LISTS = frozenset({"rubric", "sections", "questions"})


class FlowError(Exception):
    """A flow cannot be used. `problems` holds every (key, problem); `key` and `problem` are the first of them."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a FlowError needs at least one problem")
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
    problems: list[Problem] = []
    try:
        return Flow.model_validate(data)
    except ValidationError as error:
        # The error without a key is the model's own summary of what cross_problems lists one by one.
        problems += [_problem(detail) for detail in error.errors(include_url=False) if detail["loc"]]
    problems += cross_problems(data)
    raise FlowError(source, problems)


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in location:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def _problem(detail: ErrorDetails) -> Problem:
    location = detail["loc"]
    return _key(location), _explain(detail["type"], location, detail["input"], detail)


def _explain(kind: str, location: tuple[int | str, ...], value: object, detail: ErrorDetails) -> str:
    context: Mapping[str, object] = detail.get("ctx", {})
    name = next((part for part in reversed(location) if isinstance(part, str)), "")
    match kind:
        case "missing":
            return "is missing" + _choices_hint(name)
        case "extra_forbidden":
            return _unknown_key(location)
        case "enum":
            return one_of(value, _CHOICES[name])
        case "string_pattern_mismatch":
            return _pattern(location, name, value)
        case "string_too_short":
            return "is empty"
        case "too_short" | "too_long" if name == "anchors":
            return f"needs exactly 5 texts, '1: ...' to '5: ...', not {context.get('actual_length')}"
        case "too_short":
            return "needs at least one"
        case "greater_than":
            return f"must be more than {_number(context.get('gt'))}, not {value}"
        case "greater_than_equal":
            return f"must be {_number(context.get('ge'))} or more, not {value}"
        case "less_than_equal":
            return f"must be {_number(context.get('le'))} or less, not {value}"
        case "finite_number":
            return f"must be a number, not {value}"
        case "string_type":
            return f"must be text, not {_described(value)}"
        case "float_type":
            return f"must be a number, not {_described(value)}"
        case "int_type" | "int_from_float":
            return f"must be a whole number, not {_described(value)}"
        case "tuple_type" if name in _TABLE_LISTS:
            return f"must be a list of tables: write [[{'.'.join(str(p) for p in location if isinstance(p, str))}]]"
        case "tuple_type":
            return f"must be a list, not {_described(value)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"must be a table, not {_described(value)}"
        case _:
            return detail["msg"]


def _choices_hint(name: str) -> str:
    choices = _CHOICES.get(name)
    return f" (one of {', '.join(choices)})" if choices else ""


def _unknown_key(location: tuple[int | str, ...]) -> str:
    owner = tuple(part for part in location[:-1] if isinstance(part, str))
    name, model = str(location[-1]), _MODELS.get(owner)
    if model is None:
        return f"{name!r} is not a key here"
    allowed = list(model.model_fields)
    close = difflib.get_close_matches(name, allowed, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{name!r} is not a key here; {hint}allowed: {', '.join(allowed)}"


def _pattern(location: tuple[int | str, ...], name: str, value: object) -> str:
    if name == "language":
        return f"{one_of(value, ['en'])} (or a region of it such as en-GB)"
    if location == ("id",):
        return f"{value!r} may only have lower-case letters, digits and underscores"
    return f"{value!r} may only have letters, digits, underscores, hyphens and dots"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _described(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text {value!r}"
        case int() | float():
            return f"the number {value}"
        case list() | tuple():
            return "a list"
        case dict():
            return "a table"
        case date() | time():
            return "a date or time"
        case _:
            return type(value).__name__
