"""Invitation links: made, shown with their code, withdrawn."""

from datetime import timedelta
from io import BytesIO

import segno
from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community
from app.communities.forms.settings import InvitationForm
from app.communities.models import Invitation, InvitationKind
from app.communities.service import invitations as service
from app.communities.views.blueprint import blueprint
from app.communities.views.secret import secret
from app.communities.views.viewer import hand
from app.core import clock, policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.core.links import absolute_url
from app.web import once
from app.web.responses import see_other

PAGE = "communities/invitations/index.html"


@blueprint.get("/c/<slug>/desk/invitations", endpoint="invitations")
@policy.may("invitations.manage")
def list_invitations(slug: str) -> ResponseReturnValue:
    """List the links, and make another."""
    return _list_page(InvitationForm(None))


@blueprint.post("/c/<slug>/desk/invitations")
@policy.may("invitations.manage")
def create_invitation(slug: str) -> ResponseReturnValue:
    """Make a link and show it."""
    form = InvitationForm()
    if not form.validate():
        return _list_page(form, status=422)
    if led := once.led_to(person_here().id):
        return see_other(led)
    now = clock.now()
    made = service.make_invitation(
        current_community(),
        service.Terms(
            kind=InvitationKind(form.kind.data),
            label=form.label.data or "",
            max_uses=form.max_uses.data,
            expires_at=now + timedelta(days=form.days.data) if form.days.data else None,
        ),
        by=hand(),
        now=now,
    )
    address = url_for("communities.show_invitation", slug=slug, invitation_id=made.public_id)
    once.keep(person_here().id, address)
    db.session.commit()
    return see_other(address)


@blueprint.get("/c/<slug>/desk/invitations/<invitation_id>")
@policy.may("invitations.manage")
def show_invitation(slug: str, invitation_id: str) -> ResponseReturnValue:
    """Show a link with its code, and who came by it."""
    row = _row_or_404(invitation_id)
    return render_template(
        "communities/invitations/show.html",
        community=current_community(),
        row=row,
        url=_address(row.invitation),
        arrivals=queries.arrivals(row.invitation, person_here().id),
        file_url=storage.file_url,
    )


@blueprint.get("/c/<slug>/desk/invitations/<invitation_id>/qr.svg")
@policy.may("invitations.manage")
def invitation_code(slug: str, invitation_id: str) -> ResponseReturnValue:
    """Send the link as a code for cameras."""
    address = _address(_row_or_404(invitation_id).invitation)
    drawing = BytesIO()
    segno.make(address, error="m").save(drawing, kind="svg", scale=8, border=2, light="#fff")
    answer = Response(drawing.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/c/<slug>/desk/invitations/<invitation_id>/revocation")
@policy.may("invitations.manage")
def revoke_invitation(slug: str, invitation_id: str) -> ResponseReturnValue:
    """Withdraw a link."""
    row = _row_or_404(invitation_id)
    service.revoke_invitation(row.invitation, by=hand(), now=clock.now())
    db.session.commit()
    flash(_("The link leads nowhere any more."), "good")
    return see_other(url_for("communities.show_invitation", slug=slug, invitation_id=invitation_id))


def _list_page(form: InvitationForm, *, status: int = 200) -> ResponseReturnValue:
    community = current_community()
    rows = queries.invitations(community.id, person_here().id, now=clock.now())
    page = render_template(
        PAGE, community=community, form=form, rows=rows, address=_address, refusal=None
    )
    return page, status


def _row_or_404(public_id: str) -> queries.InvitationRow:
    row = queries.invitation_row(
        current_community().id, public_id, person_here().id, now=clock.now()
    )
    if row is None:
        raise NotThere
    return row


def _address(invitation: Invitation) -> str:
    token = service.invitation_token(invitation, secret=secret())
    return absolute_url("communities.invitation", token=token)
