"""The settings: read once from the environment, refused in a sentence when they cannot work."""

import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
SHORTEST_SECRET = 32
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


class SettingsRefused(Exception):
    """Kith cannot start with these settings; the message names the variable and the mend."""


class Environment(StrEnum):
    """What this installation is for."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


class LogLevel(StrEnum):
    """How much is written to the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseSettings):
    """Everything an installation may set; each field's alias is its environment variable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    database_url: str = Field("", validation_alias="DATABASE_URL", repr=False)
    port: int = Field(8000, validation_alias="PORT", ge=1, le=65535)
    data: Path = Field(Path("data"), validation_alias="KITH_DATA")
    base_url: str = Field("", validation_alias="KITH_BASE_URL")
    secret_key: SecretStr = Field(SecretStr(""), validation_alias="KITH_SECRET_KEY")
    smtp_url: SecretStr = Field(SecretStr(""), validation_alias="KITH_SMTP_URL")
    mail_from: str = Field("", validation_alias="KITH_MAIL_FROM")
    environment: Environment = Field(Environment.DEVELOPMENT, validation_alias="KITH_ENVIRONMENT")
    trusted_proxies: int = Field(0, validation_alias="KITH_TRUSTED_PROXIES", ge=0, le=10)
    log: LogLevel = Field(LogLevel.INFO, validation_alias="KITH_LOG")

    @field_validator("database_url")
    @classmethod
    def _use_our_driver(cls, value: str) -> str:
        """Accept the address in every spelling hosts hand out, and name our driver."""
        scheme, separator, rest = value.partition("://")
        if not value:
            return ""
        if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
            text = "must begin with postgresql:// (PostgreSQL is the only database)"
            raise ValueError(text)
        return f"postgresql+psycopg://{rest}"

    @field_validator("data")
    @classmethod
    def _make_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
            text = f"must have at least {SHORTEST_SECRET} characters; leave it out to have one made"
            raise ValueError(text)
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            text = "must be an address such as https://kith.example.org"
            raise ValueError(text)
        if parts.path.strip("/") or parts.query or parts.fragment:
            text = "must be a host without a path, such as https://kith.example.org"
            raise ValueError(text)
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text and (urlsplit(text).scheme not in {"smtp", "smtps"} or not urlsplit(text).hostname):
            # The value may hold a password, so the sentence does not repeat it.
            sentence = "must look like smtp://name:password@mail.example.org:587"
            raise ValueError(sentence)
        return value

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        if not self.base_url:
            object.__setattr__(self, "base_url", f"http://localhost:{self.port}")
        if not self.mail_from:
            object.__setattr__(self, "mail_from", f"kith@{self.host}")
        return self

    @property
    def host(self) -> str:
        """The host name members type."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def is_secure(self) -> bool:
        """Whether members reach this installation over https."""
        return self.base_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the installation."""
        return self.host in LOOPBACK or self.host.endswith(".localhost")

    @property
    def is_embedded(self) -> bool:
        """Whether Kith runs its own PostgreSQL."""
        return not self.database_url

    @property
    def is_production(self) -> bool:
        """Whether real members live here."""
        return self.environment is Environment.PRODUCTION

    @property
    def is_development(self) -> bool:
        """Whether this is somebody's own machine."""
        return self.environment is Environment.DEVELOPMENT

    def secret(self) -> str:
        """Return the signing secret; the first call makes one in the data folder."""
        return self.secret_key.get_secret_value() or _kept_secret(self.data / "secret")


def _kept_secret(path: Path) -> str:
    """Return the secret kept in a file only its owner reads, making it once."""
    try:
        if path.exists():
            return path.read_text().strip()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".secret.{secrets.token_hex(8)}")  # threads share a process
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A link refuses when the secret is there: two starts at once agree on one.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        text = (
            f"The secret could not be kept in {path} ({error.strerror}). Make the folder writable, "
            "name another with KITH_DATA, or set KITH_SECRET_KEY."
        )
        raise SettingsRefused(text) from error


def refuse_half_production(settings: Settings) -> None:
    """Refuse a production installation that members could not reach or that could not write."""
    if not settings.is_production:
        return
    if not settings.is_secure:
        text = (
            "KITH_BASE_URL must be the https address members type, such as "
            "https://kith.example.org, when KITH_ENVIRONMENT is production."
        )
        raise SettingsRefused(text)
    if not settings.smtp_url.get_secret_value():
        text = (
            "KITH_SMTP_URL must name a mail server when KITH_ENVIRONMENT is production: without "
            "mail nobody can confirm an address. Example: smtp://name:password@mail.example.org:587"
        )
        raise SettingsRefused(text)


def load(**values: object) -> Settings:
    """Read the settings from the environment; `values` stand in for variables (tests, the demo)."""
    try:
        settings = Settings(**values)  # type: ignore[arg-type]  # checked by pydantic, field by field
    except ValidationError as error:
        raise SettingsRefused(_sentence(error)) from None
    refuse_half_production(settings)
    return settings


def _sentence(error: ValidationError) -> str:
    """Say what is wrong with which variable, without repeating a value that may be secret."""
    return "\n".join(
        f"{_variable(str(problem['loc'][0]))} {_complaint(dict(problem))}."
        for problem in error.errors(include_input=False, include_url=False)
    )


def _variable(location: str) -> str:
    aliases = {name: str(field.validation_alias) for name, field in Settings.model_fields.items()}
    return aliases.get(location, location)


def _complaint(problem: Mapping[str, object]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ").replace("Input should", "must", 1)
