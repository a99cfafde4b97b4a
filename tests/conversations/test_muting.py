"""Muting a conversation: quiet for who muted it, and nobody else can tell."""

import re
from typing import Any

from flask import Flask

from app.accounts.service.exports import zip_about
from app.communities.models import Contact
from tests.conversations.conftest import MakePair, Pair, mails_to
from tests.conversations.test_views import told
from tests.factories import make_member, person_of, sign_in
from tests.matching.test_unobservable import unpacked

KEY = r'(name="(csrf_token|once)" value|hx-headers:inherited|content)=(\'.*?\'|"[^"]*")'


def test_a_muted_conversation_mails_nothing_and_counts_nowhere(
    client: Any, make_pair: MakePair
) -> None:
    pair = make_pair()
    loud = make_pair(pair.ana, name="Cleo")
    sign_in(client, pair.ana)
    home = f"/c/{pair.community.slug}"
    pair.write(pair.ben, "Before")
    assert told(client.get(f"{home}/members").text) == ["1 new", "1 new"]  # a control
    assert len(mails_to(pair.ana)) == 1
    assert client.post(f"{pair.address}/muting").status_code == 303
    pair.write(pair.ben, "Anybody there?")
    assert told(client.get(f"{home}/members").text) == []
    assert len(mails_to(pair.ana)) == 1
    listed = client.get(f"{home}/messages").text
    assert re.search(r"Muted</span>\s*<span class=\"badge\">2 new", listed)
    loud.write(loud.ben, "Me too")  # only that one is quiet
    assert told(client.get(f"{home}/members").text) == ["1 new", "1 new"]
    assert len(mails_to(pair.ana)) == 2
    pair.write(pair.ana, "Here")  # who muted may write, and is heard
    assert len(mails_to(pair.ben)) == 1


def test_unmuting_brings_mail_and_number_back(client: Any, pair: Pair) -> None:
    sign_in(client, pair.ana)
    members = f"/c/{pair.community.slug}/members"
    for _ in range(2):  # twice is once
        client.post(f"{pair.address}/muting")
    page = client.get(pair.address).text
    assert "Ben Stone is not told." in page
    assert f'action="{pair.address}/muting"' not in page
    pair.write(pair.ben, "While it was quiet")
    for _ in range(2):
        client.post(f"{pair.address}/muting/removal")
    assert told(client.get(members).text) == ["1 new", "1 new"]
    assert mails_to(pair.ana) == []  # what was said meanwhile is not mailed after all
    pair.write(pair.ben, "And now?")
    assert len(mails_to(pair.ana)) == 1
    page = client.get(pair.address).text
    assert f'action="{pair.address}/muting"' in page
    assert "is not told" not in page


def test_only_who_takes_part_mutes(client: Any, pair: Pair) -> None:
    sign_in(client, make_member(pair.community, role="owner"))
    for way in ("muting", "muting/removal"):
        assert client.post(f"{pair.address}/{way}").status_code == 404


def test_the_other_side_reads_the_same_to_the_byte(app: Flask, client: Any, pair: Pair) -> None:
    pair.write(pair.ben, "Are you there?")
    bens = app.test_client()
    sign_in(bens, pair.ben)
    home = f"/c/{pair.community.slug}"
    paths = [pair.address, f"{home}/messages", f"{home}/members/{pair.ana.public_id}"]

    def seen() -> list[Any]:
        pages = [re.sub(KEY, "", bens.get(path).text) for path in paths]
        mails = [(one.subject, one.text_body, one.html_body) for one in mails_to(pair.ben)]
        return [*pages, mails, exported(pair.ben)]

    before, mine = seen(), exported(pair.ana)
    sign_in(client, pair.ana)
    client.post(f"{pair.address}/muting")
    assert seen() == before
    assert exported(pair.ana) != mine  # her own package says it
    muted = re.search(rb'"muted_at": "2\d{3}', exported(pair.ana)["thread_member.json"])
    assert muted is not None
    pair.write(pair.ben, "Still nothing")
    after = seen()
    client.post(f"{pair.address}/muting/removal")
    assert seen() == after
    assert after != before  # a control: what is said is seen


def exported(contact: Contact) -> dict[str, bytes]:
    """Return what a member's package holds of conversations."""
    files = unpacked(zip_about(person_of(contact), "read me"))
    return {
        name: files[name]
        for name in ("thread.json", "thread_member.json", "message.json")
        if name in files
    }
