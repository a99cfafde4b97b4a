"""Absolute links: below the configured base URL, never the address a request claims to be at."""

from flask import current_app


def absolute_url(endpoint: str, **values: object) -> str:
    """Return the address of a page for mails, feeds and pictures; works in jobs too."""
    paths = current_app.url_map.bind("kith.invalid")
    base: str = current_app.config["KITH"].base_url
    return base + paths.build(endpoint, values)
