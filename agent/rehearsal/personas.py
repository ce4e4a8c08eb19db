"""The ways in which synthetic candidates behave."""

from __future__ import annotations

from enum import StrEnum


class Persona(StrEnum):
    """How a candidate answers; everything random about it comes from the run's seed."""

    STEADY = "steady"
    """Answers every question in full at an even pace."""
    THINKER = "thinker"
    """Stops for 0.8 to 2 s inside answers, after finished and unfinished clauses alike."""
    BRIEF = "brief"
    """Says only the first sentence of each answer, and so is probed."""
    SILENT = "silent"
    """Agrees, then never says a word."""
    INTERRUPTER = "interrupter"
    """Begins to answer while the question is still being asked."""
    LEAVER = "leaver"
    """Drops out in the middle of an answer and comes back some seconds later."""
