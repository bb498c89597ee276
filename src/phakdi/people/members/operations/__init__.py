"""Every write of members. All run in the caller's transaction."""

from phakdi.people.members.operations.attributes import define_attribute, retire_attribute
from phakdi.people.members.operations.bulk import RowAnswer, Undone, undo_import, upsert_many
from phakdi.people.members.operations.enrolling import (
    Enrolled,
    IdentitiesDisagree,
    NewIdentity,
    NumberTaken,
    enroll,
    find_or_create_shadow,
)
from phakdi.people.members.operations.erasing import forget, known_by
from phakdi.people.members.operations.identities import IdentityTaken, bind_identity, unbind_identity
from phakdi.people.members.operations.profiles import Changed, hold_spending, update_profile
from phakdi.people.members.operations.rows import ImportRow
from phakdi.people.members.operations.standing import WrongStatus, close, freeze, unfreeze

__all__ = [
    "Changed",
    "Enrolled",
    "IdentitiesDisagree",
    "IdentityTaken",
    "ImportRow",
    "NewIdentity",
    "NumberTaken",
    "RowAnswer",
    "Undone",
    "WrongStatus",
    "bind_identity",
    "close",
    "define_attribute",
    "enroll",
    "find_or_create_shadow",
    "forget",
    "freeze",
    "hold_spending",
    "known_by",
    "retire_attribute",
    "unbind_identity",
    "undo_import",
    "unfreeze",
    "update_profile",
    "upsert_many",
]
