"""Answer one call: who asks, in which version, under which key; check both ways; remember."""

import hashlib
import json
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from stripe_sandbox.contract import calls
from stripe_sandbox.contract.checking import Problem, problems
from stripe_sandbox.contract.coercing import coerced
from stripe_sandbox.contract.shapes import Either, Record, Shape
from stripe_sandbox.core import asking
from stripe_sandbox.core.books import VERSION, Books, broke, platform_of, public
from stripe_sandbox.core.faults import Fault, no_access, unsupported
from stripe_sandbox.core.lists import expand
from stripe_sandbox.core.store import Json, Store
from stripe_sandbox.core.words import read_form, read_json
from stripe_sandbox.notices import chaos
from stripe_sandbox.resources import clocks, happenings

Done = tuple[int, Json]


@dataclass(frozen=True)
class Request:
    """A call as it came over the wire."""

    verb: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]
    base: str

    def header(self, name: str) -> str:
        """Return a header, or an empty word."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body, headers, and whether the line is cut instead."""

    status: int
    body: Json
    headers: dict[str, str]
    cut: bool = False
    wait: float = 0


def answer(store: Store, request: Request) -> Answer:
    """Answer a call, whatever happens."""
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}", "Stripe-Version": VERSION}
    rule: Json | None = None
    try:
        with store.transaction():
            rule, (status, body) = _struck_and_done(store, request, headers)
    except Exception as problem:  # noqa: BLE001  # a caller of Stripe expects JSON, whatever it is
        traceback.print_exc()
        status, body = _stumbled(store, request, problem)
    what = rule["what"] if rule else ""
    if what == "fail_after":
        status, body = _broken().status, _broken().body
    wait = float(rule.get("seconds", 0)) if rule and what in {"slow", "timeout"} else 0
    return Answer(status, body, headers, cut=what == "timeout", wait=wait)


def _struck_and_done(
    store: Store, request: Request, headers: dict[str, str]
) -> tuple[Json | None, Done]:
    """Return the rule of chaos that struck, and the answer; what is done before a refusal stays."""
    rule: Json | None = None
    try:
        space = _space(request)
        account = request.header("Stripe-Account")
        rule = chaos.for_call(store, space, request.verb, request.path, account)
        return rule, _done(store, space, request, rule, headers)
    except Fault as fault:
        return rule, (fault.status, fault.body)


def _stumbled(store: Store, request: Request, problem: Exception) -> Done:
    """Own up to a mistake in the sandbox itself; what the call had done is undone."""
    said = f"{request.verb} {request.path}: {type(problem).__name__}: {problem}"
    with store.transaction():
        broke(store, _space(request), [said])
    fault = Fault(f"stripe_sandbox stumbled: {said}", status=500, kind="api_error")
    return fault.status, fault.body


def _space(request: Request) -> str:
    """Return the key, which is the space; refuse those that are not for tests."""
    scheme, _, key = request.header("Authorization").partition(" ")
    if "_live_" in key:
        raise Fault(
            "stripe_sandbox refuses live keys: this is a local server for tests, and a live key "
            "must never be sent to it.",
            status=401,
            code="livemode_mismatch",
        )
    if scheme != "Bearer" or not key.startswith(("sk_test_", "rk_test_")) or len(key) < 9:
        raise Fault("Invalid API Key provided: give one that begins with sk_test_.", status=401)
    return key


def _done(
    store: Store, space: str, request: Request, rule: Json | None, headers: dict[str, str]
) -> Done:
    """Do what is asked, unless chaos has it fail before."""
    if rule and rule["what"] == "refuse":
        raise _too_many()
    if rule and rule["what"] == "forbid":
        raise Fault("The key does not have the required permissions (chaos).", status=403)
    _check_version(request)
    books = _books(store, space, request, headers["Request-Id"])
    clocks.catch_up(books.store, books.space, request.base)
    happenings.greet(books)
    found = asking.find(request.verb, request.path)
    if found is None:
        raise _unknown(request)
    route, ids = found
    params = _params(request, route)

    def run() -> Done:
        if rule and rule["what"] == "fail":
            return _broken().status, _broken().body
        return _handled(books, route, params, ids)

    return run() if request.verb == "GET" else _once(books, request, run, headers)


def _too_many() -> Fault:
    return Fault("Too many requests hit the API too quickly.", status=429, code="rate_limit")


def _broken() -> Fault:
    return Fault(
        "An unknown error occurred (chaos of stripe_sandbox).", status=500, kind="api_error"
    )


def _check_version(request: Request) -> None:
    asked = request.header("Stripe-Version")
    if asked and asked != VERSION:
        raise Fault(f"stripe_sandbox speaks {VERSION} only, not {asked}.", code="sandbox_version")


def _unknown(request: Request) -> Fault:
    """Return the loud 404, which tells whether Stripe itself would know the call."""
    for (verb, path), call in calls.all_calls().items():
        pieces = path.split("{}")
        if verb == request.verb and _fits(request.path, pieces):
            return unsupported(f"the call {request.verb} {call.path} ({call.name} in the SDK)")
    return Fault(
        f"Unrecognized request URL ({request.verb}: {request.path}). Neither stripe_sandbox nor "
        "the SDK of Stripe knows it.",
        status=404,
        code="sandbox_unsupported",
    )


def _fits(path: str, pieces: list[str]) -> bool:
    names, wanted = path.split("/"), "{}".join(pieces).split("/")
    return len(names) == len(wanted) and all(
        one in {"{}", other} for one, other in zip(wanted, names, strict=True)
    )


def _books(store: Store, space: str, request: Request, ident: str) -> Books:
    account = request.header("Stripe-Account") or request.header("Stripe-Context")
    key = request.header("Idempotency-Key") or None
    cause = {"id": ident, "idempotency_key": key}
    own = Books(store, space, platform_of(space), request.base, cause=cause)
    if not account or account == own.account:
        return own
    known = own.find(account, "v2.core.account")
    if known is None or known.get("_disconnected"):
        raise no_access(account)
    return own.of(account)


def _params(request: Request, route: asking.Route) -> Json:
    """Return the checked parameters of a call."""
    sent = _read(request)
    shape = route.call.request
    if route.takes is None and not isinstance(shape, Record):
        raise unsupported(f"what {request.path} takes")
    params = sent if _is_json(request) else coerced(shape, sent)
    found = problems(shape, params)
    if found:
        raise _refused(found[0], shape)
    return _only_known(params, route, request)


def _is_json(request: Request) -> bool:
    return request.path.startswith("/v2/") and request.verb == "POST"


def _read(request: Request) -> Json:
    if _is_json(request):
        return read_json(request.body)
    words = read_form(request.query)
    if request.verb == "POST":
        words |= read_form(request.body.decode())
    return words


def _refused(problem: Problem, shape: Shape) -> Fault:
    name = (
        shape.name if isinstance(shape, Record | Either) and isinstance(shape, Record) else "call"
    )
    unknown = problem.code == "parameter_unknown"
    first = "Received unknown parameter" if unknown else "Invalid parameter"
    return Fault(f"{first}: {problem} (contract {name})", code=problem.code, param=problem.path)


def _only_known(params: Json, route: asking.Route, request: Request) -> Json:
    extra = set(params) - route.takes if route.takes is not None else set()
    if extra:
        named = ", ".join(sorted(extra))
        raise unsupported(f"the parameter {named} of {request.verb} {route.call.path}")
    return params


def _handled(books: Books, route: asking.Route, params: Json, ids: dict[str, str]) -> Done:
    """Do what was asked, and check the answer before it leaves."""
    try:
        thing = route.handler(asking.Ask(books, params, ids))
        body: Json = public(
            expand(books, json.loads(json.dumps(thing)), params.get("expand") or [])
        )
    except Fault as fault:
        return fault.status, fault.body
    where = f"{route.call.verb} {route.call.path}"
    broken = books.promise(where, route.call.response, body)
    return (500, _ashamed(where, broken)) if broken else (200, body)


def _ashamed(where: str, broken: list[Problem]) -> Json:
    """Return how an answer that broke the contract is owned up to: a fault of the sandbox."""
    said = "; ".join(map(str, broken[:5]))
    words = f"stripe_sandbox broke the contract with its own answer to {where}: {said}"
    return Fault(words, status=500, kind="api_error", code="sandbox_contract").body


def _once(books: Books, request: Request, run: Callable[[], Done], headers: dict[str, str]) -> Done:
    """Do a call once for each idempotency key, and give the same answer again after that."""
    key = request.header("Idempotency-Key")
    if not key:
        return run()
    headers["Idempotency-Key"] = key
    asked = hashlib.sha256(f"{request.verb} {request.path}\n".encode() + request.body).hexdigest()
    known = books.store.run(
        "SELECT * FROM answer WHERE space = ? AND account = ? AND key = ?",
        books.space, books.account, key,
    )  # fmt: skip
    if known and known[0]["asked"] != asked:
        raise Fault(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
        )
    if known:
        headers["Idempotent-Replayed"] = "true"
        return known[0]["status"], json.loads(known[0]["body"])
    status, body = run()
    if status < 400 or not request.path.startswith("/v2/"):  # v2 tries again what failed
        books.store.run(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)",
            books.space, books.account, key, asked, status, json.dumps(body), time.time(),
        )  # fmt: skip
    return status, body
