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
from tests.pages import ProofreadingClient, parse
from tests.trust.forms import forms_of
from tests.trust.strings import MARK, in_bytes
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
FORMS = {
    "card/picture": {},
    "desk/settings/mark": {},
    "events": GATHERING,
    "events/{event}": {**GATHERING, "version": "1"},
}
"""Where pictures are taken, with what else the form needs."""


@pytest.fixture
def send(client: ProofreadingClient, session: Session) -> Send:
    """Send a file to a form as an owner."""
    world = build(visibility=Visibility.PUBLIC)
    sign_in(client, world.a.people["owner"])

    def post(path: str, content: bytes, name: str) -> TestResponse:
        place = path.format(event=world.a.rows["event"].public_id)
        return client.post(
            f"/c/{world.a.slug}/{place}",
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
    assert lost(answer, FORMS[path]) == []


RADIOS = {"visibility"}


def lost(answer: TestResponse, typed: dict[str, str]) -> list[str]:
    """Return which fields of a form do not stand in the answer as they were typed."""
    [form] = [
        form
        for form in forms_of(answer.request.path, answer.get_data(as_text=True))
        if form.method == "post" and form.files and form.action == answer.request.path
    ]
    ticked = {
        (one.get("name"), one.get("value"))
        for one in parse(answer.get_data(as_text=True)).iter("input")
        if one.get("checked") is not None
    }
    shown = {pair for pair in form.fields if pair[0] not in RADIOS or pair in ticked}
    return [name for name, value in typed.items() if (name, value) not in shown]


def test_a_field_that_came_back_empty_would_be_noticed(send: Send) -> None:
    answer = send("events", FILES["bomb.png"], "bomb.png")
    assert lost(answer, {"title": "Another", "day": GATHERING["day"]}) == ["title"]


def test_of_what_is_no_text_the_rest_comes_back(
    client: ProofreadingClient, session: Session
) -> None:
    world = build(visibility=Visibility.PUBLIC)
    sign_in(client, world.a.people["owner"])
    path = f"/c/{world.a.slug}/events"
    typed = {**GATHERING, "words": "A long story.\0 And how it ended, after many more words."}

    def send(site: str) -> TestResponse:
        return client.post(path, data=typed, headers={"Sec-Fetch-Site": site})

    answer = send("same-origin")
    assert answer.status_code == 400
    assert "The field words held characters that are no text." in answer.text
    [again] = [form for form in forms_of(path, answer.text) if form.action == path]
    kept = dict(again.fields)
    assert GATHERING.items() <= kept.items()
    assert kept["words"] == typed["words"].replace("\0", "")
    del kept["csrf_token"]
    assert client.post(path, data=kept).status_code == 303
    assert "A long story" not in send("cross-site").text
    # half a pair of surrogates becomes the sign that stands for it: nothing is refused or lost
    half = {**GATHERING, "title": "Half", "words": in_bytes("A half \ud800 of a pair")}
    assert client.post(path, data=half).status_code == 303


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
