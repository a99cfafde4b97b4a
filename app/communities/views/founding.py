"""Founding a community, the public list, and the first steps of a new one."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import current_person, person_here
from app.accounts.queries import primary_address
from app.communities import hooks, queries
from app.communities.current import current_community, current_contact, may
from app.communities.forms.founding import FoundingForm
from app.communities.presets import currency_for, known_zone, name_from_address
from app.communities.queries.communities import FIRST_MEMBERS
from app.communities.service import founding, settings
from app.communities.service.founding import Preset
from app.communities.views.blueprint import blueprint
from app.communities.views.marks import mark_url
from app.core import clock, policy
from app.core.database import db
from app.core.throttle import throttle
from app.web import languages, once
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/founding/new.html"
LAST_PAGE = 1000
WORDS = 200
A_DAY = 10


@blueprint.get("/communities")
@policy.public
def index() -> ResponseReturnValue:
    """List the public communities, narrowed by words."""
    words = request.args.get("q", "")[:WORDS]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found, has_more = queries.public_communities(words, page=page)
    return render_template(
        "communities/founding/index.html",
        words=words,
        cards=found,
        previous_url=_list_url(words, page - 1) if page > 1 else None,
        next_url=_list_url(words, page + 1) if has_more else None,
        is_signed_in=current_person() is not None,
        mark_url=mark_url,
    )


@blueprint.get("/communities/new")
@policy.signed_in
def new() -> ResponseReturnValue:
    """Ask for a name and a purpose."""
    return render_template(PAGE, **_page(may_found=founding.may_found(person_here())))


@blueprint.post("/communities")
@policy.signed_in
def create() -> ResponseReturnValue:
    """Found a community and show its first steps."""
    page, person = _page(may_found=True), person_here()
    form = page["form"]
    if not form.validate():
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, **page):
        if founded := once.made_before(person.id, counting=_counting(person.id)):
            return see_other(founded)
        community = founding.found_community(
            name=form.name.data or "",
            purpose=form.purpose.data or "",
            person=person,
            founder_name=_name_of(person.id, primary_address(person) or ""),
            preset=_preset(form.zone.data, person.zone),
            now=clock.now(),
        )
        address = url_for("communities.checklist", slug=community.slug)
        once.keep(person.id, address)
        db.session.commit()
    flash(_("%(name)s is founded. It is yours.", name=community.name), "good")
    return see_other(address)


@blueprint.get("/c/<slug>/desk/start")
@policy.may("community.edit")
def checklist(slug: str) -> ResponseReturnValue:
    """Show what a new community still lacks, up to its first ten members."""
    community = current_community()
    done = queries.beginnings(community, current_contact().id)
    return render_template(
        "communities/founding/checklist.html",
        community=community,
        beginnings=done,
        wanted=FIRST_MEMBERS,
        steps=_steps(slug, done),
    )


@blueprint.post("/c/<slug>/desk/start/end")
@policy.may("community.edit")
def end_checklist(slug: str) -> ResponseReturnValue:
    """Put the first steps away."""
    settings.finish_checklist(current_community(), now=clock.now())
    db.session.commit()
    flash(_("The first steps are put away. You find them again in the settings."), "good")
    return see_other(url_for("home.desk", slug=slug))


def _page(*, may_found: bool) -> dict[str, Any]:
    return {
        "form": FoundingForm(),
        "may_found": may_found,
        "refusal": None,
    }


def _counting(person_id: int) -> Callable[[], None]:
    limit, per = A_DAY, timedelta(days=1)
    return partial(throttle, "communities.found", key=str(person_id), limit=limit, per=per)


def _steps(slug: str, done: queries.Beginnings) -> list[dict[str, Any]]:
    steps = [
        _step(
            _("Say what it is about"),
            _("A few paragraphs for newcomers: who you are, what happens when you meet."),
            url_for("communities.settings", slug=slug, _anchor="about"),
            done=done.has_about,
        ),
        _step(
            _("Give it a picture"),
            _("People recognise it in their list and in chats."),
            url_for("communities.settings", slug=slug, _anchor="picture"),
            done=done.has_mark,
        ),
        _step(
            _("Fill in your own card"),
            _("The first face that newcomers see is yours."),
            url_for("communities.card", slug=slug),
            done=done.has_own_card,
        ),
        _step(
            _("Agree on rules"),
            _("Three are enough to begin with. Whoever joins agrees to them."),
            url_for("communities.edit_rules", slug=slug),
            done=done.has_rules,
        ),
        _step(
            _("Write a welcome"),
            _("It is the first thing new members read."),
            url_for("communities.door", slug=slug, _anchor="welcome"),
            done=done.has_welcome,
        ),
        _step(
            _("Share an invitation"),
            _("A link or a QR code that leads straight in."),
            url_for("communities.invitations", slug=slug),
            done=done.has_invitation,
        ),
    ]
    more = (
        _step(step.title(), step.text(), url_for(step.endpoint, slug=slug), done=step.is_done)
        for step in hooks.first_steps(current_community())
        if may(step.permission)
    )
    return [*steps, *more]


def _step(title: str, text: str, url: str, *, done: bool) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "done": done}


def _preset(zone: str | None, own_zone: str) -> Preset:
    here = known_zone(zone or own_zone)
    tags = list(request.accept_languages.values())
    return Preset(language=languages.language(), zone=here, currency=currency_for(tags, here))


def _name_of(person_id: int, address: str) -> str:
    return queries.name_elsewhere(person_id) or name_from_address(address)


def _list_url(words: str, page: int) -> str:
    return url_for("communities.index", q=words or None, page=page if page > 1 else None)
