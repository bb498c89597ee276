"""A partner takes vouchers by the code on a member's card, once each, and sees neither name nor phone."""

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.member_card import card_codes
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import vouchers_of
from phakdi.people.members.queries import get_member
from phakdi.platform.organizations.queries import all_organizations
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PROGRAM = """phakdi: 1
key: shop
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
vouchers:
  coffee:
    name: {th: กาแฟฟรี, en: A free coffee}
    item: {th: กาแฟ, en: coffee}
    valid: {after: 30 days}
"""


@pytest.fixture
def with_voucher(shop, member_id):
    """Return a member who has a voucher."""
    now = utc_now()
    apply_program(organization_id=shop, text=PROGRAM, now=now)
    granted = {"kind": "grant_voucher", "voucher": "coffee", "ref": "G1", "at": utc_now()}
    record_activity(organization_id=shop, member_id=member_id, activity=granted, now=utc_now())
    return member_id


@pytest.fixture
def partner(signed_in):
    return signed_in(Role.PARTNER)


def shown(shop, member_id):
    """Return what the member's card shows now."""
    (organization,) = (each for each in all_organizations() if each.id == shop)
    return card_codes(organization=organization, member_id=member_id, now=utc_now(), most=1).texts[0]


def states(shop, member_id):
    with organization_scope(shop):
        return [each.state for each in vouchers_of(organization_id=shop, member_id=member_id, limit=10)]


def test_partner_is_led_to_their_page_and_to_no_other(partner):
    assert partner.get("/")["Location"] == "/partner/"
    for address in ("/console/", "/console/members/", "/counter/"):
        assert partner.get(address).status_code == 403


def test_voucher_is_taken_once(partner, shop, with_voucher):
    partner.post("/partner/", {"code": shown(shop, with_voucher)})
    page = partner.get("/partner/")
    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=with_voucher)
    assert "A free coffee" in page.text
    assert not any(word and word in page.text for word in (member.given_name, member.number, member.phone))
    (voucher,) = page.context["vouchers"]
    first = partner.post("/partner/take/", {"voucher": str(voucher.id)}, follow=True)
    assert "Taken: A free coffee" in first.text
    again = partner.post("/partner/take/", {"voucher": str(voucher.id)}, follow=True)
    assert "This voucher cannot be taken" in again.text
    assert states(shop, with_voucher) == ["USED"]


def test_code_of_a_card_opens_it_once(signed_in, shop, with_voucher):
    one, other, code = signed_in(Role.PARTNER), signed_in(Role.OWNER), shown(shop, with_voucher)
    assert one.post("/partner/", {"code": code}).status_code == 302
    assert other.post("/partner/", {"code": code}).status_code == 422


def test_voucher_of_somebody_else_is_not_taken(partner, shop, with_voucher, other_member_id):
    (voucher_id,) = snapshot_of(organization_id=shop, member_id=with_voucher, now=utc_now()).state.vouchers
    partner.post("/partner/", {"code": shown(shop, other_member_id)})
    partner.post("/partner/take/", {"voucher": str(voucher_id)})
    assert states(shop, with_voucher) == ["ISSUED"]


def test_frozen_member_gives_nothing(partner, shop, with_voucher):
    code = shown(shop, with_voucher)
    freeze_member(organization_id=shop, member_id=with_voucher, reason="", now=utc_now())
    partner.post("/partner/", {"code": code})
    (voucher_id,) = snapshot_of(organization_id=shop, member_id=with_voucher, now=utc_now()).state.vouchers
    partner.post("/partner/take/", {"voucher": str(voucher_id)})
    assert states(shop, with_voucher) == ["ISSUED"]


def test_without_a_card_nothing_is_taken(partner, shop, with_voucher):
    (voucher_id,) = snapshot_of(organization_id=shop, member_id=with_voucher, now=utc_now()).state.vouchers
    page = partner.post("/partner/take/", {"voucher": str(voucher_id)}, follow=True)
    assert "read the card&#x27;s code again" in page.text
    assert states(shop, with_voucher) == ["ISSUED"]
