"""What is new in an answer: without quotes, signatures and old mails, however they are written."""

import pytest

from app.conversations.quotes import new_words, words_of_html

ANSWERS = {
    "nothing to take out": ("Sunday at nine?\n\nI bring tea.", "Sunday at nine?\n\nI bring tea."),
    "gmail": (
        """Yes, gladly.

On Mon, Nov 23, 2026 at 9:12 AM Lantern Street <kith@x.org> wrote:

> ~~~ Answer above this line ~~~
> Ben wrote to you:
>
> Tea?
""",
        "Yes, gladly.",
    ),
    "gmail, attribution over two lines": (
        "Yes.\n\nOn Mon, Nov 23, 2026 at 9:12 AM Lantern Street\n<kith@x.org> wrote:\n> Tea?",
        "Yes.",
    ),
    "below the quote": (
        "Am Mo., 23. Nov. 2026 schrieb Lantern:\n> Tea?\n\nYes, below.",
        "Yes, below.",
    ),
    "between the quotes": (
        "> Tea?\nYes.\n> At nine?\nAt ten.",
        "Yes.\nAt ten.",
    ),
    "outlook": (
        """Yes.

________________________________
From: Lantern <kith@x.org>
Sent: Monday
To: Ana <ana@example.org>
Subject: Ben wrote

Tea?""",
        "Yes.",
    ),
    "outlook in German, without a rule": (
        "Ja.\n\nVon: Lantern <kith@x.org>\nGesendet: Montag\nAn: Ana\nBetreff: Ben\n\nTea?",
        "Ja.",
    ),
    "original message": ("Yes.\n\n-----Original Message-----\nTea?", "Yes."),
    "an unquoted mark": ("Да.\n\n~~~ Ответьте выше этой строки ~~~\n\nTea?", "Да."),
    "chinese": ("好的。\n\n在 2026年11月23日 Lantern <kith@x.org> 写道：\n> 喝茶吗？", "好的。"),
    "a signature": ("Yes.\n\n-- \nAna Lake\n+49 30 1234\nana@example.org", "Yes."),
    "a telephone": ("Yes.\n\nSent from my iPhone", "Yes."),
    "a telephone above a quote": (
        "Oui.\n\nEnvoyé de mon iPhone\n\nLe 23 nov. 2026, X écrit :\n> Thé ?",
        "Oui.",
    ),
    "a colon of one's own": ("I bring:\n- tea\n- cake", "I bring:\n- tea\n- cake"),
    "a colon at the end": ("I bring two things, guess:", "I bring two things, guess:"),
    "only quotes": ("> Tea?\n> At nine?", ""),
    "windows": ("Yes.\r\n\r\n> Tea?\r\n", "Yes."),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_only_new_words_remain(name: str) -> None:
    text, wanted = ANSWERS[name]
    assert new_words(text) == wanted


PAGES = {
    "paragraphs": ("<p>Yes,</p><p>gladly.<br>Ana</p>", "Yes,\n\ngladly.\nAna"),
    "gmail": (
        "<div>Yes</div><div class='gmail_quote'>He wrote <blockquote>Tea?</blockquote></div>",
        "Yes",
    ),
    "apple": (
        "<div>Yes</div><blockquote type=cite>Tea?</blockquote><div>After</div>",
        "Yes\n\nAfter",
    ),
    "outlook": ("<p>Yes</p><div id='divRplyFwdMsg'>From: Lantern</div>", "Yes"),
    "styles and scripts": (
        "<head><title>x</title><style>p{}</style></head><p>Yes</p><script>bad()</script>",
        "Yes",
    ),
    "letters": ("<p>1 &lt; 2 &amp; &#8212;</p>", "1 < 2 & —"),
    "never closed": ("<div><p>Yes<div>No<span></p>", "Yes\nNo"),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_words_of_an_html_mail(name: str) -> None:
    html, wanted = PAGES[name]
    assert words_of_html(html) == wanted


@pytest.mark.parametrize("sign", ["-", "*", "_"])
def test_a_line_of_very_many_signs_is_read_in_one_go(sign: str) -> None:
    line = sign * 100_000  # tried in every division, this would take days
    assert new_words(f"Yes\n{line}\nold") == "Yes"
    assert new_words(f"Yes\n{line}x") == f"Yes\n{line}x"
