"""One foreign record: what it must say, what it may, and what is never believed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.activity.importers import Told, told
from app.core.foreign.records import Refused
from tests.activity.imported import line
from tests.conftest import TODAY


def read(**values: Any) -> Told:
    """Read a record, dull but for some fields."""
    return told(7, line(1, **values), now=TODAY, with_text=False)


def flaw(**values: Any) -> tuple[str, str]:
    """Return why a record is left out, and the field at fault."""
    with pytest.raises(Refused) as refused:
        read(**values)
    return refused.value.flaw.value, refused.value.field


def test_a_record_is_read_whole() -> None:
    found = told(
        7,
        line(
            1,
            happened_at="2026-06-01T10:00:00+02:00",
            actor_email="Ada@Example.org",
            thread_uid="t1",
            reply_to_uid=12,
            mentions=["bo", "cy", "bo"],
            text="Hello\u200b there",
            url="https://forum.example/1",
        ),
        now=TODAY,
        with_text=True,
    )
    assert found == Told(
        line=7,
        source="forum",
        channel="general",
        channel_name="general",
        source_uid="m1",
        type="message.sent",
        happened_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
        actor_uid="ada",
        actor_name="Ada",
        actor_email="ada@example.org",
        is_bot=False,
        thread="t1",
        reply_to="12",
        mentions=["bo", "cy"],
        text_length=11,
        url="https://forum.example/1",
        words="Hello there",
    )


def test_texts_stay_outside_unless_they_were_asked_for() -> None:
    found = read(text="Hello there")
    assert (found.words, found.text_length) == (None, 11)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1082040961, datetime(2004, 4, 15, 14, 56, 1, tzinfo=UTC)),
        ("1082040961", datetime(2004, 4, 15, 14, 56, 1, tzinfo=UTC)),
        (1082040961000, datetime(2004, 4, 15, 14, 56, 1, tzinfo=UTC)),
        ("2004-04-15", datetime(2004, 4, 15, tzinfo=UTC)),
        ("20040415", datetime(2004, 4, 15, tzinfo=UTC)),
        ("2004-04-15 14:56:01", datetime(2004, 4, 15, 14, 56, 1, tzinfo=UTC)),
        ("2004-04-15T14:56:01Z", datetime(2004, 4, 15, 14, 56, 1, tzinfo=UTC)),
        ("2004-04-15T14:56:01-05:00", datetime(2004, 4, 15, 19, 56, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_read_as_others_write_them(written: object, moment: datetime) -> None:
    assert read(happened_at=written).happened_at == moment


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"source_uid": None}, ("missing", "source_uid")),
        ({"actor_uid": "  "}, ("missing", "actor_uid")),
        ({"happened_at": ""}, ("missing", "happened_at")),
        ({"happened_at": "yesterday"}, ("no_moment", "happened_at")),
        ({"happened_at": True}, ("no_moment", "happened_at")),
        ({"happened_at": [2004]}, ("no_moment", "happened_at")),
        ({"happened_at": 10**300}, ("no_moment", "happened_at")),
        ({"happened_at": "9999-12-31T23:59:59-12:00"}, ("no_moment", "happened_at")),
        ({"happened_at": -1}, ("before_1970", "happened_at")),
        ({"happened_at": "1969-12-31"}, ("before_1970", "happened_at")),
        ({"happened_at": (TODAY + timedelta(hours=1)).isoformat()}, ("future", "happened_at")),
        ({"source": "Kith"}, ("ours", "source")),
        ({"type": "Hello there"}, ("no_type", "type")),
        ({"type": "a" * 41}, ("field_too_long", "type")),
        ({"source_uid": "a" * 121}, ("field_too_long", "source_uid")),
        ({"source_uid": 10**400}, ("field_too_long", "source_uid")),
        ({"source_uid": {"a": 1}}, ("wrong_sort", "source_uid")),
        ({"source_uid": True}, ("wrong_sort", "source_uid")),
        ({"source_uid": "a\0b"}, ("unreadable", "source_uid")),
        ({"source_uid": "a\ud800"}, ("unreadable", "source_uid")),
        ({"mentions": {"bo": 1}}, ("wrong_sort", "mentions")),
        ({"mentions": [["bo"]]}, ("wrong_sort", "mentions")),
        ({"mentions": [str(n) for n in range(51)]}, ("field_too_long", "mentions")),
        ({"text_length": "many"}, ("no_number", "text_length")),
        ({"text_length": -1}, ("no_number", "text_length")),
        ({"text_length": 10**30}, ("no_number", "text_length")),
    ],
)
def test_what_cannot_be_taken_says_why_and_where(
    values: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert flaw(**values) == expected


@pytest.mark.parametrize(
    "address", ["nobody", "@x.org", "a b@x.org", "a@", 7, "x" * 300 + "@x.org", "a\0@x.org"]
)
def test_a_broken_address_is_left_out_and_its_record_taken(address: object) -> None:
    assert read(actor_email=address).actor_email is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.org", "//x.org", "https://x.org/" + "a" * 500,
            'https://x.org/"><b>', "https://x.org/\n", 7]
)  # fmt: skip
def test_only_web_addresses_are_kept(url: object) -> None:
    assert read(url=url).url is None


@pytest.mark.parametrize(
    ("values", "is_bot"),
    [
        ({"actor_name": "dependabot[bot]"}, True),
        ({"actor_name": "Welcome Bot"}, True),
        ({"actor_uid": "greeter-bot"}, True),
        ({"actor_name": "Talbot"}, False),
        ({"actor_name": "Bottle"}, False),
        ({"actor_name": "Anna", "actor_is_bot": "yes"}, True),
        ({"actor_name": "Welcome Bot", "actor_is_bot": False}, False),
    ],
)
def test_bots_are_known_by_their_word_or_their_name(values: dict[str, Any], is_bot: bool) -> None:  # noqa: FBT001
    assert read(**values).is_bot is is_bot


def test_mentions_of_a_cell_are_cut_apart() -> None:
    assert read(mentions="bo, cy;bo dee").mentions == ["bo", "cy", "dee"]
