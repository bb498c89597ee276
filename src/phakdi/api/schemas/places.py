"""Stores, and who is calling."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.values import In, Out

StoreCode = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", examples=["BKK-01"])]
Text = Annotated[str, Field(max_length=1000)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class NamesIn(In):
    """A name in Thai and English."""

    th: Name | None = None
    en: Name | None = None


class StoreIn(In):
    """What is known of a store. What is left out stays as it is."""

    name: Name | NamesIn | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    address: Text | None = None
    phone: Text | None = None
    opening_hours: Text | None = None
    area: Text | None = None

    def given(self) -> dict[str, object]:
        """Return the fields that were sent."""
        sent = self.model_dump(exclude_unset=True, exclude={"code"})
        if isinstance(self.name, NamesIn):
            sent["name"] = {language: name for language, name in self.name.model_dump().items() if name}
        return sent


class NewStoreIn(StoreIn):
    """A new store."""

    code: StoreCode
    name: Name | NamesIn


class StoreOut(Out):
    """A place of business. Tills, programs and keys name it by its code."""

    code: str
    name: dict[str, str]
    latitude: str | None
    longitude: str | None
    address: str
    phone: str
    opening_hours: str
    area: str
    is_active: bool
    created_at: datetime


class StoresOut(Out):
    """A page of stores, by code."""

    items: list[StoreOut]
    next_cursor: NextCursor


class OrganizationOut(Out):
    """Whose data the key opens."""

    id: UUID
    slug: str
    name: str
    time_zone: str
    currency: str
    language: str


class KeyOut(Out):
    """The key that calls."""

    id: UUID
    name: str
    scopes: list[str]
    stores: list[str] = Field(description="The stores to which it is bound; none: all of them.")


class MeOut(Out):
    """Who is calling."""

    organization: OrganizationOut
    key: KeyOut
    program_version_id: UUID | None


class HealthOut(Out):
    """The API answers."""

    status: str = Field(examples=["ok"])
    version: str
