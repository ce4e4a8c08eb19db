"""The question a recogniser asks to decide that a turn is over, and the answer where nobody knows better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Endpointing(Protocol):
    """Patience: how long a silence must last before the turn counts as given."""

    def wait_s(self, text: str, spoken_s: float) -> float:
        """Silence in seconds after the last word that ends the turn.

        Asked once per silence, when its text is known. `text` is the whole turn's so far, `spoken_s` its voiced time.
        """

    def paused(self, pause_s: float) -> None:
        """The candidate was silent for `pause_s` within the turn and has gone on."""


@dataclass(frozen=True, slots=True)
class FixedEndpointing:
    """The same patience for every turn."""

    silence_s: float = 0.8

    def wait_s(self, text: str, spoken_s: float) -> float:  # noqa: ARG002  # the protocol's names
        """See `Endpointing.wait_s`."""
        return self.silence_s

    def paused(self, pause_s: float) -> None:
        """See `Endpointing.paused`."""
