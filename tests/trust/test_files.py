"""Files that only claim to be pictures, sent to every form that takes one."""

import struct
import zlib
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from app.communities.models import Visibility
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.strings import MARK
from tests.trust.world import build


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


@pytest.mark.parametrize("name", list(FILES))
@pytest.mark.parametrize("path", ["card/picture", "desk/settings/mark"])
def test_a_file_that_is_no_picture_is_refused_in_words(
    client: ProofreadingClient, session: Session, path: str, name: str
) -> None:
    world = build(visibility=Visibility.PUBLIC)
    sign_in(client, world.a.people["owner"])
    answer = client.post(
        f"/c/{world.a.slug}/{path}",
        data={"picture": (BytesIO(FILES[name]), name, "image/png")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "icture" in answer.get_data(as_text=True)
    assert f"<script>{MARK}" not in answer.get_data(as_text=True)
