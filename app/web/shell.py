"""The frame around a page: who looks at it, and where in which community they are.

Features above fill it: accounts says who looks, communities says where. On a page without a
session nothing is asked of accounts, so a stranger's page stays the same for every stranger.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, g, has_request_context, request, url_for
from werkzeug.routing import BuildError

from app.web.hue import DEFAULT_HUE
from app.web.parts import said_once
from app.web.visitor import has_session


@dataclass(frozen=True, slots=True)
class Tab:
    """One place to go: in the tabs, the bottom bar, the rail or a menu."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person as the frame shows them."""

    name: str
    url: str
    avatar_url: str | None = None
    hue: int | None = None  # without one, the name chooses
    links: tuple[Tab, ...] = ()


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything the layouts need beside the page itself."""

    site_name: str = "Kith"
    home_url: str = "/"
    community_name: str | None = None
    community_url: str | None = None
    hue: int = DEFAULT_HUE
    mark_url: str | None = None
    tabs: tuple[Tab, ...] = ()
    rail: tuple[Tab, ...] = ()
    viewer: Viewer | None = None
    sign_in_url: str | None = None
    sign_up_url: str | None = None
    sign_out_url: str | None = None
    language_url: str | None = None  # where who is signed in says which language they read
    is_demo: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Tell whether someone is signed in; only then may a layout write a CSRF token."""
        return self.viewer is not None


class _Providers:
    viewer: Callable[[], Viewer | None] = staticmethod(lambda: None)
    community: Callable[[Shell], Shell] = staticmethod(lambda shell: shell)
    is_demo: Callable[[], bool] = staticmethod(lambda: False)


def register_viewer(provider: Callable[[], Viewer | None]) -> None:
    """Register who looks; asked only when the request carries a session."""
    _Providers.viewer = staticmethod(provider)


def register_community_shell(provider: Callable[[Shell], Shell]) -> None:
    """Register how a page of a community is framed: given the plain shell, answer the full one."""
    _Providers.community = staticmethod(provider)


def register_demo(provider: Callable[[], bool]) -> None:
    """Register whether this installation shows demo data."""
    _Providers.is_demo = staticmethod(provider)


def current_shell() -> Shell:
    """Return the frame of this request, made once."""
    if not has_request_context():
        return Shell()
    if "shell" not in g:
        g.shell = _Providers.community(plain_shell())
    shell: Shell = g.shell
    return shell


def use_plain_shell(*, without_viewer: bool = False) -> None:
    """Frame the rest of this request plainly: an error page must not show where it happened."""
    g.shell = replace(_bare_shell(None), sign_in_url=None) if without_viewer else plain_shell()


def use_hue(hue: int) -> None:
    """Colour the rest of this request's plain frame like a community that it speaks of."""
    g.shell = replace(current_shell(), hue=hue)


def plain_shell() -> Shell:
    """Make the frame of a page that belongs to no community."""
    viewer = _Providers.viewer() if has_session() else None
    bare = _bare_shell(None if viewer else _here())
    return replace(bare, viewer=viewer, is_demo=_Providers.is_demo())


@said_once
def _bare_shell(here: str | None) -> Shell:
    return Shell(
        home_url=_url("home.index") or "/",
        sign_in_url=_url("accounts.sign_in", next=here),
        sign_up_url=_url("accounts.sign_up"),
        sign_out_url=_url("accounts.sign_out"),
        language_url=_url("accounts.update_language"),
    )


def _here() -> str | None:
    """Return the page to come back to after signing in."""
    is_page = request.method == "GET" and request.endpoint not in {
        "home.index",
        "accounts.sign_in",
        "accounts.sign_up",
    }
    return request.path if is_page else None


def _url(endpoint: str, **values: Any) -> str | None:
    try:
        return url_for(endpoint, **{name: v for name, v in values.items() if v is not None})
    except BuildError:
        current_app.logger.debug("No route named %s yet", endpoint)
        return None
