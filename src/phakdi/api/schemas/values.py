"""The small values that bodies are made of: strict where JSON readers would be lax."""

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError


class In(Schema):
    """A part of a request: a field that is not known is an error, so that no typo passes and nobody sets what is not theirs."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(Schema):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


def _only_text(kind: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if not isinstance(value, str | date):
            raise PydanticCustomError(kind, "This is written as a text.")
        return value

    return BeforeValidator(check)


Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict()]
Instant = Annotated[AwareDatetime, _only_text("datetime_type")]
Day = Annotated[date, _only_text("date_type")]
Line = Annotated[str, Field(max_length=200)]
Amount = Annotated[str, Field(examples=["120.50"], pattern=r"^-?\d+(\.\d+)?$")]
Points = Annotated[int, Field(examples=[120])]
