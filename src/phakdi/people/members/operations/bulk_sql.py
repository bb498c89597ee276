"""The statements behind bulk imports: stage with COPY, then write by sets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from phakdi.people.members.core.identities import IdentityKey
from phakdi.people.members.core.profile import SearchColumns, search_columns
from phakdi.people.members.core.status import Status

PROFILE_COLUMNS = (
    "title",
    "given_name",
    "family_name",
    "nickname",
    "birthday",
    "gender",
    "language",
    "email",
    "phone",
    "home_store",
)
_SEARCH_COLUMNS = tuple(SearchColumns.__dataclass_fields__)
_WRITTEN = ("number", "status", "joined_at", "attributes", *PROFILE_COLUMNS, *_SEARCH_COLUMNS)
_DEFAULTS = {"language": "th", "birthday": None}

_CREATE_STAGES = """
CREATE TEMP TABLE IF NOT EXISTS staged_member (
    id uuid, is_new boolean, number text, status text, joined_at timestamptz, attributes jsonb,
    title text, given_name text, family_name text, nickname text, birthday date, gender text, language text,
    email text, phone text, home_store text,
    search_key text, search_digits text, search_grams integer[], sort_key text
) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS staged_identity (kind text, value text, member_id uuid) ON COMMIT DROP;
TRUNCATE staged_member, staged_identity
"""
_COPY_MEMBERS = f"COPY staged_member (id, is_new, {', '.join(_WRITTEN)}) FROM STDIN"
_COPY_IDENTITIES = "COPY staged_identity (kind, value, member_id) FROM STDIN"

BIND = """
INSERT INTO identity (organization_id, kind, value, member_id, created_at, import_id)
SELECT %s, kind, value, member_id, %s, %s FROM staged_identity ORDER BY kind COLLATE "C", value COLLATE "C"
ON CONFLICT (organization_id, kind, value) DO NOTHING
"""
REMEMBER = """
INSERT INTO member_before (organization_id, import_id, member_id, row_before, changed_at)
SELECT m.organization_id, given.import_id, m.id, to_jsonb(m), given.changed_at
FROM (SELECT %s::uuid AS organization_id, %s::uuid AS import_id, %s::timestamptz AS changed_at) AS given
JOIN member AS m ON m.organization_id = given.organization_id AND m.import_id IS DISTINCT FROM given.import_id
JOIN staged_member AS s ON s.id = m.id AND NOT s.is_new
ON CONFLICT (member_id, import_id) DO UPDATE SET changed_at = excluded.changed_at
"""
UPDATE = f"""
UPDATE member AS m SET updated_at = %s, frozen_by = CASE WHEN s.status = 'FROZEN' THEN m.frozen_by ELSE '' END,
    {", ".join(f"{name} = s.{name}" for name in _WRITTEN)}
FROM staged_member AS s WHERE m.organization_id = %s AND m.id = s.id AND NOT s.is_new
"""
INSERT = f"""
INSERT INTO member (organization_id, source, created_at, updated_at, import_id, id, {", ".join(_WRITTEN)})
SELECT %s, %s, %s, %s, %s, id, {", ".join(_WRITTEN)} FROM staged_member WHERE is_new ORDER BY id
ON CONFLICT DO NOTHING
"""

UNBIND = """
DELETE FROM identity WHERE organization_id = %s AND import_id = %s AND member_id <> ALL (%s::uuid[])
"""
RESTORE = f"""
UPDATE member AS m SET (updated_at, frozen_by, {", ".join(_WRITTEN)}) = (
    SELECT old.updated_at, old.frozen_by, {", ".join(f"old.{name}" for name in _WRITTEN)}
    FROM jsonb_populate_record(NULL::member, b.row_before) AS old
)
FROM member_before AS b
WHERE b.organization_id = %s AND b.import_id = %s AND m.id = b.member_id AND m.updated_at = b.changed_at
  AND m.id <> ALL (%s::uuid[])
"""
FORGET_BEFORE = "DELETE FROM member_before WHERE organization_id = %s AND import_id = %s"
DELETE_CREATED = """
DELETE FROM member WHERE organization_id = %s AND import_id = %s AND id <> ALL (%s::uuid[])
"""


@dataclass(slots=True)
class Staged:
    """A member as the import will leave them."""

    id: UUID
    number: str
    status: str
    joined_at: datetime | None
    values: dict[str, Any]
    attributes: dict[str, Any]
    is_new: bool

    def take(self, values: Mapping[str, Any], attributes: Mapping[str, Any], joined_at: datetime, *, revives: bool) -> bool:
        """Take over what a row tells and return whether that changed anything."""
        changed = any(self.values.get(name) != value for name, value in values.items())
        changed = changed or any(self.attributes.get(key) != value for key, value in attributes.items()) or revives
        self.values.update(values)
        self.attributes.update(attributes)
        if revives:
            self.status, self.joined_at = Status.ACTIVE.value, self.joined_at or joined_at
        return changed


def stage(db: Any, organization_id: UUID, members: Iterable[Staged], bindings: Mapping[IdentityKey, UUID]) -> None:
    """Copy what will be written into two tables of this transaction."""
    db.execute(_CREATE_STAGES)
    raw = db.connection.cursor()
    with raw.copy(_COPY_MEMBERS) as copy:
        for member in members:
            copy.write_row(_row(organization_id, member))
    with raw.copy(_COPY_IDENTITIES) as copy:
        for key, member_id in bindings.items():
            copy.write_row((key.kind, key.value, member_id))


def _row(organization_id: UUID, member: Staged) -> tuple[Any, ...]:
    values = [member.values.get(name, _DEFAULTS.get(name, "")) for name in PROFILE_COLUMNS]
    columns = search_columns(organization_id, member.values)
    searched = [getattr(columns, name) for name in _SEARCH_COLUMNS]
    attributes = orjson.dumps(member.attributes).decode()
    return (member.id, member.is_new, member.number, member.status, member.joined_at, attributes, *values, *searched)
