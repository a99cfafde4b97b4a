"""Every route declares its policy, or the application does not start."""

import pytest
from flask import Flask

from app.communities.permissions import BUILT_IN, OPEN_HOUSE
from app.core import policy
from app.core.policy import Kind, Policy


def bare_app() -> Flask:
    return Flask("bare", static_folder=None)


def test_a_route_without_a_policy_stops_the_start() -> None:
    app = bare_app()
    app.add_url_rule("/open", "open", policy.public(lambda: "open"))
    policy.check_every_route(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "oops")
    with pytest.raises(RuntimeError, match=r"/forgotten \(forgotten\) declares no policy"):
        policy.check_every_route(app)


def test_a_policy_that_nothing_answers_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_resolvers", {})
    app = bare_app()
    app.add_url_rule("/desk", "desk", policy.may("desk.view")(lambda: "desk"))
    with pytest.raises(RuntimeError, match="nothing resolves the policy may"):
        policy.check_every_route(app)


def test_the_product_asks_only_for_permissions_that_some_role_has(app: Flask) -> None:
    granted = OPEN_HOUSE.union(*(names for _, names in BUILT_IN.values()))
    assert policy.permissions_asked(app) - granted == set()


def test_every_policy_of_the_product_is_one_of_the_five(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared = policy.policy_of(app, rule.endpoint)
        assert isinstance(declared, Policy) or rule.endpoint in policy.THIRD_PARTY
        if isinstance(declared, Policy):
            assert (declared.kind is Kind.MAY) == bool(declared.permission)
