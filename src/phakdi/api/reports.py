"""Reading reported activities: who is meant, and what is left for the program to read. Thin, because it is called most."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from phakdi.api.errors import HttpRefusal
from phakdi.api.reading import read_json
from phakdi.flows.record_by_key import MemberName, Reported
from phakdi.kit.errors import Invalid

TEXT_MAX = 200


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Return the object that the body spells, or raise Invalid."""
    value = read_json(request.body)
    if not isinstance(value, dict):
        raise Invalid("The body is an object.", code="body_shape", field="body")
    return value


def read_report(raw: Mapping[str, Any], key: str) -> Reported:
    """Return one report and whom it is about. ``key`` is the call's idempotency key, if it has one.

    Raises:
        Invalid: the member is missing or cannot be read.
        HttpRefusal: nothing tells a repeat of this from another activity (``idempotency_key_required``).
    """
    activity = dict(raw)
    member = read_member(activity.pop("member", None))
    if not key and activity.get("ref") in (None, ""):
        raise HttpRefusal(400, "idempotency_key_required")
    return Reported(member, activity, key)


def read_member(given: Any) -> MemberName:
    """Return how the report names its member, or raise Invalid."""
    if isinstance(given, str):
        return MemberName(id=_uuid(given))
    if given is None:
        raise Invalid("Name the member.", code="member_missing", field="member")
    if not isinstance(given, dict) or len(given) != 1:
        raise _unreadable("member")
    ((name, value),) = given.items()
    if name == "id" and isinstance(value, str):
        return MemberName(id=_uuid(value))
    if name == "number" and _is_text(value):
        return MemberName(number=value)
    if (
        name == "identity"
        and isinstance(value, dict)
        and value.keys() == {"kind", "value"}
        and all(map(_is_text, value.values()))
    ):
        return MemberName(identity=(value["kind"], value["value"]))
    raise _unreadable(f"member.{name}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _unreadable("member") from None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= TEXT_MAX


def _unreadable(field: str) -> Invalid:
    return Invalid("A member is named by id, number or identity.", code="member_unreadable", field=field)
