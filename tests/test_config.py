"""Settings: read once, refused in a sentence that names the variable and never repeats a secret."""

import os
import stat
import threading
from pathlib import Path

import pytest

import config
from config import SettingsRefused


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("KITH_") or name in {"DATABASE_URL", "PORT"}:
            monkeypatch.delenv(name)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Return the sentence with which these variables are refused."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as caught:
        config.load()
    return str(caught.value)


def test_nothing_needs_to_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config.load()
    assert settings.base_url == "http://localhost:8000"
    assert settings.data == tmp_path / "data"
    assert settings.mail_from == "kith@localhost"
    assert settings.is_embedded
    assert settings.is_loopback
    assert settings.is_development


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("KITH_BASE_URL", "https://kith.example.org/")
    settings = config.load()
    assert (settings.port, settings.base_url) == (9000, "https://kith.example.org")
    assert settings.mail_from == "kith@kith.example.org"
    assert settings.is_secure
    assert not settings.is_loopback


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    settings = config.load(database_url=f"{scheme}://a:b@host/name?sslmode=require")
    assert settings.database_url == "postgresql+psycopg://a:b@host/name?sslmode=require"
    assert not settings.is_embedded


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "0", "PORT must be greater than or equal to 1."),
        ("PORT", "http", "PORT must be a valid integer"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must begin with postgresql://"),
        ("KITH_BASE_URL", "kith.example.org", "KITH_BASE_URL must be an address such as"),
        ("KITH_BASE_URL", "https://example.org/kith", "must be a host without a path"),
        ("KITH_ENVIRONMENT", "prod", "KITH_ENVIRONMENT must be 'development', 'production' or"),
        ("KITH_TRUSTED_PROXIES", "-1", "KITH_TRUSTED_PROXIES must be greater than or equal to 0."),
        ("KITH_LOG", "loud", "KITH_LOG must be 'debug', 'info', 'warning' or 'error'."),
    ],
)
def test_what_cannot_work_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    assert words in refusal(monkeypatch, **{name: value})


def test_all_faults_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(monkeypatch, PORT="0", KITH_LOG="loud")
    assert [line.split()[0] for line in sentence.splitlines()] == ["PORT", "KITH_LOG"]


@pytest.mark.parametrize(
    "name", ["KITH_SECRET_KEY", "KITH_SMTP_URL", "DATABASE_URL", "KITH_STRIPE_KEY"]
)
def test_a_refusal_never_repeats_a_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    sentence = refusal(monkeypatch, **{name: "hush://hush@"})
    assert name in sentence
    assert "hush" not in sentence


def test_no_secret_is_shown_by_the_settings_themselves() -> None:
    settings = config.load(
        database_url="postgresql://kith:hush@host/kith",
        secret_key="hush" * 10,
        smtp_url="smtp://kith:hush@host",
    )
    assert "hush" not in repr(settings) + str(settings)


def test_production_needs_https(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(monkeypatch, KITH_ENVIRONMENT="production")
    assert "KITH_BASE_URL must be the https address" in sentence


def test_production_needs_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(
        monkeypatch, KITH_ENVIRONMENT="production", KITH_BASE_URL="https://kith.example.org"
    )
    assert "KITH_SMTP_URL must name a mail server" in sentence


def test_whole_production_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_ENVIRONMENT", "production")
    monkeypatch.setenv("KITH_BASE_URL", "https://kith.example.org")
    monkeypatch.setenv("KITH_SMTP_URL", "smtp://mail.example.org:587")
    assert config.load().is_production


LIVE = {
    "KITH_ENVIRONMENT": "production",
    "KITH_BASE_URL": "https://kith.example.org",
    "KITH_SMTP_URL": "smtp://mail.example.org:587",
    "KITH_STRIPE_KEY": "sk_live_abc",
    "KITH_STRIPE_WEBHOOK_SECRETS": "whsec_a",
}
LOCAL = "http://127.0.0.1:12111"


def test_92_a_live_key_and_a_local_base_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    assert config.load().is_stripe_live
    sentence = refusal(monkeypatch, KITH_STRIPE_BASE=LOCAL)
    assert sentence.startswith("KITH_STRIPE_BASE names a local Stripe")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"KITH_STRIPE_KEY": "sk_live_abc"}, "moves real money"),
        ({"KITH_STRIPE_BASE": LOCAL}, "KITH_STRIPE_BASE needs KITH_STRIPE_KEY"),
        ({"KITH_STRIPE_KEY": "hush"}, "KITH_STRIPE_KEY must be a secret key of Stripe's"),
        (
            {"KITH_STRIPE_KEY": "sk_test_a", "KITH_STRIPE_BASE": "https://api.stripe.com"},
            "is for a local Stripe only",
        ),
        ({"KITH_STRIPE_ACCOUNTS": "some"}, "KITH_STRIPE_ACCOUNTS must be"),
        ({"KITH_PLATFORM_FEE_PERCENT": "80"}, "must be less than or equal to 50"),
        ({**LIVE, "KITH_STRIPE_WEBHOOK_SECRETS": ""}, "nothing that Stripe says could be believed"),
        ({**LIVE, "KITH_STRIPE_KEY": "sk_test_a", "KITH_STRIPE_BASE": LOCAL}, "a local Stripe"),
    ],
)
def test_92_a_half_set_up_stripe_does_not_start(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    assert words in refusal(monkeypatch, **values)


def test_a_test_key_works_with_stripe_and_with_a_local_one() -> None:
    for base in ("", LOCAL):
        settings = config.load(
            stripe_key="sk_test_abc", stripe_base=base, stripe_webhook_secrets="whsec_b, whsec_a"
        )
        assert (settings.takes_cards, settings.is_stripe_live) == (True, False)
        assert settings.notice_secrets() == ["whsec_b", "whsec_a"]


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = config.load(data=tmp_path / "data")
    secret = settings.secret()
    assert len(secret) >= config.SHORTEST_SECRET
    assert settings.secret() == secret
    file = tmp_path / "data" / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {path.name for path in file.parent.iterdir()} == {"secret"}


def test_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    settings = config.load(data=tmp_path)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(settings.secret())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_secret_that_cannot_be_kept_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = config.load(data=tmp_path / "file" / "data")
    with pytest.raises(SettingsRefused, match="name another with KITH_DATA"):
        settings.secret()


@pytest.mark.parametrize(
    ("address", "is_near"),
    [
        ("http://localhost:8000", True),
        ("http://kith.localhost:8000", True),
        ("http://127.0.0.1:1", True),
        ("http://[::1]:8000", True),
        ("https://localhost.example.org", False),
        ("http://192.168.0.4:8000", False),
    ],
)
def test_loopback_is_this_machine_only(address: str, *, is_near: bool) -> None:
    assert config.load(base_url=address).is_loopback is is_near


@pytest.mark.parametrize("domain", ["localhost", "a b.example", "-x.example", "x@y.example"])
def test_a_reply_domain_is_a_mail_domain(domain: str) -> None:
    with pytest.raises(config.SettingsRefused, match="KITH_REPLY_DOMAIN"):
        config.load(reply_domain=domain)


def test_answers_by_mail_are_taken_where_asked_for_and_where_mails_stay_in_the_outbox() -> None:
    assert config.load(reply_domain="Reply.Kith.Example").reply_domain == "reply.kith.example"
    assert config.load(environment="test").reply_domain == ""
    here = config.load(environment="development")
    assert here.reply_domain == "reply.localhost"
    sent = config.load(environment="development", smtp_url="smtp://mail.example.org:587")
    assert sent.reply_domain == ""
