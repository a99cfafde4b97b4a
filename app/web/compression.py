"""Text answers are sent compressed."""

import gzip
import secrets
import string
from io import BytesIO

from flask import Flask, Response, request

SMALLEST = 600  # bytes; below that, compressing costs more than it saves
LEVEL = 5
_TEXT = ("text/", "application/json", "application/xml", "image/svg+xml", "application/manifest")


def init_app(app: Flask) -> None:
    """Compress every text answer that a browser can unpack."""
    app.after_request(compress)


def compress(answer: Response) -> Response:
    """Compress an answer in place, if it is text, whole, and not compressed yet."""
    if "Content-Encoding" in answer.headers:  # it was packed when it was made, and says so
        return answer
    if not _is_text(answer) or answer.is_streamed or answer.direct_passthrough:
        return answer
    answer.vary.add("Accept-Encoding")
    is_wanted = request.accept_encodings["gzip"] > 0
    body = answer.get_data() if is_wanted else b""
    if len(body) >= SMALLEST:
        answer.set_data(packed(body))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def packed(body: bytes) -> bytes:
    """Compress with a file name of random length in the header.

    The length of an answer then says less about a secret inside it (the BREACH attack).
    """
    name = "".join(secrets.choice(string.ascii_lowercase) for _ in range(secrets.randbelow(32)))
    buffer = BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, buffer, mtime=0) as file:
        file.write(body)
    return buffer.getvalue()


def _is_text(answer: Response) -> bool:
    return (answer.mimetype or "").startswith(_TEXT)
