"""The second factor: codes of an authenticator app, from a secret that is derived, never stored.

The secret is made of the installation's key, the person's number and a random salt. Who steals
the database alone learns no codes; who changes the installation's key ends all second factors.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from io import BytesIO

import pyotp
import segno

STEP = 30  # seconds
SALT_BYTES = 16
SECRET_BYTES = 20
DIGITS = 6


def new_salt() -> bytes:
    """Return fresh salt: a new one makes a new secret."""
    return secrets.token_bytes(SALT_BYTES)


def derive_secret(key: str, person_id: int, salt: bytes) -> str:
    """Return a person's secret in base32, as authenticator apps take it."""
    message = b"kith.totp:%d:" % person_id + salt
    return b32encode(hmac.digest(key.encode(), message, "sha256")[:SECRET_BYTES]).decode()


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the step a typed code belongs to (one before, now, one after), or None."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    current = int(now.timestamp()) // STEP
    codes = pyotp.TOTP(secret)
    fitting = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(codes.generate_otp(step), code)
    ]
    return fitting[-1] if fitting else None


def setup_address(secret: str, *, account: str, site: str) -> str:
    """Return the otpauth: address an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def qr_picture(address: str) -> bytes:
    """Return an address as a QR code in SVG, dark on light in both themes."""
    file = BytesIO()
    segno.make(address, error="m", micro=False).save(
        file, kind="svg", scale=6, border=3, dark="#1b1712", light="#ffffff"
    )
    return file.getvalue()


def in_groups(secret: str) -> str:
    """Return a secret in groups of four, for those who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
