"""The what-if pages, as they are seen: the form, the answer; on a phone and a desktop; axe finds nothing."""

from datetime import timedelta

import pytest

from phakdi.flows.backtest_program import Draft, Wanted, ask, work
from phakdi.kit.clock import utc_now
from phakdi.platform.audit.core import Actor
from tests.e2e.conftest import DESKTOP, PHONE, PROGRAM
from tests.e2e.test_access_for_all import faults

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.browser, pytest.mark.slow]


def test_form_and_answer(shop, regular, open_page, sign_in, picture):
    now = utc_now()
    more, less = (
        PROGRAM.replace("points: 1, per: 25", "points: 1, per: 20"),
        PROGRAM.replace("points: 1, per: 25", "points: 1, per: 50"),
    )
    wanted = Wanted([Draft("ฉบับร่าง", more), Draft("half.yaml", less)], (now - timedelta(days=365)).date(), now.date())
    asked = ask(organization_id=shop.id, wanted=wanted, now=now, actor=Actor("system", ""))
    work(organization_id=shop.id, backtest_id=asked, now=now)
    for size, language in ((DESKTOP, "en"), (PHONE, "th")):
        page = open_page(size, language)
        sign_in(page, "owner@rimnam.example")
        for name, url in (("form", "/console/insight/what-if/"), ("answer", f"/console/insight/what-if/?run={asked}")):
            page.goto(url)
            picture(page, f"what-if-{name}-{language}")
            assert faults(page) == []
