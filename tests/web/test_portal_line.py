"""Signing in with LINE: who is let in, who joins, whose LINE it is, and what nobody can fake."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from phakdi.flows.manage_connection import Provider, connect_provider
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.queries import get_member, identities_of
from phakdi.people.presence.queries import sessions_of
from tests.fakes.line_login import CHANNEL_ID, CHANNEL_SECRET, SOMCHAI, line_login
from tests.web.portal import visitor, walk_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
OTHER = "U" + "2" * 32


@pytest.fixture
def line(shop):
    """Return the fake LINE, connected to the shop."""
    with line_login() as fake:
        connect_provider(
            organization_id=shop,
            provider=Provider.LINE_LOGIN,
            settings={"channel_id": CHANNEL_ID, "liff_id": "1234567890-AbCdEfGh", "base_url": fake.url},
            secrets={"channel_secret": CHANNEL_SECRET},
            now=utc_now(),
        )
        yield fake


def come_back(client, slug, **changed):
    """Go to LINE, agree, and come back; return the answer."""
    there = client.get(f"/m/{slug}/line/")["Location"]
    at_line = httpx.get(there, trust_env=False)
    assert at_line.status_code == 302, at_line.text
    query = {name: values[0] for name, values in parse_qs(urlsplit(at_line.headers["Location"]).query).items()}
    return client.get(f"/m/{slug}/line/back/", {**query, **changed})


def lines_of(shop, member_id):
    with organization_scope(shop):
        known = identities_of(organization_id=shop, member_id=member_id)
    return [each.value for each in known if each.kind == "LINE"]


def who(client, shop, slug):
    """Return the member whose browser it is."""
    from uuid import UUID

    from django.core import signing

    from phakdi.people.presence.queries import find_session
    from phakdi.web.portal.sessions import MEMBER

    kept = signing.loads(client.cookies[MEMBER].value, salt=f"phakdi.portal.{MEMBER}.{shop}")
    with organization_scope(shop):
        found = find_session(organization_id=shop, session_id=UUID(kept["session"]))
        return get_member(organization_id=shop, member_id=found.member_id)


def test_somebody_new_joins_with_two_taps(line, shop, slug):
    client = visitor("th")
    assert "เข้าด้วย LINE" in client.get(f"/m/{slug}/enter/").text
    assert come_back(client, slug)["Location"] == f"/m/{slug}/join/"
    assert 'value="ชาย"' in client.get(f"/m/{slug}/join/").text
    assert client.post(f"/m/{slug}/join/", {"given_name": "ชาย"})["Location"] == f"/m/{slug}/"
    member = who(client, shop, slug)
    assert (member.given_name, member.phone, lines_of(shop, member.id)) == ("ชาย", "", [SOMCHAI])
    assert "เพิ่มเบอร์โทร" in client.get(f"/m/{slug}/").text


def test_somebody_known_is_let_in_at_once(line, shop, slug):
    first = visitor()
    come_back(first, slug)
    first.post(f"/m/{slug}/join/", {})
    again = visitor(**{"user-agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/120 Safari Line/14.1"})
    assert come_back(again, slug)["Location"] == f"/m/{slug}/"
    member = who(again, shop, slug)
    assert member.id == who(first, shop, slug).id
    with organization_scope(shop):
        assert sessions_of(organization_id=shop, member_id=member.id)[0].browser == "Android · LINE"


def test_known_phone_takes_the_line_that_came_before(line, shop, slug, member_id):
    with organization_scope(shop):
        phone = get_member(organization_id=shop, member_id=member_id).phone
    client = visitor()
    come_back(client, slug)
    assert "find it by phone" in client.get(f"/m/{slug}/join/").text
    _, answer = walk_in(shop, slug, phone, client)
    assert answer["Location"] == f"/m/{slug}/"
    assert lines_of(shop, member_id) == [SOMCHAI]
    assert "LINE is linked" in client.get(f"/m/{slug}/").text
    assert come_back(visitor(), slug)["Location"] == f"/m/{slug}/"


def test_new_phone_joins_with_both(line, shop, slug):
    client = visitor()
    come_back(client, slug)
    _, answer = walk_in(shop, slug, "0891112233", client)
    assert answer["Location"] == f"/m/{slug}/join/"
    client.post(f"/m/{slug}/join/", {})
    member = who(client, shop, slug)
    assert (member.phone, lines_of(shop, member.id)) == ("+66891112233", [SOMCHAI])


def test_who_is_signed_in_links_and_unlinks(line, shop, slug, member_id):
    with organization_scope(shop):
        phone = get_member(organization_id=shop, member_id=member_id).phone
    client, _ = walk_in(shop, slug, phone)
    come_back(client, slug)
    assert lines_of(shop, member_id) == [SOMCHAI]
    assert "one tap signs you in" in client.get(f"/m/{slug}/me/").text
    client.post(f"/m/{slug}/line/unlink/")
    assert lines_of(shop, member_id) == []


def test_line_of_another_member_is_told_and_changes_nothing(line, shop, slug, member_id):
    owner = visitor()
    come_back(owner, slug)
    owner.post(f"/m/{slug}/join/", {})
    with organization_scope(shop):
        phone = get_member(organization_id=shop, member_id=member_id).phone
    client, _ = walk_in(shop, slug, phone)
    assert come_back(client, slug)["Location"] == f"/m/{slug}/me/"
    assert "This LINE belongs to another membership." in client.get(f"/m/{slug}/me/").text
    assert lines_of(shop, member_id) == []
    assert who(client, shop, slug).id == member_id


def test_only_way_in_is_not_taken_away(line, shop, slug):
    client = visitor()
    come_back(client, slug)
    client.post(f"/m/{slug}/join/", {})
    client.post(f"/m/{slug}/line/unlink/")
    assert "Add a phone or e-mail first" in client.get(f"/m/{slug}/me/").text
    assert lines_of(shop, who(client, shop, slug).id) == [SOMCHAI]


@pytest.mark.parametrize("changed", [{"state": "x"}, {"state": ""}])
def test_answer_to_somebody_elses_question_is_refused(line, slug, changed):
    client = visitor()
    assert come_back(client, slug, **changed)["Location"] == f"/m/{slug}/enter/"
    assert "begun elsewhere" in client.get(f"/m/{slug}/enter/").text
    assert "phakdi_member" not in client.cookies


def test_stolen_answer_opens_nothing_in_another_browser(line, slug):
    client, thief = visitor(), visitor()
    there = client.get(f"/m/{slug}/line/")["Location"]
    back = httpx.get(there, trust_env=False).headers["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    thief.get(f"/m/{slug}/line/")
    assert thief.get(f"/m/{slug}/line/back/", query)["Location"] == f"/m/{slug}/enter/"
    assert thief.get(f"/m/{slug}/join/")["Location"] == f"/m/{slug}/enter/"


def test_who_does_not_agree_is_told_of_the_phone(line, slug):
    line.denies = True
    client = visitor()
    assert come_back(client, slug)["Location"] == f"/m/{slug}/enter/"
    assert "You can use your phone number instead." in client.get(f"/m/{slug}/enter/").text


def test_line_in_trouble_is_told_as_trouble(line, slug):
    client = visitor()
    there = client.get(f"/m/{slug}/line/")["Location"]
    back = httpx.get(there, trust_env=False).headers["Location"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    line.answers = [(503, {"message": "busy"})]
    client.get(f"/m/{slug}/line/back/", query)
    assert "LINE does not answer. Try later, or use your phone." in client.get(f"/m/{slug}/enter/").text


def test_page_inside_line_takes_a_token_and_nothing_else(line, shop, slug):
    client = visitor()
    assert client.post(f"/m/{slug}/liff/", {"id_token": line.id_token()})["Location"] == f"/m/{slug}/join/"
    client.post(f"/m/{slug}/join/", {})
    assert visitor().post(f"/m/{slug}/liff/", {"id_token": line.id_token()})["Location"] == f"/m/{slug}/"
    for faked in (SOMCHAI, "", "a.b.c", line.id_token(aud="999")):
        liar = visitor()
        assert liar.post(f"/m/{slug}/liff/", {"id_token": faked, "user_id": SOMCHAI})["Location"] == f"/m/{slug}/enter/"
        assert "phakdi_member" not in liar.cookies


def test_only_the_page_inside_line_lets_lines_script_in(line, slug):
    inside = visitor().get(f"/m/{slug}/liff/")
    assert "script-src https://static.line-scdn.net 'nonce-" in inside["Content-Security-Policy"]
    assert "connect-src https://api.line.me 'self'" in inside["Content-Security-Policy"]
    assert '<script src="https://static.line-scdn.net/liff/edge/2/sdk.js"' in inside.text
    for path in ("enter/", "qr/", "offline/"):
        answer = visitor().get(f"/m/{slug}/{path}")
        assert "line-scdn" not in answer["Content-Security-Policy"] + answer.text


def test_without_a_connection_there_is_no_line(slug):
    client = visitor()
    assert "LINE" not in client.get(f"/m/{slug}/enter/").text
    assert client.get(f"/m/{slug}/line/").status_code == 404
    assert client.get(f"/m/{slug}/liff/").status_code == 404


def test_other_line_is_another_member(line, shop, slug):
    first, second = visitor(), visitor()
    come_back(first, slug)
    first.post(f"/m/{slug}/join/", {})
    line.user_id = OTHER
    come_back(second, slug)
    second.post(f"/m/{slug}/join/", {})
    assert who(first, shop, slug).id != who(second, shop, slug).id
