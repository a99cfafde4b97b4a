"""The edge of communities, by noun; importing a module here puts its routes on the blueprint."""

from flask import Flask

from app.communities.views import (
    announcements,
    belonging,
    card,
    claims,
    closing,
    desk_contacts,
    desk_members,
    founding,
    identities,
    imports,
    invitations,
    joining,
    marks,
    members,
    records,
    reports,
    requests,
    roles,
    rules,
    settings,
    site_reports,
    thanks,
)
from app.communities.views.blueprint import blueprint
from app.communities.views.shell import community_shell
from app.web.shell import register_community_shell

__all__ = [
    "announcements",
    "belonging",
    "card",
    "claims",
    "closing",
    "desk_contacts",
    "desk_members",
    "founding",
    "identities",
    "imports",
    "invitations",
    "joining",
    "marks",
    "members",
    "records",
    "reports",
    "requests",
    "roles",
    "rules",
    "settings",
    "site_reports",
    "thanks",
]

BLUEPRINTS = (blueprint,)


def init_app(_app: Flask) -> None:
    """Frame the pages of communities."""
    register_community_shell(community_shell)
