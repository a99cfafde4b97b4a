"""What accounts tells the floors below: who looks, in which language, who must not hear of whom."""

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import queries
from app.accounts.current import signed_in
from app.core.database import db
from app.core.notices import Addressee, register_mute_check
from app.web import languages, shell
from app.web.parts import said_once
from app.web.shell import Tab, Viewer

DEMO = "kith.is_demo"
COMMUNITY = "/c/<slug>"  # pages of which none stands in the menu

SETTINGS = (
    ("accounts.settings", "settings"),
    ("accounts.security", "shield-check"),
    ("accounts.sessions", "monitor"),
    ("accounts.notices", "bell"),
    ("accounts.blocks", "ban"),
    ("accounts.data", "archive"),
)

BELOW: dict[str, tuple[str, ...]] = {
    "accounts.settings": (),
    "accounts.security": (
        "/settings/address",
        "/settings/confirm",
        "/settings/password",
        "/settings/second-factor",
    ),
}
"""The pages that stand below a place of the menu, where their paths do not say so."""


def init_app(app: Flask) -> None:
    """Register with the floors below."""
    shell.register_viewer(viewer)
    shell.register_demo(is_demo)
    languages.register_person(_language, _zone)
    register_mute_check(is_blocked)
    with app.app_context():
        learn_demo(app)
        db.session.close()  # else its connection is lost with the pool
        db.engine.dispose()  # a server may fork after this: no connection may be shared


def viewer() -> Viewer | None:
    """Return the signed-in person as the frame of a page shows them."""
    here = signed_in()
    if here is None:
        return None
    rule = str(request.url_rule)
    at = ("", "") if rule.startswith(COMMUNITY) else (request.endpoint or "", rule)
    return Viewer(
        name=here.address,
        url=url_for("accounts.settings"),
        links=_links(*at, is_site_admin=here.person.is_site_admin),
    )


def is_demo() -> bool:
    """Say whether the demo made this installation; asked of the database once."""
    if current_app.extensions.get(DEMO) is None:
        learn_demo(current_app)
    return bool(current_app.extensions.get(DEMO))


def learn_demo(app: Flask) -> None:
    """Read the marker row; an installation does not turn into a demo while it runs."""
    try:
        site = queries.installation()
        app.extensions[DEMO] = site is not None and site.is_demo
    except SQLAlchemyError:
        app.extensions[DEMO] = None  # no database yet, or an empty one: asked again at need
        db.session.rollback()


def is_blocked(to: Addressee, cause: Addressee) -> bool:
    """Say whether a block stands between a reader and the one a mail tells of."""
    if to.person_id is None or cause.person_id is None:
        return False
    return cause.person_id in queries.blocked_person_ids(to.person_id)


@said_once
def _links(endpoint: str, rule: str, *, is_site_admin: bool) -> tuple[Tab, ...]:
    """Return the person's menu as it stands on a page."""
    labels = _labels()
    places = [("home.me", _("About me"), "user")]
    places += [(place, labels[place], icon) for place, icon in SETTINGS]
    if is_site_admin:
        places.append(("accounts.site", _("This site"), "sliders-horizontal"))
    return tuple(
        Tab(label, url_for(place), icon, current=_is_here(place, endpoint, rule))
        for place, label, icon in places
    )


def _labels() -> dict[str, str]:
    return {
        "accounts.settings": _("Settings"),
        "accounts.security": _("Sign-in and safety"),
        "accounts.sessions": _("Devices"),
        "accounts.notices": _("Mails"),
        "accounts.blocks": _("Blocked people"),
        "accounts.data": _("Your data"),
    }


def _is_here(place: str, endpoint: str, rule: str) -> bool:
    """Say whether a page is the one a link leads to, or stands below it."""
    if endpoint == place:
        return True
    return rule.startswith(BELOW.get(place, (f"{url_for(place)}/",)))


def _language() -> str | None:
    here = signed_in()
    return here.person.language if here else None


def _zone() -> str | None:
    here = signed_in()
    return here.person.zone if here else None
