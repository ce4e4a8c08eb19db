"""Log lines: readable by a machine, and empty of what the candidate said."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from agent.log import ConsoleFormatter, JsonFormatter


def _line(formatter: logging.Formatter, **extra: object) -> str:
    stream = io.StringIO()
    logger = logging.getLogger("viva.test")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        logger.info("answer stored", extra=extra)
    finally:
        logger.removeHandler(handler)
    return stream.getvalue().strip()


@pytest.mark.parametrize("formatter", [JsonFormatter("worker"), ConsoleFormatter("worker")])
def test_what_is_personal_is_scrubbed(formatter: logging.Formatter) -> None:
    line = _line(formatter, seq=7, **{"pii.text": "my name is Ada", "pii.words": ["Ada"], "inner": {"pii.name": "Ada"}})
    assert "Ada" not in line
    assert "<14 characters>" in line
    assert "7" in line


def test_a_json_line_has_the_fields_that_tools_look_for() -> None:
    line = json.loads(_line(JsonFormatter("worker"), seq=7))
    assert line["part"] == "worker"
    assert line["level"] == "info"
    assert line["logger"] == "viva.test"
    assert line["message"] == "answer stored"
    assert line["seq"] == 7
    assert line["at"].endswith("+00:00")


def test_an_error_carries_its_traceback() -> None:
    formatter = JsonFormatter("worker")
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("viva", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    assert "ValueError: broken" in json.loads(formatter.format(record))["error"]
