"""The words that belong to no flow, in English. Neutral throughout: they never praise, judge or hint.

Every text here can be synthesised ahead, so none has a value in it that is known only during the interview.
"""

from typing import Final

BEGIN: Final = "Thank you. Let us begin."
ACKNOWLEDGEMENTS: Final = (
    "Okay, thank you.",
    "All right, thank you.",
    "I see, thank you.",
    "Okay, thanks.",
    "All right, thanks.",
    "I see, thanks.",
)
"""After an answer, in turn, so that no two in a row are alike. They begin with a vowel, which is heard sooner."""

CONSENT_UNCLEAR: Final = "Sorry, I need a clear yes or no."
CONSENT_CHECK_INS: Final = (
    "I cannot hear you yet. Please check that your microphone is on.",
    "I still cannot hear you, so I will ask once more.",
)
REFUSED: Final = (
    "That is perfectly all right. We will not go on, and nothing you say is kept. "
    "Please contact the people who invited you if you would like another way to apply. Goodbye."
)
CONSENT_NEVER_CLEAR: Final = (
    "As I have no clear yes, we will stop here, and nothing you say is kept. "
    "Please contact the people who invited you. Goodbye."
)
CHECK_INS: Final = (
    "Take your time. I am still listening.",
    "If you would like to hear the question again, say repeat. To go to the next one, say skip.",
)
SILENT_MOVE_ON: Final = "That is all right. Let us go on with something else."
SILENT_END: Final = (
    "I cannot hear you, so we will end here for today. "
    "Please contact the people who invited you if something went wrong. Goodbye."
)
REPEAT: Final = "Of course."
CLARIFY: Final = "I cannot add to the question, so please take it in the way that makes most sense to you."
SKIPPED: Final = "That is fine, let us move on."
PAUSED: Final = "Of course. The clock is stopped. Go on whenever you are ready, or say I'm ready."
PAUSE_CHECK_IN: Final = "The clock is still stopped. Say I'm ready when you would like to go on."
PAUSE_ENDED: Final = "The pause has been long, so we will end here. Please contact the people who invited you. Goodbye."
RESUME: Final = "Good, let us go on."
WELCOME_BACK: Final = "Welcome back."
CONNECTION_BACK: Final = "Sorry, I was gone for a moment."
GO_ON: Final = "Please go on where you stopped."
KEPT: Final = "I have what you said so far. I will read the question again, so that you can go on."
STOPPED: Final = "Of course, we will stop here. Thank you for your time. Goodbye."
TIME_UP: Final = "We have come to the end of our time."
ONE_MORE: Final = "We have time for one more question."
_NUMBERS: Final = ("one minute", "two minutes", "three minutes", "four minutes", "five minutes")
MINUTES_LEFT: Final = tuple(f"We have about {minutes} left." for minutes in _NUMBERS)
"""By whole minutes, from one to five."""

EVERY_PHRASE: Final = (
    BEGIN,
    *ACKNOWLEDGEMENTS,
    *CHECK_INS,
    REPEAT,
    CLARIFY,
    SKIPPED,
    PAUSED,
    RESUME,
    WELCOME_BACK,
    CONNECTION_BACK,
    GO_ON,
    KEPT,
    *MINUTES_LEFT,
    ONE_MORE,
    TIME_UP,
    STOPPED,
    CONSENT_UNCLEAR,
    *CONSENT_CHECK_INS,
    REFUSED,
    CONSENT_NEVER_CLEAR,
    SILENT_MOVE_ON,
    SILENT_END,
    PAUSE_CHECK_IN,
    PAUSE_ENDED,
)


def acknowledgement(number: int) -> str:
    """The acknowledgement of the `number`-th answer, counted from 0."""
    return ACKNOWLEDGEMENTS[number % len(ACKNOWLEDGEMENTS)]


def minutes_left(remaining_s: float) -> str:
    """The warning for this many seconds, to the nearest minute from one to five."""
    minutes = min(max(round(remaining_s / 60), 1), len(MINUTES_LEFT))
    return MINUTES_LEFT[minutes - 1]
