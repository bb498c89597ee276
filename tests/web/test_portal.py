"""Members' own pages: who is let in, what they see, and what they are told when something is wrong."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from phakdi.engagement.messaging.models import Message
from phakdi.flows.close_member import close_member
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.merge_members import merge_members
from phakdi.flows.update_member import update_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal
from phakdi.people.consents.queries import consent_history
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import get_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
STAFF = Actor("staff", "1")
assert cache


def visitor(language="en"):
    return Client(headers={"accept-language": language})


def code_of(shop):
    with organization_scope(shop):
        message = Message.objects.filter(organization_id=shop).order_by("-id").first()
        return re.search(r"\d{6}", unseal(message.sealed))[0]


@pytest.fixture
def enter(shop, slug):
    """Return a function that brings a browser up to a proved phone."""

    def walk(contact, client=None):
        client = client or visitor()
        client.post(f"/m/{slug}/enter/", {"contact": contact})
        return client, client.post(f"/m/{slug}/code/", {"code": code_of(shop)})

    return walk


@pytest.fixture
def inside(enter, shop, member_id):
    """Return the member's browser."""
    with organization_scope(shop):
        phone = get_member(organization_id=shop, member_id=member_id).phone
    client, answer = enter(phone)
    assert answer.status_code == 302
    return client


def test_card_shows_balance_worth_and_why(inside, slug, bought):
    bought(250)
    page = inside.get(f"/m/{slug}/").text
    assert "250 <small>points</small>" in page
    assert "worth ฿250" in page
    assert "1 for each ฿1 of ฿250" in page


def test_stranger_is_led_to_the_way_in(slug):
    assert visitor().get(f"/m/{slug}/")["Location"] == f"/m/{slug}/enter/"
    assert visitor().get(f"/m/{slug}/history/")["Location"] == f"/m/{slug}/enter/"


def test_unknown_shop_is_not_found(db):
    answer = visitor().get("/m/no-such-shop/enter/")
    assert answer.status_code == 404
    assert "There is no such organization." in answer.text


def test_cookie_of_one_shop_opens_no_other(inside, slug, other_organization_id):
    with organization_scope(other_organization_id):
        other = get_organization(organization_id=other_organization_id).slug
    stolen = visitor()
    stolen.cookies["phakdi_member"] = inside.cookies["phakdi_member"].value
    assert stolen.get(f"/m/{slug}/").status_code == 200
    assert stolen.get(f"/m/{other}/")["Location"] == f"/m/{other}/enter/"


def test_altered_cookie_opens_nothing(inside, slug):
    altered = visitor()
    altered.cookies["phakdi_member"] = inside.cookies["phakdi_member"].value[:-2] + "xx"
    assert altered.get(f"/m/{slug}/").status_code == 302


def test_other_phone_signs_every_browser_out(inside, slug, shop, member_id):
    changes = {"phone": "0898887777"}
    update_member(organization_id=shop, member_id=member_id, changes=changes, now=utc_now(), actor=STAFF)
    assert inside.get(f"/m/{slug}/")["Location"] == f"/m/{slug}/enter/"


def test_closed_member_is_signed_out(inside, slug, shop, member_id):
    close_member(organization_id=shop, member_id=member_id, reason="", now=utc_now(), actor=STAFF)
    assert inside.get(f"/m/{slug}/").status_code == 302


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("12", "This is no phone number. Write it like 081-234-5678."),
        ("no@mail", "This is no e-mail address. Write it like somchai@example.com."),
        ("+1 650 253 0000", "No codes are sent to this country. Use an e-mail instead."),
        ("", "This field is required."),
    ],
)
def test_contact_that_is_none_is_told_and_kept(slug, contact, said):
    answer = visitor().post(f"/m/{slug}/enter/", {"contact": contact})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{contact}"' in answer.text or not contact


def test_wrong_code_says_how_often_one_may_try(slug, shop):
    client = visitor("th")
    client.post(f"/m/{slug}/enter/", {"contact": "0891112233"})
    wrong = "000000" if code_of(shop) != "000000" else "111111"
    assert "ลองได้อีก 4 ครั้ง" in client.post(f"/m/{slug}/code/", {"code": wrong}).text
    assert "รหัสมีตัวเลข 6 หลัก" in client.post(f"/m/{slug}/code/", {"code": "12"}).text


def test_code_of_another_browser_is_refused(slug, shop):
    client = visitor()
    client.post(f"/m/{slug}/enter/", {"contact": "0891112233"})
    thief = visitor()
    thief.cookies["phakdi_joining"] = client.cookies["phakdi_joining"].value
    answer = thief.post(f"/m/{slug}/code/", {"code": code_of(shop)})
    assert "This code is no longer valid. Ask for a new one." in answer.text


def test_joining_without_a_proved_phone_is_impossible(slug):
    client = visitor()
    client.post(f"/m/{slug}/enter/", {"contact": "0891112233"})
    assert client.post(f"/m/{slug}/join/", {"given_name": "A"})["Location"] == f"/m/{slug}/enter/"


def test_joining_keeps_what_was_typed_when_something_is_wrong(enter, slug):
    client, answer = enter("0891112233")
    assert answer["Location"] == f"/m/{slug}/join/"
    answer = client.post(f"/m/{slug}/join/", {"given_name": "Manee", "birthday": "31/2/2535"})
    assert answer.status_code == 422
    assert 'value="Manee"' in answer.text
    assert "This is no date." in answer.text


def test_somebody_under_age_needs_a_guardian_for_consents_only(enter, slug, shop):
    client, _ = enter("0891112233")
    year = utc_now().year - 15
    form = {"given_name": "Noi", "birthday": f"1/1/{year}", "consent_marketing_sms": "on"}
    answer = client.post(f"/m/{slug}/join/", form)
    assert "Under 20, a guardian has to agree as well." in answer.text
    assert client.post(f"/m/{slug}/join/", {**form, "guardian": "Mother"}).status_code == 302


def test_consents_are_noted_only_where_they_change(inside, slug, shop, member_id):
    inside.post(f"/m/{slug}/consents/", {"consent_marketing_sms": "on"})
    inside.post(f"/m/{slug}/consents/", {"consent_marketing_sms": "on"})
    inside.post(f"/m/{slug}/consents/", {})
    with organization_scope(shop):
        noted = consent_history(organization_id=shop, member_id=member_id)
    assert [(each.purpose, each.channel, each.granted) for each in noted] == [
        ("MARKETING", "SMS", False),
        ("MARKETING", "SMS", True),
    ]


def test_member_cannot_thaw_what_staff_froze(inside, slug, shop, member_id):
    freeze_member(organization_id=shop, member_id=member_id, reason="lost card", now=utc_now(), actor=STAFF)
    answer = inside.post(f"/m/{slug}/freeze/", follow=True)
    assert "The shop froze this membership. Ask the shop." in answer.text
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "FROZEN"


def test_personal_pages_are_kept_nowhere(inside, slug):
    assert inside.get(f"/m/{slug}/")["Cache-Control"] == "no-store"


ASKS_AT_MOST = {"": 16, "codes/": 13, "points/": 12, "history/": 13, "inbox/": 19, "rewards/": 12, "me/": 14}


def test_pages_ask_little_and_the_same_for_one_row_and_many(inside, slug, bought):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            assert inside.get(f"/m/{slug}/{path}").status_code == 200
        return len(queries)

    bought(10, "R0")
    inside.get(f"/m/{slug}/")
    few = {path: asked(path) for path in ASKS_AT_MOST}
    for number in range(1, 4):
        bought(10, f"R{number}")
    assert {path: asked(path) for path in ASKS_AT_MOST} == few
    assert {path: count for path, count in few.items() if count > ASKS_AT_MOST[path]} == {}


def test_member_who_became_part_of_another_stays_signed_in_as_that_one(inside, slug, shop, member_id, new_member):
    survivor = new_member()
    merge_members(organization_id=shop, survivor_id=survivor, merged_id=member_id, now=utc_now(), actor=STAFF)

    page = inside.get(f"/m/{slug}/")

    assert page.status_code == 200
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=survivor).number in page.text
