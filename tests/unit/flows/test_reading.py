"""Flows are read whole or refused with every problem named."""

import pytest

from interview_flows.flow import Flow, Patience, QuestionKind
from interview_flows.reading import FlowError, parse_flow
from tests.unit.flows.samples import FLOW_TOML, sample_flow


def test_a_good_flow_is_read():
    flow = sample_flow()
    assert [question.id for question in flow.questions] == ["work", "project", "exercise", "anything_else"]
    assert flow.question("project").expects[0].any == ("problem", "issue", "bug")
    assert flow.question("exercise").kind is QuestionKind.CODE
    with pytest.raises(KeyError):
        flow.question("none")


def test_endpointing_is_the_authors_or_the_kinds():
    flow = sample_flow()
    endpointing = {question.id: question.endpointing for question in flow.questions}
    assert endpointing == {
        "work": Patience.QUICK,
        "project": Patience.NORMAL,
        "exercise": Patience.LONG,
        "anything_else": Patience.NORMAL,
    }


def test_a_flow_survives_storage_even_after_use():
    flow = sample_flow()
    assert len(flow.questions) == 4
    assert Flow.model_validate(flow.model_dump(mode="json")) == flow


def test_words_are_brought_to_one_line():
    flow = parse_flow(FLOW_TOML.replace('"Do you agree?"', '"""\nDo you\n  agree?\n"""'), "x.toml")
    assert flow.words.consent == "Do you agree?"


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        (
            'kind = "open"',
            'kind = "opne"',
            "sections[1].questions[0].kind",
            "'opne' is not one of open, intro, code, closing",
        ),
        (
            'patience = "quick"',
            'patience = "fast"',
            "sections[0].questions[0].patience",
            "'fast' is not one of quick, normal, long",
        ),
        (
            'kind = "intro"\n',
            "",
            "sections[0].questions[0].kind",
            "is missing (one of open, intro, code, closing)",
        ),
        ('words = "What kind of work do you do?"\n', "", "sections[0].questions[0].words", "is missing"),
        ('title = "Opening"', 'title = ""', "sections[0].title", "is empty"),
        ("version = 1", 'version = "1"', "version", "must be a whole number, not '1'"),
        ("version = 1", "version = 1.5", "version", "must be a whole number, not 1.5"),
        ("minutes = 6\n", "minutes = -6\n", "minutes", "must be more than 0, not -6"),
        ("minutes = 6\n", 'minutes = "6"\n', "minutes", "must be a number, not '6'"),
        ("minutes = 6\n", "minutes = true\n", "minutes", "must be a number, not a true or false"),
        ("minutes = 6\n", "minutes = nan\n", "minutes", "must be a number, not nan"),
        ("max_probes = 2", "max_probes = 20", "sections[1].questions[0].max_probes", "must be 10 or less, not 20"),
        ('id = "sample"', 'id = "My flow"', "id", "'My flow' may only have lower-case letters, digits and underscores"),
        ('id = "work"', 'id = "my work"', "sections[0].questions[0].id", "letters, digits, underscores, hyphens"),
        ('language = "en"', 'language = "fr"', "language", "'fr' is not one of en or a region of it such as en-GB"),
        ('"5: all of it"]', "]", "rubric[0].anchors", "needs exactly 5 texts, '1: ...' to '5: ...', not 4"),
        ('"2: little"', '"two: little"', "rubric[0].anchors[1]", "'two: little' must start with '2:'"),
        ('id = "exercise"', 'id = "work"', "sections[1].questions[1].id", "already used by sections[0].questions[0]"),
        (
            'dimension = "ownership"',
            'dimension = "ownrship"',
            "sections[1].questions[0].dimension",
            "'ownrship' is not one of ownership",
        ),
        (
            'probes = [\n  { point = "names the problem"',
            'probes = [\n  { point = "names a problem"',
            "sections[1].questions[0].probes[0].point",
            "'names a problem' is not one of names the problem, names the result",
        ),
        (
            "{candidate}. Goodbye",
            "{candiate}. Goodbye",
            "words.closing",
            "'{candiate}' is not one of {candidate}, {title}, {minutes}",
        ),
        (
            "max_probes = 2",
            "max_prob = 2",
            "sections[1].questions[0].max_prob",
            "did you mean 'max_probes'? allowed: id,",
        ),
        ('["problem", "issue", "bug"]', '"problem"', "sections[1].questions[0].expects[0].any", "must be a list"),
        ('["problem", "issue", "bug"]', "[]", "sections[1].questions[0].expects[0].any", "needs at least one"),
        ("[[rubric]]", "[rubric]", "rubric", "must be a list of tables, [[rubric]], not a table"),
    ],
)
def test_a_mistake_is_named_by_key_and_what_is_allowed(old, new, key, problem):
    assert old in FLOW_TOML
    with pytest.raises(FlowError) as caught:
        parse_flow(FLOW_TOML.replace(old, new, 1), "flows/x.toml")
    found = dict(caught.value.problems)
    assert problem in found[key]
    assert f"flows/x.toml: {key}: " in str(caught.value)


def test_one_mistake_gives_one_problem():
    with pytest.raises(FlowError) as caught:
        parse_flow(FLOW_TOML.replace('kind = "open"', 'kind = "opne"'), "flows/x.toml")
    error = caught.value
    assert str(error) == (
        "flows/x.toml: sections[1].questions[0].kind: 'opne' is not one of open, intro, code, closing"
    )
    assert (error.source, error.key) == ("flows/x.toml", "sections[1].questions[0].kind")
    assert error.problem == "'opne' is not one of open, intro, code, closing"


def test_every_mistake_is_reported_at_once():
    broken = (
        FLOW_TOML.replace("version = 1", 'version = "1"')
        .replace('kind = "open"', 'kind = "opne"')
        .replace('dimension = "ownership"', 'dimension = "x"')
        .replace("{title}", "{titel}")
        .replace('id = "exercise"', 'id = "work"')
    )
    with pytest.raises(FlowError) as caught:
        parse_flow(broken, "x.toml")
    assert {key for key, _ in caught.value.problems} == {
        "version",
        "sections[1].questions[0].kind",
        "sections[1].questions[0].dimension",
        "sections[1].questions[1].id",
        "words.disclosure",
    }
    assert len(str(caught.value).splitlines()) == 5


def test_an_empty_file_names_what_is_missing():
    with pytest.raises(FlowError) as caught:
        parse_flow("", "x.toml")
    assert {key for key, _ in caught.value.problems} == {"id", "version", "title", "minutes", "words", "sections"}


def test_broken_toml_is_named_with_its_line():
    with pytest.raises(FlowError, match=r"x\.toml: is not valid TOML: .*line 2"):
        parse_flow('id = "a"\nversion = \n', "x.toml")


def test_what_stands_in_place_of_a_section_is_described():
    with pytest.raises(FlowError, match=r"sections\[0\]: must be a table, not 'opening'"):
        parse_flow(
            FLOW_TOML.split("[[sections]]", maxsplit=1)[0].replace("[words]", 'sections = ["opening"]\n[words]'), "x"
        )


def test_a_flow_built_in_python_is_checked_too():
    data = sample_flow().model_dump(mode="json", exclude_none=True)
    data["sections"][1]["questions"][0]["dimension"] = "courage"
    with pytest.raises(ValueError, match="'courage' is not one of ownership"):
        Flow.model_validate(data)
