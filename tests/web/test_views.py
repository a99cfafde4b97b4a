"""What the floor itself answers: static files, hues, the choice of display."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.globals import request_ctx
from flask.testing import FlaskClient

from app.web.views import here
from tests.pages import proofread

ROOT = Path(__file__).resolve().parents[2]


def test_a_static_file_is_kept_for_ever(bare: Flask, visitor: FlaskClient) -> None:
    address = bare.extensions["kith_assets"].address("css/core.css")
    answer = visitor.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/css"
    older = visitor.get("/assets/older/css/core.css")
    assert older.headers["Cache-Control"] == "no-cache"
    assert b"--accent" in older.data


@pytest.mark.parametrize("path", ["/assets/x/../../config.py", "/assets/x/none.css"])
def test_nothing_else_is_a_static_file(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_a_missing_static_file_is_an_error(bare: Flask) -> None:
    with pytest.raises(LookupError, match="no static file"):
        bare.extensions["kith_assets"].address("css/none.css")


def test_a_hue_has_its_sheet(bare: Flask, visitor: FlaskClient) -> None:
    address = bare.extensions["kith_assets"].hue_address(217)
    answer = visitor.get(address)
    assert answer.mimetype == "text/css"
    assert answer.text.startswith(":root{--accent:light-dark(#")
    assert "immutable" in answer.headers["Cache-Control"]
    assert visitor.get("/assets/x/hue/360.css").status_code == 404


def test_a_visitor_chooses_language_and_theme(visitor: FlaskClient) -> None:
    answer = visitor.get("/display?lang=zh_Hans&next=/note")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/note")
    visitor.get("/display?theme=dark")
    page = visitor.get("/styleguide").text
    assert '<html lang="zh-Hans" data-theme="dark">' in page


def test_an_unknown_choice_is_no_choice(visitor: FlaskClient) -> None:
    answer = visitor.get("/display?lang=xx&theme=pink&next=https://evil.example")
    assert answer.headers["Location"] == "/"
    assert "Set-Cookie" not in answer.headers


def test_a_choice_on_a_refused_form_leads_to_a_page(visitor: FlaskClient) -> None:
    token = re.search(r'name="csrf_token"[^>]+value="([^"]+)"', visitor.get("/note").text)
    assert token
    refused = visitor.post("/panel/seats?day=2", data={"csrf_token": token[1]})
    assert refused.status_code == 422
    choice = re.search(r'href="(/display\?lang=fr[^"]+)"', refused.text)
    assert choice
    page = visitor.get(unescape(choice[1]), follow_redirects=True)
    assert (page.status_code, page.request.path) == (200, "/panel")


def test_every_form_is_sent_to_a_page_or_below_one(app: Flask) -> None:
    below = set()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        path = re.sub(r"<[^>]+>", "7", rule.rule)
        with app.test_request_context(f"{path}?from=7", method="POST"):
            routes = request_ctx.url_adapter
            assert routes
            page = urlsplit(here()).path
            found, _ = routes.match(page, "GET", return_rule=True)
            assert page != path or found.rule == rule.rule, "a verb was taken for the name of a row"
            if here() != f"{path}?from=7":
                below.add((rule.endpoint, routes.match(here(), "GET")[0]))
    assert ("events.create_attendance", "events.show") in below
    assert ("events.update_deadline", "events.ticket_types") in below
    assert len(below) > 50


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("fr-CA,fr;q=0.9", "fr"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("id-ID", "id"),
        ("ru", "ru"),
        ("de-DE,de;q=0.9,ru;q=0.5", "ru"),
        ("sv", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browser_is_heard(visitor: FlaskClient, wish: str, language: str) -> None:
    page = visitor.get("/styleguide", headers={"Accept-Language": wish}).text
    assert f'<html lang="{language}">' in page


def test_the_styleguide_is_well_formed(visitor: FlaskClient) -> None:
    answer = visitor.get("/styleguide")
    proofread(answer.text, answer.headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_the_styleguide_leaves_out_no_component() -> None:
    templates = ROOT / "app" / "web" / "templates"
    shown = "".join(one.read_text() for one in (templates / "styleguide").glob("*.html"))
    components = {one.name for one in (templates / "components").glob("*.html")}
    assert {name for name in components if f'"components/{name}"' not in shown} == set()
    assert len(components) > 20


def test_small_files_for_machines(visitor: FlaskClient) -> None:
    assert visitor.get("/favicon.ico").mimetype == "image/vnd.microsoft.icon"
    assert visitor.get("/robots.txt").text.startswith("User-agent: *")
