"""Messages on the page: the list, one conversation, and the ways to end one."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service.exports import zip_about
from app.activity.models import Activity
from app.communities.queries.memberships import membership_of
from app.communities.service.memberships import leave
from app.conversations import processes
from app.conversations.models import MessageVia
from app.conversations.service import messages
from app.core import clock
from app.core.database import db
from tests.communities.reading import statements_of
from tests.conversations.conftest import MakePair, Pair, mails_to
from tests.factories import make_member, person_of, sign_in


def test_nobody_has_written_yet(client: Any, community: Any) -> None:
    sign_in(client, make_member(community))
    page = client.get(f"/c/{community.slug}/messages").text
    assert "No conversations yet" in page
    assert "Nobody can write to you out of the blue" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_one_statement_for_any_number(
    client: Any, make_pair: MakePair, number: int
) -> None:
    pairs = [make_pair()]
    pairs += [make_pair(pairs[0].ana, name=f"Friend {one}") for one in range(1, number)]
    for one in pairs:
        one.write(one.ben, f"I am {one.ben.name}")
    sign_in(client, pairs[0].ana)
    path = f"/c/{pairs[0].community.slug}/messages"
    page = client.get(path).text
    assert [f"I am {one.ben.name}" in page for one in pairs] == [True] * number
    assert page[page.index('<ul class="threads">') : page.rindex("</ul>")].count("1 new") == number
    assert statements_of(client, path) == 3


def test_reading_makes_read_and_only_for_the_reader(client: Any, pair: Pair) -> None:
    pair.write(pair.ben, "Hello Ana")
    pair.write(pair.ben, "Are you there?")
    sign_in(client, pair.ana)
    assert "2 new" in client.get(f"/c/{pair.community.slug}/messages").text
    assert statements_of(client, pair.address) == 6  # and how far it was read, and what is left
    assert statements_of(client, pair.address) == 4
    page = client.get(pair.address).text
    assert page.index("Hello Ana") < page.index("Are you there?")
    assert "new</span>" not in client.get(f"/c/{pair.community.slug}/messages").text


def told(page: str) -> list[str]:
    """Return what the tabs and the bottom bar say of new messages."""
    return re.findall(r'<span class="visually-hidden">(\d+ new)</span>', page)


def test_the_tabs_count_what_is_unread_until_it_is_opened(
    app: Flask, client: Any, make_pair: MakePair
) -> None:
    pair = make_pair()
    other = make_pair(pair.ana, name="Cleo")
    home = f"/c/{pair.community.slug}"
    sign_in(client, pair.ana)
    assert told(client.get(f"{home}/members").text) == []
    before = statements_of(client, f"{home}/members")
    pair.write(pair.ben, "Hello Ana")
    pair.write(pair.ben, "Are you there?")
    other.write(other.ben, "Me too")
    db.session.commit()
    assert told(client.get(f"{home}/members").text) == ["3 new", "3 new"]
    assert statements_of(client, f"{home}/members") == before
    assert told(client.get(pair.address).text) == ["1 new", "1 new"]
    pair.write(pair.ana, "My own words are not new to me")
    assert told(client.get(other.address).text) == []
    bens = app.test_client()
    sign_in(bens, pair.ben)
    assert told(bens.get(f"{home}/messages").text) == ["1 new", "1 new"]


def test_nobody_learns_whether_the_other_has_read(app: Flask, client: Any, pair: Pair) -> None:
    pair.write(pair.ben, "Are you there?")
    bens = app.test_client()
    sign_in(bens, pair.ben)
    paths = [pair.address, f"/c/{pair.community.slug}/messages"]

    def seen() -> list[str]:
        key = r'(name="(csrf_token|once)" value|hx-headers:inherited|content)=(\'.*?\'|"[^"]*")'
        return [re.sub(key, "", bens.get(path).text) for path in paths]

    before = seen()
    sign_in(client, pair.ana)
    client.get(pair.address)
    assert seen() == before
    pair.write(pair.ana, "Yes")  # the control: an answer is seen
    assert seen() != before


def test_a_block_and_an_end_take_their_messages_out_of_the_count(
    client: Any, make_pair: MakePair
) -> None:
    pair = make_pair()
    left = make_pair(pair.ana, name="Cleo")
    for one in (pair, left):
        one.write(one.ben, "Hello")
    sign_in(client, pair.ana)
    home = f"/c/{pair.community.slug}/members"
    assert told(client.get(home).text) == ["2 new", "2 new"]
    client.post(f"{left.address}/departure")
    assert told(client.get(home).text) == ["1 new", "1 new"]
    accounts.block(person_of(pair.ben), person_of(pair.ana), now=clock.now())
    assert told(client.get(home).text) == []


def test_a_message_is_written_once_however_often_it_is_sent(client: Any, pair: Pair) -> None:
    sign_in(client, pair.ana)
    key = re.search(r'name="once" value="([^"]+)"', client.get(pair.address).text)
    assert key is not None
    form = {"once": key[1], "words": "Sunday at nine?\nhttps://example.org/park <b>"}
    for _ in range(2):
        assert client.post(pair.address, data=form).status_code == 303
    assert pair.words() == ["Sunday at nine?\nhttps://example.org/park <b>"]
    page = client.get(pair.address).text
    assert '<a href="https://example.org/park" rel="nofollow noopener">' in page
    assert "&lt;b&gt;" in page
    assert len(mails_to(pair.ben)) == 1


@pytest.mark.parametrize(
    ("words", "said"), [(" \n", "Write something first"), ("x" * 8001, "8000")]
)
def test_nothing_and_too_much_are_refused_and_kept_in_the_form(
    client: Any, pair: Pair, words: str, said: str
) -> None:
    sign_in(client, pair.ana)
    answer = client.post(pair.address, data={"words": words})
    assert answer.status_code == 422
    assert said in answer.text
    assert pair.words() == []


def test_talking_is_an_act_that_names_nobody_else(pair: Pair, session: Session) -> None:
    def acts() -> list[Activity]:
        asked = select(Activity).where(Activity.type == "talked").order_by(Activity.id)
        return list(session.scalars(asked))

    assert acts() == []
    pair.write(pair.ana, "Bread on Sunday?")
    pair.write(pair.ben, "Gladly", via=MessageVia.MAIL, mail_key="one")
    pair.write(pair.ben, "Gladly", via=MessageVia.MAIL, mail_key="one")  # brought twice
    assert [act.contact_id for act in acts()] == [pair.ana.id, pair.ben.id]
    for act in acts():
        assert (act.counterpart_id, act.thread, act.subject, act.weight) == (None, None, None, 2)


def test_a_flood_is_stopped(client: Any, pair: Pair) -> None:
    sign_in(client, pair.ana)
    for _ in range(processes.AN_HOUR):
        processes.count(pair.ana.id)
    assert client.post(pair.address, data={"words": "one more"}).status_code == 429
    assert pair.words() == []


def test_ending_lets_both_read_and_neither_write(app: Flask, client: Any, pair: Pair) -> None:
    pair.write(pair.ben, "It was nice")
    sign_in(client, pair.ana)
    client.post(f"{pair.address}/closing")
    other = app.test_client()
    sign_in(other, pair.ben)
    for browser in (client, other):
        page = browser.get(pair.address).text
        assert "It was nice" in page
        assert "This conversation has ended" in page
        assert "<textarea" not in page
    refused = other.post(pair.address, data={"words": "but"})
    assert refused.status_code == 422
    assert pair.words() == ["It was nice"]


def test_leaving_takes_it_out_of_my_messages_and_ends_it_for_the_other(
    app: Flask, client: Any, pair: Pair
) -> None:
    pair.write(pair.ana, "Bye")
    sign_in(client, pair.ana)
    client.post(f"{pair.address}/departure")
    assert client.get(pair.address).status_code == 404
    assert "No conversations yet" in client.get(f"/c/{pair.community.slug}/messages").text
    other = app.test_client()
    sign_in(other, pair.ben)
    page = other.get(pair.address).text
    assert "This conversation has ended" in page


def test_who_leaves_the_community_leaves_its_conversations(client: Any, pair: Pair) -> None:
    membership = membership_of(pair.ana)
    assert membership is not None
    leave(membership, now=clock.now())
    assert pair.as_seen_by(pair.ana) is None
    theirs = pair.as_seen_by(pair.ben)
    assert theirs is not None
    assert theirs.thread.closed_at == clock.now()


def test_a_block_leaves_no_trace_for_either_side(app: Flask, client: Any, pair: Pair) -> None:
    pair.write(pair.ana, "written by ana")
    pair.write(pair.ben, "written by ben")
    assert all("written by" in mail.text_body for mail in (mails_to(pair.ana) + mails_to(pair.ben)))
    for contact in (pair.ana, pair.ben):  # a control: before, both have it everywhere
        assert b"message.json" in zip_about(person_of(contact), "read me")
    sign_in(client, pair.ana)
    answer = client.post(f"{pair.address}/block")
    assert answer.status_code == 303
    other = app.test_client()
    sign_in(other, pair.ben)
    for browser in (client, other):
        assert browser.get(pair.address).status_code == 404
        assert "No conversations yet" in browser.get(f"/c/{pair.community.slug}/messages").text
        assert browser.post(pair.address, data={"words": "x"}).status_code == 404
    for contact in (pair.ana, pair.ben):
        assert all("written" not in mail.text_body for mail in mails_to(contact))
        package = zip_about(person_of(contact), "read me")
        assert b"message.json" not in package
        assert b"thread_member.json" not in package


def test_a_block_taken_back_brings_the_conversation_back(client: Any, pair: Pair) -> None:
    pair.write(pair.ben, "still here")
    ana, ben = person_of(pair.ana), person_of(pair.ben)
    accounts.block(ana, ben, now=clock.now())
    assert pair.as_seen_by(pair.ben) is None
    accounts.unblock(ana, ben)
    assert pair.as_seen_by(pair.ben) is not None


def test_others_find_nothing(client: Any, pair: Pair) -> None:
    owner = make_member(pair.community, role="owner", name="Olga")
    pair.write(pair.ana, "between us")
    sign_in(client, owner)
    assert client.get(pair.address).status_code == 404
    assert "No conversations yet" in client.get(f"/c/{pair.community.slug}/messages").text
    assert client.post(f"{pair.address}/closing").status_code == 404
    assert pair.thread.closed_at is None


def test_long_conversations_come_in_parts(client: Any, pair: Pair) -> None:
    for number in range(53):
        pair.write(pair.ana, f"line {number:02}")
    sign_in(client, pair.ben)
    page = client.get(pair.address).text
    assert "line 52" in page
    assert "line 02" not in page
    older = re.search(r'href="([^"]+\?before=[^"]+)"', page)
    assert older is not None
    earlier = client.get(older[1]).text
    assert "line 02" in earlier
    assert "line 03" not in earlier


def test_a_removed_message_says_so(client: Any, pair: Pair, session: Session) -> None:
    message = pair.write(pair.ben, "an insult")
    messages.remove(message, now=clock.now())
    sign_in(client, pair.ana)
    page = client.get(pair.address).text
    assert "A moderator removed this message." in page
    assert "an insult" not in page
    assert all("an insult" not in mail.text_body for mail in mails_to(pair.ana))
    assert db.session.get_one(type(message), message.id).words == ""
