"""The blueprint that all views of accounts stand on."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, template_folder="../templates")
