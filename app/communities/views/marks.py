"""The picture of a community, for those who may see its door."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from app.communities.current import current_community
from app.communities.models import Community
from app.communities.views.blueprint import blueprint
from app.core import policy
from app.core.errors import NotThere
from app.core.storage import storage


@blueprint.get("/c/<slug>/mark/<key>")
@policy.may("community.join")
def mark(slug: str, key: str) -> ResponseReturnValue:
    """Send the picture; its address changes with it, so browsers may keep it."""
    if key != current_community().mark_key:
        raise NotThere
    with storage().open(key) as file:
        answer = Response(file.read(), mimetype="image/webp")
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def mark_url(community: Community) -> str | None:
    """Return the address of a community's picture, or None."""
    if community.mark_key is None:
        return None
    return url_for("communities.mark", slug=community.slug, key=community.mark_key)
