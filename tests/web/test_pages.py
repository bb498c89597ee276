"""Every page of staff: it opens, stays small, asks the database a fixed number of times, and only for those who may."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter

from phakdi.flows.apply_program import apply_program
from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.issue_api_key import issue_api_key
from phakdi.flows.manage_staff import Person, add_staff
from phakdi.flows.manage_store import add_store
from phakdi.flows.manage_webhooks import Wish, add_webhook, ping_webhook
from phakdi.flows.reconcile_bill import reconcile_bill
from phakdi.flows.record_activity import record_activity
from phakdi.flows.request_import import keep_upload
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.queries import entries
from phakdi.platform.staff.core import MATRIX, HeldBecause, Permission, Role
from phakdi.platform.staff.operations import Wanted, note_grant
from phakdi.platform.staff.queries import places_of
from phakdi.web.urls import urlpatterns

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
SIZE_MAX = 100_000
NEEDS_TOO = {
    "campaign_list": Permission.EXPORTS_RUN,
    "figure_rows": Permission.INSIGHT_READ,
}  # pages that ask for a second permission
WRITES_TOO = {
    "insight_settings": Permission.PROGRAMS_WRITE,
    "insight_targets": Permission.PROGRAMS_WRITE,
    "till_totals": Permission.IMPORTS_RUN,
}  # pages that more may read than change
WRITING_NEEDS = {  # who may look may not always change
    "insight_settings": Permission.PROGRAMS_WRITE,
    "insight_targets": Permission.PROGRAMS_WRITE,
    "till_totals": Permission.IMPORTS_RUN,
}
GO_BACK = {"review_decide", "duplicate_say", "request_act"}  # to where they came from, and say there what was wrong
MY_OWN = {  # about whoever is signed in, or about to be
    "second", "again", "forgotten", "link", "passkey_ask", "passkey_show", "passkey_begin", "passkey_make",
    "security", "security_app", "security_codes", "security_remove", "security_end", "security_end_others",
}  # fmt: skip


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
    invented = {name: 1 if isinstance(each, IntConverter) else new_id() for name, each in wanted.items()}
    return reverse(f"web:{pattern.name}", kwargs={name: blanks.get(name) or invented[name] for name in wanted})


def test_every_page_says_who_may_open_it():
    assert set(pages_without_guard()) == {
        "home",
        "language",
        "theme",
        "design",
        "host_known",
        "sign_in",
        "sign_out",
        "sign_up",
        "sign_up_suggest",
        "place",
        "password",
        *MY_OWN,
    }
    assert get_resolver().url_patterns


@pytest.mark.parametrize("role", list(Role))
def test_staff_pages_open_for_those_whose_role_includes_them(signed_in, member_id, bought, role):
    bought()
    client = signed_in(role)
    for pattern in staff_pages():
        url, may = address(pattern, member_id), bool(MATRIX[role] & set(pattern.callback.permissions))
        may = may and NEEDS_TOO.get(pattern.name, Permission.MEMBERS_READ) in (MATRIX[role] | {Permission.MEMBERS_READ})
        may_write = may and WRITES_TOO.get(pattern.name, Permission.MEMBERS_FIND) in (MATRIX[role] | {Permission.MEMBERS_FIND})
        for answer, is_allowed in ((client.get(url), may), (client.post(url), may_write)):
            if answer.status_code == 405:
                continue
            assert (answer.status_code == 403) is not is_allowed, (role, pattern.name, answer.status_code)
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
        content = b"".join(answer) if answer.streaming else answer.content
        assert len(content) < SIZE_MAX, pattern.name
        assert answer["Cache-Control"] == "no-store"
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert b"style=" not in content, pattern.name


@pytest.fixture
def foreign(other_organization_id):
    """Return the names of things of another organization, by what addresses call them."""
    now = utc_now()
    add_store(organization_id=other_organization_id, code="X9", given={"name": "Other"}, now=now)
    person = Person("other@shop.example", "Other", "a long enough word")
    staff = add_staff(organization_id=other_organization_id, person=person, role="OWNER", now=now)
    key = issue_api_key(organization_id=other_organization_id, name="Other", scopes=["members:read"], now=now).key
    text = "phakdi: 1\nkey: other\nearning:\n  - {key: base, on: purchase, give: {points: 1, per: 1}}\n"
    version = apply_program(organization_id=other_organization_id, text=text, now=now)
    kept = keep_upload(
        organization_id=other_organization_id, name="a.csv", chunks=[b"phone\n0891112233\n"], now=now, actor=Actor("staff", "1")
    )
    enrollment = Enrollment(profile={"given_name": "Other", "phone": "0897776665"})
    member = enroll_by_staff(
        organization_id=other_organization_id, enrollment=enrollment, actor=Actor("staff", "1"), now=now
    ).member
    bought = {"kind": "purchase", "amount": 10, "ref": "R1", "origin": "pos"}
    receipt = record_activity(organization_id=other_organization_id, member_id=member.id, activity=bought, now=now)
    return {
        "member_id": member.id,
        "activity_id": receipt.activity_id,
        "code": "X9",
        "staff_id": staff.id,
        "key_id": key.id,
        "version_id": version.id,
        "file_id": kept.id,
        "import_id": new_id(),
        "job_id": 1,
        **webhook_of(other_organization_id),
        "held_id": held_of(other_organization_id, staff.id, member.id),
        "bill_id": bill_of(staff),
    }


def bill_of(staff):
    """Return a bill that a till of their organization kept and nobody can book."""
    place, now = places_of(user_id=staff.user.id)[0], utc_now()
    said = {
        "till": str(new_id()),
        "number": 1,
        "staff": str(staff.id),
        "who": "Other",
        "amount": "5",
        "at": now.isoformat(),
        "token": "t",
    }
    return reconcile_bill(place=place, text=json.dumps(said), signature="", now=now).bill_id


def webhook_of(organization_id):
    """Return an endpoint of an organization and something that was to be sent to it."""
    now, wish = utc_now(), Wish("Other", "https://other.example/", ["*"])
    endpoint = add_webhook(organization_id=organization_id, wish=wish, now=now).endpoint
    delivery = ping_webhook(organization_id=organization_id, endpoint_id=endpoint.id, now=now)
    return {"endpoint_id": endpoint.id, "delivery_id": delivery.id}


def held_of(organization_id, staff_id, member_id):
    """Return points of an organization that wait for a second person."""
    wanted = Wanted(member_id, "", 9000, "A large refund", "held")
    with organization_scope(organization_id):
        return note_grant(
            organization_id=organization_id, staff_id=staff_id, wanted=wanted, why=HeldBecause.LARGE, now=utc_now()
        ).id


def test_things_of_another_organization_are_not_found_and_not_changed(owner, foreign, other_organization_id):
    with organization_scope(other_organization_id):
        before = len(entries(organization_id=other_organization_id, limit=200))
    form = {
        "text": "x",
        "amount": "5",
        "token": "t",
        "reason": "because of that",
        "points": "5",
        "unit": "points",
        "given_name": "Z",
    }
    for pattern in staff_pages():
        names = pattern.pattern.converters
        if not names or pattern.name == "failure_settle":  # that one goes back to its list and says so
            continue
        invented = {name: 1 if isinstance(each, IntConverter) else new_id() for name, each in names.items()}
        url = reverse(f"web:{pattern.name}", kwargs={name: foreign.get(name, invented[name]) for name in names})
        for answer in (owner.get(url), owner.post(url, form)):
            assert answer.status_code in {404, 405} or (answer.status_code == 302 and pattern.name in GO_BACK), (
                pattern.name,
                answer.status_code,
            )
    with organization_scope(other_organization_id):
        member = get_member(organization_id=other_organization_id, member_id=foreign["member_id"])
        assert (member.given_name, member.status) == ("Other", "ACTIVE")
        assert len(entries(organization_id=other_organization_id, limit=200)) == before


@pytest.mark.parametrize(
    "name",
    [
        "members",
        "programs",
        "stores",
        "staff",
        "keys",
        "webhooks",
        "approvals",
        "audit",
        "reviews",
        "imports",
        "failures",
        "counter",
        "console",
    ],
)
def test_lists_ask_the_database_the_same_number_of_times_for_one_row_and_three(
    owner, django_assert_max_num_queries, new_member, name, shop
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    url = reverse(f"web:{name}")
    freeze_member(organization_id=shop, member_id=new_member(), reason="", now=utc_now())
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
