"""Coming in: by the door or by an invitation, and what waits behind it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service as accounts
from app.accounts.current import current_person, person_here
from app.accounts.models import Person
from app.accounts.queries import primary_address
from app.communities import queries
from app.communities.current import current_community, current_membership, may, standing
from app.communities.forms.joining import ConsentForm, JoinForm, join_form
from app.communities.models import (
    Community,
    Contact,
    Invitation,
    Joining,
    JoinQuestion,
    Membership,
    RulesVersion,
)
from app.communities.presets import name_from_address
from app.communities.service import joining
from app.communities.service.invitations import read_invitation_token
from app.communities.views.blueprint import blueprint
from app.communities.views.marks import mark_url
from app.communities.views.secret import secret
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.throttle import throttle
from app.web.responses import refusals_shown_in, see_other

DOOR = "communities/joining/door.html"
INVITED = "communities/joining/invited.html"


@blueprint.get("/c/<slug>/join")
@policy.may("community.join")
def join(slug: str) -> ResponseReturnValue:
    """Show the door: what the community is, and what it asks."""
    if current_membership() is not None:
        return see_other(url_for("home.community", slug=slug))
    return render_template(DOOR, **_door_page())


@blueprint.post("/c/<slug>/membership")
@policy.may("community.join")
def create_membership(slug: str) -> ResponseReturnValue:
    """Come in by the door, or into its queue."""
    person = person_here()
    page = _door_page(sent=True)
    if not _is_complete(page):
        return render_template(DOOR, **page), 422
    with refusals_shown_in(DOOR, **page):
        _count_knock(person)
        found = joining.join(
            current_community(), person=person, knock=_knock(page["form"]), now=clock.now()
        )
        db.session.commit()
    return _onward(found, slug)


@blueprint.post("/c/<slug>/join/withdrawal")
@policy.may("community.join")
def withdraw_request(slug: str) -> ResponseReturnValue:
    """Take one's request back."""
    contact = standing().contact
    waiting = queries.waiting_request(contact) if contact else None
    if waiting is not None:
        joining.withdraw(waiting, now=clock.now())
        db.session.commit()
        flash(_("Your request is taken back."), "good")
    return see_other(url_for("communities.join", slug=slug))


@blueprint.get("/invitations/<token>")
@policy.signed
def invitation(token: str) -> ResponseReturnValue:
    """Show where an invitation leads, and what it asks."""
    found, community = _invited(token)
    here = _standing_in(community)
    if here is not None and here.membership is not None:
        return see_other(url_for("home.community", slug=community.slug))
    return render_template(INVITED, **_invited_page(token, found, community))


@blueprint.post("/invitations/<token>")
@policy.signed
def accept_invitation(token: str) -> ResponseReturnValue:
    """Come in by an invitation, or into the queue."""
    person = person_here()
    found, community = _invited(token)
    page = _invited_page(token, found, community, sent=True)
    if not _is_complete(page):
        return render_template(INVITED, **page), 422
    with refusals_shown_in(INVITED, **page):
        _count_knock(person)
        came = joining.join(
            community,
            person=person,
            knock=_knock(page["form"], invitation=found),
            now=clock.now(),
        )
        db.session.commit()
    if isinstance(came, Membership):
        return _onward(came, community.slug)
    return see_other(url_for("communities.invitation", token=token))


@blueprint.get("/c/<slug>/welcome")
@policy.may("community.leave")
def welcome(slug: str) -> ResponseReturnValue:
    """Show the first page behind the door."""
    community = current_community()
    return render_template(
        "communities/joining/welcome.html",
        community=community,
        contact=standing().contact,
        members=queries.member_count(community.id),
    )


def _door_page(*, sent: bool = False) -> dict[str, Any]:
    community = current_community()
    contact = standing().contact
    asked = joining.asks_questions(community, None)
    questions = queries.questions(community.id) if asked else []
    is_open = community.closing_at is None and community.joining is not Joining.INVITATION
    return {
        **_shared(community, questions, contact=contact, sent=sent, is_open=is_open),
        "waits": joining.leads_to_queue(community, None),
        "is_seen": may("community.view"),
        "members": queries.member_count(community.id) if may("community.view") else None,
        "action": url_for("communities.create_membership", slug=community.slug),
    }


def _invited_page(
    token: str, invitation: Invitation, community: Community, *, sent: bool = False
) -> dict[str, Any]:
    here = _standing_in(community)
    asked = joining.asks_questions(community, invitation)
    questions = queries.questions(community.id) if asked else []
    is_open = community.closing_at is None and queries.leads_in(invitation, now=clock.now())
    return {
        **_shared(
            community,
            questions,
            contact=here.contact if here else None,
            sent=sent,
            is_open=is_open or sent,
        ),
        "waits": joining.leads_to_queue(community, invitation),
        "is_seen": True,
        "members": queries.member_count(community.id),
        "action": url_for("communities.accept_invitation", token=token),
    }


def _shared(
    community: Community,
    questions: list[JoinQuestion],
    *,
    contact: Contact | None,
    sent: bool,
    is_open: bool,
) -> dict[str, Any]:
    """Return what both ways in show: who asks, the form, the rules, a request that waits."""
    person = current_person()
    rules = queries.newest_rules(community.id)
    form = _form(questions, rules, person, contact, sent=sent) if person and is_open else None
    next_url = request.path if request.method == "GET" else None
    return {
        "community": community,
        "form": form,
        "questions": questions,
        "rules": rules,
        "waiting": queries.waiting_request(contact) if contact else None,
        "is_open": is_open,
        "is_signed_in": person is not None,
        "picture_url": mark_url(community) if "invited_to" not in g else None,
        "next_url": next_url,
        "may_sign_up": not person and accounts.may_sign_up(next_url or "", now=clock.now()),
        "refusal": None,
    }


def _form(
    questions: list[JoinQuestion],
    rules: RulesVersion | None,
    person: Person,
    contact: Contact | None,
    *,
    sent: bool,
) -> JoinForm:
    shape = join_form(questions, rules)
    if sent:
        return shape()
    known = contact.name if contact else queries.name_elsewhere(person.id)
    name = known or name_from_address(primary_address(person) or "")
    return shape(None, name=name, rules=rules.number if rules else None)


def _is_complete(page: Mapping[str, Any]) -> bool:
    """Say whether what was sent can be acted on; if not, the page's form says what is amiss."""
    form = page["form"]
    if form is None:
        return False
    is_valid = form.validate()
    is_late = isinstance(form, ConsentForm) and form.is_overtaken_by(page["rules"])
    return is_valid and not is_late


def _knock(form: JoinForm, *, invitation: Invitation | None = None) -> joining.Knock:
    prefix = "answer_"
    return joining.Knock(
        name=form.name.data or "",
        answers={
            field.short_name.removeprefix(prefix): field.data or ""
            for field in form
            if field.short_name.startswith(prefix)
        },
        agrees_to=form.number if isinstance(form, ConsentForm) else None,
        invitation=invitation,
    )


def _count_knock(person: Person) -> None:
    """Keep one person from knocking at door after door, or wearing out those who decide."""
    throttle("communities.knock", key=str(person.id), limit=30, per=timedelta(hours=1))


def _onward(found: Membership | object, slug: str) -> ResponseReturnValue:
    if isinstance(found, Membership):
        return see_other(url_for("communities.welcome", slug=slug))
    return see_other(url_for("communities.join", slug=slug))


def _invited(token: str) -> tuple[Invitation, Community]:
    public_id = read_invitation_token(token, secret=secret())
    found = queries.invitation_by_id(public_id) if public_id else None
    if found is None:
        raise NotThere
    g.invited_to = found[1]
    return found


def _standing_in(community: Community) -> queries.Standing | None:
    person = current_person()
    return queries.standing(community.slug, person.id) if person else None
