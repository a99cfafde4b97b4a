"""A link from a mail that no longer leads anywhere: what to do instead."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.service.links import LinkSpent
from app.accounts.views.blueprint import blueprint
from app.core.database import db

AGAIN = {
    "accounts.open_sign_up": "accounts.sign_up",
    "accounts.create_person": "accounts.sign_up",
    "accounts.open_reset": "accounts.forgotten",
    "accounts.update_reset": "accounts.forgotten",
    "accounts.open_magic": "accounts.magic",
    "accounts.use_magic": "accounts.magic",
    "accounts.open_address": "accounts.address",
    "accounts.update_address": "accounts.address",
}


@blueprint.errorhandler(LinkSpent)
def show_spent(_spent: LinkSpent) -> ResponseReturnValue:
    """Answer a link that was used, is too old or was never ours: which one is not said."""
    db.session.rollback()
    return render_template("accounts/spent.html", again=AGAIN[request.endpoint or ""]), 410
