"""The members' directory, and the card of another member."""

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import service as accounts
from app.accounts.current import person_here
from app.accounts.models import Person
from app.communities.current import current_community, current_contact
from app.communities.forms.thanks import ThanksForm
from app.communities.models import Contact, FacetKind
from app.communities.queries.desk_members import memberships_of
from app.communities.queries.directory import FILTERS, Choice, Directory, Wish, directory
from app.communities.queries.people import shown_facets, visible_contact
from app.communities.queries.thanks import thanks_to
from app.communities.views.blueprint import blueprint
from app.communities.views.viewer import viewer
from app.communities.views.words import facet_kinds, role_names
from app.core import clock, policy, storage
from app.core.database import db
from app.core.errors import NotThere
from app.web.parts import said_once
from app.web.responses import see_other

CARD = "communities/members/show.html"
LAST_PAGE = 10_000
WORDS = 200


@blueprint.get("/c/<slug>/members")
@policy.may("members.view")
def members(slug: str) -> ResponseReturnValue:
    """List the members, narrowed by words and facets."""
    wish = _wish()
    found = directory(current_community().id, viewer(), wish)
    return render_template(
        "communities/members/index.html",
        community=current_community(),
        me=current_contact(),
        wish=wish,
        found=found,
        filters=_filters(slug, wish, found.choices),
        chosen=_chosen(slug, wish, found),
        pages=_pages(slug, wish, found),
        file_url=storage.file_url,
    )


@blueprint.get("/c/<slug>/members/<contact_id>")
@policy.may("members.view")
def contact(slug: str, contact_id: str) -> ResponseReturnValue:
    """Show the card of a member."""
    return render_template(CARD, **card_page(contact_or_404(contact_id)))


def card_page(shown: Contact, *, thanks_form: ThanksForm | None = None) -> dict[str, Any]:
    """Return what the card of a member needs, with thanks as they were typed."""
    periods = memberships_of(shown)
    is_me = shown.id == current_contact().id
    facets: dict[str, list[str]] = {}
    for facet in shown_facets(shown.community_id, [shown.id]):
        facets.setdefault(facet.kind.value, []).append(facet.value)
    return {
        "community": current_community(),
        "contact": shown,
        "is_me": is_me,
        "membership": next((one for one in periods if one.left_at is None), None),
        "since": periods[-1].joined_at if periods else None,
        "kinds": [(kind, facets[kind.key]) for kind in facet_kinds() if kind.key in facets],
        "roles": role_names(),
        "picture_url": storage.file_url(shown.picture_key) if shown.picture_key else None,
        "thanks": thanks_to(shown, viewer()) if is_me else [],
        "thanks_form": thanks_form or ThanksForm(None),
        "refusal": None,
    }


@blueprint.post("/c/<slug>/members/<contact_id>/block")
@policy.may("members.block")
def block_contact(slug: str, contact_id: str) -> ResponseReturnValue:
    """Block the person behind a card: from now on neither sees the other."""
    shown = contact_or_404(contact_id)
    other = db.session.get(Person, shown.person_id) if shown.person_id else None
    if other is None or shown.id == current_contact().id:
        raise NotThere
    accounts.block(person_here(), other, now=clock.now())
    db.session.commit()
    flash(_("Done. You two do not see each other any more, anywhere here."), "good")
    return see_other(url_for("communities.members", slug=slug))


def contact_or_404(contact_id: str) -> Contact:
    """Return a contact that the caller may see, or answer that there is nothing."""
    found = visible_contact(current_community().id, contact_id, viewer())
    if found is None:
        raise NotThere
    return found


def page_asked() -> int:
    """Return the page number of the address; nonsense is the first page."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def _wish() -> Wish:
    known = {kind.value for kind in FacetKind}
    pairs = (text.partition(":") for text in request.args.getlist("facet")[:FILTERS])
    return Wish(
        words=request.args.get("q", "")[:WORDS],
        facets=tuple((FacetKind(kind), key[:60]) for kind, _colon, key in pairs if kind in known),
        page=page_asked(),
    )


def _address(slug: str, wish: Wish, **changes: Any) -> str:
    asked: dict[str, Any] = {
        "q": wish.words or None,
        "facet": [f"{kind}:{key}" for kind, key in wish.facets],
        **changes,
    }
    return url_for("communities.members", slug=slug, **asked)


@dataclass(frozen=True, slots=True)
class _Chip:
    """A filter that adds itself to the address, or leaves it."""

    label: str
    count: int
    current: bool
    url: str


@dataclass(frozen=True, slots=True)
class _Group:
    """The filters of one kind of facet."""

    heading: str
    icon: str
    chips: tuple[_Chip, ...]


@said_once
def _filters(slug: str, wish: Wish, choices: tuple[Choice, ...]) -> tuple[_Group, ...]:
    """Return the filters by kind."""
    chips: dict[str, list[_Chip]] = {}
    for one in choices:
        url = _toggled(slug, wish, one.kind, one.key)
        chips.setdefault(one.kind, []).append(_Chip(one.label, one.count, one.is_chosen, url))
    return tuple(
        _Group(kind.heading, kind.icon, tuple(chips[kind.key]))
        for kind in facet_kinds()
        if kind.key in chips
    )


def _toggled(slug: str, wish: Wish, kind: FacetKind, key: str) -> str:
    rest = [pair for pair in wish.facets if pair != (kind, key)]
    pairs = rest if len(rest) < len(wish.facets) else [*rest, (kind, key)]
    return _address(slug, wish, facet=[f"{one}:{other}" for one, other in pairs])


def _chosen(slug: str, wish: Wish, found: Directory) -> list[dict[str, str]]:
    """Return what is chosen, each with the address that takes it away again."""
    labels = {(choice.kind, choice.key): choice.label for choice in found.choices}
    return [
        {"label": labels.get(pair, pair[1]), "url": _toggled(slug, wish, *pair)}
        for pair in wish.facets
    ]


def _pages(slug: str, wish: Wish, found: Directory) -> dict[str, Any]:
    return {
        "previous": _address(slug, wish, page=wish.page - 1) if wish.page > 1 else None,
        "next": _address(slug, wish, page=wish.page + 1) if found.has_next else None,
        "clear": url_for("communities.members", slug=slug),
    }
