"""A person's data: taking it along, and having it erased."""

from flask import Response, flash, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.accounts import queries, service
from app.accounts.current import end_session, person_here, session_here
from app.accounts.models import ExportState
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import proved_lately
from app.core import clock, policy, storage
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other

PAGE = "accounts/data.html"
ERASURE = "accounts/erasure.html"


@blueprint.get("/settings/data")
@policy.signed_in
def data() -> ResponseReturnValue:
    """Offer the export and the erasure."""
    export = queries.latest_export(person_here().id)
    is_ready = export is not None and export.state is ExportState.READY
    is_given_up = export is not None and queries.is_given_up(export, now=clock.now())
    is_waiting = export is not None and export.state is ExportState.WAITING and not is_given_up
    return render_template(
        PAGE,
        form=FlaskForm(),
        export=export,
        is_ready=is_ready,
        is_waiting=is_waiting,
        is_given_up=is_given_up,
    )


@blueprint.post("/settings/data/export")
@policy.signed_in
@proved_lately
def create_export() -> ResponseReturnValue:
    """Ask for the export; a job makes it."""
    service.ask_for_export(person_here(), now=clock.now())
    db.session.commit()
    flash(_("Your data is being gathered. A mail tells you when it is ready."), "good")
    return see_other(url_for("accounts.data"))


@blueprint.get("/settings/data/export/<export_id>")
@policy.signed_in
@proved_lately
def show_export(export_id: str) -> ResponseReturnValue:
    """Hand out the zip, to its person only."""
    export = queries.my_export(person_here().id, export_id, clock.now())
    answer: Response = send_file(
        storage.storage().open(export.file_key or ""),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"kith-{export.requested_at:%Y-%m-%d}.zip",
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/settings/data/erasure")
@policy.signed_in
@proved_lately
def erasure() -> ResponseReturnValue:
    """Say what an erasure does, and ask."""
    return render_template(ERASURE, form=FlaskForm(), refusal=None)


@blueprint.post("/settings/data/erasure")
@policy.signed_in
@proved_lately
def create_erasure() -> ResponseReturnValue:
    """Put off the erasure by seven days and sign out everywhere."""
    person = person_here()
    with refusals_shown_in(ERASURE, form=FlaskForm()):
        due_at = service.ask_for_erasure(person, now=clock.now())
        here = session_here().session.id
        service.end_sessions(person, except_ids=[here], now=clock.now())
        end_session()
        db.session.commit()
    return render_template("accounts/erasure_asked.html", due_at=due_at, zone=person.zone)
