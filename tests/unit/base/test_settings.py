"""Settings: where each value comes from, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from agent.errors import PartMissing, UsageError
from agent.home import Home
from agent.settings import Settings, load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A prepared home, which is the environment's VIVA_HOME."""
    monkeypatch.setenv("VIVA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def test_defaults_keep_everything_on_this_machine() -> None:
    settings = Settings()
    assert settings.web_host == "127.0.0.1"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.speech_address == f"unix:{Path('var').absolute()}/run/speech.sock"


def test_one_setting_opens_the_local_network() -> None:
    settings = Settings(node_ip="192.168.1.20")
    assert settings.web_host == "0.0.0.0"
    assert settings.public_url == "http://192.168.1.20:8080"


def test_defaults_follow_what_they_lean_on() -> None:
    settings = Settings(web_port=0).with_values(web_port=9000)
    assert settings.public_url == "http://127.0.0.1:9000"


def test_a_named_address_is_kept() -> None:
    settings = Settings(public_url="https://interviews.example.org").with_values(web_port=9000)
    assert settings.public_url == "https://interviews.example.org"


def test_a_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / ("x" * 90))
    assert len(settings.speech_address) < 110


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().web_port = 1  # type: ignore[misc]  # what the test is about


def test_secrets_are_not_printed() -> None:
    settings = Settings(livekit_api_secret=SecretStr("hush-hush"), database_url=SecretStr("postgresql://u:hush@h/d"))
    assert "hush" not in repr(settings)


def test_the_environment_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_ROOMS", "3")
    monkeypatch.setenv("LIVEKIT_URL", "wss://sfu.example.org")
    settings = load_settings()
    assert settings.rooms == 3
    assert settings.livekit_url == "wss://sfu.example.org"


def test_a_wrong_value_names_its_setting(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_WEB_PORT", "eighty")
    with pytest.raises(UsageError, match="VIVA_WEB_PORT is not valid"):
        load_settings()


def test_kept_secrets_are_found(home: Home) -> None:
    made = home.make_secrets()
    settings = load_settings()
    assert settings.livekit_api_key == made["livekit_api_key"]
    assert settings.signing_key() == made["secret_key"]


def test_kept_keys_are_not_those_of_another_sfu(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.make_secrets()
    monkeypatch.setenv("LIVEKIT_URL", "wss://sfu.example.org")
    assert load_settings().livekit_api_secret is None


def test_other_commands_know_what_the_running_system_chose(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_WEB_PORT", "0")
    with home.lock("a test"):
        home.write_state({"web_port": 41234, "livekit_url": "ws://127.0.0.1:5", "rooms": 9}, {})
        settings = load_settings()
        assert settings.web_port == 41234
        assert settings.public_url == "http://127.0.0.1:41234"
        assert settings.livekit_url == "ws://127.0.0.1:5"


def test_the_environment_wins_over_the_running_system(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    with home.lock("a test"):
        home.write_state({"database_url": "postgresql://theirs"}, {})
        assert load_settings().dsn() == "postgresql://mine"


def test_what_a_dead_system_chose_counts_for_nothing(home: Home) -> None:
    home.lock("a test").close()
    home.write_state({"web_port": 41234}, {})
    assert load_settings().web_port == 8080


def test_children_get_what_was_given_but_no_secret(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, web_port=1234, livekit_api_secret=SecretStr("hush-hush"))
    environment = settings.environment()
    assert environment["VIVA_HOME"] == str(tmp_path)
    assert environment["VIVA_WEB_PORT"] == "1234"
    assert "hush-hush" not in environment.values()


@pytest.mark.parametrize("ask", [Settings.livekit, Settings.dsn, Settings.signing_key])
def test_what_is_missing_says_how_to_get_it(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(PartMissing, match="viva up"):
        ask(Settings())
