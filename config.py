"""The settings: read once from the environment, refused in a sentence when they cannot work."""

import os
import re
import secrets
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
SHORTEST_SECRET = 32
MAIL_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
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


class StripeAccounts(StrEnum):
    """Whose Stripe account takes the money."""

    EACH = "each"  # every community connects its own
    ONE = "one"  # the account of the key takes it for all: one organizer runs this installation


STRIPE_PAGES = tuple(f"https://{name}.stripe.com" for name in ("checkout", "connect", "billing"))


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
    reply_domain: str = Field("", validation_alias="KITH_REPLY_DOMAIN")
    stripe_key: SecretStr = Field(SecretStr(""), validation_alias="KITH_STRIPE_KEY")
    stripe_base: str = Field("", validation_alias="KITH_STRIPE_BASE")
    stripe_webhook_secrets: SecretStr = Field(
        SecretStr(""), validation_alias="KITH_STRIPE_WEBHOOK_SECRETS"
    )
    stripe_accounts: StripeAccounts = Field(
        StripeAccounts.EACH, validation_alias="KITH_STRIPE_ACCOUNTS"
    )
    platform_fee_percent: Decimal = Field(
        Decimal(0), validation_alias="KITH_PLATFORM_FEE_PERCENT", ge=0, le=50, decimal_places=2
    )
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

    @field_validator("stripe_key")
    @classmethod
    def _stripe_secret_key(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text and not re.fullmatch(r"[rs]k_(test|live)_\w+", text):
            # The value is a secret, so the sentence does not repeat it.
            sentence = "must be a secret key of Stripe's: it begins with sk_test_ or sk_live_"
            raise ValueError(sentence)
        return value

    @field_validator("stripe_base")
    @classmethod
    def _stripe_address(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK:
            text = "is for a local Stripe only, such as http://127.0.0.1:12111; leave it out else"
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

    @field_validator("reply_domain")
    @classmethod
    def _mail_domain(cls, value: str) -> str:
        if value and not MAIL_DOMAIN.fullmatch(value.lower()):
            text = "must be a mail domain such as reply.kith.example.org"
            raise ValueError(text)
        return value.lower()

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        if not self.base_url:
            object.__setattr__(self, "base_url", f"http://localhost:{self.port}")
        if not self.mail_from:
            object.__setattr__(self, "mail_from", f"kith@{self.host}")
        if not self.reply_domain and self.is_development and not self.smtp_url.get_secret_value():
            # mails stay in the outbox, whose page answers them: the way can be walked by hand
            object.__setattr__(self, "reply_domain", f"reply.{self.host}")
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

    @property
    def is_stripe_live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.stripe_key.get_secret_value()[:8]

    @property
    def takes_cards(self) -> bool:
        """Whether this installation speaks with a Stripe at all."""
        return bool(self.stripe_key.get_secret_value())

    @property
    def pay_pages(self) -> tuple[str, ...]:
        """Where Stripe's hosted pages stand: a form of ours may lead there."""
        if not self.takes_cards:
            return ()
        if self.stripe_base:
            return self.stripe_base, self.stripe_base.replace("//127.0.0.1", "//localhost")
        return STRIPE_PAGES

    def notice_secrets(self) -> list[str]:
        """Return what notices may be signed with: the current secret, then the previous one."""
        words = self.stripe_webhook_secrets.get_secret_value().split(",")
        return [word.strip() for word in words if word.strip()]

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


def refuse_mixed_stripe(settings: Settings) -> None:
    """Refuse a live key with a local Stripe, a local Stripe for real members, a deaf installation.

    A test key works with Stripe's own test mode and with a local Stripe; a live one with neither.
    """
    if settings.stripe_base and (settings.is_stripe_live or settings.is_production):
        text = (
            "KITH_STRIPE_BASE names a local Stripe, which a live key (sk_live_) and a production "
            "installation never use. Leave KITH_STRIPE_BASE out."
        )
        raise SettingsRefused(text)
    if settings.stripe_base and not settings.takes_cards:
        text = "KITH_STRIPE_BASE needs KITH_STRIPE_KEY beside it (any sk_test_ key)."
        raise SettingsRefused(text)
    if settings.is_stripe_live and not settings.is_production:
        text = (
            "KITH_STRIPE_KEY is a live key, which moves real money: it is for "
            "KITH_ENVIRONMENT=production only. Use a test key (sk_test_) here."
        )
        raise SettingsRefused(text)
    if settings.is_production and settings.takes_cards and not settings.notice_secrets():
        text = (
            "KITH_STRIPE_WEBHOOK_SECRETS must hold the signing secret of your webhook endpoint "
            "(whsec_...), else nothing that Stripe says could be believed."
        )
        raise SettingsRefused(text)


def load(**values: object) -> Settings:
    """Read the settings from the environment; `values` stand in for variables (tests, the demo)."""
    try:
        settings = Settings(**values)  # type: ignore[arg-type]  # checked by pydantic, field by field
    except ValidationError as error:
        raise SettingsRefused(_sentence(error)) from None
    refuse_half_production(settings)
    refuse_mixed_stripe(settings)
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
