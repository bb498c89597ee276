"""Decisions about members that need no database."""

from phakdi.people.members.core.identities import IdentityKey, read_identity
from phakdi.people.members.core.numbers import is_member_number, new_number
from phakdi.people.members.core.profile import Profile, SearchColumns, read_changes, search_columns
from phakdi.people.members.core.status import Status

__all__ = [
    "IdentityKey",
    "Profile",
    "SearchColumns",
    "Status",
    "is_member_number",
    "new_number",
    "read_changes",
    "read_identity",
    "search_columns",
]
