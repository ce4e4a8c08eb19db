"""Only certain endings are named."""

import pytest

from interview_flows.endings import Ending, ending

ENDINGS = {
    Ending.DONE: [
        "And that's it.",
        "I fixed it, and that's all.",
        "That's all.",
        "So yeah, that's about it, I think.",
        "We shipped it. I'm done.",
        "That is all I can say about that.",
        "I think that's everything.",
        "Nothing else.",
        "Then we shipped it and, um, that was it.",
    ],
    Ending.FINISHED: [
        "Yes.",
        "Yes, sure.",
        "We moved to Postgres.",
        "That was what I worked on.",
        "I think so.",
        "For an hour or so.",
        "Well, thank you.",
        "Is that what you meant?",
        "What was it for?",
        'They said "no."',
        "we moved it to postgres and then it was fast and everybody was happy with it",
        "I usually tell my manager once I'm done.",
        "It was his.",
    ],
    Ending.OPEN: ["We moved to Postgres", "It was slow. We moved to Postgres", "Yes"],
    Ending.HANGING: [
        "",
        "We moved to Postgres, and",
        "We moved to Postgres and.",
        "It was slow because.",
        "We moved to the...",
        "We moved, ",
        "I asked my.",
        "I asked them to",
        "It was slow, so.",
        "It was slow so",
        "I am responsible for",
        "And then um.",
        "And then we",
        "It was very.",
        "We did three things:",
        "It was slow \u2014",
        "If they",
    ],
    Ending.THINKING: [
        "Let me think.",
        "Hmm, let me think about that for a second.",
        "That's a good question.",
        "Um.",
        "Okay, so.",
        "Well, um, yeah.",
        "I'm trying to remember.",
        "How do I put this?",
    ],
}


@pytest.mark.parametrize(("expected", "text"), [(kind, text) for kind, texts in ENDINGS.items() for text in texts])
def test_an_ending_is_named(expected, text):
    assert ending(text) is expected
