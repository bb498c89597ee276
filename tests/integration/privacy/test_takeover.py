"""Guessed codes, stolen SIM cards and pumped messages (F8), each with a control that shows what the guard is for."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Lock

import pytest

from phakdi.engagement.messaging.queries import messages_of
from phakdi.flows.record_activity import record_activity
from phakdi.flows.set_code_policy import set_code_policy
from phakdi.flows.update_member import change_contact, update_member
from phakdi.flows.verify_code import Asker, start_code, verify_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Rejected
from phakdi.kit.vault import unseal
from phakdi.people.codes import operations
from phakdi.people.codes.core import CodeGone, CountryNotServed, TooManyCodes, WrongCode
from phakdi.people.codes.queries import find_challenge, sent_on
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from tests.integration.loyalty.engine.by_hand import all_at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK = Actor("staff", "7")
GUESSES = 10_000
PARALLEL = 8
ASKER = Asker("a-session-of-a-browser", "203.0.113.7")


@pytest.fixture
def rich(shop, member_id):
    record_activity(
        organization_id=shop, member_id=member_id, now=NOW, activity={"kind": "purchase", "amount": 1000, "at": NOW, "ref": "R1"}
    )
    return member_id


def start(
    organization_id,
    destination,
    *,
    purpose="SIGN_IN",
    channel="SMS",
    session="a-session-of-a-browser",
    at=NOW,
    address="203.0.113.7",
):
    return start_code(
        organization_id=organization_id,
        purpose=purpose,
        channel=channel,
        destination=destination,
        asker=Asker(session, address),
        now=at,
    )


def code_of(organization_id):
    from phakdi.engagement.messaging.models import Message

    with organization_scope(organization_id):
        row = Message.objects.filter(template="code").order_by("-id").first()
    return next(word for word in unseal(row.sealed).split() if word.isdigit() and len(word) == 6)


def take_cup(organization_id, member_id, at):
    activity = {"kind": "redeem", "reward": "cup", "at": at, "ref": f"C-{at.isoformat()}"}
    return record_activity(organization_id=organization_id, member_id=member_id, activity=activity, now=at)


# --- guessing ---------------------------------------------------------------------------------------------------------


def guess_all(shop, proof, right):
    """Try ten thousand codes from many sessions at once and return how many were looked at."""
    waiting, lock, looked = iter([f"{n:06}" for n in range(GUESSES + 1) if f"{n:06}" != right]), Lock(), []

    def some():
        while True:
            with lock:
                codes = list(islice(waiting, 50))
            if not codes:
                return
            for code in codes:
                try:
                    verify_code(organization_id=shop, purpose="SIGN_IN", proof=proof, code=code, now=NOW)
                except WrongCode:
                    looked.append(code)
                except CodeGone:
                    pass

    all_at_once([some] * PARALLEL)
    with organization_scope(shop):
        return find_challenge(organization_id=shop, challenge_id=proof.challenge_id).tries, len(looked)


@pytest.mark.slow
def test_of_ten_thousand_guesses_five_are_looked_at(shop):
    proof = start(shop, "0812345678").proof
    right = code_of(shop)

    tries, told_wrong = guess_all(shop, proof, right)

    assert tries == 5
    assert told_wrong == 4  # the fifth says that the code is gone
    with pytest.raises(CodeGone):
        verify_code(organization_id=shop, purpose="SIGN_IN", proof=proof, code=right, now=NOW)


def test_without_the_guard_more_than_five_would_be_looked_at(shop, monkeypatch):
    monkeypatch.setattr(operations, "_TRY", operations._TRY.replace("SET tries = tries + 1,", "SET tries = least(tries + 1, 4),"))
    proof = start(shop, "0812345678").proof
    right = code_of(shop)
    looked = 0
    for n in range(20):
        if f"{n:06}" != right:
            with pytest.raises(WrongCode):
                verify_code(organization_id=shop, purpose="SIGN_IN", proof=proof, code=f"{n:06}", now=NOW)
            looked += 1

    assert looked > 5


@pytest.mark.parametrize("spoiled", ["session", "purpose", "used", "late"])
def test_a_right_code_opens_nothing_elsewhere_or_later(shop, spoiled):
    proof = start(shop, "0812345678").proof
    right, purpose, at = code_of(shop), "SIGN_IN", NOW
    if spoiled == "session":
        proof = type(proof)(proof.challenge_id, proof.channel, proof.destination, "another-session-of-a-browser")
    elif spoiled == "purpose":
        purpose = "CHANGE_CONTACT"
    elif spoiled == "used":
        verify_code(organization_id=shop, purpose=purpose, proof=proof, code=right, now=at)
    else:
        at = NOW + timedelta(minutes=5)

    with pytest.raises(CodeGone):
        verify_code(organization_id=shop, purpose=purpose, proof=proof, code=right, now=at)


# --- a stolen SIM card ------------------------------------------------------------------------------------------------


def prove(shop, member_id, destination, channel):
    proof = start(shop, destination, purpose="CHANGE_CONTACT", channel=channel).proof
    verify_code(organization_id=shop, purpose="CHANGE_CONTACT", proof=proof, code=code_of(shop), now=NOW)
    change_contact(organization_id=shop, member_id=member_id, proof=proof, now=NOW)


def warned(shop, member_id):
    with organization_scope(shop):
        found = messages_of(organization_id=shop, member_id=member_id)
    return sorted(row.destination for row in found if row.template == "contact_changed")


@pytest.mark.parametrize("hours", [24, 72])
def test_after_a_new_phone_nobody_spends_for_as_long_as_the_organization_says(shop, rich, hours):
    set_code_policy(organization_id=shop, daily_budget=100, countries=["+66"], hold_hours=hours, now=NOW, actor=CLERK)
    with organization_scope(shop):
        before = get_member(organization_id=shop, member_id=rich).phone
    prove(shop, rich, "0899998888", "SMS")

    with pytest.raises(Rejected) as held:
        take_cup(shop, rich, NOW + timedelta(hours=hours, seconds=-1))
    assert held.value.code == "spending_held"
    assert warned(shop, rich) == [before]
    assert take_cup(shop, rich, NOW + timedelta(hours=hours)).outcome


def test_an_email_added_where_none_was_is_told_to_the_phone_and_holds_spending_too(shop, rich):
    with organization_scope(shop):
        phone = get_member(organization_id=shop, member_id=rich).phone
    prove(shop, rich, "new@example.com", "EMAIL")

    assert warned(shop, rich) == [phone]
    with pytest.raises(Rejected) as held:
        take_cup(shop, rich, NOW + timedelta(hours=23))
    assert held.value.code == "spending_held"
    assert take_cup(shop, rich, NOW + timedelta(hours=24)).outcome


def test_staff_who_add_a_contact_hold_spending_as_well(shop, rich):
    update_member(organization_id=shop, member_id=rich, changes={"email": "new@example.com"}, now=NOW, actor=CLERK)

    with pytest.raises(Rejected):
        take_cup(shop, rich, NOW + timedelta(hours=1))


def test_a_new_nickname_holds_nothing(shop, rich):
    update_member(organization_id=shop, member_id=rich, changes={"nickname": "Noi"}, now=NOW, actor=CLERK)

    assert take_cup(shop, rich, NOW + timedelta(hours=1)).outcome
    assert warned(shop, rich) == []


def test_without_the_hold_a_stolen_card_would_be_enough(shop, rich, monkeypatch):
    from phakdi.people.members import operations as members

    monkeypatch.setattr(members, "hold_spending", lambda **_: None)
    prove(shop, rich, "0899998888", "SMS")

    assert take_cup(shop, rich, NOW + timedelta(minutes=1)).outcome


@pytest.mark.parametrize("hours", [0, 23, 73])
def test_a_hold_lasts_one_to_three_days(shop, hours):
    with pytest.raises(Invalid):
        set_code_policy(organization_id=shop, daily_budget=1, countries=["+66"], hold_hours=hours, now=NOW)


# --- pumping ----------------------------------------------------------------------------------------------------------


def test_the_budget_of_messages_stops_exactly_and_begins_anew_with_the_organizations_day(shop):
    set_code_policy(organization_id=shop, daily_budget=3, countries=["+66"], hold_hours=24, now=NOW)
    before_midnight = datetime(2026, 3, 2, 16, 59, tzinfo=UTC)  # 23:59 in Bangkok
    after_midnight = datetime(2026, 3, 2, 17, 1, tzinfo=UTC)

    def ask(n, at):
        try:
            start(shop, f"08111111{n:02}", session=f"browser-number-{n:04}", address=f"203.0.113.{n}", at=at)
        except TooManyCodes as refusal:
            return refusal.details["limit"]
        return "sent"

    answers = all_at_once([lambda n=n: ask(n, before_midnight) for n in range(12)])

    assert answers.count("sent") == 3
    assert answers.count("budget") == 9
    assert ask(20, after_midnight) == "sent"
    with organization_scope(shop):
        sent = [sent_on(organization_id=shop, day=day) for day in (datetime(2026, 3, 2).date(), datetime(2026, 3, 3).date())]
    assert sent == [3, 1]


def test_no_code_goes_to_a_country_that_is_not_on_the_list(shop):
    with pytest.raises(CountryNotServed):
        start(shop, "+4915112345678")
