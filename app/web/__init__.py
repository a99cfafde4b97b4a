"""The web floor: templates and their filters, layouts, static files, headers, error pages."""

from flask import Flask
from jinja2 import StrictUndefined

from app.core.storage import file_url
from app.web import (
    charts,
    compression,
    controls,
    csrf,
    errors,
    filters,
    form_words,
    headers,
    hue,
    languages,
    once,
    shell,
    styleguide,
    translating,
    views,
)
from app.web.assets import Assets
from app.web.parts import large_part, part, personal_part
from app.web.responses import flashes
from app.web.visitor import chosen_theme, is_htmx


def init_app(app: Flask) -> None:
    """Prepare everything pages need; features come after and fill the shell."""
    assets = Assets(is_watched=app.config["KITH"].is_development)
    app.extensions["kith_assets"] = assets
    _prepare_templates(app, assets)
    languages.keep_languages_apart()
    languages.babel.init_app(
        app,
        default_locale=languages.DEFAULT_LANGUAGE,
        locale_selector=languages.chosen_language,
        timezone_selector=languages.chosen_zone,
    )
    translating.init_app(app)
    form_words.init_app(app)
    csrf.init_app(app)
    headers.init_app(app)
    compression.init_app(app)
    errors.init_app(app)
    app.register_blueprint(views.blueprint)
    if not app.config["KITH"].is_production:
        app.register_blueprint(styleguide.blueprint)


def _prepare_templates(app: Flask, assets: Assets) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(filters.FILTERS)
    app.context_processor(lambda: {"shell": shell.current_shell()})
    environment.globals.update(
        static_url=assets.address,
        hue_url=assets.hue_address,
        icon_svg=assets.icon,
        part=part,
        large_part=large_part,
        personal_part=personal_part,
        flashes=flashes,
        html_language=languages.html_language,
        languages=languages.LANGUAGES,
        current_language=languages.language,
        browser_language=languages.browser_language,
        is_htmx=is_htmx,
        theme=chosen_theme,
        once_key=once.key,
        here=views.here,
        full_url=views.full_url,
        file_url=file_url,
        given=filters.given,
        accents=hue.accents,
        plotted=charts.plotted,
        control_kind=controls.control_kind,
        control_attributes=controls.control_attributes,
        described_by=controls.described_by,
    )
