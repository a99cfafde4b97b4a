"""Looking after the site's people. Every look is written down."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries, service
from app.accounts.current import person_here
from app.accounts.forms import SearchForm, SuspendForm
from app.accounts.models import Person
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import proved_lately
from app.core import audit, clock, policy
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other

PAGE = "accounts/site/person.html"


@blueprint.get("/site/people")
@policy.site_admin
def site_people() -> ResponseReturnValue:
    """Search people by address."""
    form = SearchForm(request.args)
    audit.record("site.people_seen", actor=person_here(), is_search=bool(form.q.data))
    db.session.commit()
    found = queries.people_of_site(form.q.data or "")
    return render_template("accounts/site/people.html", form=form, people=found)


@blueprint.get("/site/people/<person_id>")
@policy.site_admin
def site_person(person_id: str) -> ResponseReturnValue:
    """Show one person."""
    person = queries.person_by_public_id(person_id)
    audit.record("site.person_seen", actor=person_here(), subject=("person", person.id))
    db.session.commit()
    return render_template(PAGE, **_page(person))


@blueprint.post("/site/people/<person_id>/suspension")
@policy.site_admin
@proved_lately
def suspend_person(person_id: str) -> ResponseReturnValue:
    """Shut a person out."""
    person = queries.person_by_public_id(person_id)
    form = SuspendForm()
    if not form.validate():
        return render_template(PAGE, **_page(person, form)), 422
    with refusals_shown_in(PAGE, **_page(person, form)):
        service.suspend_person(
            person_here(), person, reason=form.reason.data or "", now=clock.now()
        )
        db.session.commit()
    flash(_("This account is suspended, and its devices are signed out."), "good")
    return _back(person_id)


@blueprint.post("/site/people/<person_id>/suspension/end")
@policy.site_admin
def lift_person(person_id: str) -> ResponseReturnValue:
    """Let a suspended person back in."""
    service.lift_person(person_here(), queries.person_by_public_id(person_id))
    db.session.commit()
    flash(_("This account is open again."), "good")
    return _back(person_id)


@blueprint.post("/site/people/<person_id>/administration")
@policy.site_admin
@proved_lately
def create_site_admin(person_id: str) -> ResponseReturnValue:
    """Let another person look after the site."""
    service.make_site_admin(person_here(), queries.person_by_public_id(person_id))
    db.session.commit()
    flash(_("This person looks after the site now, too."), "good")
    return _back(person_id)


@blueprint.post("/site/people/<person_id>/administration/end")
@policy.site_admin
@proved_lately
def remove_site_admin(person_id: str) -> ResponseReturnValue:
    """Take the looking-after from a person."""
    person = queries.person_by_public_id(person_id)
    with refusals_shown_in(PAGE, **_page(person)):
        service.remove_site_admin(person_here(), person)
        db.session.commit()
    flash(_("This person no longer looks after the site."), "good")
    return see_other(url_for("accounts.settings")) if person is person_here() else _back(person_id)


def _page(person: Person, form: SuspendForm | None = None) -> dict[str, Any]:
    return {
        "form": form or SuspendForm(None),
        "refusal": None,
        "seen": queries.seen_person(person),
        "reason": person.suspended_reason,
        "is_me": person.id == person_here().id,
    }


def _back(person_id: str) -> ResponseReturnValue:
    return see_other(url_for("accounts.site_person", person_id=person_id))
