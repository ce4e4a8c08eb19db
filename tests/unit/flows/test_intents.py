"""Requests are read from short utterances that are nothing else; everything other is an answer."""

import pytest

from interview_flows.intents import Intent, read_consent, read_intent

REQUESTS = {
    Intent.REPEAT: [
        "Could you repeat the question, please?",
        "Can you repeat that?",
        "Repeat.",
        "Please repeat the question.",
        "Sorry, could you say that again?",
        "Say that again, please.",
        "I didn't catch that.",
        "Sorry, I didn't quite hear you.",
        "What was the question again?",
        "What was that?",
        "Pardon?",
        "Pardon me?",
        "Sorry?",
        "What?",
        "Come again?",
        "One more time, please.",
        "Can I hear the question again?",
        "Could you speak up, please?",
        "Um, I\u2019m sorry, I missed the last part.",
        "I was muted. Could you repeat that, please?",
        "Sorry, I didn't get that. Could you repeat the question, please?",
    ],
    Intent.CLARIFY: [
        "What do you mean?",
        "What do you mean by ownership?",
        "What exactly do you mean?",
        "Do you mean at work or at university?",
        "Could you clarify the question?",
        "Can you explain that?",
        "I don't understand the question.",
        "I'm not sure what you mean.",
        "Could you rephrase that, please?",
        "Can you put it another way?",
        "Okay, can you be more specific?",
        "What does idempotent mean?",
    ],
    Intent.PAUSE: [
        "Can we pause?",
        "Can we take a short break, please?",
        "Give me a second, please.",
        "Just give me a moment to think.",
        "One moment, please.",
        "Hold on a second.",
        "Wait a minute.",
        "I need a minute.",
        "Could I have a moment to think about it?",
        "Pause the interview, please.",
        "I'd like to take a break.",
        "Someone's at the door.",
    ],
    Intent.RESUME: [
        "I'm ready.",
        "Okay, I'm ready to continue.",
        "I'm back.",
        "Let's go on.",
        "Let's continue with the interview.",
        "We can continue now.",
        "Go ahead.",
        "Continue, please.",
    ],
    Intent.SKIP: [
        "Skip.",
        "Can we skip this question?",
        "I'd like to skip that one.",
        "Next question, please.",
        "Let's move on.",
        "Can we move on to the next question?",
        "I'd rather not answer that.",
        "I would prefer not to talk about that.",
        "Pass.",
        "I'll pass.",
    ],
    Intent.STOP: [
        "I want to stop.",
        "Stop the interview, please.",
        "I'd like to end the interview here.",
        "Can we stop here?",
        "Let's stop.",
        "I don't want to continue.",
        "I don't want to do this anymore.",
        "Sorry, I have to go now.",
        "Please end the interview.",
        "I quit.",
    ],
}
ANSWERS = [
    "",
    "...",
    "I had to repeat the test.",
    "I asked them to repeat the question, and they did.",
    "We had to stop the release.",
    "So I stopped it.",
    "Stop.",
    "Can you stop?",
    "The next question was how to test it.",
    "I skipped the meeting.",
    "I fixed it. Next question.",
    "We decided to move on to another vendor.",
    "I took a break from work.",
    "I was ready for it.",
    "I do not know.",
    "Yes.",
    "No.",
    "My manager said, could you repeat the measurement, so I did it again.",
    "I would say my job is to repeat things until they work, and to stop when they do not any more.",
    "I mean the database, what do you call it, Postgres.",
    "The customers could not understand the question on the form.",
    "We could not continue with the old system.",
]


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in REQUESTS.items() for text in texts])
def test_a_request_is_read(intent, text):
    assert read_intent(text) is intent


@pytest.mark.parametrize("text", ANSWERS)
def test_everything_else_is_an_answer(text):
    assert read_intent(text) is Intent.ANSWER


YES = [
    "Yes.",
    "Yes",
    "Yeah, sure.",
    "Yep.",
    "Okay.",
    "I do.",
    "I agree.",
    "Yes, I agree to that.",
    "Of course.",
    "That's fine.",
    "That's fine with me.",
    "Sure, go ahead.",
    "Absolutely.",
    "No problem.",
    "Yes, no problem at all.",
    "No objections.",
    "I don't mind.",
    "I'm okay with that.",
    "I give my consent.",
    "All right, let's go.",
    "Um, yes please.",
]
NO = [
    "No.",
    "No, thank you.",
    "Nope.",
    "I don't.",
    "I do not agree.",
    "No, I don't want to be recorded.",
    "I don't consent to that.",
    "I'd rather not.",
    "I refuse.",
    "Absolutely not.",
    "Of course not.",
    "Not really.",
    "I am not comfortable with that.",
    "I disagree.",
    "I don't want to.",
    "No, sorry.",
    "Sure not.",
]
UNCLEAR = [
    "",
    "Hello.",
    "What happens if I say no?",
    "Yes or no?",
    "Maybe.",
    "I'm not sure.",
    "I don't know.",
    "Yes, but please do not store my voice.",
    "Only if nobody listens to it.",
    "Yes and no.",
    "Can I ask something first?",
    "Who will read this?",
    "I am sitting in a train and my colleague says that the lunch they had in Leeds last week was okay",
]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_read(text):
    assert read_consent(text) is True


@pytest.mark.parametrize("text", NO)
def test_a_no_is_read(text):
    assert read_consent(text) is False


@pytest.mark.parametrize("text", UNCLEAR)
def test_doubt_is_no_consent(text):
    assert read_consent(text) is None
