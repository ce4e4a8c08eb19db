"""What a candidate said, or is called, reaches a log only under `pii.` keys, which the formatter scrubs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.log import PII_PREFIX
from agent.project import ROOT
from tests.guards.repository import package_files

LOG_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
LOGGERS = frozenset({"logger", "log", "logging", "_logger"})
PERSONAL = frozenset(
    {
        "access_code", "answer", "candidate", "candidate_name", "email", "heard", "join_url", "said", "sentence",
        "text", "texts", "token", "transcript", "transcription", "utterance", "words",
    }
)  # fmt: skip
"""Names under which the code holds what a candidate said, is called, or lets in."""


def _log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOG_METHODS:
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name in LOGGERS:
                yield node


def _personal_names(node: ast.AST) -> set[str]:
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    names |= {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return names & PERSONAL


def problems(tree: ast.AST) -> list[str]:
    """What is wrong with the log calls of a module, each with its line."""
    found = []
    for call in _log_calls(tree):
        if not call.args or not isinstance(call.args[0], ast.Constant):
            found.append(f"{call.lineno}: the message is not a constant")
        exposed = set[str]().union(*(_personal_names(argument) for argument in call.args[1:]))
        for keyword in call.keywords:
            if keyword.arg != "extra":
                continue
            if not isinstance(keyword.value, ast.Dict):
                found.append(f"{call.lineno}: `extra` is not written as a dictionary")
                continue
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                scrubbed = isinstance(key, ast.Constant) and str(key.value).startswith(PII_PREFIX)
                exposed |= set() if scrubbed else _personal_names(value)
        found += [f"{call.lineno}: {name!r} is logged outside a pii. key" for name in sorted(exposed)]
    return found


MODULES = [path for path in package_files() if path.suffix == ".py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_log_calls_say_nothing_of_the_candidate(path: Path) -> None:
    assert problems(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        'logger.info("heard %s", text)',
        'logger.info(f"heard {text}")',
        'logger.info("heard", extra={"text": event.text})',
        'self.logger.warning("from", extra={"who": plan.candidate})',
        'logger.info("heard", extra=fields)',
    ],
)
def test_the_guard_sees_what_it_should(source: str) -> None:
    assert problems(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        'logger.info("answer stored", extra={"pii.text": text, "seq": seq})',
        'logger.info("claimed", extra={"epoch": 3})',
    ],
)
def test_the_guard_lets_the_rest_pass(source: str) -> None:
    assert problems(ast.parse(source)) == []
