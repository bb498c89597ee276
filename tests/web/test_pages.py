"""Every page of staff: it opens, stays small, asks the database a fixed number of times, and only for those who may."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from phakdi.flows.freeze_member import freeze_member
from phakdi.kit.clock import utc_now
from phakdi.kit.ids import new_id
from phakdi.platform.staff.core import MATRIX, Role
from phakdi.web.urls import urlpatterns

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SIZE_MAX = 100_000


def staff_pages(patterns=urlpatterns):
    """Yield every page that asks for a permission."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from staff_pages(pattern.url_patterns)
        elif hasattr(pattern.callback, "permissions"):
            yield pattern


def pages_without_guard(patterns=urlpatterns):
    """Yield every page that anybody may open."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from pages_without_guard(pattern.url_patterns)
        elif not hasattr(pattern.callback, "permissions") and not hasattr(pattern.callback, "is_public"):
            yield pattern.name


def address(pattern, member_id=None):
    """Return the page's address, with names of things that are not there unless given."""
    blanks = {"member_id": member_id or new_id(), "code": "S1", "job_id": 1}
    wanted = pattern.pattern.converters
    return reverse(f"web:{pattern.name}", kwargs={name: blanks.get(name) or new_id() for name in wanted})


def test_every_page_says_who_may_open_it():
    assert set(pages_without_guard()) == {"home", "language", "sign_in", "sign_out", "place", "password"}
    assert get_resolver().url_patterns


@pytest.mark.parametrize("role", list(Role))
def test_staff_pages_open_for_those_whose_role_includes_them(signed_in, member_id, bought, role):
    bought()
    client = signed_in(role)
    for pattern in staff_pages():
        url, may = address(pattern, member_id), bool(MATRIX[role] & set(pattern.callback.permissions))
        for answer in (client.get(url), client.post(url)):
            if answer.status_code == 405:
                continue
            assert (answer.status_code == 403) is not may, (role, pattern.name, answer.status_code)
            assert answer.status_code < 500, (pattern.name, answer.status_code)


def test_staff_pages_ask_strangers_to_sign_in(db):
    for pattern in staff_pages():
        answer = Client().get(address(pattern))
        if answer.status_code == 405:
            answer = Client().post(address(pattern))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/"), pattern.name


@pytest.mark.parametrize("language", ["th", "en"])
def test_pages_are_small_and_guarded(signed_in, member_id, bought, language):
    bought()
    client = signed_in(language=language)
    for pattern in staff_pages():
        answer = client.get(address(pattern, member_id))
        if answer.status_code != 200:
            continue
        assert len(answer.content) < SIZE_MAX, pattern.name
        assert answer["Cache-Control"] == "no-store"
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert b"style=" not in answer.content, pattern.name


def test_pages_of_another_organization_are_not_found(owner, other_organization_id, bought, member_id):
    stranger = new_id()
    assert owner.get(reverse("web:member", args=[stranger])).status_code == 404
    assert other_organization_id


@pytest.mark.parametrize(
    "name", ["members", "programs", "stores", "staff", "keys", "audit", "reviews", "imports", "failures", "counter", "console"]
)
def test_lists_ask_the_database_the_same_number_of_times_for_one_row_and_three(
    owner, django_assert_max_num_queries, new_member, name, shop
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"web:{name}")
    new_member()
    owner.get(url)
    with CaptureQueriesContext(connection) as few:
        owner.get(url)
    for _ in range(3):
        freeze_member(organization_id=shop, member_id=new_member(), reason="", now=utc_now())
    owner.get(url)
    with CaptureQueriesContext(connection) as many:
        owner.get(url)
    assert len(many) == len(few)


def test_members_page_asks_the_database_the_same_for_one_row_and_many(owner, member_id, bought):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url, counts = reverse("web:member", args=[member_id]), []
    for number in range(3):
        bought(10, f"R{number}")
        owner.get(url)
        with CaptureQueriesContext(connection) as queries:
            owner.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] < 25
