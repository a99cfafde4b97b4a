"""Looking after the site: what it allows, and its communities. Every look is written down."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries, service
from app.accounts.current import person_here
from app.accounts.forms import SearchForm, SiteForm, SuspendCommunityForm
from app.accounts.models import Founding, SuspendedFor
from app.accounts.views.blueprint import blueprint
from app.core import audit, clock, policy
from app.core.database import db
from app.web.responses import see_other

SUSPENSION = "accounts/site/suspension.html"


@blueprint.get("/site")
@policy.site_admin
def site() -> ResponseReturnValue:
    """Show what this site allows."""
    audit.record("site.seen", actor=person_here())
    allows = service.the_installation(now=clock.now())
    db.session.commit()
    form = SiteForm(None, obj=allows, founding=allows.founding.value)
    return render_template("accounts/site/show.html", form=form, refusal=None)


@blueprint.post("/site")
@policy.site_admin
def update_site() -> ResponseReturnValue:
    """Set who may found communities and whether people may sign up."""
    form = SiteForm()
    if not form.validate():
        return render_template("accounts/site/show.html", form=form, refusal=None), 422
    service.change_site(
        person_here(),
        founding=Founding(form.founding.data),
        sign_up_open=bool(form.sign_up_open.data),
        now=clock.now(),
    )
    db.session.commit()
    flash(_("The site's settings are saved."), "good")
    return see_other(url_for("accounts.site"))


@blueprint.get("/site/communities")
@policy.site_admin
def site_communities() -> ResponseReturnValue:
    """List the communities."""
    form = SearchForm(request.args)
    audit.record("site.communities_seen", actor=person_here(), is_search=bool(form.q.data))
    db.session.commit()
    found = queries.communities_here(form.q.data or "")
    return render_template("accounts/site/communities.html", form=form, communities=found)


@blueprint.get("/site/communities/<community_id>/suspension")
@policy.site_admin
def suspension(community_id: str) -> ResponseReturnValue:
    """Ask why a community is to be shut, and say what it means."""
    community = queries.community_of_site(community_id)
    audit.record("site.community_seen", actor=person_here(), subject=("community", community.id))
    db.session.commit()
    if community.suspended_at:
        return see_other(url_for("accounts.site_communities"))
    return render_template(SUSPENSION, form=SuspendCommunityForm(None), community=community)


@blueprint.post("/site/communities/<community_id>/suspension")
@policy.site_admin
def suspend_community(community_id: str) -> ResponseReturnValue:
    """Let a community be there for nobody."""
    community, form = queries.community_of_site(community_id), SuspendCommunityForm()
    if not form.validate():
        return render_template(SUSPENSION, form=form, community=community), 422
    reason = SuspendedFor(form.reason.data)
    service.suspend_community(person_here(), community, reason=reason, now=clock.now())
    db.session.commit()
    flash(_("%(name)s is suspended: nobody can open it.", name=community.name), "good")
    return see_other(url_for("accounts.site_communities"))


@blueprint.post("/site/communities/<community_id>/suspension/end")
@policy.site_admin
def lift_community(community_id: str) -> ResponseReturnValue:
    """Let a suspended community be there again."""
    community = queries.community_of_site(community_id)
    service.lift_community(person_here(), community)
    db.session.commit()
    flash(_("%(name)s is open again.", name=community.name), "good")
    return see_other(url_for("accounts.site_communities"))
