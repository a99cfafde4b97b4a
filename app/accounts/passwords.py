"""Passwords: how they are kept, checked, and when they are refused as too easy."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import RuleViolation
from app.core.text import N_, normalise

SHORTEST = 10
LONGEST = 200
# Long enough for the rule above, and tried first by whoever guesses.
_EASY = frozenset(
    [
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "1234567890",
        "12345678910",
        "0123456789",
        "9876543210",
        "0987654321",
        "1234512345",
        "123456789a",
        "1q2w3e4r5t",
        "qwertyuiop",
        "qwerty1234",
        "qwerty12345",
        "qwerty123456",
        "asdfghjkl1",
        "asdfghjklz",
        "zxcvbnm123",
        "1qaz2wsx3edc",
        "q1w2e3r4t5",
        "q1w2e3r4t5y6",
        "abcdefghij",
        "abcd123456",
        "abc1234567",
        "iloveyou12",
        "iloveyou123",
        "welcome123",
        "welcome1234",
        "letmein123",
        "letmeinplease",
        "changeme123",
        "administrator",
        "football123",
        "baseball123",
        "superman123",
        "sunshine123",
        "princess123",
        "dragon1234",
        "monkey1234",
        "trustno1trustno1",
        "correcthorsebatterystaple",
        "motdepasse",
        "motdepasse1",
        "motdepasse123",
        "azertyuiop",
        "azerty1234",
        "jetaime123",
        "doudou1234",
        "katasandi1",
        "katasandi123",
        "rahasia123",
        "sayangku123",
        "indonesia1",
        "indonesia123",
        "пароль1234",
        "пароль12345",
        "йцукенгшщз",
        "йцукен1234",
        "любовь1234",
        "woaini1314",
        "woaini1314520",
        "5201314520",
        "a123456789",
        "aa12345678",
        "aa123456789",
        "z123456789",
        "qq123456789",
    ]
)

_hasher = PasswordHasher()


class PasswordTooEasy(RuleViolation):
    """The password is one that guessers try first."""

    message = N_("This password is easy to guess. Three or four unrelated words make a good one.")


def hash_password(password: str) -> str:
    """Return what is kept of a password: argon2id with its own salt."""
    return _hasher.hash(_bytes(password))


def is_password(password: str, kept: str | None) -> bool:
    """Check a password; without a kept one the same work is done and the answer is no."""
    try:
        _hasher.verify(kept or _dummy(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Say whether a kept password was hashed with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


def refuse_easy(password: str, *, address: str = "", field: str = "password") -> None:
    """Raise PasswordTooEasy for one that is well known, repeats itself, or is the address."""
    folded = password.casefold().replace(" ", "")
    local = address.partition("@")[0].casefold()
    same_as_address = folded in {address.casefold(), local} or (
        len(local) > 3 and folded.strip("0123456789!.") == local
    )
    is_narrow = len(set(folded)) < 5
    if folded in _EASY or is_narrow or same_as_address or not normalise(password):
        raise PasswordTooEasy(field=field)


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")[: LONGEST * 4]


def use(hasher: PasswordHasher | None) -> None:
    """Hash with other settings (tests: cheap ones); None returns to the library's own."""
    global _hasher  # noqa: PLW0603 - one way to keep passwords means one module-level hasher
    _hasher = hasher or PasswordHasher()
    _dummy.cache_clear()


@cache
def _dummy() -> str:
    """Return a kept password that is nobody's: what the unknown is checked against."""
    return hash_password("nobody has this password")
