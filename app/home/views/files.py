"""Pictures that members uploaded, at addresses that only those who may see them are shown."""

from flask import Response, send_file
from flask.typing import ResponseReturnValue

from app.core import policy
from app.core.errors import NotThere
from app.core.storage import storage
from app.home.views.blueprint import blueprint

PICTURES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
A_YEAR = 31536000


@blueprint.get("/files/<key>")
@policy.public
def file(key: str) -> ResponseReturnValue:
    """Send a picture; its random key is the permission. Other files have pages of their own."""
    extension = key.rpartition(".")[2]
    if extension not in PICTURES:
        raise NotThere
    answer: Response = send_file(storage().open(key), mimetype=PICTURES[extension])
    answer.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
