"""Reports as people read them: complete, escaped, self-contained."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from agent.report import build_report
from agent.report_model import Report
from agent.report_rendering import clock, duration, markdown_text, notes, outcome_sentence, to_html, to_markdown
from interview_flows.events import AnswerFinished, EngineDegraded, Left, Returned
from interview_flows.flow import Flow
from interview_flows.intents import Intent
from tests.unit.report_logs import HeldInterview, whole_interview

HOSTILE_NAME = "<script>alert(1)</script>\"'&amp; {{ 7 * 7 }}"
HOSTILE_TEXT = (
    "# Hired\n\n- [x](javascript:alert(1)) <img src=x onerror=alert(1)> | **yes** https://evil.example `a` ~~b~~"
)
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Document(HTMLParser):
    """Collects tags and text, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, name: str) -> list[str | None]:
        return [attrs[name] for _, attrs in self.tags if name in attrs]


def report_of(held: HeldInterview) -> Report:
    return build_report(held.record, held.events)


@pytest.fixture
def hostile() -> Report:
    """A candidate whose name and answers try to be markup."""
    held = HeldInterview(candidate=HOSTILE_NAME)
    held.joins()
    held.answers(f"I work in a library. {HOSTILE_TEXT}")
    held.answers("1. The problem \u202ewas\u202c </p></main> broken.", confidence=0.2)
    return report_of(held)


@pytest.fixture
def whole() -> Report:
    return report_of(whole_interview())


def test_html_carries_nothing_from_elsewhere_and_no_script(whole: Report) -> None:
    document = Document(to_html(whole))
    assert {"script", "link", "img", "iframe", "form"}.isdisjoint(tag for tag, _ in document.tags)
    assert document.attributes("src") == []
    assert all(address and address.startswith("#") for address in document.attributes("href"))
    assert "url(" not in document.text
    assert document.attributes("style") == []


def test_html_has_a_title_a_language_and_one_name_per_anchor(whole: Report) -> None:
    document = Document(to_html(whole))
    assert document.attributes("lang") == ["en"]
    ids = document.attributes("id")
    assert len(ids) == len(set(ids))
    assert {f"question-{number}" for number in (1, 2, 3)} <= set(ids)
    assert [tag for tag, _ in document.tags].count("h1") == 1


def test_the_summary_comes_first_and_says_that_nothing_is_scored(whole: Report) -> None:
    for text in (Document(to_html(whole)).text, to_markdown(whole)):
        assert text.index("Completed: the interview ran to its end.") < text.index("Questions at a glance")
        assert text.index("Not scored.") < text.index("Questions at a glance") < text.index("How it was held")
        assert "3 of 3" in text
        assert "Welcome, Ada Byron. I am an automated interviewer." in text


def test_quotes_mark_the_words_that_matched(whole: Report) -> None:
    text = to_html(whole)
    assert "<mark>After that</mark>" in text
    assert "(matched: After that, dropped)" in to_markdown(whole)


def test_hostile_names_and_answers_stay_text_in_html(hostile: Report) -> None:
    page = to_html(hostile)
    document = Document(page)
    assert "script" not in {tag for tag, _ in document.tags}
    assert "img" not in {tag for tag, _ in document.tags}
    assert document.attributes("onerror") == []
    assert HOSTILE_NAME in document.text
    assert "<img src=x onerror=alert(1)>" in document.text
    assert "\u202e" not in page


def test_hostile_names_and_answers_stay_text_in_markdown(hostile: Report) -> None:
    page = to_markdown(hostile)
    assert "<script" not in page.replace("\\<script", "")
    assert "\u202e" not in page
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert not any("Hired" in heading for heading in headings)
    unescaped = re.sub(r"\\.", "", page)
    assert "[x]" not in unescaped
    assert "https://" not in unescaped
    assert "<img" not in unescaped
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {re.sub(r"\\.", "", row).count("|") for row in rows} == {6}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain words, with a comma.", "plain words, with a comma."),
        ("two\nlines\t here", "two lines here"),
        ("*bold* _it_ `code`", r"\*bold\* \_it\_ \`code\`"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("3) item", r"3\) item"),
        ("3 items. 4 more", "3 items. 4 more"),
        ("# heading", r"\# heading"),
        ("a | b", r"a \| b"),
        ("[a](b)", r"\[a\](b)"),
        ("<b>&lt;", r"\<b\>\&lt;"),
        ("http://a.example", r"http\://a.example"),
        ("www.a.example", r"www\.a.example"),
        (r"\*", r"\\\*"),
        ("", ""),
        (7, "7"),
    ],
)
def test_markdown_text(text: object, escaped: str) -> None:
    assert markdown_text(text) == escaped


def test_low_confidence_is_marked_in_the_text_and_noted(hostile: Report) -> None:
    assert "1 passage was recognised with low confidence, marked in the text." in notes(hostile)
    assert 'class="unsure"' in to_html(hostile)
    assert "(low confidence, 0.20)" in to_markdown(hostile)


def test_an_open_interview_and_one_that_nobody_joined_say_so(hostile: Report) -> None:
    assert outcome_sentence(hostile) == "Not finished: the interview is still open."
    empty = report_of(HeldInterview())
    assert outcome_sentence(empty) == "Not held yet."
    assert "Not held yet." in to_html(empty)
    assert "Not held yet." in to_markdown(empty)


def test_an_unknown_outcome_is_said_as_it_is(whole: Report) -> None:
    assert outcome_sentence(whole.model_copy(update={"outcome": "invite_expired"})) == "Closed: invite expired."


def test_a_refusal_says_that_nothing_was_kept() -> None:
    held = HeldInterview()
    held.joins(consent=False)
    report = report_of(held)
    assert "Nothing they said was kept." in to_html(report)
    assert "Consent: refused at" in to_markdown(report)
    assert notes(report) == ["Not asked: questions 1, 2, 3."]


def test_everything_worth_knowing_is_noted() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("Skip it.", intent=Intent.SKIP)
    held.answers("Could we pause for a moment?", intent=Intent.PAUSE)
    held.happens(AnswerFinished(Intent.RESUME), after_s=90.0)
    held.happens(Left(), after_s=1.0)
    held.happens(Returned(), after_s=20.0)
    held.happens(EngineDegraded("tts", "espeak", "time-out"), after_s=1.0)
    held.answers("Please stop the interview.", intent=Intent.STOP)
    said = " ".join(notes(report_of(held)))
    assert "Question 1 was skipped by the candidate." in said
    assert "The clock was paused once, 1 min" in said
    assert "The candidate was out of the room once, 20 s in all." in said
    assert "the tts engine fell back to espeak (time-out)." in said
    assert "Not asked: question 3." in said


def test_words_of_a_flow_are_no_markup_either() -> None:
    flow = whole_interview().flow
    question = flow.questions[0].model_copy(update={"words": "Is <b>this</b> *bold*?"})
    section = flow.sections[0].model_copy(update={"questions": (question,)})
    data = flow.model_copy(update={"sections": (section, *flow.sections[1:])}).model_dump()
    report = report_of(whole_interview(Flow.model_validate(data)))
    assert "b" not in {tag for tag, _ in Document(to_html(report)).tags}
    assert r"Is \<b\>this\</b\> \*bold\*?" in to_markdown(report)


@pytest.mark.parametrize(("at_s", "shown"), [(0.0, "0:00"), (65.9, "1:05"), (3725.0, "62:05"), (-0.4, "0:00")])
def test_clock(at_s: float, shown: str) -> None:
    assert clock(at_s) == shown


@pytest.mark.parametrize(("length_s", "shown"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (125.0, "2 min 5 s")])
def test_duration(length_s: float, shown: str) -> None:
    assert duration(length_s) == shown


def test_a_markdown_reader_finds_no_markup_in_hostile_text(hostile: Report) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(to_markdown(hostile))
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inline)}
    assert kinds.isdisjoint({"link_open", "image", "html_block", "html_inline", "code_inline", "s_open", "code_block"})
    assert "<script>alert(1)</script>\"'&amp; {{ 7 * 7 }}" in "".join(token.content for token in inline)
    strong = {inline[index + 1].content for index, token in enumerate(inline) if token.type == "strong_open"}
    assert "yes" not in strong
