"""Fixtures that every kind of test may ask for; the servers behind them start when first asked for."""

from __future__ import annotations

import pytest

from agent.settings import Settings, environment_name

pytest_plugins = ("tests.fixtures_postgres", "tests.fixtures_sfu")

KEPT_FROM_ENVIRONMENT = frozenset({"cache"})
"""Servers and models that were built or fetched may be used by tests; nothing else of the caller's settings."""


@pytest.fixture(autouse=True)
def _no_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees the defaults whatever the shell exports."""
    for field in Settings.model_fields:
        if field not in KEPT_FROM_ENVIRONMENT:
            monkeypatch.delenv(environment_name(field), raising=False)
