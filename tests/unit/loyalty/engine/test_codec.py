"""The codec: what goes out as JSON, and how the loading function's texts come back as values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import orjson
import pytest

from phakdi.kit.ids import fixed_id, nth
from phakdi.loyalty.engine import codec
from phakdi.loyalty.engine.core.state import (
    Activity,
    Caused,
    Entry,
    Fact,
    Line,
    Lot,
    Membership,
    MemberState,
    Profile,
    Standing,
    Step,
    Voucher,
    Wallet,
)

NOW = datetime(2026, 3, 2, 5, 0, 0, 123456, tzinfo=UTC)
ORGANIZATION, MEMBER, CAUSE = fixed_id(1, 1), fixed_id(2, 2), fixed_id(3, 3)
NAMES = (
    "expected", "states", "activities", "receipts_expected", "receipts", "entries", "lots", "wallets", "vouchers", "orders",
    "takes", "facts",
)  # fmt: skip


def row(**given: str | None) -> list[str | None]:
    """Return a row as ``engine_load`` answers it, from status on."""
    names = [
        "status",
        "joined_at",
        "birthday",
        "language",
        "segments",
        "attributes",
        "version",
        "clock",
        "doc",
        "wallets",
        "lots",
        "vouchers",
        "orders",
        "held_until",
    ]
    return [given.get(name) for name in names]


def encoded(*groups: codec.Group) -> dict[str, object]:
    """Return the arguments of a post by name, read back from JSON."""
    return {name: orjson.loads(text) if text else None for name, text in zip(NAMES, codec.encode(groups), strict=True)}


def group(step: Step, member_id: UUID = MEMBER, version: int = 7, **more: object) -> codec.Group:
    """Return a group of one booking."""
    return codec.Group(member_id, version, [codec.Booking(step, NOW, None, **more)])


def test_decode_of_a_member_the_engine_never_saw_is_a_fresh_state():
    values = row(status="ACTIVE", joined_at="2026-01-31 17:00:00+00", language="th", attributes="{}")

    state = codec.decode_member(ORGANIZATION, MEMBER, values, {"launch": 5})

    assert state == MemberState(
        ORGANIZATION, MEMBER, profile=Profile("ACTIVE", datetime(2026, 1, 31, 17, tzinfo=UTC)), budgets={"launch": 5}
    )


def test_decode_reads_every_value():
    lot_id, voucher_id = nth(CAUSE, 1), nth(CAUSE, 2)
    instant = "2026-03-02 05:00:00.123456+00"
    values = row(
        status="FROZEN",
        joined_at="2026-01-31 17:00:00+00",
        birthday="1990-02-28",
        language="en",
        segments="vip\x1fthai",
        attributes='{"city": "BKK"}',
        version="41",
        clock=instant,
        doc=(
            '{"standing": {"level": "gold", "since": "2026-03-02T05:00:00.123456+00:00", "until": null, "grace_until": null,'
            ' "next_level": "", "next_at": null, "assigned": true}, "membership": {"plan": "card", "since": null,'
            ' "until": "2026-03-02T05:00:00.123456+00:00", "ended": false, "fee_paid_minor": 9900},'
            ' "meters": {"spend": {"all": 12}}, "marks": {"once": [1]}}'
        ),
        wallets="points\x1f1\x1f2\x1f3\x1f4\x1f5\x1f6\x1f7\x1estatus\x1f9\x1f0\x1f0\x1f0\x1f9\x1f0\x1f0",
        lots=f"{lot_id}\x1fpoints\x1f10\x1f4\x1f{instant}\x1f\x1f{instant}\x1ft\x1fdeliver\x1f{instant}\x1fgift\x1fbase\x1ff\x1f{CAUSE}\x1fใบเสร็จ 1",
        vouchers=f"{voucher_id}\x1ftea\x1fHELD\x1f{instant}\x1f{instant}\x1f\x1f2500\x1f2\x1frule\x1f\x1fR1\x1fa",
        orders='{"R1": {"amount": 5}}',
    )

    state = codec.decode_member(ORGANIZATION, MEMBER, values, {})

    assert state == MemberState(
        ORGANIZATION,
        MEMBER,
        41,
        NOW,
        Profile(
            "FROZEN", datetime(2026, 1, 31, 17, tzinfo=UTC), date(1990, 2, 28), "en", frozenset({"vip", "thai"}), {"city": "BKK"}
        ),
        {"points": Wallet("points", 1, 2, 3, 4, 5, 6, 7), "status": Wallet("status", active=9, earned=9)},
        {lot_id: Lot(lot_id, "points", 10, 4, NOW, None, NOW, True, "deliver", NOW, "gift", "base", False, CAUSE, "ใบเสร็จ 1")},
        {voucher_id: Voucher(voucher_id, "tea", "HELD", NOW, NOW, None, 2500, 2, "rule", None, "R1", "a")},
        Standing("gold", NOW, assigned=True),
        Membership("card", None, NOW, False, 9900),
        {"spend": {"all": 12}},
        {"once": [1]},
        {"R1": {"amount": 5}},
    )
    assert hash(next(iter(state.lots))) == hash(lot_id)


def test_encode_writes_only_the_tables_that_change():
    state = MemberState(ORGANIZATION, MEMBER, 7, NOW, standing=Standing("gold"))

    out = encoded(group(Step(state, None, due_at=NOW)))

    assert {name for name, value in out.items() if value is not None} == {"expected", "states", "receipts_expected"}
    assert (out["expected"], out["receipts_expected"]) == (1, 0)
    (record,) = out["states"]
    assert (record["member_id"], record["version"], record["level"]) == (str(MEMBER), 8, "gold")
    assert record["due_at"] == "2026-03-02T05:00:00.123456+00:00"


def test_encode_merges_a_members_steps_into_final_lots_and_all_entries():
    lot = Lot(nth(CAUSE, 1), "points", 10, 10, NOW, NOW, None)
    state = MemberState(ORGANIZATION, MEMBER, 7, wallets={"points": Wallet("points", active=4)}, lots={lot.id: lot})
    first = Activity(CAUSE, "purchase", NOW)
    second = Activity(fixed_id(4, 4), "redeem", NOW)
    earn = Step(
        state,
        first,
        [Entry(nth(CAUSE, 2), "EARN", "points", 10, "ISSUED", "ACTIVE", NOW, uses=((lot.id, 10),))],
        [lot],
        budget_takes={"b": 10},
    )
    used = Lot(lot.id, "points", 10, 4, NOW, NOW, None)
    spend = Step(
        state,
        second,
        [Entry(nth(second.id, 1), "SPEND", "points", 6, "ACTIVE", "REDEEMED", NOW)],
        changed_lots=[used],
        budget_takes={"b": -4, "c": 0},
    )

    out = encoded(codec.Group(MEMBER, 7, [codec.Booking(earn, NOW, None), codec.Booking(spend, NOW, None)]))

    assert [entry["points"] for entry in out["entries"]] == [10, 6]
    assert out["entries"][0]["uses"] == [[str(lot.id), 10]]
    assert [(record["id"], record["remaining"]) for record in out["lots"]] == [(str(lot.id), 4)]
    assert [(record["unit"], record["active"]) for record in out["wallets"]] == [("points", 4)]
    assert out["takes"] == [{"member_id": str(MEMBER), "budget": "b", "amount": 6}]
    assert [record["version"] for record in out["states"]] == [8]


def test_encode_of_a_report_in_review_leaves_the_member_alone():
    step = Step(MemberState(ORGANIZATION, MEMBER, 7), Activity(CAUSE, "purchase", NOW, ref="R1", origin="pos"))

    out = encoded(group(step, state=codec.REVIEW, receipt=codec.ReceiptKey("pos", "R1", "x")))

    assert (out["expected"], out["states"]) == (0, None)
    assert [record["state"] for record in out["activities"]] == ["REVIEW"]
    assert [record["number"] for record in out["receipts"]] == ["R1"]


def test_encode_sorts_members_and_receipts_as_they_are_locked():
    def reported(member_id: UUID, ref: str) -> codec.Group:
        step = Step(MemberState(ORGANIZATION, member_id), Activity(CAUSE, "purchase", NOW, ref=ref))
        return group(step, member_id, receipt=codec.ReceiptKey("pos", ref, "x"))

    out = encoded(reported(fixed_id(9, 9), "A"), reported(fixed_id(8, 8), "B"))

    assert [record["member_id"] for record in out["states"]] == [str(fixed_id(8, 8)), str(fixed_id(9, 9))]
    assert [record["number"] for record in out["receipts"]] == ["A", "B"]


def test_encode_numbers_facts_and_what_was_caused_after_their_cause():
    friend = fixed_id(5, 5)
    step = Step(
        MemberState(ORGANIZATION, MEMBER),
        Activity(CAUSE, "purchase", NOW, depth=1),
        facts=[Fact("points.earned", {"points": 5})],
        caused=[Caused(friend, "referral", NOW, {"friend": MEMBER}, "R1")],
    )

    facts = encoded(group(step))["facts"]

    assert [(fact["id"], fact["member_id"], fact["topic"]) for fact in facts] == [
        (str(nth(CAUSE, 1)), str(MEMBER), "points.earned"),
        (str(nth(CAUSE, 2)), str(friend), "activity.caused"),
    ]
    assert facts[1]["data"] == {
        "kind": "referral", "at": "2026-03-02T05:00:00.123456+00:00", "fields": {"friend": str(MEMBER)}, "of": "R1", "depth": 2,
    }  # fmt: skip


def test_encode_tells_which_points_left_the_member():
    def entry(number, kind, points, source, target):
        return Entry(nth(CAUSE, number), kind, "points", points, source, target, NOW, ref="R1")

    step = Step(
        MemberState(ORGANIZATION, MEMBER, wallets={"points": Wallet("points")}),
        Activity(CAUSE, "redeem", NOW),
        entries=[
            entry(1, "SPEND", 60, "ACTIVE", "REDEEMED"),
            entry(2, "SPEND", 40, "ACTIVE", "REDEEMED"),
            entry(3, "HOLD", 5, "ACTIVE", "HELD"),
            entry(4, "REPAY", 5, "ACTIVE", "DEBT"),
            entry(5, "EARN", 5, "ISSUED", "ACTIVE"),
            entry(6, "EXPIRE", 7, "HELD", "EXPIRED"),
        ],
    )

    facts = encoded(group(step, import_id=fixed_id(4, 4)))["facts"]

    since = "2026-03-02T05:00:00.123456+00:00"
    told = {"unit": "points", "since": since, "ref": "R1", "import_id": str(fixed_id(4, 4))}
    assert [(fact["topic"], fact["data"]) for fact in facts] == [
        ("points.left", {"kind": "SPEND", "points": 100, **told}),
        ("points.left", {"kind": "EXPIRE", "points": 7, **told}),
    ]


def test_encode_finds_the_lots_and_vouchers_that_an_order_names():
    lot_id, voucher_id, stranger = nth(CAUSE, 1), nth(CAUSE, 2), nth(CAUSE, 3)
    state = MemberState(
        ORGANIZATION,
        MEMBER,
        lots={lot_id: Lot(lot_id, "points", 1, 1, NOW, NOW, None)},
        vouchers={voucher_id: Voucher(voucher_id, "tea", "ISSUED", NOW, NOW, None)},
    )
    doc = {
        "lines": [{"earned": [[str(lot_id), 1]]}],
        "used": {str(voucher_id): 1},
        "other": [str(stranger), "short", 5, None, "x" * 8 + "-----" + "x" * 23, "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"],
    }

    (record,) = encoded(group(Step(state, None, changed_orders={"R1": doc})))["orders"]

    assert (record["lot_ids"], record["voucher_ids"], record["doc"]) == ([str(lot_id)], [str(voucher_id)], doc)


def test_dump_writes_decimals_as_text_and_sets_sorted():
    assert codec.dump({"a": Decimal("1.50"), "b": {"z", "a"}}) == '{"a":"1.50","b":["a","z"]}'
    with pytest.raises(TypeError):
        codec.dump(object())


BOUGHT = Activity(CAUSE, "purchase", NOW, "R1", "", "pos", "store", "S1", "cash", 12300, (Line("1", 12300),), {"a": 1, "b": 2})


@pytest.mark.parametrize(
    "same",
    [
        Activity(
            fixed_id(9, 9), "purchase", NOW, "R1", "", "pos", "web", "S2", "card", 12300, (Line("1", 12300),), {"b": 2, "a": 1}
        ),
        Activity(
            CAUSE,
            "purchase",
            datetime(2026, 3, 3, tzinfo=UTC),
            "R1",
            "",
            "line",
            "",
            "",
            "",
            12300,
            (Line("1", 12300),),
            {"a": 1, "b": 2},
            3,
        ),
    ],
)
def test_content_hash_does_not_depend_on_when_and_how_it_was_told(same):
    assert codec.content_hash(same) == codec.content_hash(BOUGHT)


@pytest.mark.parametrize(
    "other",
    [
        Activity(CAUSE, "purchase", NOW, amount=12301, lines=BOUGHT.lines, fields=BOUGHT.fields),
        Activity(CAUSE, "purchase", NOW, amount=12300, lines=(Line("1", 12300, "X"),), fields=BOUGHT.fields),
        Activity(CAUSE, "purchase", NOW, amount=12300, lines=BOUGHT.lines, fields={"a": 1}),
        Activity(CAUSE, "refund", NOW, amount=12300, lines=BOUGHT.lines, fields=BOUGHT.fields),
        Activity(CAUSE, "purchase", NOW, of="R0", amount=12300, lines=BOUGHT.lines, fields=BOUGHT.fields),
    ],
)
def test_content_hash_differs_with_what_was_said(other):
    assert codec.content_hash(other) != codec.content_hash(BOUGHT)
