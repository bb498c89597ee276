"""Two members who are one person: made one, taken apart again; nothing is lost on the way, whatever happens meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phakdi.flows.apply_program import apply_program
from phakdi.flows.merge_members import KeepLevel, merge_members, unmerge_members
from phakdi.flows.record_activity import record_activity
from phakdi.flows.update_member import update_member
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.models import KeptState
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Lot, Voucher, Wallet
from phakdi.people.consents.core import read_key
from phakdi.people.consents.operations import Circumstances, GivenConsent
from phakdi.people.consents.operations import record as record_consents
from phakdi.people.consents.queries import current_consents
from phakdi.people.members.operations import ImportRow, upsert_many
from phakdi.people.members.queries import find_by_identity, find_by_number, get_member, identities_of
from phakdi.platform.audit.core import Actor
from tests.integration.loyalty.engine.guards import VERSION_GUARD, without

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ACTOR = Actor("staff", "00000000-0000-7000-8000-000000000001")
PROGRAM = """
phakdi: 1
key: shop
name: {th: ร้านทดสอบ, en: Test shop}
units:
  points:
    expires: {after: 1 year}
  stamps:
    card: {size: 10}
tiers:
  levels:
    - {key: Member}
    - {key: Gold, reach: {meter: spend, window: lifetime, at_least: 3000}}
earning:
  - key: base
    on: purchase
    give: {points: 1, per: 1}
  - key: slow
    on: purchase
    when: {net: {at_least: 500}}
    give: {points: 5}
    pending: {after: 7 days}
  - key: stamp
    on: purchase
    give: {points: 1, unit: stamps}
  - key: welcome
    on: visit
    give: {points: 20}
    once: ever
  - key: gift
    on: purchase
    when: {net: {at_least: 800}}
    give: {voucher: coffee}
vouchers:
  coffee:
    item: A coffee
    valid: {after: 30 days}
spending:
  - key: pay
    pays: 1
rewards:
  cup:
    name: {th: แก้วกาแฟ, en: Coffee cup}
    cost: {points: 50}
"""


@pytest.fixture
def shop(organization_id: UUID) -> UUID:
    """Return an organization with levels, stamps, waiting points and vouchers."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=PROGRAM, now=since, effective_from=since)
    return organization_id


@pytest.fixture
def record(shop: UUID) -> Callable[..., object]:
    """Return a function that records what a member does, some minutes after NOW."""

    def report(member_id: UUID, kind: str, *, minutes: int = 0, **said: object) -> object:
        now = NOW + timedelta(minutes=minutes)
        return record_activity(
            organization_id=shop, member_id=member_id, activity={"kind": kind, "at": now, "origin": "pos", **said}, now=now
        )

    return report


def merge(shop: UUID, survivor: UUID, merged: UUID, *, minutes: int = 30, **how: object):
    return merge_members(
        organization_id=shop, survivor_id=survivor, merged_id=merged, now=NOW + timedelta(minutes=minutes), actor=ACTOR, **how
    )


def unmerge(shop: UUID, merge_id: UUID, *, minutes: int = 60, **how: object):
    return unmerge_members(organization_id=shop, merge_id=merge_id, now=NOW + timedelta(minutes=minutes), actor=ACTOR, **how)


def picture(shop: UUID, member_id: UUID) -> dict[str, object]:
    """Return what a member has: wallets, lots, vouchers, level, counters."""
    with organization_scope(shop):
        wallets = {w.unit: (w.active, w.pending, w.held, w.debt) for w in Wallet.objects.filter(member_id=member_id)}
        lots = sorted(
            (str(lot.id), lot.remaining, lot.is_pending, str(lot.expires_at), str(lot.available_at))
            for lot in Lot.objects.filter(member_id=member_id, is_open=True)
        )
        vouchers = sorted((str(v.id), v.state) for v in Voucher.objects.filter(member_id=member_id).exclude(state="CANCELLED"))
        state = KeptState.objects.filter(member_id=member_id).first()
        doc = state.doc if state else {}
    return {
        "wallets": {unit: figures for unit, figures in wallets.items() if any(figures)},
        "lots": lots,
        "vouchers": vouchers,
        "standing": doc.get("standing"),
        "meters": doc.get("meters"),
        "marks": doc.get("marks"),
    }


def sound(shop: UUID) -> None:
    with organization_scope(shop):
        assert [str(difference) for difference in differences_of(organization_id=shop)] == []


def test_merging_moves_points_with_their_ends_stamps_vouchers_and_waiting_points(shop, new_member, record):
    ann, other = new_member(), new_member()
    record(ann, "purchase", amount=100, ref="a1")
    record(other, "purchase", amount=900, ref="b1", minutes=1)
    before = picture(shop, other)

    merge(shop, ann, other)

    after = picture(shop, ann)
    assert after["wallets"] == {"points": (1000, 5, 0, 0), "stamps": (2, 0, 0, 0)}
    assert [lot for lot in after["lots"] if lot in before["lots"]] == before["lots"]
    assert after["vouchers"] == before["vouchers"]
    assert picture(shop, other)["wallets"] == {}
    sound(shop)


def test_level_is_the_higher_of_both_unless_told_otherwise(shop, new_member, record):
    low, high, third, fourth = (new_member() for _ in range(4))
    for member in (high, fourth):
        record(member, "purchase", amount=3500, ref=f"{member}")
    for member in (low, third):
        record(member, "purchase", amount=10, ref=f"{member}")

    merge(shop, low, high)
    merge(shop, third, fourth, keep=KeepLevel.OWN)

    assert [picture(shop, member)["standing"]["level"] for member in (low, third)] == ["Gold", "Member"]


def test_once_only_gift_stays_once(shop, new_member, record):
    ann, other = new_member(), new_member()
    record(other, "visit", ref="j1")

    merge(shop, ann, other)
    record(ann, "visit", ref="j2", minutes=40)

    assert picture(shop, ann)["wallets"]["points"] == (20, 0, 0, 0)


def test_merged_member_leads_to_the_survivor_everywhere(shop, new_member, record):
    ann, other = new_member(), new_member()
    with organization_scope(shop):
        phone = identities_of(organization_id=shop, member_id=other)[0].value
        number = get_member(organization_id=shop, member_id=other).number
    first = record(other, "purchase", amount=100, ref="b1")

    merge(shop, ann, other)

    with organization_scope(shop):
        assert find_by_identity(organization_id=shop, kind="PHONE", value=phone).id == ann
        assert find_by_number(organization_id=shop, number=number).id == ann
        assert len(identities_of(organization_id=shop, member_id=ann)) == 2
    again = record(other, "purchase", amount=100, ref="b1")
    through_ann = record(ann, "purchase", amount=100, ref="b1")
    later = record(other, "purchase", amount=50, ref="b2", minutes=40)
    assert (again.is_replay, through_ann.activity_id, later.member_id) == (True, first.activity_id, ann)
    record(ann, "refund", of="b1", ref="r1", minutes=41)
    assert picture(shop, ann)["wallets"]["points"] == (50, 0, 0, 0)
    sound(shop)


def test_unmerge_restores_both_and_later_purchases_go_to_their_source(shop, new_member, record):
    ann, other = new_member(), new_member()
    record(ann, "purchase", amount=100, ref="a1")
    record(other, "purchase", amount=900, ref="b1", minutes=1)
    before = picture(shop, ann), picture(shop, other)

    done = merge(shop, ann, other)
    record(ann, "purchase", amount=30, ref="a2", minutes=40)
    record(other, "purchase", amount=70, ref="b2", minutes=41)
    differences = unmerge(shop, done.id)

    after = picture(shop, ann), picture(shop, other)
    assert differences == []
    assert [each["wallets"]["points"] for each in after] == [(130, 0, 0, 0), (970, 5, 0, 0)]
    assert [each["wallets"]["stamps"] for each in after] == [(2, 0, 0, 0), (2, 0, 0, 0)]
    assert [each["vouchers"] for each in after] == [each["vouchers"] for each in before]
    record(other, "refund", of="b1", ref="r1", minutes=70)
    record(other, "refund", of="b2", ref="r2", minutes=71)
    assert picture(shop, other)["wallets"] == {}
    assert record(other, "purchase", amount=70, ref="b2", minutes=72).is_replay
    sound(shop)


def test_points_spent_since_of_the_other_are_given_back_or_owed(shop, new_member, record):
    ann, other = new_member(), new_member()
    record(other, "purchase", amount=100, ref="b1")
    record(ann, "purchase", amount=30, ref="a1", minutes=1)
    done = merge(shop, ann, other)
    record(ann, "redeem", reward="cup", ref="x1", minutes=40)
    record(ann, "redeem", reward="cup", ref="x2", minutes=41)

    (difference,) = unmerge(shop, done.id)

    assert (difference.code, difference.details) == (
        "points_spent_since", {"unit": "points", "points": 100, "owed": 70, "by": "survivor"},
    )  # fmt: skip
    assert picture(shop, ann)["wallets"]["points"] == (0, 0, 0, 70)
    assert picture(shop, other)["wallets"]["points"] == (100, 0, 0, 0)
    sound(shop)


def test_what_is_held_moves_and_comes_back(shop, new_member, record):
    ann, other = new_member(), new_member()
    record(other, "purchase", amount=100, ref="b1")
    record(other, "hold", reward="cup", ref="h1", minutes=29)

    done = merge(shop, ann, other)
    assert picture(shop, ann)["wallets"]["points"] == (50, 0, 50, 0)
    unmerge(shop, done.id, minutes=31)
    record(other, "release", of="h1", minutes=32)

    assert picture(shop, other)["wallets"]["points"] == (100, 0, 0, 0)
    sound(shop)


def test_merge_is_refused_for_the_frozen_and_repeating_it_answers_the_same(shop, new_member, record):
    ann, other = new_member(), new_member()
    first = merge(shop, ann, other)

    assert merge(shop, ann, other).id == first.id
    with pytest.raises(Refusal) as refused:
        merge(shop, new_member(), other)
    assert refused.value.code == "member_status_wrong"


steps = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["small", "big", "refund", "cup", "hold", "release", "credit"])), max_size=7
)


def live(
    record: Callable[..., object], members: tuple[UUID, UUID], history: list[tuple[int, str]], *, start: int, tag: str
) -> None:
    """Let the members do all this; what the program refuses is left out."""
    bought: dict[int, list[str]] = {0: [], 1: []}
    for number, (who, what) in enumerate(history):
        ref, minutes = f"{tag}{number}", start + number
        try:
            if what in {"small", "big"}:
                record(members[who], "purchase", amount=40 if what == "small" else 900, ref=ref, minutes=minutes)
                bought[who].append(ref)
            elif what == "refund" and bought[who]:
                record(members[who], "refund", of=bought[who].pop(), ref=f"r{ref}", minutes=minutes)
            elif what == "cup":
                record(members[who], "redeem", reward="cup", ref=ref, minutes=minutes)
            elif what == "hold":
                record(members[who], "hold", reward="cup", ref=f"h{tag}{who}", minutes=minutes)
            elif what == "release":
                record(members[who], "release", of=f"h{tag}{who}", minutes=minutes)
        except Refusal:
            continue


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_merge_then_unmerge_leaves_everything_as_it_was(shop, new_member, record, history):
    members = new_member(), new_member()
    live(record, members, history, start=0, tag=str(members[0]))
    before = [picture(shop, member) for member in members]

    done = merge(shop, *members, minutes=4)
    sound(shop)
    differences = unmerge(shop, done.id, minutes=5)

    assert differences == []
    after = [picture(shop, member) for member in members]
    for was, now in zip(before, after, strict=True):  # a hold names the entry that moved it last
        for one in (was, now):
            one["marks"] = {name: kept for name, kept in (one["marks"] or {}).items() if kept not in ({}, [])}
            for hold in one["marks"].get("holds", {}).values():
                hold.pop("entry")
                hold.pop("lots", None)
    for was, now in zip(before, after, strict=True):
        for name, value in without_nothing(was).items():
            assert (name, now[name]) == (name, value)
        assert {name: value for name, value in without_nothing(now).items() if name not in without_nothing(was)} == {}
    sound(shop)


def without_nothing(found: dict[str, object]) -> dict[str, object]:
    """Return a picture without what is empty: a member whom the engine never saw has no document, later an empty one."""
    blank = {"level": "", "since": None, "until": None, "grace_until": None, "next_level": "", "next_at": None, "assigned": False}
    return {name: value for name, value in found.items() if value and value != blank}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps, between=steps)
def test_points_are_conserved_whatever_happens_in_between(shop, new_member, record, history, between):
    members = new_member(), new_member()
    live(record, members, history, start=0, tag=f"a{members[0]}")
    done = merge(shop, *members, minutes=10)
    live(record, members, between, start=11, tag=f"b{members[0]}")
    together = picture(shop, members[0])["wallets"].get("points", (0, 0, 0, 0))

    unmerge(shop, done.id, minutes=20)

    apart = [picture(shop, member)["wallets"].get("points", (0, 0, 0, 0)) for member in members]
    worth = lambda figures: figures[0] + figures[1] + figures[2] - figures[3]
    assert sum(map(worth, apart)) == worth(together)
    sound(shop)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that begin together, and return what each returned or raised."""
    barrier, answers = Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[number] = call()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            answers[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_merges_of_one_member_at_once_move_everything_once(shop, new_member, record):
    for _ in range(5):
        ann, ben, other = new_member(), new_member(), new_member()
        record(other, "purchase", amount=100, ref=f"{other}")

        answers = at_once(lambda: merge(shop, ann, other), lambda: merge(shop, ben, other))

        assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
        points = [picture(shop, member)["wallets"].get("points", (0,))[0] for member in (ann, ben, other)]
        assert sorted(points) == [0, 0, 100]
    sound(shop)


def shop_away(record: Callable[..., object], member: UUID, *, tills: int = 3, bills: int = 10) -> list[Callable[[], object]]:
    """Return what some tills do: one bill of 10 after the other."""

    def till(number: int) -> None:
        for bill in range(bills):
            record(member, "purchase", amount=10, ref=f"{member}-{number}-{bill}", minutes=30)

    return [lambda number=number: till(number) for number in range(tills)]


def test_purchases_at_the_same_moment_are_not_lost(shop, new_member, record):
    for _ in range(3):
        ann, other = new_member(), new_member()
        record(other, "purchase", amount=100, ref=f"{other}")

        answers = at_once(lambda: merge(shop, ann, other), *shop_away(record, other))

        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert picture(shop, ann)["wallets"]["points"][0] == 400
        assert picture(shop, other)["wallets"] == {}
    sound(shop)


def test_control_without_the_version_guard_a_purchase_is_lost(shop, new_member, record):
    with without(VERSION_GUARD):
        for _ in range(10):
            ann, other = new_member(), new_member()
            record(other, "purchase", amount=100, ref=f"{other}")
            at_once(lambda: merge(shop, ann, other), *shop_away(record, other))
            with organization_scope(shop):
                if differences_of(organization_id=shop):
                    return
    pytest.fail("nothing was lost without the guard: the test above would not see it either")


def test_a_refused_consent_of_either_counts_and_is_given_back(shop, new_member):
    ann, other = new_member(), new_member()
    key = read_key("MARKETING", "SMS")
    for member, is_granted in ((ann, True), (other, False)):
        with organization_scope(shop):
            given = [GivenConsent(key, is_granted=is_granted)]
            record_consents(organization_id=shop, member_id=member, given=given, circumstances=Circumstances(at=NOW))

    def agrees() -> list[bool]:
        with organization_scope(shop):
            return [current_consents(organization_id=shop, member_id=member)[key].is_granted for member in (ann, other)]

    done = merge(shop, ann, other)
    assert agrees()[0] is False
    unmerge(shop, done.id)
    assert agrees() == [True, False]


def test_profile_is_filled_in_taken_over_and_given_back(shop, new_member):
    ann, other = new_member(), new_member()
    for member, changes in (
        (ann, {"given_name": "Ann"}),
        (other, {"given_name": "แอน", "nickname": "แอน", "birthday": "1990-04-07"}),
    ):
        update_member(organization_id=shop, member_id=member, changes=changes, now=NOW, actor=ACTOR)

    def names() -> tuple[str, str, str]:
        with organization_scope(shop):
            found = get_member(organization_id=shop, member_id=ann)
        return found.given_name, found.nickname, str(found.birthday)

    done = merge(shop, ann, other, take=["given_name"])
    assert names() == ("แอน", "แอน", "1990-04-07")
    update_member(organization_id=shop, member_id=ann, changes={"nickname": "แอ๋น"}, now=NOW, actor=ACTOR)
    unmerge(shop, done.id)
    assert names() == ("Ann", "แอ๋น", "None")  # what was changed since stays


def test_a_file_that_names_the_merged_member_changes_the_survivor(shop, new_member):
    ann, other = new_member(), new_member()
    with organization_scope(shop):
        number = get_member(organization_id=shop, member_id=other).number
        mine = get_member(organization_id=shop, member_id=ann).number
    merge(shop, ann, other)

    with organization_scope(shop):
        (answer,) = upsert_many(
            organization_id=shop,
            rows=[ImportRow(2, {"family_name": "ใจดี"}, number=number)],
            import_id=new_id(),
            now=NOW,
            today=NOW.date(),
            source="import",
        )
        assert (answer.outcome, answer.member_id) == ("UPDATED", ann)
        assert get_member(organization_id=shop, member_id=ann).number == mine
