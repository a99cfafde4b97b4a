"""Tokens: random ones that are kept only as hashes, and signed ones that carry a few ids."""

import hashlib
import hmac
import secrets
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from app.core import clock

TOKEN_BYTES = 32
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like another


def new_token() -> str:
    """Return 256 random bits for a URL or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_code(length: int = 8) -> str:
    """Return a random code for people to read and type."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def read_code(typed: str) -> str:
    """Return a typed code as it was made: capitals, without spaces and dashes."""
    return "".join(typed.split()).replace("-", "").upper()


def hash_token(token: str) -> str:
    """Return what the database keeps of a random token: its SHA-256 in hex (64 characters).

    A plain hash is enough where the token itself is 256 bits; passwords and short codes need argon2
    or `hash_code`.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_hash(text: str, secret: str) -> str:
    """Return a hash that nobody can try guesses against without the installation's key."""
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def hash_code(code: str, secret: str) -> str:
    """Return what the database keeps of a short code, however it was typed."""
    return keyed_hash(read_code(code), secret)


def is_same(one: str, other: str) -> bool:
    """Compare two hashes without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def sign(payload: object, *, purpose: str, secret: str) -> str:
    """Return a token that carries a payload (ids, never words) and the time it was signed.

    A token signed for one purpose is worth nothing for another.
    """
    return _timed(secret, purpose).dumps(payload)


def read_signed(token: str, *, purpose: str, secret: str, max_age: int | None = None) -> Any:
    """Return the payload of a signed token, or None when it is forged, foreign or too old.

    `max_age` is in seconds.
    """
    try:
        return _timed(secret, purpose).loads(token, max_age=max_age)
    except (BadData, UnicodeError):
        return None


class _Signer(TimestampSigner):
    """Signs by the one clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _timed(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=purpose, signer=_Signer)


def sign_forever(payload: object, *, purpose: str, secret: str) -> str:
    """Return a token that stays the same for the same payload and never grows old."""
    return URLSafeSerializer(secret, salt=purpose).dumps(payload)


def read_forever(token: str, *, purpose: str, secret: str) -> Any:
    """Return the payload of a token signed for ever, or None when it is forged or foreign."""
    try:
        return URLSafeSerializer(secret, salt=purpose).loads(token)
    except (BadData, UnicodeError):
        return None
