"""A client that proof-reads each distinct page a test fetches."""

import contextvars
import hashlib
import re
from collections import Counter
from typing import Any, cast
from xml.etree.ElementTree import Element

import html5lib
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.core.database import db

CSRF_SEED = "c" * 40
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
# What a page says, not how it is made; a strange entity, a quote or a control character is read.
_ENTITIES = re.compile(r"&(?:amp|lt|gt|quot|#34|#39|#43);")
_PLAIN = r"[^<>&\"\x00-\x08\x0b-\x1f\x7f-\x9f]"
_WORDS = re.compile(rf">{_PLAIN}*[^\s<>&\"\x00-\x1f\x7f-\x9f]{_PLAIN}*<")
_VALUES = re.compile(
    r" (value|href|src|srcset|action|formaction|content|datetime|title|alt|placeholder|aria-label"
    rf'|data-[\w-]+|hx-[\w-]+)="{_PLAIN}+"'
)
_read: set[str] = set()


class ProofreadingClient(FlaskClient):
    """Fetches pages and fails on one that a careful reader would send back."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Send a request; a changing one carries a valid token unless `csrf` is False."""
        method = str(kwargs.get("method", "GET")).upper()
        if csrf and method not in {"GET", "HEAD", "OPTIONS"} and isinstance(args[0], str):
            self._carry_token(kwargs)
        db.session.commit()  # what the test made is there for the request
        # a context of its own: the request must not share `g` with the test or other requests
        kwargs.setdefault("buffered", True)  # a stream is read where its request still stands
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        if response.mimetype == "text/html" and not str(args[0]).endswith("/letter"):
            proofread(response.get_data(as_text=True), response.headers)
        return response

    def follow(self, response: TestResponse) -> TestResponse:
        """Open the page that a redirect names."""
        assert response.status_code in {302, 303}, response.status
        return self.get(response.headers["Location"])

    def _carry_token(self, kwargs: dict[str, Any]) -> None:
        self._keep_seed()
        secret = self.application.config["SECRET_KEY"]
        token = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(CSRF_SEED)
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("X-CSRFToken", token)
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        kwargs["headers"] = headers

    def _keep_seed(self) -> None:
        """Put the token's seed into the session cookie, as session_transaction would, in less."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.application)
        assert signer is not None
        name = self.application.config["SESSION_COOKIE_NAME"]
        cookie = self.get_cookie(name)
        try:
            kept = signer.loads(cookie.value) if cookie else {}
        except BadSignature:
            kept = {}
        if kept.get("csrf_token") != CSRF_SEED:
            self.set_cookie(name, signer.dumps({**kept, "csrf_token": CSRF_SEED}))


def proofread(html: str, headers: Any) -> None:
    """Fail on a page that is not valid, not labelled, or carries what the policy forbids.

    Pages of one shape are read once: the reader is slow, and other words make no other faults.
    """
    is_page = "<html" in html[:400].lower()
    if is_page:
        check_policy(headers)
    digest = shape_of(html)
    if digest in _read:
        return
    tree = parse(html, is_page=is_page)
    check_elements(tree)
    if is_page:
        check_page(tree)
    _read.add(digest)


def shape_of(html: str) -> str:
    """Return a digest of a page's tags, names and ids, whatever words stand between and in them."""
    bare = _VALUES.sub(r' \1="v"', _WORDS.sub(">w<", _ENTITIES.sub("e", html)))
    return hashlib.sha256(bare.encode()).hexdigest()


def parse(html: str, *, is_page: bool = True) -> Element:
    """Parse strictly as HTML5; raises on the first fault."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    if is_page:
        return cast(Element, parser.parse(html))
    return cast(Element, parser.parseFragment(html))


def check_elements(tree: Element) -> None:
    """Check what holds for whole pages and parts alike."""
    elements = list(tree.iter())
    ids = Counter(e.get("id") for e in elements if e.get("id"))
    assert not [one for one, times in ids.items() if times > 1], f"ids used twice: {ids}"
    for element in elements:
        tag = str(element.tag)
        assert not element.get("style"), f"inline style on {tag}"
        assert not [a for a in element.attrib if str(a).startswith("on")], f"handler on {tag}"
        assert tag != "script" or element.get("src") or element.get("type") in DATA_SCRIPTS
        assert tag != "img" or element.get("alt") is not None, "picture without alt"
        if tag == "form":
            assert element.get("action") is not None, "form without action"
            assert element.get("method") in {"get", "post", "dialog"}, "form without method"
    check_labels(tree, elements)


DATA_SCRIPTS = {"application/ld+json", "application/json"}


def check_labels(tree: Element, elements: list[Element]) -> None:
    """Check that every field has a label a screen reader can say."""
    named = {e.get("for") for e in elements if e.tag == "label"}
    wrapped = {id(inner) for e in elements if e.tag == "label" for inner in e.iter()}
    for element in elements:
        if element.tag not in {"input", "select", "textarea"}:
            continue
        if element.tag == "input" and element.get("type", "text") in UNLABELLED:
            continue
        said = element.get("aria-label") or element.get("aria-labelledby")
        labelled = element.get("id") in named or id(element) in wrapped or said
        assert labelled, f"no label for the field {element.get('name')}"


def check_policy(headers: Any) -> None:
    """Check that a page comes with a strict policy."""
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "no strict content security policy"
    assert "unsafe" not in policy, policy


def check_page(tree: Element) -> None:
    """Check what holds for a whole page: language, title, one h1."""
    root = tree if tree.tag == "html" else next(tree.iter("html"))
    assert root.get("lang"), "page without a language"
    title = "".join(next(root.iter("title")).itertext()).strip()
    headings = ["".join(h.itertext()).split() for h in root.iter("h1")]
    assert title, "page without a title"
    assert len(headings) == 1, f"{len(headings)} h1 headings"
    assert headings[0], "an empty h1"
