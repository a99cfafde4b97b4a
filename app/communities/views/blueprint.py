"""The blueprint that all views of communities stand on."""

from flask import Blueprint

blueprint = Blueprint("communities", __name__, template_folder="../templates")
