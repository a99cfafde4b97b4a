"""What a browser is known by: a signed mark, from which nobody's address can be read."""

from flask import Response, after_this_request, current_app, request

from app.core.tokens import hash_code, new_token, read_forever, sign_forever

DEVICE_COOKIE = "kith-device"
DEVICE_PURPOSE = "accounts.device"
DEVICE_ACCOUNTS = 4  # a family's tablet
KEPT_SECONDS = 400 * 24 * 3600


def secret() -> str:
    """Return the installation's secret, to be handed down."""
    return str(current_app.config["SECRET_KEY"])


def known_device(account: str) -> str | None:
    """Return the id under which this browser has signed in to an account before, or None."""
    device, accounts = _read_device()
    return device if _account_mark(account) in accounts else None


def remember_device(account: str) -> None:
    """Let this browser be counted by itself from now on: strangers cannot use up its tries."""
    device, accounts = _read_device()
    marks = [*(mark for mark in accounts if mark != _account_mark(account)), _account_mark(account)]
    value = sign_forever(
        [device or new_token()[:16], marks[-DEVICE_ACCOUNTS:]],
        purpose=DEVICE_PURPOSE,
        secret=secret(),
    )

    @after_this_request
    def keep(answer: Response) -> Response:
        set_cookie(answer, DEVICE_COOKIE, value, is_private=True)
        return answer


def set_cookie(answer: Response, name: str, value: str, *, is_private: bool) -> None:
    """Keep a cookie for as long as browsers allow."""
    answer.set_cookie(
        name,
        value,
        max_age=KEPT_SECONDS,
        httponly=is_private,
        samesite="Lax",
        secure=current_app.config["KITH"].is_secure,
    )


def _account_mark(account: str) -> str:
    """Return what a browser keeps of an account it knows: no address can be read from it."""
    return hash_code(account, secret())[:20]


def _read_device() -> tuple[str | None, list[str]]:
    payload = read_forever(
        request.cookies.get(DEVICE_COOKIE, ""), purpose=DEVICE_PURPOSE, secret=secret()
    )
    return (payload[0], payload[1]) if payload else (None, [])
