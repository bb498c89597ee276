"""Recording through the front door: once each, in order, whatever happens at the same time."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from phakdi.flows.dry_run import dry_run
from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activities import record_activities
from phakdi.flows.record_activity import Actor, record_activity
from phakdi.flows.record_caused import record_caused
from phakdi.flows.review_activity import approve_activity, reject_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, NotFound, Rejected
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger import queries as ledger
from tests.integration.loyalty.engine.by_hand import all_at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK = Actor("staff", "7")


def bought(ref: str = "", baht: int = 100, **more: object) -> dict[str, object]:
    """Return a purchase as a till reports it: the program gives a point for each baht."""
    return {"kind": "purchase", "at": NOW - timedelta(minutes=1), "origin": "pos", "ref": ref, "amount": baht, **more}


REDEEM_100 = {"kind": "redeem", "at": NOW, "points": 100}


@pytest.fixture
def record(shop, member_id):
    """Return `record_activity` for the member at NOW."""
    return lambda activity, **more: record_activity(
        **{"organization_id": shop, "member_id": member_id, "activity": activity, "now": NOW, **more}
    )


@pytest.fixture
def balance(shop, member_id):
    """Return a function that reads the member's spendable points."""

    def read(of=member_id):
        with organization_scope(shop):
            return {wallet.unit: wallet.active for wallet in ledger.wallets_of(organization_id=shop, member_id=of)}.get(
                "points", 0
            )

    return read


@pytest.fixture(autouse=True)
def _ledger_is_sound(shop):
    """Hold every test to a ledger that replays."""
    yield
    with organization_scope(shop):
        assert [str(difference) for difference in differences_of(organization_id=shop)] == []


def activities(shop, member_id):
    """Return the member's activities, the latest first."""
    with organization_scope(shop):
        return ledger.activities_of(organization_id=shop, member_id=member_id)


def test_a_purchase_earns(record, balance, shop, member_id):
    receipt = record(bought("R1", 120), actor=CLERK)

    assert (receipt.status, receipt.is_replay, receipt.member_id) == ("BOOKED", False, member_id)
    assert balance() == 120
    (kept,) = activities(shop, member_id)
    assert (kept.id, kept.ref, kept.amount_minor, kept.actor) == (
        receipt.activity_id,
        "R1",
        12000,
        {"kind": "staff", "id": "7", "store": ""},
    )
    assert (kept.outcome, kept.verdicts) == (dict(receipt.outcome), [dict(verdict) for verdict in receipt.verdicts])


def test_the_same_receipt_again_is_answered_as_at_first(record, balance):
    first = record(bought("R1", 120))
    again = record(bought("R1", 120, at=NOW, channel="line", store="S2"))

    assert again.is_replay
    assert (again.activity_id, again.outcome, again.verdicts) == (first.activity_id, first.outcome, first.verdicts)
    assert balance() == 120


def test_the_same_receipt_with_another_amount_is_a_conflict(record, balance):
    record(bought("R1", 120))

    with pytest.raises(Conflict) as refused:
        record(bought("R1", 121))

    assert (refused.value.code, refused.value.details) == ("receipt_conflict", {"ref": "R1", "reason": "other_content"})
    assert balance() == 120


def test_the_same_receipt_for_another_member_is_a_conflict(record, balance, other_member_id):
    record(bought("R1", 120))

    with pytest.raises(Conflict) as refused:
        record(bought("R1", 120), member_id=other_member_id)

    assert (refused.value.code, refused.value.details) == ("receipt_conflict", {"ref": "R1", "reason": "other_member"})
    assert balance(other_member_id) == 0


def test_the_same_number_of_another_origin_is_another_receipt(record, balance):
    record(bought("R1", 120))
    record(bought("R1", 120, origin="web"))

    assert balance() == 240


def test_activities_without_a_reference_are_all_recorded(record, balance):
    record(bought(baht=10))
    record(bought(baht=10))

    assert balance() == 20


def test_a_future_date_is_invalid(record, shop, member_id):
    with pytest.raises(Invalid) as refused:
        record(bought("R1", at=NOW + timedelta(hours=1)))

    assert (refused.value.code, refused.value.details) == ("future_date", {"field": "at"})
    assert activities(shop, member_id) == []


def test_an_unknown_member_is_not_found(record):
    with pytest.raises(NotFound) as refused:
        record(bought("R1"), member_id=new_id())

    assert refused.value.code == "member_not_found"


def test_a_refusal_changes_nothing(record, balance, shop, member_id):
    record(bought("R1", 50))

    with pytest.raises(Rejected):
        record(REDEEM_100)

    assert balance() == 50
    assert len(activities(shop, member_id)) == 1


def test_a_dry_run_answers_the_same_and_keeps_nothing(record, balance, shop, member_id):
    rehearsed = dry_run(organization_id=shop, member_id=member_id, activity=bought("R1", 120), now=NOW)

    assert balance() == 0
    assert activities(shop, member_id) == []
    assert rehearsed.outcome == record(bought("R1", 120)).outcome


# --- late reports -------------------------------------------------------------------------------------------------

LONG_AGO = NOW - timedelta(days=45)


def test_a_late_report_waits_for_review(record, balance, shop, member_id):
    """R15."""
    receipt = record(bought("R1", 120, at=LONG_AGO))

    assert receipt.status == "REVIEW"
    assert balance() == 0
    with organization_scope(shop):
        assert [row.id for row in ledger.activities_in_review(organization_id=shop)] == [receipt.activity_id]
    assert record(bought("R1", 120, at=LONG_AGO)).is_replay


def test_a_late_report_that_was_looked_at_is_booked(record, balance):
    assert record(bought("R1", 120, at=LONG_AGO), late=True).status == "BOOKED"
    assert balance() == 120


def test_an_approved_report_is_booked_once(record, balance, shop, member_id):
    waiting = record(bought("R1", 120, at=LONG_AGO))
    decide = partial(
        approve_activity, organization_id=shop, member_id=member_id, activity_id=waiting.activity_id, now=NOW, actor=CLERK
    )

    first, again = decide(), decide()

    assert (first.status, first.is_replay, again.is_replay, again.activity_id) == ("BOOKED", False, True, first.activity_id)
    assert balance() == 120
    with organization_scope(shop):
        assert ledger.activities_in_review(organization_id=shop) == []
    (booked, _) = activities(shop, member_id)
    assert (booked.occurred_at, booked.ref) == (LONG_AGO, "R1")


def test_a_rejected_report_is_never_booked(record, balance, shop, member_id):
    waiting = record(bought("R1", 120, at=LONG_AGO))
    named = {"organization_id": shop, "member_id": member_id, "activity_id": waiting.activity_id, "now": NOW, "actor": CLERK}
    reject_activity(**named)
    reject_activity(**named)

    with pytest.raises(Conflict) as refused:
        approve_activity(**named)

    assert refused.value.code == "activity_not_in_review"
    assert balance() == 0
    with organization_scope(shop):
        assert ledger.activities_in_review(organization_id=shop) == []


def test_what_was_approved_or_never_waited_cannot_be_rejected(record, shop, member_id):
    waiting = record(bought("R1", 120, at=LONG_AGO))
    named = {"organization_id": shop, "member_id": member_id, "now": NOW, "actor": CLERK}
    approve_activity(**named, activity_id=waiting.activity_id)

    for activity_id in (waiting.activity_id, record(bought("R2")).activity_id):
        with pytest.raises(Conflict) as refused:
            reject_activity(**named, activity_id=activity_id)
        assert refused.value.code == "activity_not_in_review"


# --- what others caused -------------------------------------------------------------------------------------------


def test_what_another_activity_caused_is_recorded_once(shop, member_id, balance):
    told = {
        "organization_id": shop,
        "fact_id": new_id(),
        "member_id": member_id,
        "data": {"kind": "purchase", "at": NOW.isoformat(), "fields": {"amount": 30}, "of": "", "depth": 1},
        "now": NOW,
    }

    first, again = record_caused(**told), record_caused(**told)

    assert (first.is_replay, again.is_replay, again.activity_id) == (False, True, first.activity_id)
    assert balance() == 30
    (kept,) = activities(shop, member_id)
    assert kept.data["depth"] == 1


# --- many ---------------------------------------------------------------------------------------------------------


def test_a_batch_answers_every_item_in_its_order(shop, member_id, other_member_id, balance):
    items = [
        (member_id, bought("A", 150)),
        (other_member_id, bought("B", 20)),
        (member_id, REDEEM_100),
        (other_member_id, REDEEM_100),
        (member_id, bought("A", 150)),
        (other_member_id, bought("A", 150)),
        (new_id(), bought("C", 10)),
        (member_id, bought("D", 10, at=LONG_AGO)),
        (member_id, bought("E", 10, at=NOW + timedelta(days=1))),
        (other_member_id, bought("F", 5)),
    ]

    answers = record_activities(organization_id=shop, items=items, now=NOW)

    shown = [getattr(answer, "code", None) or (answer.status, answer.is_replay) for answer in answers]
    refused = answers[3].code
    assert shown == [
        ("BOOKED", False),
        ("BOOKED", False),
        ("BOOKED", False),
        refused,
        ("BOOKED", True),
        "receipt_conflict",
        "member_not_found",
        ("REVIEW", False),
        "future_date",
        ("BOOKED", False),
    ]
    assert isinstance(answers[3], Rejected)
    assert answers[4].activity_id == answers[0].activity_id
    assert (balance(), balance(other_member_id)) == (50, 25)


def test_a_batch_repeated_changes_nothing(shop, member_id, other_member_id, balance):
    items = [(member_id, bought("A", 150)), (other_member_id, bought("B", 20)), (member_id, bought("C", 5))]
    first = record_activities(organization_id=shop, items=items, now=NOW)

    again = record_activities(organization_id=shop, items=items, now=NOW)

    assert [answer.is_replay for answer in again] == [True, True, True]
    assert [answer.activity_id for answer in again] == [answer.activity_id for answer in first]
    assert (balance(), balance(other_member_id)) == (155, 20)


def test_a_batch_gives_what_single_reports_give(shop, new_member, balance):
    one, many = new_member(), new_member()
    said = [bought("", 150), REDEEM_100, bought("", 7), REDEEM_100, bought("", 60), REDEEM_100]

    answers = record_activities(organization_id=shop, items=[(many, activity) for activity in said], now=NOW)

    singles = []
    for activity in said:
        try:
            singles.append(record_activity(organization_id=shop, member_id=one, activity=activity, now=NOW).outcome)
        except Rejected as refusal:
            singles.append(refusal.code)

    def told(answer):
        outcome = answer if isinstance(answer, dict) else getattr(answer, "outcome", None)
        return (
            getattr(answer, "code", answer) if outcome is None else {k: v for k, v in outcome.items() if k != "redemption"}
        )  # its own name

    assert [told(answer) for answer in answers] == [told(answer) for answer in singles]
    assert balance(many) == balance(one) == 17


def test_more_than_a_thousand_items_are_invalid(shop, member_id):
    with pytest.raises(Invalid):
        record_activities(organization_id=shop, items=[(member_id, bought())] * 1001, now=NOW)


# --- races --------------------------------------------------------------------------------------------------------


def test_a_hundred_redemptions_of_100_at_once_from_500_are_five(record, balance):
    """F3."""
    record(bought("R1", 500))

    def redeem() -> bool:
        try:
            record(REDEEM_100)
        except Rejected:
            return False
        return True

    assert sum(all_at_once([redeem] * 100, threads=8)) == 5
    assert balance() == 0


def test_one_receipt_fifty_times_at_once_from_three_channels_is_one_grant(record, balance):
    """F5."""
    reports = [partial(record, bought("R1", 120, channel=channel)) for channel in ("store", "line", "web")] * 17

    receipts = all_at_once(reports, threads=8)

    assert [receipt.is_replay for receipt in receipts].count(False) == 1
    assert len({receipt.activity_id for receipt in receipts}) == 1
    assert balance() == 120


def test_batches_that_cross_each_other_lose_nothing(shop, new_member, balance):
    members = [new_member() for _ in range(10)]

    def batch(number: int) -> list[object]:
        order = members if number % 2 else members[::-1]
        items = [(member_id, bought(f"{number}-{position}", 10)) for position, member_id in enumerate(order)]
        return record_activities(organization_id=shop, items=items, now=NOW)

    answers = all_at_once([partial(batch, number) for number in range(12)], threads=6)

    assert {answer.status for batch_answers in answers for answer in batch_answers} == {"BOOKED"}
    assert [balance(member_id) for member_id in members] == [120] * 10


# --- time ---------------------------------------------------------------------------------------------------------


def test_passing_time_books_what_is_due_once(record, balance, shop, member_id):
    record(bought("R1", 120))
    later = NOW + timedelta(days=800)

    first = pass_time(organization_id=shop, now=later)
    again = pass_time(organization_id=shop, now=later)

    assert ((first.booked, first.moved, first.failed, first.is_done), again.booked) == ((1, 0, (), True), 0)
    assert balance() == 0
    with organization_scope(shop):
        last = ledger.entries_of(organization_id=shop, member_id=member_id)[0]
    assert (last.kind, last.source, last.target, last.points) == ("EXPIRE", "ACTIVE", "EXPIRED", 120)
