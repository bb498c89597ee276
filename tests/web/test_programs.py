"""Every example program can be shown: its card, its counter, its console, in both languages."""

from pathlib import Path

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.member_session import SignedInBy, begin_session
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.web.portal.sessions import MEMBER, contact_mark

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "programs").rglob("*.yaml"))


@pytest.fixture
def as_member(shop, slug, member_id):
    """Return a function that lets a browser be the member's."""
    from django.core import signing

    from phakdi.kit.db.scope import organization_scope
    from phakdi.people.members.queries import get_member

    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=member_id)

    def become(client):
        session = begin_session(organization_id=shop, member_id=member.id, agent="", way=SignedInBy.CODE, now=utc_now())
        value = {"session": str(session.id), "mark": contact_mark(member)}
        client.cookies[MEMBER] = signing.dumps(value, salt=f"phakdi.portal.{MEMBER}.{shop}", compress=True)

    return become


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_example_can_be_shown(signed_in, shop, slug, member_id, as_member, path):
    text = path.read_text(encoding="utf-8")
    try:
        apply_program(organization_id=shop, text=text, now=utc_now(), effective_from=utc_now())
    except Refusal as refusal:
        pytest.skip(refusal.message)  # a file of cases that belongs to another
    told = {"kind": "purchase", "at": utc_now(), "amount": 4200, "ref": "X1", "origin": "pos"}
    try:
        record_activity(organization_id=shop, member_id=member_id, activity=told, now=utc_now())
    except Refusal as refusal:
        assert refusal.code  # the program wants more than an amount
    client = signed_in()
    for language in ("th", "en"):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        as_member(client)
        for address in (
            f"/m/{slug}/",
            f"/m/{slug}/history/",
            f"/counter/m/{member_id}/",
            f"/counter/m/{member_id}/pay/",
            f"/console/members/{member_id}/",
            f"/console/members/{member_id}/adjust/",
            "/console/",
            "/console/programs/edit/",
        ):
            answer = client.get(address)
            assert answer.status_code == 200, (address, language)
            assert len(answer.content) < 100_000, (address, len(answer.content))
        checked = client.post("/console/programs/edit/", {"text": text, "do": "check", "who": "Member", "amount": "100"})
        assert checked.status_code == 200
        bill = client.post(f"/counter/m/{member_id}/give/", {"amount": "500", "receipt": "", "token": "t"})
        assert bill.status_code in {200, 422}
