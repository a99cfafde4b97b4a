"""The pure nouns: devices, passwords, the erasure log."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.accounts import erasure_log, passwords
from app.accounts.device import device_name, is_phone
from app.accounts.passwords import PasswordTooEasy

AGENTS = [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
    (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Edg/140.0",
        "Edge, Windows",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
        "Safari, iPhone",
    ),
    (
        "Mozilla/5.0 (Linux; Android 16; SM-S931B) SamsungBrowser/28.0 Chrome/130.0 Mobile",
        "Samsung Internet, Android",
    ),
    ("curl/8.5.0", "curl"),
    ("<script>alert(1)</script>", "scriptalert1"),
    ("", ""),
]


@pytest.mark.parametrize(("agent", "name"), AGENTS)
def test_a_device_has_the_name_its_owner_knows(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_a_device_name_fits_its_column() -> None:
    assert len(device_name("x" * 5000)) == 200


def test_phones_are_told_from_desks() -> None:
    assert is_phone("Safari, iPhone")
    assert is_phone("Chrome, Android")
    assert not is_phone("Firefox, Linux")


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password 123",
        "1234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "йцукенгшщз",
        "motdepasse1",
        "amara@example.org",
        "amara.okafor",
        "amara.okafor2026",
        "!!!!????....,,,,",
    ],
)
def test_easy_passwords_are_refused(password: str) -> None:
    address = "amara@example.org" if "@" in password else "amara.okafor@example.org"
    with pytest.raises(PasswordTooEasy) as refused:
        passwords.refuse_easy(password, address=address, field="secret")
    assert refused.value.field == "secret"


@pytest.mark.parametrize(
    "password", ["lantern orbit meadow", "правильно лошадь", "正确马电池订书钉一二", "Tr0ub4dor&3x"]
)
def test_good_passwords_in_any_script_are_taken(password: str) -> None:
    passwords.refuse_easy(password, address="amara@example.org")
    kept = passwords.hash_password(password)
    assert kept.startswith("$argon2id$")
    assert passwords.is_password(password, kept)
    assert not passwords.is_password(f"{password} ", kept)


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_password("lantern orbit") != passwords.hash_password("lantern orbit")


def test_a_damaged_hash_opens_nothing() -> None:
    assert not passwords.is_password("lantern orbit", "not a hash")
    assert not passwords.is_password("nobody has this password", None)


def test_the_erasure_log_outlives_its_database(tmp_path: Path) -> None:
    first, second = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    assert erasure_log.read(tmp_path) == []
    erasure_log.write(tmp_path, [(7, first)])
    erasure_log.write(tmp_path, [(3, second)])
    assert erasure_log.read(tmp_path) == [(3, second), (7, first)]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["erasures.log", "erasures.log.lock"]
