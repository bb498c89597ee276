"""Staff in the console: invited by a link, in areas, asked again before what matters; keys replaced; approvals by a second person."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from phakdi.engagement.messaging.models import Message
from phakdi.flows.manage_staff import Person, add_staff
from phakdi.flows.manage_store import add_store
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.platform.audit.queries import entries
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.staff.core import Permission, Role
from phakdi.platform.staff.queries import places_of, staff_of
from phakdi.web.proof import PROVED
from phakdi.web.roles import DUTIES

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def stale(client):
    session = client.session
    session[PROVED] = utc_now().timestamp() - 601
    session.save()
    return client


def person(shop, email):
    with organization_scope(shop):
        return next(each for each in staff_of(organization_id=shop) if each.user.email == email)


def test_invited_person_chooses_a_password_by_the_link_and_works(owner, shop, store):
    form = {"name": "เอก", "email": "ek@shop.example", "role": "CASHIER", "stores": [store]}
    page = owner.post("/console/staff/new/", form)
    path = re.search(r"/sign-in/link/[^\"]+/", page.text)[0]
    with organization_scope(shop):
        assert [(each.destination, each.template) for each in Message.objects.all()] == [("ek@shop.example", "staff_invited")]
    client = Client(headers={"accept-language": "en"})
    assert "Welcome, เอก" in client.get(path).text
    client.post(path, {"new": "a quite long password"})
    client.post("/sign-in/", {"email": "ek@shop.example", "password": "a quite long password"})
    assert client.get("/counter/").status_code == 200
    assert client.get(path).status_code == 410


def test_somebody_who_signs_in_elsewhere_gets_no_link(owner, shop, other_organization_id):
    add_staff(
        organization_id=other_organization_id,
        person=Person("a@b.example", "A", "a long enough word"),
        role="OWNER",
        now=utc_now(),
    )
    page = owner.post("/console/staff/new/", {"name": "A", "email": "a@b.example", "role": "ANALYST"})
    assert "/sign-in/link/" not in page.text


def test_link_is_sent_again_and_the_one_before_is_void(owner, shop):
    first = owner.post("/console/staff/new/", {"name": "A", "email": "a@b.example", "role": "ANALYST"})
    old = re.search(r"/sign-in/link/[^\"]+/", first.text)[0]
    again = owner.post(f"/console/staff/{person(shop, 'a@b.example').id}/invite/")
    new = re.search(r"/sign-in/link/[^\"]+/", again.text)[0]
    assert [Client().get(path).status_code for path in (old, new)] == [410, 200]


def test_area_includes_stores_that_open_later(owner, shop):
    for code, area in (("A1", "North"), ("B1", "South")):
        add_store(organization_id=shop, code=code, given={"name": code, "area": area}, now=utc_now())
    owner.post("/console/staff/new/", {"name": "A", "email": "a@b.example", "role": "CASHIER", "areas": ["North"]})
    someone = person(shop, "a@b.example")
    assert places_of(user_id=someone.user_id)[0].stores == ("A1",)
    add_store(organization_id=shop, code="A2", given={"name": "A2", "area": "North"}, now=utc_now())
    place = places_of(user_id=someone.user_id)[0]
    assert [place.works_in(code) for code in ("A1", "A2", "B1")] == [True, True, False]


def test_area_that_lost_its_stores_opens_nothing(owner, shop):
    from phakdi.flows.manage_store import change_store

    add_store(organization_id=shop, code="A1", given={"name": "A1", "area": "North"}, now=utc_now())
    owner.post("/console/staff/new/", {"name": "A", "email": "a@b.example", "role": "MANAGER", "areas": ["North"]})
    change_store(organization_id=shop, code="A1", changes={"area": "South"}, now=utc_now())
    place = places_of(user_id=person(shop, "a@b.example").user_id)[0]
    assert not place.works_in("A1")


@pytest.mark.parametrize("address", ["/console/keys/new/", "/console/webhooks/new/", "/console/staff/rules/"])
def test_what_matters_asks_again_who_it_is(owner, address):
    assert owner.get(address).status_code == 200
    assert stale(owner).get(address)["Location"].startswith("/sign-in/again/?next=")


def test_owner_is_added_only_by_who_proves_it_again(owner, shop):
    form = {"name": "A", "email": "a@b.example", "role": "OWNER"}
    assert stale(owner).post("/console/staff/new/", form)["Location"].startswith("/sign-in/again/")
    with organization_scope(shop):
        assert len(staff_of(organization_id=shop)) == 1


def test_key_is_replaced_and_the_old_one_works_for_a_week(owner, shop):
    owner.post("/console/keys/new/", {"name": "Till", "scopes": ["activities:write"], "stores": ["S1"], "life": "365"})
    with organization_scope(shop):
        (old,) = keys_of(organization_id=shop)
    page = owner.post(f"/console/keys/{old.id}/rotate/")
    with organization_scope(shop):
        new, old = keys_of(organization_id=shop)
    assert page.context["token"].startswith(f"phk_{new.prefix}_")
    assert (new.scopes, new.stores, new.expires_at - new.created_at) == (["activities:write"], ["S1"], timedelta(days=365))
    assert timedelta(days=6, hours=23) < old.expires_at - utc_now() <= timedelta(days=7)
    assert stale(owner).post(f"/console/keys/{old.id}/rotate/")["Location"].startswith("/sign-in/again/")


def test_revoked_key_is_not_replaced(owner, shop):
    owner.post("/console/keys/new/", {"name": "Till", "scopes": ["activities:write"]})
    with organization_scope(shop):
        (key,) = keys_of(organization_id=shop)
    owner.post(f"/console/keys/{key.id}/revoke/")
    page = owner.post(f"/console/keys/{key.id}/rotate/", follow=True)
    assert "This key opens nothing any more" in page.text
    with organization_scope(shop):
        assert len(keys_of(organization_id=shop)) == 1


def test_large_adjustment_waits_on_a_page_where_a_second_person_approves(signed_in, shop, member_id):
    manager, owner = signed_in(Role.MANAGER), signed_in(Role.OWNER)
    form = {"unit": "points", "points": "6000", "reason": "Sorry for the wait", "token": "t"}
    page = manager.post(f"/console/members/{member_id}/adjust/", form, follow=True)
    assert "Somebody else has to agree first." in page.text
    assert "somebody else decides" in manager.get("/console/approvals/").text
    held = re.search(r"/console/approvals/([0-9a-f-]{36})/", owner.get("/console/approvals/").text)[1]
    assert manager.post(f"/console/approvals/{held}/", {"decision": "approve"}).status_code == 403
    answer = owner.post(f"/console/approvals/{held}/", {"decision": "approve"}, follow=True)
    assert "the points are moved" in answer.text
    assert snapshot_of(organization_id=shop, member_id=member_id, now=utc_now()).state.wallets["points"].active == 6000


def test_grant_to_oneself_is_forbidden(signed_in, shop, member_id):
    manager = signed_in(Role.MANAGER)
    manager.post(f"/console/staff/{person(shop, 'manager@shop.example').id}/member/", {"member_id": str(member_id)})
    form = {"unit": "points", "points": "10", "reason": "Sorry for the wait", "token": "t"}
    assert manager.post(f"/console/members/{member_id}/adjust/", form).status_code == 403


def test_roles_are_told_in_plain_words(owner):
    page = owner.get("/console/staff/roles/").text
    assert "Give points for a bill, and take them back" in page
    assert set(DUTIES) == set(Permission)


def test_rules_are_noted(owner, shop):
    owner.post("/console/staff/rules/", {"second_factor": "NOBODY", "adjust_alone_max": "100", "grants_a_day_max": "5"})
    with organization_scope(shop):
        (noted,) = [each for each in entries(organization_id=shop) if each.action == "staff.rules_changed"]
    assert noted.data == {"second_factor": "NOBODY", "adjust_alone_max": 100, "grants_a_day_max": 5}


def test_failed_work_is_told_in_words_and_tried_again_all_at_once(owner, shop):
    from tests.integration.platform.owner import as_owner

    for number in range(2):
        as_owner(
            "INSERT INTO job (organization_id, consumer, fact_id, topic, data, at, is_ordered, state, due_at, tries, last_error,"
            " created_at, failed_at) VALUES (%s, 'tell_webhooks', gen_random_uuid(), 'store.added', '{}', now(), false, 'DEAD',"
            " now(), 12, %s, now(), now())",
            [shop, ["worker_died", "card_unreadable"][number]],
        )
    page = owner.get("/console/failures/").text
    assert "Tell webhooks" in page
    assert "The computer stopped in the middle of it." in page
    assert "Tried again now: 2." in owner.post("/console/failures/retry/", follow=True).text
    assert as_owner("SELECT DISTINCT state FROM job") == [("READY",)]
    with organization_scope(shop):
        assert [each.action for each in entries(organization_id=shop)][:2] == ["job.retried", "job.retried"]
