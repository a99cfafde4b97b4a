"""The demo's people: one click signs in, on a demo's database and this machine only."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request
from flask.typing import ResponseReturnValue

from app.accounts import hooks, queries
from app.accounts.current import open_session
from app.accounts.forms import PersonaForm
from app.accounts.hooks import Persona
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import go_on, show_theme
from app.core import policy
from app.core.database import db
from app.core.errors import NotThere
from app.web.shell import current_shell


@blueprint.post("/demo/session")
@policy.public
def create_demo_session() -> ResponseReturnValue:
    """Sign in as one of the demo's people."""
    form = PersonaForm()
    known = {persona.address for persona in personas_here()}
    if not form.validate() or form.address.data not in known:
        raise NotThere
    person = queries.person_by_address(form.address.data or "")
    if person is None:
        raise NotThere
    open_session(person, is_known_device=True)
    db.session.commit()
    show_theme(person)
    return go_on(request.args.get("next"))


def personas_here() -> list[Persona]:
    """Return whom a visitor may be by one click: nobody, save on a demo and this machine.

    The frame knows without asking whether this is a demo; before anybody is let in, the marker row
    itself is read.
    """
    is_here = current_app.config["KITH"].is_loopback and _is_this_machine()
    if not (current_shell().is_demo and is_here):
        return []
    site = queries.installation()
    if site is None or not site.is_demo:
        return []
    return hooks.personas_now()


def _is_this_machine() -> bool:
    """Whether the visitor sits here, and asked for this machine by a name of its own.

    The address alone says too little: a stranger's page can let its name point here (DNS
    rebinding), and through a tunnel everybody comes from here.
    """
    name = urlsplit(f"//{request.host}").hostname or ""
    is_asked_for = name == "localhost" or name.endswith(".localhost") or _is_loopback(name)
    return is_asked_for and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
