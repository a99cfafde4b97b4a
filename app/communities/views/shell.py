"""The frame of a community's pages: its name, its hue, where one can go from here."""

from dataclasses import dataclass, replace

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from app.communities import queries
from app.communities.current import may, standing
from app.communities.models import Community
from app.communities.views.marks import mark_url
from app.core.storage import file_url
from app.web.parts import said_once
from app.web.shell import Shell, Tab

HOME = "/c/<slug>"
DESK = f"{HOME}/desk"
LEADS_TO = {
    "home.desk": ("communities.checklist",),
    "communities.desk_members": ("communities.imports", "communities.accounts"),
    "communities.requests": ("communities.bans",),
    "communities.settings": ("communities.closing",),
}
"""Pages of the desk that have no place of their own, by the place they are reached from."""


@dataclass(frozen=True)
class _Place:
    label: str
    endpoint: str
    icon: str
    permission: str
    count: int | None = None


def community_shell(shell: Shell) -> Shell:
    """Frame a page of a community; a page behind an invitation shows its name and hue only."""
    if "invited_to" in g:
        return _named(shell, g.invited_to, url=None)
    if "standing" not in g:
        return shell
    community = standing().community
    home = "home.community" if may("community.view") else "communities.join"
    framed = _with_face(_named(shell, community, url=url_for(home, slug=community.slug)))
    unread = standing().unread or None
    tabs = _tabs(community.slug, standing().permissions, str(request.url_rule), unread)
    return replace(framed, tabs=tabs, rail=_rail(community) if _is_desk() else ())


def _named(shell: Shell, community: Community, *, url: str | None) -> Shell:
    return replace(
        shell,
        community_name=community.name,
        community_url=url or shell.home_url,
        hue=community.hue,
        mark_url=mark_url(community) if url else None,
    )


def _with_face(shell: Shell) -> Shell:
    """Show the viewer as this community knows them, not by their address."""
    contact = standing().contact
    if shell.viewer is None or contact is None:
        return shell
    picture = file_url(contact.picture_key) if contact.picture_key else None
    here = standing()
    own = _own_places(here.community.slug, here.permissions, str(request.url_rule))
    links = (*own, *shell.viewer.links)
    face = replace(shell.viewer, name=contact.name, avatar_url=picture, links=links)
    return replace(shell, viewer=face)


@said_once
def _own_places(slug: str, permissions: frozenset[str], here: str) -> tuple[Tab, ...]:
    """Return what a member finds in their own menu while they are here."""
    places = (_Place(_("My membership"), "billing.membership", "star", "membership.manage"),)
    return _open(places, slug, permissions, here)


@said_once
def _tabs(slug: str, permissions: frozenset[str], here: str, unread: int | None) -> tuple[Tab, ...]:
    places = (
        _Place(_("Home"), "home.community", "house", "community.view"),
        _Place(_("Events"), "events.index", "calendar", "events.view"),
        _Place(_("Members"), "communities.members", "users", "members.view"),
        _Place(_("Matches"), "matching.index", "handshake", "matches.view"),
        _Place(
            _("Messages"),
            "conversations.index",
            "message-circle",
            "conversations.take_part",
            unread,
        ),
        _Place(_("Health"), "analytics.show", "heart-pulse", "health.view"),
        _Place(_("Desk"), "home.desk", "layout-dashboard", "desk.view"),
    )
    return _open(places, slug, permissions, here)


def _rail(community: Community) -> tuple[Tab, ...]:
    waiting = queries.waiting_count(community.id) if may("joining.decide") else None
    return _places(community.slug, standing().permissions, str(request.url_rule), waiting)


@said_once
def _places(
    slug: str, permissions: frozenset[str], here: str, waiting: int | None
) -> tuple[Tab, ...]:
    places = (
        _Place(_("Overview"), "home.desk", "layout-dashboard", "desk.view"),
        _Place(_("Members"), "communities.desk_members", "users", "members.manage"),
        _Place(_("Requests"), "communities.requests", "door-open", "joining.decide", waiting),
        _Place(_("Events"), "events.desk", "calendar-days", "events.manage"),
        _Place(_("Money"), "billing.money", "wallet", "money.view"),
        _Place(_("Plans"), "billing.plans", "star", "plans.manage"),
        _Place(_("Health"), "analytics.show", "heart-pulse", "health.view"),
        _Place(_("Invitations"), "communities.invitations", "link", "invitations.manage"),
        _Place(_("Announcements"), "communities.announcements", "megaphone", "members.announce"),
        _Place(_("Reports"), "communities.reports", "flag", "reports.handle"),
        _Place(_("Joining"), "communities.door", "log-in", "joining.edit"),
        _Place(_("Rules"), "communities.edit_rules", "book-open", "rules.edit"),
        _Place(_("Roles"), "communities.roles", "shield", "roles.assign"),
        _Place(_("Settings"), "communities.settings", "settings", "community.edit"),
    )
    return _open(places, slug, permissions, here, in_rail=True)


def _open(
    places: tuple[_Place, ...],
    slug: str,
    permissions: frozenset[str],
    here: str,
    *,
    in_rail: bool = False,
) -> tuple[Tab, ...]:
    """Return the places that exist and that the caller may enter."""
    return tuple(
        Tab(
            place.label,
            url_for(place.endpoint, slug=slug),
            place.icon,
            current=any(
                _is_at(one, here, in_rail=in_rail)
                for one in (place.endpoint, *LEADS_TO.get(place.endpoint, ()))
            ),
            count=place.count,
        )
        for place in places
        if place.endpoint in current_app.view_functions and place.permission in permissions
    )


def _is_at(endpoint: str, here: str, *, in_rail: bool) -> bool:
    """Say whether the page of a rule is the place or stands below it."""
    place = _rule_of(endpoint)
    stands_alone = place == HOME or (in_rail and place == DESK)
    return here == place or (not stands_alone and here.startswith(f"{place}/"))


def _rule_of(endpoint: str) -> str:
    return next(str(rule) for rule in current_app.url_map.iter_rules(endpoint))


def _is_desk() -> bool:
    return str(request.url_rule).startswith(DESK)
