"""The code of a ticket: made, drawn for cameras, and read however it was typed."""

from io import BytesIO

import segno

from app.core.tokens import new_code, read_code

LENGTH = 16  # of 31 letters: 79 bits, which nobody finds by trying
INK, PAPER = "#1b1712", "#ffffff"


def new_secret() -> str:
    """Return a new code."""
    return new_code(LENGTH)


def read(typed: str) -> str:
    """Return a code as it was made: capitals, without spaces and dashes."""
    return read_code(typed)


def in_groups(secret: str) -> str:
    """Return a code in groups of four, for those who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def svg(secret: str) -> str:
    """Return a code as a drawing to stand in a page: dark on light in any theme."""
    code = segno.make(secret, error="m", micro=False)
    return str(
        code.svg_inline(
            border=3, dark=INK, light=PAPER, omitsize=True, svgclass=None, lineclass=None
        )
    )


def png(secret: str) -> bytes:
    """Return a code as a picture, for a mail."""
    file = BytesIO()
    segno.make(secret, error="m", micro=False).save(
        file, kind="png", scale=8, border=3, dark=INK, light=PAPER
    )
    return file.getvalue()
