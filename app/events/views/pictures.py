"""The picture a chat shows of an event's link."""

from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from app.communities.current import current_community
from app.core import policy
from app.core.errors import NotThere
from app.core.storage import storage
from app.events.models import EventVisibility
from app.events.views.blueprint import blueprint
from app.events.views.found import event_or_refuse
from app.web import filters
from app.web.previews import DateBlock, preview_png, shown_in_chats


@blueprint.get("/c/<slug>/events/<event_id>/preview.png")
@policy.may("events.view")
def preview(slug: str, event_id: str) -> ResponseReturnValue:
    """Draw title, day and community; only for what everyone may see."""
    event, here = event_or_refuse(event_id), current_community()
    if event.visibility is not EventVisibility.PUBLIC:
        raise NotThere
    with force_locale(here.language):
        leaf = DateBlock(filters.month(event.starts_at, event.zone), str(event.starts_local.day))
    mark = storage().open(here.mark_key).read() if here.mark_key else None
    picture = preview_png(event.title, here.name, here.name, here.hue, date_block=leaf, mark=mark)
    return shown_in_chats(picture)
