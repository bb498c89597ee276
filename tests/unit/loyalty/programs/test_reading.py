"""Reading what is reported: exact numbers, clear refusals."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import compile_program, load_program

ID, NOW = UUID(int=7), datetime(2026, 3, 2, 5, tzinfo=UTC)
PROGRAM = compile_program(
    load_program(
        """
key: demo
units: {points: {}, miles: {}, cash: {kind: credit}}
main_unit: points
activities:
  visit:
    fields: {room: {type: text, required: true, choices: [spa, gym]}, until: date, vip: boolean, tags: list, speed: decimal}
    line_fields: {shelf: integer}
  repair: {about_order: true}
earning: [{key: a, on: [purchase, yoga], give: {points: 1}}]
"""
    )
)


def read(**raw):
    return PROGRAM.read_activity({"kind": "purchase", **raw}, id=ID, now=NOW)


def refused(**raw) -> tuple[str, str]:
    with pytest.raises(Invalid) as refusal:
        read(**raw)
    return refusal.value.code, refusal.value.details["field"]


def test_a_purchase_is_read_exactly():
    activity = read(
        at="2026-03-01T10:00:00+07:00", ref="R1", origin="pos", channel="store", store="S1", tender="cash", amount="1234.50",
        lines=[{"code": "W-1", "cat": "tea", "amount": 1000, "quantity": 1.5, "shelf": 3}, {"id": "x", "amount": Decimal("234.5")}],
        other_discount=12, litres="1.234",
    )  # fmt: skip

    assert (activity.id, activity.kind, activity.at) == (ID, "purchase", datetime(2026, 3, 1, 3, tzinfo=UTC))
    assert (activity.ref, activity.origin, activity.channel, activity.store, activity.tender) == (
        "R1",
        "pos",
        "store",
        "S1",
        "cash",
    )
    assert (activity.amount, dict(activity.fields)) == (123450, {"other_discount": 1200, "litres": 1234})
    first, second = activity.lines
    assert (first.id, first.product, first.category, first.amount, first.quantity) == ("1", "W-1", "tea", 100000, 1500)
    assert (dict(first.fields), second.id, second.amount, second.quantity) == ({"shelf": 3}, "x", 23450, 1000)


def test_what_is_not_said_has_its_meaning():
    assert read(amount=5).at == NOW
    assert read(at="2026-03-01T10:00:00").at == datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert read(lines=[{"amount": 5}, {"amount": 7}]).amount == 1200
    assert read().amount is None


@pytest.mark.parametrize(
    ("amount", "minor"),
    [(0, 0), (100, 10000), ("100", 10000), ("0.01", 1), (0.1, 10), (19.99, 1999), (Decimal("1.10"), 110), ("12.500", 1250)],
)
def test_amounts_become_minor_units(amount, minor):
    assert read(amount=amount).amount == minor


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (-1, "number_negative"),
        ("-0.01", "number_negative"),
        (-0.0, "number_invalid"),
        ("-0", "number_invalid"),
        (10**18, "number_too_large"),
        (2**63, "number_too_large"),
        (1e18, "number_invalid"),
        (float("nan"), "number_invalid"),
        (float("inf"), "number_invalid"),
        (Decimal("NaN"), "number_invalid"),
        (Decimal("1E+400"), "number_invalid"),
        ("1e3", "number_invalid"),
        ("１００", "number_invalid"),
        ("๑๐๐", "number_invalid"),
        ("1,000", "number_invalid"),
        (" 1", "number_invalid"),
        ("", "number_invalid"),
        (True, "number_invalid"),
        ([1], "number_invalid"),
        ({}, "number_invalid"),
        ("0.001", "number_too_fine"),
        (1.005, "number_too_fine"),
    ],
)
def test_what_is_no_amount_is_refused(amount, code):
    assert refused(amount=amount) == (code, "amount")
    assert refused(lines=[{"amount": 1}, {"amount": amount}]) == (code, "lines[1].amount")


@given(some.integers(0, 10**13))
def test_every_amount_of_satang_is_read_exactly(minor):
    assert read(amount=f"{minor // 100}.{minor % 100:02}").amount == minor
    assert read(amount=Decimal(minor).scaleb(-2)).amount == minor


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        ({"kind": None}, "kind_missing", "kind"),
        ({"kind": "purchas"}, "kind_unknown", "kind"),
        ({"kind": "birthday"}, "kind_unknown", "kind"),
        ({"kind": "level_up"}, "kind_unknown", "kind"),
        ({"chanel": "x"}, "field_unknown", "chanel"),
        ({"lines": [{"amount": 1, "colour": "red"}]}, "field_unknown", "lines[0].colour"),
        ({"lines": "many"}, "lines_shape", "lines"),
        ({"lines": ["one"]}, "lines_shape", "lines[0]"),
        ({"lines": [{"amount": 1}] * 1001}, "lines_too_many", "lines"),
        ({"lines": [{"id": "a", "amount": 1}, {"id": "a", "amount": 1}]}, "line_id_twice", "lines"),
        ({"amount": 10, "lines": [{"amount": 11}]}, "lines_exceed_amount", "lines"),
        ({"at": "yesterday"}, "instant_invalid", "at"),
        ({"at": 5}, "instant_invalid", "at"),
        ({"at": "2569-03-01T10:00:00+07:00"}, "year_buddhist", "at"),
        ({"ref": "a\x00b"}, "text_invalid", "ref"),
        ({"ref": "x" * 501}, "text_invalid", "ref"),
        ({"store": ["a"]}, "field_type", "store"),
        ({"kind": "refund"}, "field_missing", "of"),
        ({"kind": "repair"}, "field_missing", "of"),
        ({"kind": "visit"}, "field_missing", "room"),
        ({"kind": "visit", "room": "gim"}, "field_choice", "room"),
        ({"kind": "visit", "room": "gym", "until": "soon"}, "field_type", "until"),
        ({"kind": "visit", "room": "gym", "until": "2569-01-01"}, "year_buddhist", "until"),
        ({"kind": "visit", "room": "gym", "vip": 1}, "field_type", "vip"),
        ({"kind": "visit", "room": "gym", "speed": 1.2345}, "number_too_fine", "speed"),
        ({"kind": "redeem", "points": 1.5, "unit": 3.5}, "field_type", "unit"),
        ({"kind": "award", "points": -5}, "number_negative", "points"),
        ({"kind": "award", "points": True}, "number_invalid", "points"),
    ],
)
def test_what_cannot_be_read_names_its_field(raw, code, field):
    assert refused(**raw) == (code, field)


def test_a_likely_name_is_suggested():
    with pytest.raises(Invalid) as refusal:
        read(kind="visit", room="gym", amont=5)
    assert refusal.value.details["suggestion"] == "amount"
    with pytest.raises(Invalid) as refusal:
        read(kind="redem")
    assert refusal.value.details["suggestion"] == "redeem"


def test_fields_of_every_type():
    activity = read(kind="visit", room="gym", until="2026-05-01", vip=False, tags=["a", "b"], speed="1.5", miles=3, cash="2.50")

    assert dict(activity.fields) == {
        "room": "gym", "until": date(2026, 5, 1), "vip": False, "tags": ["a", "b"], "speed": 1500, "miles": 3, "cash": 250,
    }  # fmt: skip


def test_kinds_that_rules_name_are_known():
    assert read(kind="yoga").kind == "yoga"


def test_as_many_as_allowed_and_corrections_and_names():
    assert dict(read(kind="redeem", points="max").fields) == {"points_max": True}
    assert dict(read(kind="adjust", points=-5, reason="x").fields) == {"points": -5, "reason": "x"}
    assert dict(read(voucher=["a", "b"]).fields) == {"vouchers": ["a", "b"]}
    assert dict(read(voucher=49.5, wallet=7).fields) == {"voucher": "49.5", "wallet": "7"}
    assert dict(read(kind="redeem", points="85.50").fields) == {"credits": 8550}
    assert dict(read(tenders={"cash": 10, "card": 5.5}).fields) == {
        "tenders": ["card", "cash"],
        "tender.cash": 1000,
        "tender.card": 550,
    }
    assert dict(read(fields={"kind": "dine-in"}).fields) == {"kind": "dine-in"}
