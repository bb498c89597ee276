"""Saved views and the weekly summary: for oneself, for the team, and out again; whose stores are whose."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from phakdi.engagement.messaging.models import Message
from phakdi.flows.keep_daily import freshen
from phakdi.flows.manage_staff import Person, add_staff
from phakdi.flows.send_summary import send_summaries
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Role
from phakdi.web.console.insight import registry

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # nine in the morning in Bangkok


def test_a_view_is_kept_shared_pinned_and_removed(signed_in, shop):
    owner, analyst = signed_in(), signed_in(Role.ANALYST)
    told = {"report": "points", "query": "span=30&export=csv", "name": " Points,  this month ", "is_shared": "on"}
    answer = owner.post("/console/insight/views/keep/", told)
    assert answer["Location"] == "/console/insight/points/?span=30&export=csv"
    page = analyst.get("/console/insight/views/").content.decode()
    assert "Points, this month" in page
    assert 'href="/console/insight/points/?span=30"' in page
    assert "by Owner Somchai" in page
    url = re.search(r"/console/insight/views/[0-9a-f-]{36}/", page).group(0)

    analyst.post(url, {"do": "pin"})
    assert "Points, this month" in analyst.get("/console/insight/").content.decode()
    assert "Points, this month" not in owner.get("/console/insight/").content.decode()
    analyst.post(url, {"do": "change", "name": "Mine"})
    analyst.post(url, {"do": "forget"})
    assert "Points, this month" in owner.get("/console/insight/views/").content.decode()

    owner.post(url, {"do": "change", "name": "Only mine"})
    assert "Only mine" not in analyst.get("/console/insight/views/").content.decode()
    owner.post(url, {"do": "forget"})
    assert "Only mine" not in owner.get("/console/insight/views/").content.decode()


def test_what_cannot_be_kept_is_said(owner):
    for told in ({"report": "points", "name": " "}, {"report": "nothing", "name": "x"}):
        owner.post("/console/insight/views/keep/", told)
    assert "No views yet" in owner.get("/console/insight/views/").content.decode()


def test_who_works_in_some_stores_sees_no_others(owner, shop, store):
    person = Person("one@shop.example", "One Store", "a long enough word")
    somebody = add_staff(organization_id=shop, person=person, role=Role.MANAGER, stores=[store], now=utc_now())
    client = Client(headers={"accept-language": "en"})
    client.force_login(somebody.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/console/insight/").status_code == 200
    answers = {entry.key: owner.get(f"/console/insight/{entry.key}/").context["report"] for entry in registry.REPORTS}
    for entry in registry.REPORTS:
        answer = client.get(f"/console/insight/{entry.key}/?store=ELSE")
        if entry.by_store:
            assert (answer.status_code, answer.context["filters"].store) == (200, store), entry.key
        else:
            assert answer.status_code == 403, entry.key
            assert "store" not in answers[entry.key].narrows, entry.key


def test_the_summary_comes_on_mondays_once_and_ends_by_its_link(signed_in, shop, bought, mailed):
    owner = signed_in()
    bought(amount=100, ref="A", days_ago=3)
    freshen(organization_id=shop, now=utc_now())
    page = owner.get("/console/insight/summary/").content.decode()
    assert "You do not get it" in page
    assert "Sales to members" in page
    owner.post("/console/insight/summary/", {"do": "on"})

    assert send_summaries(organization_id=shop, now=MONDAY - timedelta(hours=2)) == 0
    assert send_summaries(organization_id=shop, now=MONDAY) == 1
    assert send_summaries(organization_id=shop, now=MONDAY + timedelta(hours=1)) == 0
    (mail,) = mailed()
    assert mail.subject == "Shop 1: สรุปสัปดาห์ 16 พ.ย. 2569 ถึง 22 พ.ย. 2569"
    assert "ยอดขายให้สมาชิก" in mail.body

    stop = re.search(r"/console/insight/summary/stop/[^\s]+", mail.body).group(0)
    stranger = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
    assert stranger.get(stop).status_code == 200
    assert "You get it" in owner.get("/console/insight/summary/").content.decode()
    assert "will not come any more" in stranger.post(stop).content.decode()
    assert "You do not get it" in owner.get("/console/insight/summary/").content.decode()
    assert stranger.post(stop.replace("stop/", "stop/x")).status_code == 404
    assert send_summaries(organization_id=shop, now=MONDAY + timedelta(days=7)) == 0


def test_one_is_sent_at_once_in_the_readers_words(signed_in, mailed):
    owner = signed_in()
    owner.post("/console/insight/summary/", {"do": "now"})
    assert [mail.destination for mail in mailed()] == ["owner@shop.example"]


@pytest.fixture
def mailed(shop):
    """Return a function that returns the summaries that wait to be sent."""

    def found():
        with organization_scope(shop):
            return list(Message.objects.filter(organization_id=shop, template="staff_summary").order_by("created_at"))

    return found
