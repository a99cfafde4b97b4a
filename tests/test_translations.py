"""All words in all languages: none missing, unused or fuzzy, and compiled as they stand."""

import os

import pytest
from babel.messages.catalog import Catalog

from tools import words

pytestmark = pytest.mark.xdist_group("words")  # gathered once, which takes seconds


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    assert words.faults(language) == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_compiled_words_are_fresh(language: str) -> None:
    path = words.path_of(language).with_suffix(".mo")
    assert path.read_bytes() == words.compiled(words.read(language))


def test_a_missing_an_unused_and_a_broken_message_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template, french = Catalog(), Catalog(locale="fr", fuzzy=False)
    template.add("Hello %(name)s")
    template.add("Goodbye")
    french.add("Hello %(name)s", "Bonjour %(nom)s")
    french.add("Once said", "Dit autrefois")
    monkeypatch.setattr(words, "gather", lambda: template)
    monkeypatch.setattr(words, "read", lambda _: french)
    assert words.faults("fr") == [
        "missing: Goodbye",
        "unused: Once said",
        "placeholders: Hello %(name)s",
    ]


def test_the_tests_of_a_group_stay_with_one_worker(request: pytest.FixtureRequest) -> None:
    # a group is told by the end of a name; where it is lost, each worker sets everything up anew
    is_shared_out = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@words") is is_shared_out
