"""The demo's people: one click signs in, on a demo's database and this machine only."""

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts import queries
from app.accounts.current import open_session
from app.accounts.forms import PersonaForm
from app.accounts.personas import personas_here
from app.accounts.views.blueprint import blueprint
from app.accounts.views.doors import go_on, show_theme
from app.core import policy
from app.core.database import db
from app.core.errors import NotThere


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
