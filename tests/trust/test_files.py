"""Files that only claim to be pictures, or are more than one, sent to every form that takes one."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.communities.models import Visibility
from app.core import storage
from app.core.database import db
from app.core.models import StoredFile
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.strings import MARK
from tests.trust.world import build

Send = Callable[[str, bytes, str], TestResponse]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(side: int) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    rows = _chunk(b"IDAT", zlib.compress(b"\0" * 4_000, 9))
    return b"\x89PNG\r\n\x1a\n" + head + rows + _chunk(b"IEND", b"")


FILES = {
    "bomb.png": _png(60_000),
    "drawing.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}"/>'.encode(),
    "page.png": _png(60_000) + f"<script>{MARK}</script>".encode(),
    "../../page.html": f"<script>{MARK}</script>".encode(),
}


GATHERING = {
    "title": "Long run",
    "day": "2027-01-30",
    "starts": "18:30",
    "ends": "20:00",
    "zone": "Europe/Berlin",
    "visibility": "members",
}
FORMS = {"card/picture": {}, "desk/settings/mark": {}, "events": GATHERING}
"""Where pictures are taken, with what else the form needs."""


@pytest.fixture
def send(client: ProofreadingClient, session: Session) -> Send:
    """Send a file to a form as an owner."""
    world = build(visibility=Visibility.PUBLIC)
    sign_in(client, world.a.people["owner"])

    def post(path: str, content: bytes, name: str) -> TestResponse:
        return client.post(
            f"/c/{world.a.slug}/{path}",
            data={**FORMS[path], "picture": (BytesIO(content), name, "image/png")},
            content_type="multipart/form-data",
        )

    return post


@pytest.mark.parametrize("name", list(FILES))
@pytest.mark.parametrize("path", list(FORMS))
def test_a_file_that_is_no_picture_is_refused_in_words(send: Send, path: str, name: str) -> None:
    answer = send(path, FILES[name], name)
    assert answer.status_code == 422
    assert "icture" in answer.get_data(as_text=True)
    assert f"<script>{MARK}" not in answer.get_data(as_text=True)


def polyglot() -> bytes:
    """Return a sound picture that a browser could be talked into reading as a page."""
    out = BytesIO()
    words = PngInfo()
    words.add_text("Comment", f"<script>{MARK}</script>")
    Image.new("RGB", (64, 64), "teal").save(out, "PNG", pnginfo=words)
    return out.getvalue() + f"<html><script>{MARK}</script></html>".encode()


@pytest.mark.parametrize("path", list(FORMS))
def test_of_a_picture_that_is_a_page_too_only_the_picture_is_kept(
    client: ProofreadingClient, send: Send, path: str
) -> None:
    before = set(db.session.scalars(select(StoredFile.key)))
    assert MARK.encode() in polyglot()
    assert send(path, polyglot(), "page.html").status_code == 303
    [key] = set(db.session.scalars(select(StoredFile.key))) - before
    served = client.get(storage.file_url(key))
    assert served.status_code == 200
    assert served.mimetype == "image/webp"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(served.data)).format == "WEBP"
    assert MARK.encode() not in served.data
