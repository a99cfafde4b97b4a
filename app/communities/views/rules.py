"""The rules: read, agreed to, written, and who agreed."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import queries
from app.communities.current import current_community, current_contact, may, standing
from app.communities.forms.joining import ConsentForm
from app.communities.forms.rules import MOST_RULES, RulesForm
from app.communities.models import RulesVersion
from app.communities.service import rules as service
from app.communities.views.blueprint import blueprint
from app.communities.views.viewer import hand
from app.core import clock, policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.web import once
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of
from app.web.visitor import local_path

PAGE = "communities/rules/show.html"
EDIT = "communities/rules/edit.html"
SPARE_RULES = 2


@blueprint.get("/c/<slug>/rules")
@policy.may("community.view")
def rules(slug: str) -> ResponseReturnValue:
    """Show the rules, and ask a member who has not agreed to them yet."""
    return render_template(PAGE, **_page())


@blueprint.post("/c/<slug>/rules/consent")
@policy.may("rules.consent")
def consent_to_rules(slug: str) -> ResponseReturnValue:
    """Write down a yes, and lead back to where it was asked."""
    form = ConsentForm()
    page = _page(form)
    is_valid = form.validate()
    if form.is_overtaken_by(page["version"]) or not is_valid:
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, **page):
        service.consent(current_contact(), agrees_to=form.number, now=clock.now())
        db.session.commit()
    flash(_("Thank you. Your yes is written down."), "good")
    home = url_for("home.community", slug=slug)
    return see_other(local_path(request.form.get("next"), default=home))


@blueprint.get("/c/<slug>/desk/rules")
@policy.may("rules.edit")
def edit_rules(slug: str) -> ResponseReturnValue:
    """Show the rules to be changed, and how they stood before."""
    newest = queries.newest_rules(current_community().id)
    standing_rules = newest.rules if newest else []
    form = RulesForm(
        None,
        based_on=newest.number if newest else 0,
        rules=[{"title": rule.title, "words": rule.words} for rule in standing_rules],
    )
    return _edit_page(form)


@blueprint.post("/c/<slug>/desk/rules")
@policy.may("rules.edit")
def update_rules(slug: str) -> ResponseReturnValue:
    """Publish a new version, or hand out more room to write."""
    form = RulesForm()
    if "more" in request.form:
        return _edit_page(form, spare=SPARE_RULES + 2)
    if not form.validate():
        return _edit_page(form, status=422)
    drafts = [
        service.Draft(entry.form.title.data or "", entry.form.words.data or "")
        for entry in form.rules
    ]
    with refusals_shown_in(EDIT, **_edit_context(form)), stale_in_words_of(form):
        address = once.led_to(person_here().id) or _publish(form, drafts)
    number = address.rpartition("/")[2]
    flash(_("Version %(number)s is published. Everyone is asked to agree.", number=number))
    return see_other(address)


@blueprint.get("/c/<slug>/desk/rules/<int:number>")
@policy.may("rules.edit")
def consents(slug: str, number: int) -> ResponseReturnValue:
    """Show one version and who agreed to it."""
    community = current_community()
    version = queries.rules_numbered(community.id, number)
    if version is None:
        raise NotThere
    rows = queries.consent_log(version, person_here().id)
    return render_template(
        "communities/rules/consents.html",
        community=community,
        version=version,
        rows=rows,
        agreed=sum(row.consented_at is not None for row in rows),
        file_url=storage.file_url,
    )


def _publish(form: RulesForm, drafts: Sequence[service.Draft]) -> str:
    """Publish a version and return its page; the same form sent again leads there too."""
    community = current_community()
    version = service.publish_rules(
        community,
        drafts,
        note=form.note.data or "",
        based_on=form.based_on.data or 0,
        by=hand(),
        now=clock.now(),
    )
    address = url_for("communities.consents", slug=community.slug, number=version.number)
    once.keep(person_here().id, address)
    db.session.commit()
    return address


def _page(form: ConsentForm | None = None) -> dict[str, Any]:
    community = current_community()
    version = queries.newest_rules(community.id)
    is_asked = standing().owes_consent and may("rules.consent")
    return {
        "community": community,
        "version": version,
        "form": form or (_consent_form(version) if is_asked else None),
        "next_url": local_path(request.values.get("next"), default=""),
        "refusal": None,
    }


def _consent_form(version: RulesVersion | None) -> ConsentForm:
    return ConsentForm(None, rules=version.number if version else None)


def _edit_page(
    form: RulesForm, *, status: int = 200, spare: int = SPARE_RULES
) -> ResponseReturnValue:
    return render_template(EDIT, **_edit_context(form, spare=spare)), status


def _edit_context(form: RulesForm, *, spare: int = SPARE_RULES) -> dict[str, Any]:
    """Return what the page of writing needs, with room for more rules below the written ones."""
    blank = sum(not (entry.form.title.data or "").strip() for entry in form.rules)
    for _spare in range(min(MOST_RULES - len(form.rules), spare - blank)):
        form.rules.append_entry()
    community = current_community()
    return {
        "community": community,
        "form": form,
        "history": queries.rules_history(community.id),
        "members": queries.member_count(community.id),
        "refusal": None,
    }
