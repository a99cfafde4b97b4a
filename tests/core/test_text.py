"""Words: what searching, sorting, cleaning and addressing make of every script."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from app.core import text
from app.core.text import search_query, search_text, slugify, sort_key

pytestmark = pytest.mark.postgres15


def finds(session: Session, words: str, typed: str) -> bool:
    """Ask the database itself whether what was typed finds the words."""
    query = search_query(typed)
    found: bool = session.execute(
        sql("SELECT to_tsvector('simple', :words) @@ to_tsquery('simple', :query)"),
        {"words": search_text(words), "query": query or ""},
    ).scalar_one()
    return found


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("上海社区活动", "社区"),
        ("上海社区活动", "海社"),
        ("Élodie Durand", "Elodie"),
        ("Elodie Durand", "élo dur"),
        ("Александр Ёлкин", "алекс"),
        ("Александр Ёлкин", "елк"),
        ("Елкин", "Ёлкин"),
        ("Андрей", "андреи"),
        ("Søren Łukasz Straße", "soren lukasz strasse"),
        ("ＦＵＬＬ width", "full"),
        ("한국 사람들", "사람"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("tokyo ラーメン部", "ラーメン"),
        ("O'Neil & Söhne | !(x):*", "o'neil & ! sohne"),
        ("Room 2024-11, h2o", "2024 h2o"),
        ("社区 Rust", "社区rust"),
    ],
)
def test_what_was_typed_finds_the_words(session: Session, words: str, typed: str) -> None:
    assert finds(session, words, typed)


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("区社", "社区"),
        ("社会地区", "社区"),
        ("Elodie", "lodie"),
        ("Anna", "Anna Maria"),
        ("x", "!"),
    ],
)
def test_what_was_typed_does_not_find_other_words(session: Session, words: str, typed: str) -> None:
    assert not finds(session, words, typed)


@pytest.mark.parametrize("typed", ["", "   ", "!&|:*()<->'\\", "\u200b", "🎉"])
def test_nothing_to_search_for_is_no_query(typed: str) -> None:
    assert search_query(typed) is None


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_no_text_breaks_the_query_language(typed: str) -> None:
    term = r"(?:'[^'\\]+':\*|\('[^'\\]+'(?: <-> '[^'\\]+')*\))"
    assert re.fullmatch(rf"{term}(?: & {term})*", search_query(typed) or "'nothing':*")


def test_hostile_words_run_in_the_database(session: Session) -> None:
    for typed in ["a'b", "'a':*", "x" * 5000, "社" * 500, " ".join("abcdefghijklmnopq"), "ﷺ"]:
        assert finds(session, typed, typed), typed


def test_a_query_is_bounded() -> None:
    query = search_query(" ".join(f"w{n}" for n in range(100)))
    assert query is not None
    assert query.count("&") == text.QUERY_WORDS - 1
    assert search_query("社" * 100) == "(" + " <-> ".join(["'社'"] * text.QUERY_WORDS) + ")"


def test_search_text_joins_what_is_there() -> None:
    assert search_text("Élodie", None, "", "Run-Club") == "elodie run club"
    assert len(search_text("x" * 1000)) == text.WORD_LENGTH


def test_names_sort_as_people_sort() -> None:
    sorted_names = [
        "12",
        "Anna",
        "Elodie",
        "Élodie",
        "Émile",
        "eve",
        "Zoe",
        "Алла",
        "Еж",
        "Ёж",
        "Жук",
        "Эля",
        "李雷",
        "社区",
    ]
    shuffled = [*sorted_names[::-1]]
    assert sorted(shuffled, key=sort_key) == sorted_names


def test_sort_keys_tell_different_names_apart_and_fit_an_index() -> None:
    assert sort_key("Anna") == sort_key("  Anna ")
    assert sort_key("Anna") != sort_key("Anna\u0301")
    assert len(sort_key("ﷺ" * 300)) == text.SORT_KEY_BYTES
    assert sort_key("") < sort_key("a")


@given(st.text(max_size=30))
def test_every_text_has_a_sort_key_and_a_normal_form(anything: str) -> None:
    assert isinstance(sort_key(anything), bytes)
    assert text.normalise(anything) == text.normalise(text.normalise(anything))
    assert text.clean_line(anything) == text.clean_line(text.clean_line(anything))
    assert not any(unicodedata.category(c) == "Cc" for c in text.clean_line(anything))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kim@Example.ORG ", "kim@example.org"),
        ("Иван@Пример.рф", "иван@xn--e1afmkfd.xn--p1ai"),
        ("e\u0301lodie@example.org", "Élodie@example.org."),
        ("x@EXAMPLE.test", "x@example.test"),
    ],
)
def test_spellings_of_one_address_share_a_key(one: str, other: str) -> None:
    assert text.email_key(one) == text.email_key(other)


@pytest.mark.parametrize(
    ("address", "mailable", "wire"),
    [
        ("Ivan@Example.ru", True, "Ivan@Example.ru"),
        ("Ivan@Пример.рф", True, "Ivan@xn--e1afmkfd.xn--p1ai"),
        ("иван@example.ru", False, "иван@example.ru"),
        ("nobody", True, "nobody"),
    ],
)
def test_an_address_as_mail_servers_read_it(address: str, wire: str, *, mailable: bool) -> None:
    assert (text.is_mailable(address), text.wire_address(address)) == (mailable, wire)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u212aim@example.org", "kim@example.org"),
        ("a@straße.de", "a@strasse.de"),
        ("ı@example.org", "i@example.org"),
        ("a.b@example.org", "ab@example.org"),
        ("a+b@example.org", "a@example.org"),
        ("a@exаmple.org", "a@example.org"),
    ],
)
def test_two_mailboxes_never_share_a_key(one: str, other: str) -> None:
    assert text.email_key(one) != text.email_key(other)


def test_a_domain_that_is_none_is_kept_as_typed() -> None:
    assert text.email_key("A@éé..x") == "a@éé..x"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Run Club São Paulo", "run-club-sao-paulo"),
        ("Русский клуб", "russkii-klub"),
        ("Ελληνικά", "ellinika"),
        ("Café & Friends!!", "cafe-friends"),
        ("x" * 90, "x" * 40),
    ],
)
def test_a_name_becomes_a_readable_address(name: str, slug: str) -> None:
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["社区", "a", "!!", "", "東京都民の会 x1"])
def test_a_name_without_letters_of_ours_gets_a_random_address(name: str) -> None:
    one, other = slugify(name), slugify(name)
    assert one != other
    assert one.startswith("c-")
    assert len(one) == 10


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        (" a\tb\r\nc ", "a b c"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("e\u0301", "é"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("a\0b\ud800c\u2028d", "a b c d"),
    ],
)
def test_a_line_is_clean(dirty: str, clean: str) -> None:
    assert text.clean_line(dirty) == clean


def test_several_lines_stay_lines() -> None:
    assert text.clean_text(" a\0 \r\nb\u200b\rc\n\n") == "a\nb\nc"


@pytest.mark.parametrize("nothing", [None, "", " \t\n", "\u200b\u3164\u2800", "\u202e"])
def test_what_nobody_sees_is_blank(nothing: str | None) -> None:
    assert text.is_blank(nothing)


def test_what_somebody_sees_is_not_blank() -> None:
    assert not text.is_blank("\u200b.")


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("Win at http://evil.example/now", "Win at evil. example/now"),
        ("mail me@evil.example", "mail me at evil. example"),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("a\r\nBcc: x@y.z", "a Bcc: x at y. z"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_name_in_a_mail_is_no_link(name: str, harmless: str) -> None:
    assert text.defang(name) == harmless


def test_a_marked_message_stays_itself() -> None:
    assert text.N_("Hello") == "Hello"
