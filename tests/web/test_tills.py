"""What the counter's browser is given and sends: keys, bills, pictures, and the figures of a day."""

import base64
import hashlib
import hmac
import io
import json
from datetime import timedelta

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from phakdi.flows.manage_store import add_store
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.ledger.queries import activities_of
from phakdi.people.members.queries import get_member
from phakdi.platform.staff.core import Role
from phakdi.platform.tills.models import Till
from phakdi.web.counter import scanning

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def till(signed_in):
    """Return the cashier's browser."""
    return signed_in(Role.CASHIER)


@pytest.fixture
def member(shop, member_id):
    with organization_scope(shop):
        return get_member(organization_id=shop, member_id=member_id)


def kept(told, who, **more):
    at = (utc_now() - timedelta(minutes=10)).isoformat()
    said = {
        "till": told["till"], "number": 1, "staff": told["staff"], "store": told["store"], "who": who, "amount": "100", "at": at,
        "token": "ab12", **more,
    }  # fmt: skip
    text = json.dumps(said)
    signing = base64.b64decode(told["signing"])
    return {"text": text, "signature": hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()}


def send(till, *bills):
    return till.post("/counter/till/bills/", {"bills": list(bills)}, content_type="application/json")


def test_till_gets_keys_once_it_asks_and_the_same_again(till, shop):
    told = till.get("/counter/till/").json()
    assert sorted(told) == ["csrf", "name", "organization", "staff", "store"]
    assert (told["organization"], told["store"]) == (str(shop), "S1")
    first = till.post("/counter/till/").json()
    again = till.post("/counter/till/", {"till": first["till"]}).json()
    assert [again[name] for name in ("till", "signing", "sealing")] == [first[name] for name in ("till", "signing", "sealing")]
    with organization_scope(shop):
        assert base64.b64decode(first["signing"]).hex() not in Till.objects.get().sealed_secret


def test_colleagues_share_the_seal_and_not_the_signature(till, signed_in):
    first = till.post("/counter/till/").json()
    other = signed_in(Role.MANAGER).post("/counter/till/", {"till": first["till"]}).json()
    assert (other["till"], other["sealing"]) == (first["till"], first["sealing"])
    assert other["signing"] != first["signing"]


def test_closed_device_keeps_no_more_bills(till, signed_in, shop, member):
    told = till.post("/counter/till/").json()
    assert till.post("/counter/devices/", {"till": told["till"]}).status_code == 403
    owner = signed_in(Role.OWNER)
    assert [str(device.id) for device, _ in owner.get("/counter/devices/").context["devices"]] == [told["till"]]
    early = kept(told, member.phone)
    owner.post("/counter/devices/", {"till": told["till"]})
    assert list(owner.get("/counter/devices/").context["devices"]) == []
    late = kept(told, member.phone, number=2, at=(utc_now() + timedelta(seconds=30)).isoformat())
    answers = send(till, early, late).json()["answers"]
    assert [answer["state"] for answer in answers] == ["BOOKED", "CONFLICT"]  # what was kept before is good
    assert till.post("/counter/till/", {"till": told["till"]}).json()["till"] != told["till"]


def test_bills_are_answered_one_by_one(till, shop, member):
    told = till.post("/counter/till/").json()
    answers = send(till, kept(told, member.phone), {"text": "no bill", "signature": ""}, kept(told, "Nobody", number=2)).json()
    assert [answer["state"] for answer in answers["answers"]] == ["BOOKED", "UNREADABLE", "CONFLICT"]
    assert answers["answers"][2]["sentence"] == "This names no member."
    with organization_scope(shop):
        assert [each.ref for each in activities_of(organization_id=shop, member_id=member.id)] == ["counter-ab12"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"bills": [1]}', b'{"bills": {"text": 1}}'])
def test_what_is_no_list_of_bills_is_refused(till, body):
    assert till.post("/counter/till/bills/", body, content_type="application/json").status_code == 422


def test_too_many_bills_at_once_are_refused(till):
    assert send(till, *[{"text": "", "signature": ""}] * 26).status_code == 422


def test_who_is_not_signed_in_is_led_to_sign_in(member):
    for address in ("/counter/till/", "/counter/offline/", "/counter/day/", "/counter/waiting/"):
        assert Client().get(address)["Location"].startswith("/sign-in/")


def test_forms_protection_holds_for_what_scripts_send(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff(Role.CASHIER).user, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client).status_code == 403
    assert client.post("/counter/read/").status_code == 403


def test_worker_and_manifest_are_whole(client):
    worker = client.get("/counter/worker.js")
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker["Service-Worker-Allowed"] == "/counter/"
    assert "unsafe" not in worker["Content-Security-Policy"]
    assert "const PhakdiTill" in worker.text
    assert worker.text.index("const PhakdiTill") < worker.text.index("addEventListener")
    manifest = client.get("/counter/app.webmanifest").json()
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/counter/", "/counter/", "standalone")


def test_page_without_a_network_names_no_member(till, member):
    page = till.get("/counter/offline/")
    assert page.status_code == 200
    assert member.number not in page.text


def picture(text):
    out = io.BytesIO()
    segno.make_qr(text).save(out, kind="png", scale=6, border=4)
    return SimpleUploadedFile("code.png", out.getvalue(), "image/png")


def read(till, file, **more):
    return till.post("/counter/read/", {"picture": file}, **more)


def test_scripts_get_what_a_picture_says_and_forms_are_led_on(till, member):
    answer = read(till, picture("B-77"), headers={"accept": "application/json"})
    assert answer.json() == {"texts": ["B-77"]}
    assert read(till, picture(member.number))["Location"] == f"/counter/?q={member.number}"


def test_picture_that_is_none_is_told(till):
    bad = SimpleUploadedFile("code.png", b"<svg/>", "image/png")
    answer = read(till, bad, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")
    page = till.get(read(till, SimpleUploadedFile("code.png", b"x", "image/png"))["Location"])
    assert "This picture cannot be read." in page.text


def test_pictures_that_come_too_fast_are_refused(till, monkeypatch):
    monkeypatch.setattr(scanning, "_limiter", scanning.RateLimiter(per_second=0.001, burst=2))
    statuses = [read(till, picture("B-77"), headers={"accept": "application/json"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


def give(till, member, amount, **more):
    form = {"amount": amount, "receipt": "", "token": f"t{amount}", "step": "confirm", **more}
    return till.post(f"/counter/m/{member.id}/give/", form)["Location"]


def test_pages_about_a_member_say_in_which_store_bills_are_kept(till, member):
    done = give(till, member, 100)
    for address in (
        f"/counter/m/{member.id}/",
        done,
        f"{done}undo/",
        f"/counter/m/{member.id}/pay/",
        "/counter/",
        "/counter/offline/",
    ):
        assert 'data-store="S1"' in till.get(address).text


def test_day_sums_what_each_cashier_gave_and_undid(till, signed_in, shop, member, other_member_id):
    add_store(organization_id=shop, code="S2", given={"name": "Two"}, now=utc_now())
    for amount in (100, 250):
        address = give(till, member, amount)
    till.post(f"{address}undo/", {"reason": "amount"})
    till.post("/counter/enroll/", {"phone": "0899999999", "given_name": "New"})
    owner = signed_in(Role.OWNER)
    owner.post("/counter/store/", {"store": "S2"})
    owner.post(f"/counter/m/{other_member_id}/give/", {"amount": "70", "token": "o", "step": "confirm"})

    mine = till.get("/counter/day/").context["total"]
    assert (mine.bills, mine.amount_minor, mine.undone, mine.new_members) == (2, 35_000, 1, 1)
    points = mine.units["points"]
    assert (points.given, points.used, points.undone) == (350, 0, 250)

    everywhere = owner.get("/counter/day/", {"who": "all", "store": ""})
    assert [(line.name, line.bills, line.new_members) for line in everywhere.context["people"]] == [
        ("Cashier Somchai", 2, 1),
        ("Owner Somchai", 1, 0),
    ]
    here = owner.get("/counter/day/", {"who": "all", "store": "S2"}).context["total"]
    assert (here.bills, here.amount_minor) == (1, 7_000)
    assert till.get("/counter/day/", {"day": "2020-01-01"}).context["total"].bills == 0


def test_cashier_sees_only_their_stores(till, signed_in, shop, member):
    add_store(organization_id=shop, code="S2", given={"name": "Two"}, now=utc_now())
    owner = signed_in(Role.OWNER)
    owner.post("/counter/store/", {"store": "S2"})
    give(owner, member, 70)
    for asked in ({"who": "all"}, {"who": "all", "store": ""}, {"who": "all", "store": "S2"}):
        page = till.get("/counter/day/", asked)
        assert (page.context["total"].bills, page.context["rows"]) == (0, [])


def test_many_bills_of_one_member_stand_out(till, member):
    for amount in range(10, 14):
        give(till, member, amount)
    (often,) = till.get("/counter/day/").context["often"]
    assert (often[0].member_id, often[0].bills, often[2]) == (member.id, 4, "Cashier Somchai")


def test_day_asks_the_database_as_often_with_more_rows(till, member):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = []
    for amounts in ((10, 20), (30, 40, 50)):
        for amount in amounts:
            give(till, member, amount)
        till.get("/counter/day/")
        with CaptureQueriesContext(connection) as queries:
            till.get("/counter/day/")
        asked.append(len(queries))
    assert asked[0] == asked[1]
