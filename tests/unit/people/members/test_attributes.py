"""Attributes an organization declares."""

from datetime import date
from decimal import Decimal

import pytest

from phakdi.kit.errors import Invalid
from phakdi.people.members.core.attributes import AttributeType, check_declaration, read_attributes, show_attribute

DECLARED = {
    "nickname": AttributeType("nickname", "text"),
    "children": AttributeType("children", "integer"),
    "height": AttributeType("height", "decimal"),
    "vegan": AttributeType("vegan", "boolean"),
    "wedding": AttributeType("wedding", "date"),
    "size": AttributeType("size", "choice", ("S", "M", "L")),
}


@pytest.mark.parametrize(
    ("key", "given", "kept", "shown"),
    [
        ("nickname", "  หมู  แดง ", "หมู แดง", "หมู แดง"),
        ("children", "1,200", 1200, 1200),
        ("children", "๒", 2, 2),
        ("height", "171.5", 171500, Decimal("171.5")),
        ("height", Decimal("-0.001"), -1, Decimal("-0.001")),
        ("vegan", "ใช่", True, True),
        ("vegan", False, False, False),
        ("wedding", "14/2/2569", "2026-02-14", date(2026, 2, 14)),
        ("wedding", date(2026, 2, 14), "2026-02-14", date(2026, 2, 14)),
        ("size", "M", "M", "M"),
        ("size", "", None, None),
    ],
)
def test_attribute_is_kept_and_shown(key, given, kept, shown):
    read = read_attributes({key: given}, DECLARED)

    assert read == {key: kept}
    assert show_attribute(read[key], DECLARED[key]) == shown


@pytest.mark.parametrize(
    ("key", "given", "code"),
    [
        ("children", "2.5", "attribute_invalid"),
        ("children", 2.0, "attribute_invalid"),
        ("children", True, "attribute_invalid"),
        ("children", str(2**60), "attribute_invalid"),
        ("height", "0.0001", "attribute_invalid"),
        ("height", "NaN", "attribute_invalid"),
        ("vegan", "perhaps", "attribute_invalid"),
        ("wedding", "31/2/2026", "attribute_invalid"),
        ("size", "XL", "attribute_invalid"),
        ("nickname", "x" * 501, "attribute_invalid"),
        ("shoe", "42", "attribute_unknown"),
    ],
)
def test_attribute_of_the_wrong_type_is_refused(key, given, code):
    with pytest.raises(Invalid) as refusal:
        read_attributes({key: given}, DECLARED)

    assert (refusal.value.code, refusal.value.details["field"]) == (code, key)


@pytest.mark.parametrize(
    "declared",
    [
        AttributeType("Key", "text"),
        AttributeType("key", "money"),
        AttributeType("key", "choice"),
        AttributeType("key", "text", ("a",)),
    ],
)
def test_declaration_that_makes_no_sense_is_refused(declared):
    with pytest.raises(Invalid) as refusal:
        check_declaration(declared)

    assert refusal.value.code == "attribute_declaration_invalid"
