"""Who may do what."""

from uuid import UUID

import pytest

from phakdi.kit.errors import Forbidden, Invalid
from phakdi.platform.staff.core import (
    MATRIX,
    STORE_BOUND,
    NotAllowed,
    Permission,
    Place,
    Role,
    can,
    check_grant,
    read_email,
    read_role,
)

ORGANIZATION, STAFF = UUID(int=1), UUID(int=2)


def place(role, *stores):
    return Place(ORGANIZATION, "shop", "Shop", STAFF, role, stores)


def test_every_role_has_a_row():
    assert set(MATRIX) == set(Role)


def test_every_permission_is_somebodys():
    assert set().union(*MATRIX.values()) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.ORGANIZATION_WRITE, {"OWNER"}),
        (Permission.STAFF_WRITE, {"OWNER", "MANAGER"}),
        (Permission.KEYS_WRITE, {"OWNER", "MANAGER"}),
        (Permission.POINTS_ADJUST, {"OWNER", "MANAGER"}),
        (Permission.AUDIT_READ, {"OWNER", "MANAGER"}),
        (Permission.PROGRAMS_WRITE, {"OWNER", "MANAGER", "MARKETER"}),
        (Permission.MEMBERS_WRITE, {"OWNER", "MANAGER", "AGENT"}),
        (Permission.MEMBERS_READ, {"OWNER", "MANAGER", "MARKETER", "AGENT"}),
        (Permission.ACTIVITIES_WRITE, {"OWNER", "MANAGER", "AGENT", "CASHIER"}),
        (Permission.REDEMPTIONS_CONFIRM, {"OWNER", "MANAGER", "CASHIER", "PARTNER"}),
        (Permission.MEMBERS_FIND, {"OWNER", "MANAGER", "MARKETER", "AGENT", "CASHIER"}),
    ],
)
def test_permissions_belong_to_their_roles(permission, roles):
    assert {role.value for role in Role if can(role, permission)} == roles


def test_a_cashier_works_in_named_stores_only():
    cashier = place(Role.CASHIER, "A1")
    assert cashier.can(Permission.ACTIVITIES_WRITE, store="A1")
    assert not cashier.can(Permission.ACTIVITIES_WRITE, store="B2")
    assert not cashier.can(Permission.PROGRAMS_WRITE, store="A1")
    assert place(Role.MANAGER).can(Permission.ACTIVITIES_WRITE, store="B2")
    assert frozenset({Role.CASHIER}) == STORE_BOUND
    with pytest.raises(NotAllowed) as refused:
        cashier.require(Permission.STAFF_WRITE)
    assert refused.value.details == {"permission": "staff.write", "role": "CASHIER"}


def test_roles_are_given_from_above():
    check_grant(None, *Role)
    check_grant(Role.OWNER, *Role)
    check_grant(Role.MANAGER, Role.AGENT, Role.CASHIER)
    for by, role in [
        (Role.MANAGER, Role.OWNER),
        (Role.MANAGER, Role.MANAGER),
        (Role.AGENT, Role.CASHIER),
        (Role.ANALYST, Role.PARTNER),
    ]:
        with pytest.raises(Forbidden):
            check_grant(by, role)


@pytest.mark.parametrize(("given", "email"), [(" A@B.co ", "a@b.co"), ("ＡＢ＠x.com", "ab@x.com")])
def test_addresses_are_compared_alike(given, email):
    assert read_email(given) == email


@pytest.mark.parametrize("given", ["", "a", "a@b", "a b@c.co", "a@b.co\n@", "x" * 250 + "@b.co"])
def test_what_is_no_address_is_refused(given):
    with pytest.raises(Invalid):
        read_email(given)


def test_a_role_is_read_in_any_case():
    assert read_role("owner") is Role.OWNER
    with pytest.raises(Invalid):
        read_role("boss")
