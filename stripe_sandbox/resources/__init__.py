"""The calls that are answered, one module for each kind of Stripe's objects."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every module of this package, so that each registers its calls."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
