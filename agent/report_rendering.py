"""Writes a report for people: a self-contained HTML page and Markdown.

Every value is hostile until escaped: names and answers come from candidates, words from authors of flows. Both
environments escape whatever a template puts out; nothing in them is marked safe but our own style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent.report_model import AnswerPiece, AnswerStatus, Evidence, QuestionReport, Report, Span, Utterance
from agent.transcript import Speaker, Turn, transcript

__all__ = ["Speaker", "Turn", "to_html", "to_markdown", "transcript"]

_TEMPLATES: Final = Path(__file__).parent / "templates"

OUTCOMES: Final = {
    "completed": "Completed: the interview ran to its end.",
    "consent_refused": "Not held: the candidate did not agree to the interview. Nothing they said was kept.",
    "stopped": "Ended early: the candidate asked to stop.",
    "silent": "Ended early: nothing more was heard from the candidate.",
    "time_up": "Ended by the clock: the time was used before every question was asked.",
}
STATUSES: Final = {
    AnswerStatus.ANSWERED: "Answered",
    AnswerStatus.SKIPPED: "Skipped by the candidate",
    AnswerStatus.UNANSWERED: "No answer was heard",
    AnswerStatus.NOT_ASKED: "Not asked",
}
NOT_SCORED: Final = "Not scored. This report holds no rating of the candidate: a person reads the answers and decides."

# Controls and bidirectional overrides can make a name or an answer read as something else than it is.
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>#|~&$])")
_LIST_START: Final = re.compile(r"^([-+]|\d+(?=[.)](?:\s|$)))([.)]?)")
_LINK_START: Final = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp|www)([:.])")


def to_html(report: Report) -> str:
    """One HTML document with its own style, no script and nothing to load."""
    style = Markup((_TEMPLATES / "report_style.css.j2").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    template = _environment(_seen, autoescape=True).get_template("report.html.j2")
    return template.render(**_context(report), style=style, marked=marked)


def to_markdown(report: Report) -> str:
    """CommonMark with one table. Escaped by `markdown_text`, through which every value goes."""
    return _environment(markdown_text, autoescape=False).get_template("report.md.j2").render(**_context(report))


def _environment(finalize: Callable[[object], object], *, autoescape: bool) -> Environment:
    return Environment(
        autoescape=autoescape,  # noqa: S701 - off for Markdown only, where `finalize` escapes
        finalize=finalize,
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _context(report: Report) -> dict[str, object]:
    return {
        "report": report,
        "outcome": outcome_sentence(report),
        "statuses": STATUSES,
        "not_scored": NOT_SCORED,
        "notes": notes(report),
        "exchange": exchange,
        "clock": clock,
        "duration": duration,
        "day": day,
    }


def outcome_sentence(report: Report) -> str:
    """How the interview ended, in a sentence."""
    if report.outcome is None:
        return "Not finished: the interview is still open." if report.timing.started_at else "Not held yet."
    return OUTCOMES.get(report.outcome, f"Closed: {report.outcome.replace('_', ' ')}.")


def notes(report: Report) -> list[str]:
    """What a reader should know before leaning on the answers."""
    timing, questions = report.timing, report.questions
    said: list[str] = []
    for status, words in (
        (AnswerStatus.SKIPPED, "was skipped by the candidate"),
        (AnswerStatus.UNANSWERED, "was asked, but no answer was heard"),
    ):
        said += [f"Question {question.number} {words}." for question in questions if question.status is status]
    left_out = [str(question.number) for question in questions if question.status is AnswerStatus.NOT_ASKED]
    if left_out and timing.started_at and report.outcome is not None:
        said.append(f"Not asked: question{'s' * (len(left_out) > 1)} {', '.join(left_out)}.")
    unsure = sum(piece.low_confidence for question in questions for piece in question.answer)
    if unsure:
        said.append(f"{_count(unsure, 'passage')} recognised with low confidence, marked in the text.")
    if timing.pauses:
        said.append(f"The clock was paused {_times(timing.pauses)}.")
    if timing.absences:
        said.append(f"The candidate was out of the room {_times(timing.absences)}.")
    said += [
        f"The interviewing process was replaced at {clock(outage.at_s)}, {duration(outage.gap_s)} after its last sign."
        for outage in report.outages
    ]
    said += [
        f"At {clock(fall.at_s)} the {fall.engine} engine fell back to {fall.rung} ({fall.reason})."
        for fall in report.degradations
    ]
    if report.unreadable_events:
        said.append(f"Parts of the log could not be read: {report.unreadable_events}.")
    return said


def exchange(question: QuestionReport) -> list[Utterance | AnswerPiece]:
    """What was said to one question by both sides, in the order in which it began."""
    return sorted([*question.asked, *question.probes, *question.answer], key=lambda part: part.start_s)


def clock(at_s: float) -> str:
    """Minutes and seconds since the start: 2:05."""
    whole = max(int(at_s), 0)
    return f"{whole // 60}:{whole % 60:02}"


def duration(length_s: float) -> str:
    """A length of time in words: 2 min 5 s."""
    whole = round(length_s)
    minutes, seconds = divmod(whole, 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def day(at: datetime | None) -> str:
    """Date and time of day as a person reads it."""
    return "" if at is None else f"{at.day} {at:%B %Y, %H:%M} UTC"


def marked(quote: Evidence) -> Markup:
    """The quote as HTML, the words that matched marked."""
    page, rest = Markup(), quote.quote
    for words in quote.words:
        before, found, rest = rest.partition(words)
        page += Markup("{}<mark>{}</mark>").format(_seen(before), _seen(found))
    return page + Markup("{}").format(_seen(rest))


def markdown_text(value: object) -> str:
    """Any value as one line of plain text in Markdown: no emphasis, list, link, HTML or table cell of its own."""
    text = " ".join(str(_seen(str(value))).split())
    text = _LINK_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", text))
    start = _LIST_START.match(text)
    if start is None:
        return text
    lead = f"{start[1]}\\{start[2]}" if start[2] else f"\\{start[1]}"
    return lead + text[start.end() :]


def _seen(value: object) -> object:
    """Text without characters that are not seen but change what is; anything else as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNSEEN.sub("", value)


def _times(spans: Iterable[Span]) -> str:
    lengths = [span.length_s for span in spans]
    often = {1: "once", 2: "twice"}.get(len(lengths), f"{len(lengths)} times")
    return f"{often}, {duration(sum(lengths))} in all"


def _count(number: int, name: str) -> str:
    return f"1 {name} was" if number == 1 else f"{number} {name}s were"
