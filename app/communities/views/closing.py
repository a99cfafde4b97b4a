"""Leaving with everything, and closing."""

from functools import partial
from typing import Any

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.communities.current import current_community
from app.communities.forms.settings import ClosingForm
from app.communities.models import CommunityExportState
from app.communities.queries import exports as reads
from app.communities.service import closing, exports
from app.communities.views.blueprint import blueprint
from app.communities.views.viewer import hand
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.storage import storage
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/settings/closing.html"


@blueprint.get("/c/<slug>/desk/closing", endpoint="closing")
@policy.may("community.close")
def show_closing(slug: str) -> ResponseReturnValue:
    """Show the export and the way out."""
    return render_template(PAGE, **_page(ClosingForm(None)))


@blueprint.post("/c/<slug>/desk/closing")
@policy.may("community.close")
def create_closing(slug: str) -> ResponseReturnValue:
    """Announce that the community closes in thirty days."""
    form = ClosingForm()
    if not form.validate():
        return render_template(PAGE, **_page(form)), 422
    with refusals_shown_in(PAGE, **_page(form)):
        closing.close_community(
            current_community(), typed_name=form.name.data or "", by=hand(), now=clock.now()
        )
        db.session.commit()
    flash(_("The community closes in thirty days. Until then you can take it back."), "warn")
    return see_other(url_for("communities.closing", slug=slug))


@blueprint.post("/c/<slug>/desk/closing/end")
@policy.may("community.close")
def end_closing(slug: str) -> ResponseReturnValue:
    """Take the closing back."""
    closing.keep_community(current_community(), by=hand())
    db.session.commit()
    flash(_("The community stays."), "good")
    return see_other(url_for("communities.closing", slug=slug))


@blueprint.post("/c/<slug>/desk/exports")
@policy.may("community.export")
def create_export(slug: str) -> ResponseReturnValue:
    """Ask for everything in a zip."""
    exports.request_export(current_community(), by=hand(), now=clock.now())
    db.session.commit()
    flash(_("We are packing. You get a mail when the export is ready."), "good")
    return see_other(url_for("communities.closing", slug=slug))


@blueprint.get("/c/<slug>/desk/exports/<export_id>")
@policy.may("community.export")
def export(slug: str, export_id: str) -> ResponseReturnValue:
    """Send an export that is ready."""
    found = reads.ready_export(current_community().id, export_id, now=clock.now())
    if found is None or found.file_key is None:
        raise NotThere
    with storage().open(found.file_key) as file:
        answer = Response(file.read(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _page(form: ClosingForm) -> dict[str, Any]:
    community = current_community()
    return {
        "community": community,
        "form": form,
        "refusal": None,
        "exports": reads.exports(community.id),
        "READY": CommunityExportState.READY,
        "is_given_up": partial(reads.is_given_up, now=clock.now()),
    }
