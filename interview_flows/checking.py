"""Problems between the values of a flow: doubled ids, references to what is not there, unknown placeholders.

Works on plain data (parsed TOML), so that these problems are reported together with those of single values:
whatever has the wrong shape is passed over here and reported by the model.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

Problem = tuple[str, str]
"""Key in the file (`sections[0].questions[1].kind`) and what is wrong with it."""

PLACEHOLDERS = ("candidate", "title", "minutes")
_BRACED = re.compile(r"\{([A-Za-z_]\w*)\}")


def one_of(value: object, allowed: Iterable[str]) -> str:
    names = ", ".join(allowed)
    return f"{value!r} is not one of {names}" if names else f"{value!r} is unknown: none is defined"


def cross_problems(data: Mapping[str, object]) -> list[Problem]:
    """Every problem between the values of one flow, in file order by kind of problem."""
    dimensions = list(_tables(data, "rubric"))
    sections = list(_tables(data, "sections"))
    questions = [pair for key, section in sections for pair in _tables(section, "questions", key)]
    problems = [
        *_doubled(dimensions, "id"),
        *_doubled(sections, "id"),
        *_doubled(questions, "id"),
        *_anchors(dimensions),
    ]
    known = [name for _, dimension in dimensions if isinstance(name := dimension.get("id"), str)]
    for key, question in questions:
        dimension = question.get("dimension")
        if isinstance(dimension, str) and dimension not in known:
            problems.append((f"{key}.dimension", one_of(dimension, known)))
        problems += _probes(key, question)
    problems += _placeholders(data, questions)
    return problems


def _tables(owner: Mapping[str, object], name: str, prefix: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Key and content of each table in the list `name`."""
    values = owner.get(name)
    path = f"{prefix}.{name}" if prefix else name
    if isinstance(values, (list, tuple)):
        for index, value in enumerate(values):
            if isinstance(value, Mapping):
                yield f"{path}[{index}]", value


def _doubled(tables: Iterable[tuple[str, Mapping[str, object]]], name: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, table in tables:
        value = table.get(name)
        if not isinstance(value, str):
            continue
        if value in first:
            yield f"{key}.{name}", f"{value!r} is already used by {first[value]}"
        else:
            first[value] = key


def _anchors(dimensions: Iterable[tuple[str, Mapping[str, object]]]) -> Iterator[Problem]:
    for key, dimension in dimensions:
        anchors = dimension.get("anchors")
        if not isinstance(anchors, (list, tuple)) or len(anchors) != 5:
            continue
        for index, anchor in enumerate(anchors):
            if isinstance(anchor, str) and not anchor.strip().startswith(f"{index + 1}:"):
                yield f"{key}.anchors[{index}]", f"{anchor!r} must start with '{index + 1}:'"


def _probes(key: str, question: Mapping[str, object]) -> Iterator[Problem]:
    expects = list(_tables(question, "expects", key))
    yield from _doubled(expects, "point")
    points = [point for _, expected in expects if isinstance(point := expected.get("point"), str)]
    for probe_key, probe in _tables(question, "probes", key):
        point = probe.get("point")
        if isinstance(point, str) and point.strip() not in (known.strip() for known in points):
            yield f"{probe_key}.point", f"{one_of(point, points)} (the points of {key}.expects)"


def _placeholders(
    data: Mapping[str, object], questions: Iterable[tuple[str, Mapping[str, object]]]
) -> Iterator[Problem]:
    spoken: list[tuple[str, object]] = []
    words = data.get("words")
    if isinstance(words, Mapping):
        spoken += [(f"words.{name}", text) for name, text in words.items()]
    for key, question in questions:
        spoken.append((f"{key}.words", question.get("words")))
        spoken += [(f"{probe_key}.words", probe.get("words")) for probe_key, probe in _tables(question, "probes", key)]
    allowed = [f"{{{name}}}" for name in PLACEHOLDERS]
    for key, text in spoken:
        if not isinstance(text, str):
            continue
        for name in _BRACED.findall(text):
            if name not in PLACEHOLDERS:
                yield key, one_of(f"{{{name}}}", allowed)
