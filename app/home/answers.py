"""What the composed pages tell lower features: whom a demo lends to its visitors."""

from flask import Flask

from app.accounts.hooks import demo_personas
from app.accounts.personas import personas


def init_app(_app: Flask) -> None:
    """Name the demo's people; accounts lends them on a demo's database only."""
    demo_personas.register(personas)
