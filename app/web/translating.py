"""Quicker ways to the reader's language: asked a hundred times a page, looked up once.

Flask-Babel keeps what it found on the context (`babel_locale`, `babel_translations`) and takes it
away when a language is forced; we read it there, without its ten steps to the context.
"""

from types import SimpleNamespace
from typing import Any

from flask import Flask, g, has_app_context
from flask_babel import get_locale, get_translations
from jinja2 import Template, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

DEFAULT = "en"


class PlainTemplate(Template):
    """A template whose imports never see more than the environment's globals.

    Jinja compares the globals at every import; ours are the same for all templates.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:  # noqa: ARG002 - Jinja's signature
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    """Let templates translate by us; after Flask-Babel has joined."""
    app.jinja_env.template_class = PlainTemplate
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension's
        gettext, ngettext, newstyle=True, pgettext=pgettext
    )
    app.jinja_env.globals["_"] = written


def gettext(message: str) -> str:
    """Return a message in the language being written."""
    return str(_translations().ugettext(message))


@pass_eval_context
def written(context: EvalContext, message: str, /, **values: Any) -> str:
    """Return what `_` says in a template: as Jinja's own does, in fewer steps."""
    text = gettext(message)
    return (Markup(text) if context.autoescape else text) % values  # noqa: S704 - our own words


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a message that suits a number."""
    return str(_translations().ungettext(one, many, number))


def pgettext(context: str, message: str) -> str:
    """Return a message that means different things in different places."""
    return str(_translations().upgettext(context, message))


def language() -> str:
    """Return the code of the language being written."""
    if not has_app_context():
        return DEFAULT
    space = _space()
    locale = getattr(space, "babel_locale", None)
    if locale is None:
        locale = get_locale()
        space = _space()
    known: tuple[Any, str] | None = getattr(space, "kith_code", None)
    if known is None or known[0] is not locale:
        known = (locale, str(locale or DEFAULT))
        space.kith_code = known
    return known[1]


def _translations() -> Any:
    if not has_app_context():
        return get_translations()
    found = getattr(_space(), "babel_translations", None)
    if found is None:
        found = get_translations()
        _space().babel_translations = found
    return found


def _space() -> SimpleNamespace:
    """Return what Flask-Babel keeps of this context; asked without its proxies."""
    here = g._get_current_object()  # noqa: SLF001 - the documented way past a proxy
    space: SimpleNamespace | None = getattr(here, "_flask_babel", None)
    if space is None:
        space = here._flask_babel = SimpleNamespace()  # noqa: SLF001 - its name for it
    return space
