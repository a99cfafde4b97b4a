"""The edge of composed pages; importing a module here puts its routes on the blueprint."""

from importlib import import_module
from pkgutil import iter_modules

from app.home.views.blueprint import blueprint

BLUEPRINTS = (blueprint,)

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
