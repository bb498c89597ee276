"""Members who became one, as they are told and as they are asked for."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from phakdi.api.schemas.values import In, Out

Taken = Literal[
    "title", "given_name", "family_name", "nickname", "birthday", "gender", "phone", "email", "language", "home_store"
]


class MergeIn(In):
    """Who becomes part of the member, and what of them counts afterwards."""

    model_config = ConfigDict(json_schema_extra={"example": {"merged_id": "01a210e2-86f0-7383-85c3-a17927150000"}})

    merged_id: UUID
    level: Literal["HIGHER", "OWN"] = Field(
        default="HIGHER", description="The higher of both levels, or the surviving member's own."
    )
    take: list[Taken] = Field(
        default=[], max_length=10, description="Fields of the profile to take over; blanks are always filled."
    )


class MergeOut(Out):
    """A merge: the surviving member has what both had, and the merged one's id, number and identities lead to them."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    merged_at: datetime
    undone_at: datetime | None


class MergesOut(Out):
    """Who became part of a member, the latest first."""

    items: list[MergeOut]


class UnmergeIn(In):
    """Whose is what was recorded since."""

    theirs: list[UUID] | None = Field(
        default=None,
        max_length=2000,
        description="Activities since that are the merged member's; left out, those that came by their own id, number or identity.",
    )


class DifferenceOut(Out):
    """Something that cannot be as it was before."""

    code: str = Field(examples=["points_spent_since"])
    params: dict[str, Any]


class UnmergeOut(Out):
    """What came of taking two members apart."""

    merge: MergeOut
    differences: list[DifferenceOut]
