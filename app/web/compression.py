"""Text answers are sent compressed."""

import secrets
import struct
import zlib

from flask import Flask, Response, request

SMALLEST = 600  # bytes; below that, compressing costs more than it saves
LEVEL = 3  # the fifth takes half as long again, for a twelfth less
_HEADER = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"  # gzip, deflated, with a name, of no time and system
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
    name = secrets.token_hex(16)[: secrets.randbelow(32)].encode()
    packer = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS)
    end = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((_HEADER, name, b"\0", packer.compress(body), packer.flush(), end))


def _is_text(answer: Response) -> bool:
    return (answer.mimetype or "").startswith(_TEXT)
