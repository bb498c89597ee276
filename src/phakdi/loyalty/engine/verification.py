"""Replaying the ledger: every cache is computed again from what cannot change, and compared."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction

MARK = "-- check: "
DIFFERENCES_MAX = 100  # of one kind; the first hundred tell what is wrong


@dataclass(slots=True, frozen=True)
class Difference:
    """Something that is not as the entries say it must be."""

    check: str
    organization_id: UUID
    member_id: UUID | None
    subject: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: member {self.member_id}, {self.subject}: expected {self.expected}, found {self.found}"


def _read_checks() -> dict[str, str]:
    text = (Path(__file__).parent / "sql" / "verify.sql").read_text(encoding="utf-8")
    parts = (part.split("\n", 1) for part in text.split(MARK)[1:])
    return {name.strip(): sql.strip() for name, sql in parts}


CHECKS = _read_checks()


@in_transaction
def differences_of(*, organization_id: UUID) -> list[Difference]:
    """Return what differs between an organization's entries and its caches: nothing, if all is well.

    Reads every entry of the organization, so it belongs into the night; up to 100 differences of each kind.
    """
    found: list[Difference] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # everything is read: without statistics of new rows a loop never ends
        for check, sql in CHECKS.items():
            cursor.execute(f"{sql} LIMIT {DIFFERENCES_MAX}", {"organization_id": organization_id})
            found.extend(
                Difference(check, organization_id, member_id, str(subject), str(expected), str(was))
                for member_id, subject, expected, was in cursor.fetchall()
            )
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found
