"""Logs: one JSON object a line, or plain lines; what a candidate said or is called never reaches them.

Candidate data may be passed to a log call only under keys that start with `pii.`
(`logger.debug("answer stored", extra={"pii.text": text})`); the formatters write its length and nothing else.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, Literal, TextIO

PII_PREFIX: Final = "pii."

_RECORD_ATTRIBUTES: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
_QUIET: Final = ("asyncio", "httpcore", "httpx", "uvicorn.access", "faster_whisper")


def configure_logging(
    part: str,
    *,
    level: str = "info",
    form: Literal["json", "console"] = "json",
    stream: TextIO | None = None,
) -> None:
    """Send every log record of this process to `stream` (default: stderr) as lines of `part`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(part) if form == "json" else ConsoleFormatter(part))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def scrubbed(record: logging.LogRecord) -> dict[str, object]:
    """The extra fields of a record; values under `pii.` keys are replaced by their length."""
    extra = {name: value for name, value in vars(record).items() if name not in _RECORD_ATTRIBUTES}
    return {name: _scrub(name, value) for name, value in extra.items()}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `part`, `logger`, `message`, extra fields, `error`."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": self._part,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= scrubbed(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class ConsoleFormatter(logging.Formatter):
    """A plain line for a person: time, level, part, message and extra fields."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
        fields = "".join(f" {name}={value}" for name, value in scrubbed(record).items())
        line = f"{at} {record.levelname.lower():7} {self._part:7} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _scrub(name: str, value: object) -> object:
    if name.startswith(PII_PREFIX):
        return f"<{len(str(value))} characters>"
    if isinstance(value, dict):
        return {key: _scrub(str(key), item) for key, item in value.items()}
    return value
