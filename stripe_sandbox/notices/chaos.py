"""What goes wrong on purpose: rules of a space, each for some notices or calls, each some times."""

import random
import re
from typing import Any

from stripe_sandbox.core.faults import Fault
from stripe_sandbox.core.store import Json, Store

FOR_NOTICES = ("drop", "duplicate", "delay", "wrong_signature", "old_timestamp", "api_version")
FOR_CALLS = ("fail", "fail_after", "timeout", "refuse", "forbid", "slow")
EVERYWHERE = ""
WILD: Json = {"times": 2, "shuffle": True, "rules": []}
CALM: Json = {"times": 1, "shuffle": False, "rules": []}
_KNOWN = {"what", "type", "account", "verb", "path", "times", "seconds", "version", "share"}


def of(store: Store, space: str) -> Json:
    """Return the chaos of a space: its own, or the one for all."""
    chaos: Json = store.setting(space, "chaos") or store.setting(EVERYWHERE, "chaos") or CALM
    return chaos


def choose(store: Store, space: str, **values: Any) -> Json:
    """Change the chaos of a space (or, with an empty name, of all that have none of their own)."""
    chaos = dict(of(store, space)) | {name: one for name, one in values.items() if one is not None}
    if unknown := set(chaos) - set(WILD):
        raise Fault(f"chaos has no {sorted(unknown)}")
    for rule in chaos["rules"]:
        _check(rule)
    store.set(space, "chaos", chaos)
    return chaos


def _check(rule: Json) -> None:
    if rule.get("what") not in {*FOR_NOTICES, *FOR_CALLS}:
        raise Fault(f"chaos knows {FOR_NOTICES} and {FOR_CALLS}, not {rule.get('what')!r}")
    if unknown := set(rule) - _KNOWN:
        raise Fault(f"a rule of chaos has no {sorted(unknown)}")


def for_notice(store: Store, space: str, event: Json) -> list[Json]:
    """Return the rules that strike a notice, counting them down."""
    return _strike(
        store,
        space,
        lambda rule: (
            rule["what"] in FOR_NOTICES
            and rule.get("type", event["type"]) == event["type"]
            and rule.get("account", event.get("account")) == event.get("account")
        ),
    )


def for_call(store: Store, space: str, verb: str, path: str, account: str) -> Json | None:
    """Return the rule that strikes a call, counting it down."""
    struck = _strike(
        store,
        space,
        lambda rule: (
            rule["what"] in FOR_CALLS
            and rule.get("verb", verb) == verb
            and rule.get("account", account) == account
            and re.fullmatch(rule.get("path", ".*"), path) is not None
        ),
        most=1,
    )
    return struck[0] if struck else None


def _strike(store: Store, space: str, fits: Any, most: int = 99) -> list[Json]:
    chaos = of(store, space)
    struck = [
        rule
        for rule in chaos["rules"]
        if rule.get("times", 1) != 0
        and fits(rule)
        and dice(store, space).random() < rule.get("share", 1)
    ][:most]
    for rule in struck:
        if "times" in rule:
            rule["times"] -= 1
    if any("times" in rule for rule in struck):
        left = [rule for rule in chaos["rules"] if rule.get("times", 1) != 0]
        own = space if store.setting(space, "chaos") else EVERYWHERE
        store.set(own, "chaos", chaos | {"rules": left})
    return struck


def dice(store: Store, space: str) -> random.Random:
    """Return dice that fall alike for the same history of a space."""
    throws = store.setting(space, "throws", 0) + 1
    store.set(space, "throws", throws)
    return random.Random(throws)  # noqa: S311  # chance for tests, no secret
