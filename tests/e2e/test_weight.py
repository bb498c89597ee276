"""Members' pages stay light: everything a first visit brings, compressed as servers do it, in under 100 KB."""

import gzip

import pytest

from tests.e2e.conftest import PHONE
from tests.e2e.test_access_for_all import enter_portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
MOST = 100_000
PACKED = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")


def weight(answer):
    """Return how many bytes an answer takes on its way."""
    body = answer.body()
    return len(gzip.compress(body, 6)) if answer.headers.get("content-type", "").startswith(PACKED) else len(body)


def test_members_pages_weigh_little_on_a_first_visit(shop, regular, open_page):
    page = open_page(PHONE)
    enter_portal(page, shop)
    cookies = page.context.cookies()
    heavy = {}
    for address in (
        "/m/rimnam/",
        "/m/rimnam/points/",
        "/m/rimnam/history/",
        "/m/rimnam/rewards/",
        "/m/rimnam/me/",
        "/m/rimnam/enter/",
    ):
        fresh = open_page(PHONE)
        fresh.context.add_cookies([] if address.endswith("/enter/") else cookies)
        answers = []
        fresh.on("response", lambda answer, kept=answers: kept.append(answer))
        fresh.goto(address, wait_until="networkidle")
        brought = {answer.url.partition("?")[0].rpartition("/")[2] or "page": weight(answer) for answer in answers if answer.ok}
        assert "page" in brought
        heavy[address] = sum(brought.values())
    print(heavy)
    assert {address: total for address, total in heavy.items() if total > MOST} == {}
