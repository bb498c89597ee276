"""Webhooks in the console: a secret shown once, a test, what was sent and answered, and sending it again."""

import orjson
import pytest

from phakdi.adapters.webhooks.sending import WebhookSender
from phakdi.flows.manage_webhooks import Wish, add_webhook
from phakdi.flows.tell_webhooks import tell_webhooks
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.platform.audit.queries import entries
from phakdi.platform.webhooks.operations import NewEvent
from phakdi.platform.webhooks.queries import deliveries_of, endpoints_of
from tests.fakes.receiver import receiving

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def receiver(settings):
    with receiving() as outside:
        settings.WEBHOOK_TRUSTED = outside.trusted
        yield outside


@pytest.fixture
def endpoint(shop, receiver):
    wish = Wish("ERP", receiver.url, ["*"], receiver.trusted)
    return add_webhook(organization_id=shop, wish=wish, now=utc_now()).endpoint


def drain(receiver):
    sender = WebhookSender(trusted=receiver.trusted)
    while sender.step():
        pass


def test_secret_is_shown_once(owner, shop):
    form = {"name": "ERP", "url": "https://erp.example/hook", "topics": ["member.joined", "store.added"]}
    page = owner.post("/console/webhooks/new/", form)
    assert page.context["secret"] in page.text
    with organization_scope(shop):
        (endpoint,) = endpoints_of(organization_id=shop)
    assert endpoint.topics == ["member.joined", "store.added"]
    listed = owner.get("/console/webhooks/").text
    assert "Somebody became a member, A store was added" in listed
    assert page.context["secret"] not in owner.get(f"/console/webhooks/{endpoint.id}/").text
    assert page.context["secret"] not in endpoint.sealed_secret


@pytest.mark.parametrize("url", ["http://erp.example/", "https://127.0.0.1:8443/", "https://localhost/", "erp.example"])
def test_address_that_may_not_be_called_is_told_at_its_field(owner, shop, url):
    page = owner.post("/console/webhooks/new/", {"name": "ERP", "url": url, "everything": "on"})
    assert page.status_code == 422
    assert page.context["form"].errors["url"] == ["Give an address that begins with https:// and names a host."]


def test_nothing_chosen_is_told(owner):
    page = owner.post("/console/webhooks/new/", {"name": "ERP", "url": "https://erp.example/"})
    assert page.context["form"].errors["topics"] == ["Choose at least one kind of event."]


def test_test_shows_what_was_sent_and_answered(owner, endpoint, receiver):
    receiver.answer = lambda _: (400, {}, "ไม่เข้าใจ".encode())
    answer = owner.post(f"/console/webhooks/{endpoint.id}/act/", {"do": "ping"})
    drain(receiver)
    page = owner.get(answer["Location"]).text
    assert "HTTP 400" in page
    assert "ไม่เข้าใจ" in page
    assert "webhook-signature" in page
    assert orjson.loads(receiver.calls[0][1])["type"] == "webhook.ping"


def test_delivery_is_sent_again_from_its_page(owner, shop, endpoint, receiver):
    event = NewEvent(new_id(), "store.added", None, utc_now())
    tell_webhooks(organization_id=shop, event=event, data={"code": "S1"}, now=utc_now())
    drain(receiver)
    with organization_scope(shop):
        (delivery,) = deliveries_of(organization_id=shop)
    owner.post(f"/console/webhooks/deliveries/{delivery.id}/")
    drain(receiver)
    assert len(receiver.calls) == 2
    assert len(set(receiver.ids)) == 1


def test_days_are_sent_again(owner, shop, endpoint, receiver):
    for _ in range(3):
        event = NewEvent(new_id(), "store.added", None, utc_now())
        tell_webhooks(organization_id=shop, event=event, data={"code": "S1"}, now=utc_now())
    drain(receiver)
    page = owner.get(f"/console/webhooks/{endpoint.id}/")
    assert page.status_code == 200
    today = utc_now().strftime("%d/%m/%Y")
    tomorrow = page.context["today"].strftime("%d/%m/%Y")
    answer = owner.post(f"/console/webhooks/{endpoint.id}/replay/", {"since": today, "until": tomorrow}, follow=True)
    assert "Events that are sent again:" in answer.text


def test_switched_off_endpoint_hears_nothing_until_it_is_on_again(owner, shop, endpoint, receiver):
    owner.post(f"/console/webhooks/{endpoint.id}/act/", {"do": "pause"})
    event = NewEvent(new_id(), "store.added", None, utc_now())
    tell_webhooks(organization_id=shop, event=event, data={"code": "S1"}, now=utc_now())
    drain(receiver)
    assert receiver.calls == []
    owner.post(f"/console/webhooks/{endpoint.id}/act/", {"do": "resume"})
    drain(receiver)
    assert len(receiver.calls) == 1
    with organization_scope(shop):
        assert {"webhook.paused", "webhook.resumed"} <= {each.action for each in entries(organization_id=shop)}


def test_removed_endpoint_is_gone_with_its_log(owner, shop, endpoint):
    owner.post(f"/console/webhooks/{endpoint.id}/act/", {"do": "ping"})
    owner.post(f"/console/webhooks/{endpoint.id}/act/", {"do": "remove"})
    with organization_scope(shop):
        assert (endpoints_of(organization_id=shop), deliveries_of(organization_id=shop)) == ([], [])
