"""Pages that describe code are what the code says of itself; `make docs` writes them."""

from __future__ import annotations

import re

import pytest

from agent.project import ROOT
from agent.settings import Settings, environment_name
from agent.setup.docs import COMMANDS_PAGE, SETTINGS_PAGE, commands_page, settings_page
from agent.setup.licences import LICENCES_PAGE, licence, locked_packages


def test_the_settings_page_is_up_to_date() -> None:
    assert (ROOT / SETTINGS_PAGE).read_text(encoding="utf-8") == settings_page(), "run `make docs`"


def test_the_commands_page_is_up_to_date() -> None:
    assert (ROOT / COMMANDS_PAGE).read_text(encoding="utf-8") == commands_page(), "run `make docs`"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_does(field: str) -> None:
    assert len(Settings.model_fields[field].description or "") > 20


def test_the_example_environment_names_only_settings_that_exist() -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    named = re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert set(named) <= known


def test_every_dependency_is_listed_with_its_licence() -> None:
    page = (ROOT / LICENCES_PAGE).read_text(encoding="utf-8")
    stated = {package: licence(package) for package in locked_packages()}
    missing = [name for name, text in stated.items() if text is not None and f"| {name} | {text} |" not in page]
    assert missing == [], "run `make docs`, and look at what is new"


def test_every_dependency_says_its_licence() -> None:
    assert [package for package in locked_packages() if licence(package) == "not stated"] == []
