"""The blueprint that all of matching's routes stand on."""

from flask import Blueprint

blueprint = Blueprint("matching", __name__, template_folder="../templates")
