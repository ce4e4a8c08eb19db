"""The one reader of the environment: every setting with its default, its bounds and what it does.

Values come from, first wins: arguments, environment, `.env` in the working directory, the system that runs on this
VIVA_HOME (the ports it picked, its database), secrets kept in VIVA_HOME, defaults.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.errors import PartMissing, UsageError
from agent.home import Home

LOOPBACK: Final = "127.0.0.1"
EVERY_INTERFACE: Final = "0.0.0.0"  # noqa: S104 - only used when the owner names an address of the local network

UNIX_PATH_LIMIT: Final = 100
"""Bytes a Unix socket path may have; the kernel's own limit is 107, macOS has 103."""

Port = Annotated[int, Field(ge=0, le=65535)]
AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _listen_host(data: dict[str, Any]) -> str:
    return LOOPBACK if ipaddress.ip_address(data["node_ip"]).is_loopback else EVERY_INTERFACE


def _speech_address(data: dict[str, Any]) -> str:
    home: Path = data["home"]
    path = Home(home).run / "speech.sock"
    if len(str(path).encode()) > UNIX_PATH_LIMIT:
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"viva-{digest}.sock"
    return f"unix:{path}"


@dataclass(frozen=True, slots=True)
class LiveKitAccess:
    """Addresses and keys of the SFU."""

    url: str
    """WebSocket address for our own processes."""
    public_url: str
    """WebSocket address for candidates' browsers."""
    api_key: str
    api_secret: str = field(repr=False)


class Settings(BaseSettings):
    """Settings of every process of Viva. Immutable; passed down as values."""

    model_config = SettingsConfigDict(
        env_prefix="VIVA_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
        validate_default=True,
    )

    home: AbsolutePath = Path("var")
    """Folder of data, secrets, logs and run files. Back it up."""
    cache: AbsolutePath = Path("~/.cache/viva")
    """Folder of what can be fetched or built again: servers, models, synthesised fixed words."""

    node_ip: Annotated[str, AfterValidator(lambda text: str(ipaddress.ip_address(text)))] = LOOPBACK
    """Address at which candidates reach this machine. Loopback keeps everything on this machine; an address of the
    local network makes the SFU and the web server listen on every interface."""
    web_host: str = Field(default_factory=_listen_host)
    """Address the web server listens on; by default loopback, or every interface when `VIVA_NODE_IP` is no loopback."""
    web_port: Port = 8080
    """TCP port of the candidate page, console and API; 0 picks a free one."""
    public_url: str = Field(default_factory=lambda data: f"http://{data['node_ip']}:{data['web_port']}")
    """Address of the web server as candidates see it; set it behind a proxy. Browsers give the microphone only to
    https pages and to loopback."""

    sfu_port: Port = 7880
    """TCP port of the SFU: signalling and server API; 0 picks a free one."""
    rtc_tcp_port: Port = 7881
    """TCP port of the SFU for media where UDP is blocked; 0 picks a free one."""
    rtc_udp_port: Port = 7882
    """UDP port of the SFU for media; 0 picks a free one."""
    livekit_url: str | None = Field(default=None, validation_alias="LIVEKIT_URL")
    """WebSocket address of a running SFU. Unset: `viva up` runs one."""
    livekit_public_url: str | None = None
    """WebSocket address of the SFU as candidates' browsers see it; by default the same as `LIVEKIT_URL`."""
    livekit_api_key: str | None = Field(default=None, validation_alias="LIVEKIT_API_KEY")
    """API key of the SFU. Unset: made on first start."""
    livekit_api_secret: SecretStr | None = Field(default=None, validation_alias="LIVEKIT_API_SECRET")
    """API secret of the SFU, 32 characters or more. Unset: made on first start."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """Postgres with pgvector, as postgresql://user:password@host:port/name. Unset: `viva up` runs one in VIVA_HOME."""
    secret_key: SecretStr | None = None
    """Key of access codes and console sessions, 32 characters or more. Unset: made on first start."""

    speech_address: str = Field(default_factory=_speech_address)
    """Where the speech process listens: `unix:PATH` or `tcp://127.0.0.1:PORT`."""
    rooms: Annotated[int, Field(ge=1, le=1000)] = 8
    """Interviews this machine holds at once."""
    voice: Literal["tiny", "espeak"] = "tiny"
    """Voice of the interviewer: `tiny` is neural, `espeak` costs next to nothing."""
    voice_speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    """Speed of the voice; 1.0 is normal, larger is faster."""
    whisper: str = "tiny.en"
    """Speech recognition model, by its name in `viva models list`."""
    vad: Literal["native", "silero"] = "native"
    """Voice activity detection: LiveKit's native one, or Silero by ONNX."""

    invite_hours: Annotated[float, Field(gt=0, le=8760)] = 72
    """Hours for which an invite is valid."""
    return_grace_s: Annotated[float, Field(ge=0, le=3600)] = 120
    """Seconds an interview waits for a candidate who dropped out."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged."""
    log_format: Literal["json", "console"] = "json"
    """One JSON object a line, or plain lines for a person."""

    def livekit(self) -> LiveKitAccess:
        """How to reach the SFU. Raises `PartMissing` when neither a setting nor a running system says so."""
        if not (self.livekit_url and self.livekit_api_key and self.livekit_api_secret):
            raise PartMissing(
                "There is no SFU to talk to.",
                "Start one with `viva up`, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
            )
        secret = self.livekit_api_secret.get_secret_value()
        return LiveKitAccess(
            self.livekit_url, self.livekit_public_url or self.livekit_url, self.livekit_api_key, secret
        )

    def dsn(self) -> str:
        """Address of the database. Raises `PartMissing` when neither a setting nor a running system says so."""
        if self.database_url is None:
            raise PartMissing("There is no database to talk to.", "Start `viva up`, or set DATABASE_URL.")
        return self.database_url.get_secret_value()

    def signing_key(self) -> str:
        """Key of access codes and console sessions. Raises `PartMissing` when there is none yet."""
        if self.secret_key is None:
            raise PartMissing("There is no secret key yet.", "Start `viva up` once, or set VIVA_SECRET_KEY.")
        return self.secret_key.get_secret_value()

    @property
    def folders(self) -> Home:
        """Where things lie in VIVA_HOME."""
        return Home(self.home)

    def environment(self) -> dict[str, str]:
        """This process's environment for a child process, with the settings that were given; secrets go by the home."""
        given = {
            environment_name(name): str(value)
            for name in self.model_fields_set
            if not isinstance(value := getattr(self, name), SecretStr)
        }
        return base_environment() | given

    def with_values(self, **values: object) -> Settings:
        """The same settings with some replaced; defaults that depend on them follow."""
        return Settings(**{name: getattr(self, name) for name in self.model_fields_set} | values)


def load_settings() -> Settings:
    """Read the settings of this process.

    What the running system on this VIVA_HOME chose (free ports, its database, its keys) fills what the environment
    leaves open. Raises `UsageError` naming the setting when a value is not valid.
    """
    try:
        settings = Settings()
        kept = settings.folders.kept_secrets()
        if settings.livekit_url is not None:
            # The keys kept in the home are those of the home's own SFU.
            kept = {name: value for name, value in kept.items() if not name.startswith("livekit_")}
        found = kept | settings.folders.running_values()
        fill = {name: value for name, value in found.items() if _open(settings, name)}
        return settings.with_values(**fill) if fill else settings
    except ValidationError as error:
        raise UsageError(_first_problem(error), "Settings are listed in docs/settings.md.") from None


def base_environment() -> dict[str, str]:
    """This process's environment, to be given to a child process."""
    return dict(os.environ)


def environment_name(field: str) -> str:
    """Name of the environment variable of a setting."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"VIVA_{field.upper()}"


def _open(settings: Settings, name: str) -> bool:
    return name not in settings.model_fields_set or (name.endswith("_port") and getattr(settings, name) == 0)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    place = str(problem["loc"][0]) if problem["loc"] else ""
    name = environment_name(place) if place in Settings.model_fields else place
    return f"The setting {name} is not valid: {problem['msg']}."
