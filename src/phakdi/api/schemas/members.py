"""Members, as they are told and as they are sent."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from phakdi.api.schemas.activities import ActivityOut
from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.values import Count, Day, Flag, In, Line, Out

Name = Annotated[str, Field(max_length=100)]
Code = Annotated[str, Field(max_length=60)]
Gender = Literal["", "FEMALE", "MALE", "OTHER"]
Language = Literal["th", "en"]
AttributeIn = str | Flag | Count | Decimal | None
Attributes = Annotated[
    dict[Annotated[str, Field(max_length=40)], AttributeIn],
    Field(max_length=200, description="The organization's own fields of a member, by key; null clears one."),
]


class IdentityIn(In):
    """A way by which a member is known."""

    kind: str = Field(max_length=60, examples=["PHONE"], description="PHONE, EMAIL, LINE, FACEBOOK, CARD or EXTERNAL:<system>.")
    value: str = Field(min_length=1, max_length=200, examples=["081-234-5678"])


class LookupIn(In):
    """By what to find a member: an identity, or the member's number."""

    model_config = ConfigDict(json_schema_extra={"example": {"identity": {"kind": "PHONE", "value": "081-234-5678"}}})

    identity: IdentityIn | None = None
    number: Annotated[str, Field(min_length=1, max_length=60)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "LookupIn":
        if (self.identity is None) == (self.number is None):
            raise ValueError("give either an identity or a number")
        return self


class ConsentIn(In):
    """A yes or no to one purpose, for marketing through one channel."""

    purpose: str = Field(max_length=40, examples=["MARKETING"])
    channel: str = Field(default="ANY", max_length=40, examples=["SMS"])
    is_granted: Flag
    text_version: Count = Field(default=0, ge=0, le=1_000_000, description="Which words were agreed to; 0: those in force.")


class ProfileIn(In):
    """What is known of a person. What is left out stays as it is."""

    title: Name | None = None
    given_name: Name | None = None
    family_name: Name | None = None
    nickname: Name | None = None
    birthday: Day | None = None
    gender: Gender | None = None
    language: Language | None = None
    phone: Annotated[str, Field(max_length=60)] | None = None
    email: Annotated[str, Field(max_length=200)] | None = None
    home_store: Code | None = None
    attributes: Attributes | None = None

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent, those of a profile only."""
        names = ProfileIn.model_fields.keys() & self.model_fields_set
        return {name: getattr(self, name) for name in ProfileIn.model_fields if name in names}


class EnrollmentIn(ProfileIn):
    """A new member: at least one of phone, e-mail and identities, or a number."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"phone": "081-234-5678", "given_name": "สมชาย", "birthday": "1990-02-28"}}
    )

    identities: list[IdentityIn] = Field(default=[], max_length=20)
    consents: list[ConsentIn] = Field(default=[], max_length=50)
    number: Annotated[str, Field(max_length=40)] = Field(
        default="", description="The organization's own number; else one is made."
    )
    source: Code = Field(default="api", description="Where the member was won.")
    referred_by: UUID | None = None
    guardian: Annotated[str, Field(max_length=200)] = Field(default="", description="Who spoke for a minor.")
    is_guardian: Flag = Field(default=False, description="The guardian filled the form in.")


class IdentityOut(Out):
    """A way by which the member is known."""

    kind: str
    value: str
    verified_at: datetime | None


class MemberOut(Out):
    """A member."""

    id: UUID
    number: str
    status: Literal["SHADOW", "ACTIVE", "FROZEN", "CLOSED", "MERGED"]
    status_reason: str
    merged_into: UUID | None
    title: str
    given_name: str
    family_name: str
    nickname: str
    birthday: date | None
    gender: str
    language: str
    phone: str
    email: str
    home_store: str
    attributes: dict[str, Any]
    segments: list[str]
    joined_at: datetime | None
    referred_by: UUID | None
    source: str
    spend_held_until: datetime | None = Field(description="Nobody can spend the member's points before.")
    created_at: datetime
    updated_at: datetime


class TraitOut(Out):
    """What a model or a count says of a member."""

    value: str | int | float | list[str] | None = Field(
        description="Null: it could not be worked out, or is older than 8 days. Amounts are in minor units, days ISO dates."
    )
    computed_at: datetime
    model_run_id: UUID
    reason: str = Field(description="Why there is no value, as a code; empty where there is one.")


class MemberDetailOut(MemberOut):
    """A member with the ways by which they are known, and what is expected of them."""

    identities: list[IdentityOut]
    traits: dict[str, TraitOut] = Field(
        description="By name, such as `churn_risk`, `clv_12m_minor`, `rfm_segment`; what was never worked out is left out."
    )


class MembersOut(Out):
    """A page of members."""

    items: list[MemberOut]
    next_cursor: NextCursor
    is_cut: bool = Field(description="More were found than are sorted: ask more precisely.")


class EnrolledOut(Out):
    """Who was enrolled, and what joining brought."""

    member: MemberOut
    is_new: bool
    join: ActivityOut | None


class ReasonIn(In):
    """Why something is done."""

    reason: Line = ""


class ConsentOut(Out):
    """What a member's latest word about one purpose and channel is."""

    purpose: str
    channel: str
    is_granted: bool
    at: datetime
    text_version: int
    language: str


class ConsentsOut(Out):
    """All that counts now."""

    items: list[ConsentOut]


class ConsentsIn(In):
    """The member's answers, and how they were given."""

    answers: Annotated[list[ConsentIn], Field(min_length=1, max_length=50)]
    language: Language = "th"
    source: Code = "api"
    guardian: Annotated[str, Field(max_length=200)] = ""
    is_guardian: Flag = False


class ProofIn(In):
    """To whom a code went and which browser asked for it: as `POST /codes` answered."""

    challenge_id: UUID
    channel: Literal["SMS", "EMAIL"]
    destination: Line
    session: Annotated[str, Field(min_length=16, max_length=200)]


class CodeIn(In):
    """To whom a code is to be sent."""

    channel: Literal["SMS", "EMAIL"]
    destination: Annotated[str, Field(min_length=1, max_length=200, examples=["081-234-5678"])]
    session: Annotated[str, Field(min_length=16, max_length=200)] = Field(
        description="What only the asking browser or app knows, at least 16 characters."
    )
    client_address: Annotated[str, Field(max_length=64)] = Field(
        default="", description="The member's own network address, so that limits count it and not your server."
    )
    language: Language = "th"


class CodeOut(Out):
    """A code is on its way."""

    proof: ProofIn
    ref: str = Field(description="Letters that stand in the message too, so that the reader knows which one it is.")
    shown_destination: str
    expires_at: datetime
    resend_at: datetime


class CodeTryIn(In):
    """What the member typed."""

    proof: ProofIn
    code: Annotated[str, Field(min_length=1, max_length=20, examples=["123456"])]


class CodeTriedOut(Out):
    """The code was right. Without a member, nobody is known by it yet: enroll them."""

    member_id: UUID | None


class EnrollmentByCodeIn(EnrollmentIn):
    """A new member whose phone or e-mail was proved by a code."""

    proof: ProofIn
