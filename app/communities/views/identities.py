"""Accounts of imports: who they are, said by hand."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext

from app.accounts.current import person_here
from app.activity.models import Identity
from app.communities.current import current_community
from app.communities.queries import identities as reads
from app.communities.service import identities as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.members import WORDS, contact_or_404, page_asked
from app.communities.views.viewer import viewer
from app.core import policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

INDEX = "communities/imports/accounts.html"


@blueprint.get("/c/<slug>/desk/accounts")
@policy.may("members.import")
def accounts(slug: str) -> ResponseReturnValue:
    """List accounts that are linked to nobody, with whom they may belong to; or those linked."""
    return render_template(INDEX, **_index(slug))


@blueprint.get("/c/<slug>/desk/accounts/choice")
@policy.may("members.import")
def choose_account(slug: str) -> ResponseReturnValue:
    """Search the person whose account it is."""
    community, words = current_community(), _words()
    found = reads.account(community.id, viewer(), **_named(request.args))
    if found is None:
        raise NotThere
    return render_template(
        "communities/imports/account.html",
        community=community,
        account=found,
        words=words,
        people=reads.people_called(community.id, viewer(), words) if words else [],
        whys=_whys(),
    )


@blueprint.post("/c/<slug>/desk/accounts/links")
@policy.may("members.import")
def create_account_link(slug: str) -> ResponseReturnValue:
    """Link an account to a person."""
    identity, contact = _identity(), contact_or_404(request.form.get("contact", ""))
    with refusals_shown_in(INDEX, **_index(slug)):
        verbs.link_account(identity, contact, community=current_community(), by=person_here())
        db.session.commit()
    flash(
        _("%(account)s is %(name)s now. It can be taken back under “Linked”.",
          account=identity.name or identity.uid, name=contact.name),
        "good",
    )  # fmt: skip
    return see_other(url_for("communities.accounts", slug=slug))


@blueprint.post("/c/<slug>/desk/accounts/links/removal")
@policy.may("members.import")
def remove_account_link(slug: str) -> ResponseReturnValue:
    """Take a link away again."""
    identity = _identity()
    verbs.unlink_account(identity, community=current_community(), by=person_here())
    db.session.commit()
    flash(_("The account is nobody's again. No import links it by itself any more."), "good")
    return see_other(url_for("communities.accounts", slug=slug, show="linked"))


def _index(slug: str) -> dict[str, Any]:
    community, words = current_community(), _words()
    is_linked = request.args.get("show") == "linked"
    found = reads.accounts(
        community.id, viewer(), is_linked=is_linked, words=words, page=page_asked()
    )

    def address(**changes: Any) -> str:
        asked = {"show": "linked" if is_linked else None, "q": words or None, **changes}
        return url_for("communities.accounts", slug=slug, **asked)

    return {
        "community": community,
        "found": found,
        "is_linked": is_linked,
        "words": words,
        "whys": _whys(),
        "address": address,
        "refusal": None,
    }


def _identity() -> Identity:
    found = reads.identity_of(current_community().id, **_named(request.form))
    if found is None:
        raise NotThere
    return found


def _named(given: Any) -> dict[str, str]:
    return {name: str(given.get(name, ""))[:120] for name in ("source", "uid")}


def _words() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:WORDS]


def _whys() -> dict[str, str]:
    return {
        reads.Why.ADDRESS.value: _("The same address stands on the card; nobody has proved it"),
        reads.Why.NAME.value: pgettext("why it may be them", "The same name"),
        reads.Why.ACCOUNT.value: _("Its name looks like theirs"),
    }
