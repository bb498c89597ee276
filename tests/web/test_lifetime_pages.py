"""Who may leave, what members are worth and their groups: shown with reasons, taken out as files, and quiet about names where a role is."""

import csv
import io

import pytest

from phakdi.flows.expect_of_members import expect_of_members
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.core import Role
from tests.fakes.purchases import buying_members

pytestmark = pytest.mark.django_db

PAGES = ("leaving", "worth", "groups")


@pytest.fixture
def modelled(shop, member_id, new_member):
    """Return some members of a shop whose purchases a model fits."""
    known = [member_id, *(new_member() for _ in range(5))]
    now = utc_now()
    expect_of_members(shop, buying_members(known, count=600, as_of=now), now)
    return known


def read(browser, key, **query):
    answer = browser.get(f"/console/insight/{key}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_pages_show_members_with_reasons_and_the_model_with_its_checks(owner, modelled):
    leaving, worth, groups = (read(owner, key) for key in PAGES)

    assert "Usually comes every" in leaving
    assert f"/console/members/{modelled[0]}/" in worth
    assert "MBG/NBD" in worth
    assert "Judged by what came after" in worth
    assert "Champions" in groups.title()
    assert "?r=5&amp;f=" in groups


def test_a_list_is_narrowed_and_taken_out_as_a_file(owner, modelled):
    answer = owner.get("/console/insight/leaving/", {"risk": "high", "export": "csv", "table": "at-risk"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.status_code == 200
    assert len(rows) > 1
    assert all(float(row[1]) >= 0.55 for row in rows[1:])


def test_a_cell_of_the_grid_names_its_members(owner, modelled):
    found = [read(owner, "groups", r=r, f=f) for r in range(1, 6) for f in range(1, 6)]

    assert any(f"/console/members/{who}/" in page for page in found for who in modelled)
    assert read(owner, "groups", r="9", f="x").count("rfm-name") == 25


def test_a_role_without_members_sees_figures_only(signed_in, modelled):
    analyst = signed_in(Role.ANALYST)

    for key in PAGES:
        assert "/console/members/" not in read(analyst, key)


def test_the_page_of_a_member_says_what_is_expected_and_why(owner, modelled):
    page = owner.get(f"/console/members/{modelled[5]}/").content.decode()

    assert "What we expect of this member" in page
    assert "By the model MBG/NBD, worked out today." in page
    assert "last came" in page


def test_with_few_members_the_pages_say_why_there_is_no_model(owner, shop, member_id):
    now = utc_now()
    expect_of_members(shop, buying_members([member_id], count=40, as_of=now), now)

    for key in ("leaving", "worth"):
        assert "too few to learn from" in read(owner, key)
    page = owner.get(f"/console/members/{member_id}/").content.decode()
    assert "By how long they have been silent" in page
