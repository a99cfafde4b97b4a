"""The edge of accounts, by noun; importing a module here puts its routes on the blueprint."""

from app.accounts.views import (  # noqa: F401 - each adds its routes
    address,
    blocks,
    data,
    demo,
    entry,
    forgotten,
    magic,
    notices,
    password,
    second_factor,
    sessions,
    settings,
    setup,
    sign_up,
    site,
    site_people,
    spent,
)
from app.accounts.views.blueprint import blueprint

BLUEPRINTS = (blueprint,)
