"""The flows that come with Viva are valid, named like their files, and can be spoken."""

from __future__ import annotations

from importlib import resources

import pytest

from agent.fixed_words import fixed_words
from agent.flow_library import bundled_flows, find_flow
from agent.up import DEMO_FLOW

FILES = sorted(item.name for item in resources.files("interview_flows").joinpath("flows").iterdir())


def test_the_demo_is_among_them() -> None:
    assert find_flow(DEMO_FLOW).id == DEMO_FLOW


@pytest.mark.parametrize("file", FILES)
def test_a_flow_is_named_like_its_file(file: str) -> None:
    assert file.removesuffix(".toml") in bundled_flows()


@pytest.mark.parametrize("flow", bundled_flows().values(), ids=lambda flow: flow.id)
def test_no_placeholder_is_spoken(flow: object) -> None:
    from interview_flows.flow import Flow

    assert isinstance(flow, Flow)
    assert [text for text in fixed_words(flow) if "{" in text or not text.strip()] == []
