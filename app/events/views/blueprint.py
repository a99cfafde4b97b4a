"""The blueprint that all views of gatherings stand on."""

from flask import Blueprint

blueprint = Blueprint("events", __name__, template_folder="../templates")
