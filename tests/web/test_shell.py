"""The frame: who looks, where they are, what a stranger's page must not ask."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import shell
from app.web.shell import Shell, Tab, Viewer

SIX = tuple(Tab(name, f"/{name}", "users") for name in ("a", "b", "c", "d", "e", "f"))


def framed(plain: Shell) -> Shell:
    """Frame a community with six tabs."""
    return replace(plain, community_name="Run club", community_url="/c/run", tabs=SIX, hue=217)


def test_a_stranger_is_never_looked_up(visitor: FlaskClient) -> None:
    asked: list[str] = []

    def viewer() -> None:
        asked.append("who")

    shell.register_viewer(viewer)
    page = visitor.get("/nowhere").text
    assert asked == []
    assert "csrf" not in page
    assert "hx-headers" not in page


def test_a_viewer_has_a_menu_and_can_leave(visitor: FlaskClient) -> None:
    links = (Tab("Settings", "/settings", "settings", current=True),)
    shell.register_viewer(lambda: Viewer("Ann <b>", "/me", links=links))
    visitor.set_cookie("kith", "anything")
    page = visitor.get("/styleguide").text
    assert "Your menu, Ann &lt;b&gt;</span>" in page
    assert '<a class="menu__item" href="/settings" aria-current="page">' in page
    assert "Bahasa Indonesia" not in page  # nobody here could keep the choice


def test_a_community_frames_its_pages(visitor: FlaskClient) -> None:
    shell.register_community_shell(framed)
    page = visitor.get("/styleguide").text
    assert "<title>Styleguide · Run club</title>" in page
    assert "/hue/217.css" in page
    assert page.count('class="bottom-bar__tab"') == 5  # four places and the way to the others


def test_a_demo_says_so(visitor: FlaskClient) -> None:
    shell.register_demo(lambda: True)
    assert "This is a demonstration." in visitor.get("/styleguide").text
    shell.register_demo(lambda: False)


def test_the_frame_is_made_once(bare: Flask) -> None:
    made: list[Shell] = []

    def noted(plain: Shell) -> Shell:
        made.append(plain)
        return framed(plain)

    shell.register_community_shell(noted)
    with bare.test_request_context("/"):
        assert shell.current_shell() is shell.current_shell()
    assert len(made) == 1


def test_outside_of_a_request_the_frame_is_bare(bare: Flask) -> None:
    with bare.app_context():
        assert shell.current_shell() == Shell()


@pytest.mark.parametrize("count", [None, 0, 3])
def test_a_tab_may_count(visitor: FlaskClient, count: int | None) -> None:
    tab = Tab("Requests", "/r", "users", count=count)
    shell.register_community_shell(lambda plain: replace(framed(plain), tabs=(tab,)))
    page = visitor.get("/styleguide").text
    seen = '<span class="count"><span aria-hidden="true">3</span>'
    assert (page.count(seen), page.count("3 new")) == ((2, 2) if count else (0, 0))
