"""About me: everything this installation knows about one, in words."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.accounts.current import person_here
from app.accounts.queries import primary_address
from app.core import policy
from app.core.storage import file_url
from app.home.queries.me import known_about
from app.home.views.blueprint import blueprint


@blueprint.get("/me")
@policy.signed_in
def me() -> ResponseReturnValue:
    """Show a person what is known about them, community by community."""
    person = person_here()
    return render_template(
        "home/me.html",
        person=person,
        address=primary_address(person),
        known=known_about(person.id),
        file_url=file_url,
    )
