"""The blueprint that all composed pages stand on."""

from flask import Blueprint

blueprint = Blueprint("home", __name__, template_folder="../templates")
