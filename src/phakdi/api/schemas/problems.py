"""Problem documents (RFC 9457)."""

from typing import Any

from pydantic import Field

from phakdi.api.schemas.values import Out


class FieldProblem(Out):
    """What is wrong with one field."""

    field: str = Field(examples=["lines.2.amount"])
    code: str
    message: str
    line: int | None = None
    column: int | None = None


class ProblemOut(Out):
    """Why a request was refused. `code` is stable; `title`, `detail` and messages are for people, in the language asked for."""

    type: str = Field(examples=["urn:phakdi:problem:receipt_conflict"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["receipt_conflict"])
    request_id: str
    errors: list[FieldProblem] = Field(default=[], description="Each field that is not right.")
    params: dict[str, Any] = Field(default={}, description="The figures behind the refusal.")
