"""Raw mail, read with care: bodies, files, automatic mail, and mail that is meant to break it."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from app.conversations import letters
from app.conversations.letters import Unreadable, read
from tests.conversations.conftest import raw_mail


def test_a_plain_answer() -> None:
    letter = read(raw_mail("Ana <ana@example.org>", "reply+x@kith.test", "Yes.\n> Tea?"))
    assert (letter.sender, letter.words) == ("ana@example.org", "Yes.")
    assert letter.recipients == ("reply+x@kith.test",)
    assert not letter.is_automatic
    assert letter.left_out == 0


def test_the_envelope_says_better_where_it_went() -> None:
    raw = raw_mail("ana@example.org", "list@example.org", "Yes")
    assert read(raw, recipient="reply+x@kith.test").recipients == ("reply+x@kith.test",)
    found = read(b"Delivered-To: reply+y@kith.test\r\n" + raw).recipients
    assert found == ("reply+y@kith.test", "list@example.org")


def test_files_are_left_out_and_counted() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "ana@example.org", "reply+x@kith.test"
    mail.set_content("See the map.")
    mail.add_alternative("<p>See the map.</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="map.pdf")
    mail.add_attachment("notes", filename="notes.txt")
    letter = read(mail.as_bytes())
    assert (letter.words, letter.left_out) == ("See the map.", 2)


def test_html_alone_is_read() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "ana@example.org", "reply+x@kith.test"
    mail.set_content("<p>Да</p><blockquote>Чай?</blockquote>", subtype="html")
    assert read(mail.as_bytes()).words == "Да"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Precedence": "bulk"},
        {"List_Id": "<a.list>"},
        {"List_Unsubscribe": "<https://example.org>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_what_no_human_wrote_is_told(headers: dict[str, str]) -> None:
    assert read(raw_mail("ana@example.org", "a@kith.test", "Away", **headers)).is_automatic


def test_bounces_are_told_by_sender_and_kind() -> None:
    assert read(raw_mail("MAILER-DAEMON@x.org", "a@kith.test", "failed")).is_automatic
    assert read(raw_mail("ana@example.org", "a@kith.test", "x"), sender="").is_automatic
    assert not read(raw_mail("ana@example.org", "a@kith.test", "x"), sender="ana@x").is_automatic
    report = b"From: ana@example.org\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b--\r\n"
    assert read(report).is_automatic
    said_no = raw_mail("ana@example.org", "a@kith.test", "x", Auto_Submitted="no")
    assert not read(said_no).is_automatic


def test_two_authors_are_nobody() -> None:
    raw = raw_mail("ana@example.org", "a@kith.test", "x")
    assert (
        read(raw.replace(b"From: ana@example.org", b"From: a@x.org, ana@example.org")).sender == ""
    )
    assert read(b"From: other@x.org\r\n" + raw).sender == ""


def test_the_same_mail_has_the_same_digest() -> None:
    raw = raw_mail("ana@example.org", "a@kith.test", "x")
    assert read(raw).digest == read(b"Received: again\r\n" + raw).digest
    assert read(raw).digest != read(raw_mail("ana@example.org", "a@kith.test", "x")).digest


@pytest.mark.parametrize("charset", ["utf-8", "klingon", "utf-16", "iso-2022-jp"])
def test_any_character_set_gives_words_or_marks_in_their_place(charset: str) -> None:
    head = f"From: a@x.org\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert read(head + b"Caf\xc3\xa9 \xff\x00 ok").words
    assert "\0" not in read(head + b"a\x00b").words


BROKEN = {
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "no end": b"From: a@x.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi",
    "bad base64": b"From: a@x.org\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    "bad address": b'From: "<<>>@@,;:\r\nTo: \xff\xfe\r\n\r\nhi',
    "bad words": b"Subject: =?x?b?!!?=\r\nFrom: =?utf-8?b?//8=?= <a@x.org>\r\n\r\nhi",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_mail_is_read_or_refused_and_never_breaks_us(name: str) -> None:
    try:
        letter = read(BROKEN[name])
    except Unreadable:
        return
    assert isinstance(letter.words, str)


def test_parts_without_end_and_giants_are_refused() -> None:
    deep = b"From: a@x.org\r\n"
    for one in range(400):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (one, one)
    with pytest.raises(Unreadable):
        read(deep)
    with pytest.raises(Unreadable):
        read(b"x" * (letters.LARGEST + 1))
