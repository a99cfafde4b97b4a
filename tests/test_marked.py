"""All text goes through gettext: no word reaches a page, a mail or a form unmarked."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent / "app"
SAID = ("**/templates/**/*.html", "**/templates/**/*.txt")
MARKS = {"_", "gettext", "ngettext", "pgettext", "npgettext", "_l", "_lp", "N_", "N_n", "P_"} | {
    f"lazy_{name}" for name in ("gettext", "ngettext", "pgettext")
}
NAMES = {"Kith", "QR", "CSV", "JSON", "UTC", "PNG", "ZIP", "px", "https"}
"""Words that are the same in every language."""

OURS = re.compile(r"^cli/|styleguide")
"""What only developers and whoever looks after the machine read, in English."""

NO_TEXT = {"body_class", "width"}
"""Blocks of layouts that stand inside an attribute which nobody reads."""

MANY = 100
HINTS = re.compile(
    r"\b(flash|RuleViolation|ValidationError|StopValidation|StaleForm|\w+Field)\("
    r"|\b(message|label|description|title|heading|hint|placeholder|help)(?::[^=\n]+)? ?="
)
VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands where a template writes a value
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"(?!(?:True|False|None)$)[A-Z][^\W\d_]+(?:[ .,:?]|$)")
SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "label"} | {
    f"data-{name}"  # what a script says
    for name in ("done", "failed", "blind", "words")
}
SPOKEN_METAS = {"description", "title", "alt", "site_name"}
"""What a <meta> tells searches and chats: the last part of its name."""

SILENT_TAGS = {"script", "style", "code", "template"}
ARGUMENTS = {"message", "label", "description", "title", "heading", "hint", "placeholder", "help"}
SPEAKERS = {"flash", "RuleViolation", "ValidationError", "StopValidation", "StaleForm"}


class Spoken(HTMLParser):
    """Collects what a page says, in its text and in attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT_TAGS:
            self._silent.append(tag)
        own = dict(attrs)
        told = (own.get("name") or own.get("property") or "").rpartition(":")[2]
        is_button = tag == "input" and own.get("type") == "submit"
        is_meta = tag == "meta" and told in SPOKEN_METAS
        also = "value" if is_button else "content" if is_meta else ""
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES or name == also:
                self._hear(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        self.words += [word for word in WORD.findall(text) if word not in NAMES]


def bare_words(environment: Environment, source: str) -> list[str]:
    """Return the words of a template that stand outside marks, in text and in expressions."""
    spoken = Spoken()
    spoken.feed("".join(_unmarked(environment, source)))
    spoken.close()
    return spoken.words + list(_unmarked_strings(environment.parse(source)))


def _unmarked(environment: Environment, source: str) -> Iterator[str]:
    """Yield the text of a template without marked text and without the names of classes."""
    silent: list[str] = []  # the blocks that we stand in and that say nothing
    names: list[str] = []
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            names = []
        elif kind == "name":
            names.append(value)
        elif kind == "block_end":
            _step(silent, names)
        elif not silent and kind in {"variable_begin", "data"}:
            yield VALUE if kind == "variable_begin" else value


def _step(silent: list[str], names: list[str]) -> None:
    """Go into a tag's block, or out of it, where it is silent or stands in a silent one."""
    name = names[0] if names else ""
    if name == "trans" or (name == "block" and (silent or names[1] in NO_TEXT)):
        silent.append(f"end{name}")
    elif silent and silent[-1] == name:
        silent.pop()


def _unmarked_strings(node: nodes.Node) -> Iterator[str]:
    """Yield the sentences that an expression writes as they stand."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in MARKS:
        return
    if isinstance(node, nodes.Compare):  # it asks, and says nothing
        return
    if isinstance(node, nodes.Const) and SENTENCE.match(str(node.value)):
        yield str(node.value)
    for child in node.iter_child_nodes():
        yield from _unmarked_strings(child)


def bare_sentences(source: str) -> list[str]:
    """Return the strings that Python hands to a person unmarked, each with its line."""
    found: set[tuple[int, str]] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found.update(_handed_over(node))
        elif isinstance(node, ast.ClassDef):
            found.update(_held_by_class(node))
    return [f"{line}: {text}" for line, text in sorted(found)]


def _held_by_class(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Yield what a class says of itself, such as the message of a refusal."""
    for one in node.body:
        names = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            is_said = any(getattr(name, "id", "") in ARGUMENTS for name in names)
            yield from (hit for hit in _strings(one.value) if is_said and WORD.search(hit[1]))


def _handed_over(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in MARKS:
        return
    spoken = [word.value for word in call.keywords if word.arg in ARGUMENTS]
    if name in SPEAKERS or name.endswith("Field"):
        spoken += call.args[:1]
    for value in spoken:
        yield from ((line, text) for line, text in _strings(value) if WORD.search(text))


def _strings(value: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the strings of an expression with their lines; those of f-strings and choices too."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.lineno, value.value
    elif isinstance(value, ast.JoinedStr | ast.IfExp | ast.BinOp):
        for child in ast.iter_child_nodes(value):
            if isinstance(child, ast.expr):
                yield from _strings(child)


def texts(*patterns: str) -> dict[str, str]:
    """Return the files of the application that match, by name."""
    names = {path.relative_to(ROOT).as_posix() for one in patterns for path in ROOT.glob(one)}
    return {name: (ROOT / name).read_text() for name in sorted(names) if not OURS.search(name)}


def test_no_template_says_a_word_outside_gettext(app: Flask) -> None:
    found = {name: bare_words(app.jinja_env, source) for name, source in texts(*SAID).items()}
    assert len(found) > MANY
    assert {name: words for name, words in found.items() if words} == {}


def test_no_string_reaches_a_person_unmarked() -> None:
    sources = texts("**/*.py")
    found = {name: bare_sentences(text) for name, text in sources.items() if HINTS.search(text)}
    assert len(sources) > MANY
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>{{ _('Hello') }} there</p>", ["there"]),
        ("<p>{% trans %}Hello there{% endtrans %} Amara</p>", ["Amara"]),
        ("<img alt='A cat' src='/cat.webp'>", ["cat"]),
        ("<input type='submit' value='Save'><input name='day' value='Monday'>", ["Save"]),
        ("{{ button('Save it') }}{{ button(_('Save it'), 'big') }}", ["Save it"]),
        (
            "{% block body_class %}page wide{% endblock %}{% block body %}page{% endblock %}",
            ["page"],
        ),
        ("{% block width %}x{% if y %}wide{% endif %}{% endblock %}over", ["over"]),
        ("<b class='wide'>{# Anything #}3 × 4 = 12 {{ name }}, Kith</b><script>var x</script>", []),
        ("<b data-done='Copied' data-of='x7y' data-words='{{ _('A day') }}'></b>", ["Copied"]),
        (
            "<meta property='og:title' content='Walks'><meta name='robots' content='noindex'>",
            ["Walks"],
        ),
        ("Hello {{ name }},\n\n{{ _('See you') }}\n", ["Hello"]),
    ],
)
def test_a_bare_word_is_noticed(app: Flask, source: str, words: list[str]) -> None:
    assert bare_words(app.jinja_env, source) == words


def test_a_bare_string_is_noticed() -> None:
    said = """
flash("Saved")
flash(_("Saved"), "good")
raise RuleViolation("Not today")
raise RuleViolation(N_("Not today"))
name = StringField("Your name", description=_l("How others call you"))
name = StringField(_l("Your name"), [Length(max=80, message=f"{80} is enough")])
page = render_template("x.html", title="Late" if late else _("Early"))
class Late(RuleViolation):
    message = "Too late"
    title: str = "Bare"
    label: str
    help = N_("Come again")
    key = "Nobody reads this"
"""
    assert bare_sentences(said) == [
        "2: Saved",
        "4: Not today",
        "6: Your name",
        "7:  is enough",
        "8: Late",
        "10: Too late",
        "11: Bare",
    ]
    for found in bare_sentences(said):
        assert HINTS.search(said.splitlines()[int(found.partition(":")[0]) - 1]), found
