"""A draft is tried on the history from the browser: asked for, worked out, looked at, taken out; and erased with its member."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from phakdi.flows.backtest_program import work
from phakdi.insight.backtest import operations, queries
from phakdi.insight.backtest.models import BacktestMember
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

GENEROUS = """
phakdi: 1
key: more
currency: THB
units:
  points: {worth: 1}
earning:
  - {key: base, on: purchase, give: {points: 3, per: 10}}
  - {key: never, on: purchase, when: {store: nowhere}, give: {points: 5}}
tiers:
  levels:
    - {key: start}
    - {key: high, reach: {meter: spend, window: lifetime, at_least: 1000000}}
spending:
  - {key: pay, pays: 1}
"""


def asked(client, **more):
    today = date.today()
    said = {
        "first": (today - timedelta(days=30)).isoformat(),
        "last": today.isoformat(),
        "file_a": SimpleUploadedFile("more.yaml", GENEROUS.encode()),
        **more,
    }
    return client.post("/console/insight/what-if/begin/", said)


@pytest.fixture
def worked_out(shop, owner, bought):
    bought(amount=500, ref="B1", days_ago=3)
    bought(amount=1200, ref="B2", days_ago=2)
    url = asked(owner).url
    with organization_scope(shop):
        (row,) = queries.backtests_of(organization_id=shop)
    waiting = owner.get(url).content.decode()
    assert "as soon as a worker is free" in waiting
    work(organization_id=shop, backtest_id=row.id, now=utc_now())
    return url, row.id


def test_the_page_says_what_it_needs_and_refuses_in_words(owner, bought):
    assert "It needs a history" in owner.get("/console/insight/what-if/").content.decode()
    bought(amount=500, ref="B1", days_ago=3)
    assert "Begin" in owner.get("/console/insight/what-if/").content.decode()
    wrong = asked(owner, file_a=SimpleUploadedFile("wrong.yaml", b"phakdi: 1\nkey: x\nnothing: 1\n"))
    assert wrong.url == "/console/insight/what-if/"
    assert "nothing" in owner.get(wrong.url).content.decode()
    late = asked(owner, first="2990-01-01", last="2990-02-01")
    assert "These days cannot be used" in owner.get(late.url).content.decode()


def test_what_came_of_it(shop, owner, worked_out, member_id):
    url, run = worked_out
    page = owner.get(url)
    body = page.content.decode()
    report = page.context["report"]
    figures = {row["what"]: (row.get("now"), row["a"]) for row in report.sections[0].tables[0].rows}
    assert figures["points given"][1] == "510"
    assert "510" in figures["Owed at the end"][1]
    assert "The rule never never applied" in body
    assert "None of 1 members reaches the level high" in body
    members = next(table for table in report.tables() if table.key == "losers_a")
    assert [row["_url"] for row in members.rows] == [f"/console/members/{member_id}/"]
    months = owner.get(f"{url}&export=csv&table=months").content.decode("utf-8-sig")
    assert sum(float(row["Given: more.yaml"]) for row in csv.DictReader(io.StringIO(months))) == 510

    with organization_scope(shop):
        operations.forget_members(organization_id=shop, member_ids=[member_id])
        assert not BacktestMember.objects.filter(organization_id=shop, backtest_id=run).exists()
    assert owner.get(url).status_code == 200


def test_one_at_a_time_and_only_for_those_who_may(owner, signed_in, bought):
    bought(amount=500, ref="B1", days_ago=3)
    asked(owner)
    assert "Another what-if" in owner.get(asked(owner).url).content.decode()
    analyst = signed_in(Role.ANALYST)
    assert "Begin" not in analyst.get("/console/insight/what-if/").content.decode()
    assert asked(analyst).status_code == 403
