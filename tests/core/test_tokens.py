"""Tokens: random, kept as hashes; signed, worth something for one purpose only."""

from datetime import timedelta

import time_machine

from app.core import tokens

SECRET = "s" * 40


def test_tokens_and_codes_are_never_the_same_twice() -> None:
    assert len({tokens.new_token() for _ in range(100)}) == 100
    assert len({tokens.new_code() for _ in range(100)}) == 100
    assert set("".join(tokens.new_code(50) for _ in range(20))) <= set(tokens.CODE_ALPHABET)


def test_a_hash_does_not_hold_its_token() -> None:
    token = tokens.new_token()
    assert tokens.hash_token(token) == tokens.hash_token(token)
    assert len(tokens.hash_token(token)) == 64
    assert token not in tokens.hash_token(token)
    assert len(tokens.hash_token("\ud800")) == 64


def test_a_code_counts_as_the_same_however_it_is_typed() -> None:
    assert tokens.hash_code("abcd-efgh", SECRET) == tokens.hash_code(" ABCD EFGH", SECRET)
    assert tokens.hash_code("ABCDEFGH", SECRET) != tokens.hash_code("ABCDEFGH", "other")


def test_hashes_are_compared() -> None:
    assert tokens.is_same("abc", "abc")
    assert not tokens.is_same("abc", "abd")


def test_a_signed_token_is_read_for_its_purpose_only() -> None:
    token = tokens.sign([1, "x"], purpose="reset", secret=SECRET)
    assert tokens.read_signed(token, purpose="reset", secret=SECRET) == [1, "x"]
    assert tokens.read_signed(token, purpose="other", secret=SECRET) is None
    assert tokens.read_signed(token, purpose="reset", secret="another") is None
    assert tokens.read_signed(token[:-1], purpose="reset", secret=SECRET) is None
    assert tokens.read_signed("\ud800.a.b", purpose="reset", secret=SECRET) is None


def test_a_signed_token_grows_old() -> None:
    with time_machine.travel("2026-06-15 12:00", tick=False) as travel:
        token = tokens.sign(7, purpose="reset", secret=SECRET)
        travel.shift(timedelta(seconds=60))
        assert tokens.read_signed(token, purpose="reset", secret=SECRET, max_age=60) == 7
        travel.shift(timedelta(seconds=1))
        assert tokens.read_signed(token, purpose="reset", secret=SECRET, max_age=60) is None
        assert tokens.read_signed(token, purpose="reset", secret=SECRET) == 7


def test_a_token_signed_for_ever_stays_the_same() -> None:
    token = tokens.sign_forever({"a": 1}, purpose="feed", secret=SECRET)
    assert token == tokens.sign_forever({"a": 1}, purpose="feed", secret=SECRET)
    assert tokens.read_forever(token, purpose="feed", secret=SECRET) == {"a": 1}
    assert tokens.read_forever(token, purpose="other", secret=SECRET) is None
    assert tokens.read_forever("é", purpose="feed", secret=SECRET) is None
